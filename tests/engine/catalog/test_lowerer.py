"""Lowering one design after another: always what lowering it from scratch says, and only as much work as it takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catalog import DesignError, Lowerer, lower
from engine.model.design import Design
from engine.model.edits import (
    UNSET,
    CompoundEdit,
    Edit,
    EditError,
    Insert,
    Move,
    Position,
    Remove,
    SetDesign,
    SetField,
)
from engine.model.files import loads
from engine.run.session import Session
from engine.sim.lane.agenda import StandstillError
from tests.bench.designs import spread
from tests.helpers.builders import constant, exponential, link, node
from tests.helpers.builders import design as design_of
from tests.helpers.strategies import edits, rich_raw

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.plan.primitives import Plan

    Draw = Callable[[st.SearchStrategy[Any]], Any]

RELAXED = settings(max_examples=80, deadline=None, derandomize=True)
CALLS = [{"call": "web-cache"}, {"call": "web-orders"}]
CLOSED = {"process": "closed", "users": 3, "think_time": 0.0}
KNOBS: list[tuple[str, tuple[str, ...], list[Any]]] = [
    ("web", ("config", "instances"), [1, 3, 5, 0, True, 1.0, UNSET]),
    ("web", ("config", "workers"), [1, 4]),
    ("web", ("config", "service_time"), [exponential(0.02), constant(0.0), "nonsense"]),
    ("web", ("config", "flow"), [CALLS, CALLS[:1], [{"call": "nowhere"}], UNSET]),
    ("web", ("config", "batch"), [{"size": 4}, UNSET]),
    ("web", ("config", "discipline"), ["ps", "lifo", UNSET]),
    ("web", ("config", "class_times"), [{"read": 0.01}, {"nobody": 0.01}, UNSET]),
    ("web", ("config", "pauses"), [{"every": 0.0, "length": 0.0}, UNSET]),
    ("web", ("name",), ["Shop", "Web"]),
    ("web", ("frame",), [None, "zone"]),
    ("web", ("kind",), ["worker", "service"]),
    ("db", ("config", "connections"), [2, 9]),
    ("db", ("config", "queue_limit"), [5, UNSET]),
    ("cache", ("config", "capacity"), [10, 1000]),
    ("crowd", ("config", "arrivals"), [CLOSED, CLOSED | {"think_time": 2.0}]),
    ("users", ("config", "mix"), [{"read": 1.0}, {"nobody": 1.0}, {"read": 0.0}]),
    ("balancer", ("config", "picker"), ["random", "round_robin"]),
    ("orders", ("config", "visibility_timeout"), [1.0, 30.0]),
    ("users-balancer", ("config", "timeout"), [0.5, UNSET]),
    ("crowd-balancer", ("config", "classes"), [["write"], ["nobody"], UNSET]),
    ("crowd-balancer", ("config", "delay"), [0.0, 0.001]),
    ("balancer-web", ("config", "weight"), [1, 3]),
    ("balancer-web", ("config", "deadline_propagation"), [True, False]),
    ("web-cache", ("config", "probability"), [0.5, 1.0]),
    ("web-cache", ("config", "mode"), ["call", "send"]),
    ("web-cache", ("config", "when"), ["miss", "always"]),
    ("web-orders", ("config", "order"), [0, 2]),
    ("web-orders", ("config", "loss"), [0.0, 0.1]),
]
"""Settings that single checks look at, right and wrong ones."""


def rich() -> Design:
    return loads(json.dumps(rich_raw()))


@st.composite
def knobs(draw: Draw) -> Edit:
    """A change of a setting."""
    name, path, values = draw(st.sampled_from(KNOBS))
    return SetField(name, path, draw(st.sampled_from(values)))


@st.composite
def steps(draw: Draw, design: Design) -> Edit:
    """A few settings at once, or anything else."""
    sort = draw(st.sampled_from(["knob", "knob", "knob", "knobs", "event", "any"]))
    if sort == "event" and len(design.scenario.events) > 3:
        path = ("scenario", "events", "3", "value")
        return SetDesign(path, draw(st.sampled_from([1, True, 1.0, 3])))
    if sort == "any":
        return draw(edits(design))  # type: ignore[no-any-return]  # what the strategy makes
    return CompoundEdit(tuple(draw(knobs()) for _ in range(3 if sort == "knobs" else 1)))


def outcome(lowering: Callable[[Design], Plan], design: Design) -> Any:
    """A plan, or everything that keeps a design from running."""
    try:
        return lowering(design)
    except DesignError as error:
        return error.findings


@RELAXED
@given(st.data())
def test_any_edits_give_what_lowering_from_scratch_gives(data: st.DataObject) -> None:
    design, lowerer = rich(), Lowerer()
    lowerer.lower(design)
    for _ in range(12):
        try:
            edited = data.draw(steps(design)).apply(design).design
        except EditError:
            continue
        found = outcome(lowerer.lower, edited)
        assert found == outcome(lower, edited)
        if not isinstance(found, tuple):
            design = edited


def stands_still(session: Session, until: float) -> bool:
    """Go on, and say whether requests go round in no time, as those of some edited designs do."""
    try:
        session.advance(until)
    except StandstillError:
        return True
    return False


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.data())
def test_any_edits_give_the_run_that_lowering_from_scratch_gives(data: st.DataObject) -> None:
    session, other = Session(rich()), Session(rich())
    still = False
    for step in range(8):
        still = stands_still(session, 0.3 * step)
        assert stands_still(other, 0.3 * step) is still
        if still:
            break
        edit = data.draw(steps(session.design))
        other._lowerer = Lowerer()
        problems = []
        for each in (session, other):
            try:
                each.apply(edit)
            except (EditError, DesignError) as error:
                problems.append(str(error))
        assert problems[:1] == problems[1:]
    if not still:
        still = stands_still(session, 4.0)
        assert stands_still(other, 4.0) is still
    assert session.design == other.design
    assert session.result()["hash"] == other.result()["hash"]


class TestLocality:
    """Of a design of 200 nodes."""

    @pytest.fixture
    def design(self) -> Design:
        return Design.model_validate(spread(200, 1000))

    @pytest.mark.parametrize(
        ("edit", "lowered"),
        [
            (SetField("w3", ("config", "instances"), 5), 1),
            (SetField("u3", ("config", "arrivals", "rate"), 7.0), 1),
            (SetField("u3-b3", ("config", "timeout"), 0.5), 1),
            (Move((Position("w3", 1.0, 2.0),)), 1),
            (SetField("w3", ("name",), "Web"), 1),
            (SetDesign(("title",), "Another"), 0),
            (SetField("w3-d3", ("config", "probability"), 0.5), 1),
            (SetDesign(("scenario", "duration"), 100.0), 400),
            (Remove.of("u3-b3"), 399),
            (Insert.of(Design.model_validate(spread(10, 10)).nodes[0].model_copy(update={"id": "u"})), 401),
        ],
    )  # fmt: skip
    def test_only_what_changed_is_lowered(self, design: Design, edit: Edit, lowered: int) -> None:
        lowerer = Lowerer()
        plan = lowerer.lower(design)
        before = lowerer.lowered
        edited = edit.apply(design).design
        after = lowerer.lower(edited)
        assert lowerer.lowered - before == lowered
        assert after == lower(edited)
        same = [now is old for now, old in zip(after.nodes, plan.nodes, strict=False)]
        if lowered == 1:
            assert same.count(False) == sum(now != old for now, old in zip(after.nodes, plan.nodes, strict=True))  # fmt: skip

    def test_a_refused_design_is_not_remembered(self, design: Design) -> None:
        lowerer = Lowerer()
        lowerer.lower(design)
        wrong = SetField("w3", ("config", "instances"), 0).apply(design).design
        with pytest.raises(DesignError):
            lowerer.lower(wrong)
        before = lowerer.lowered
        lowerer.lower(SetField("w3", ("config", "instances"), 2).apply(design).design)
        assert lowerer.lowered == before + 1


@pytest.mark.parametrize(
    ("think", "work", "delay", "edit"),
    [
        (0.0, 0.1, 0.0, SetField("web", ("config", "service_time", "mean"), 0.0)),
        (0.0, 0.0, 0.1, SetField("crowd-web", ("config", "delay"), 0.0)),
        (1.0, 0.0, 0.0, SetField("crowd", ("config", "arrivals", "think_time"), 0.0)),
    ],
)
def test_time_that_would_stand_still_is_seen(
    think: float, work: float, delay: float, edit: Edit
) -> None:
    crowd = node("crowd", "client", arrivals=CLOSED | {"think_time": think})
    web = node("web", "service", service_time=constant(work))
    made = design_of([crowd, web], [link("crowd", "web", delay=delay)])
    lowerer = Lowerer()
    lowerer.lower(made)
    with pytest.raises(DesignError, match="time would stand still"):
        lowerer.lower(edit.apply(made).design)
