"""What somebody does while it runs is a cause as any event is: named first, at its item, with true numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.model.edits import Remove, SetDesign, SetField
from engine.run.session import Session
from engine.why.chain import explain
from engine.why.record import Record
from engine.why.stretch import Point, Stretch
from tests.helpers.builders import client, design, link, node

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.model.design import Design
    from engine.why.fact import Fact

AT, END = 60.0, 110.0
WORK = {"law": "exponential", "mean": 0.01}


def shop() -> Design:
    nodes = [
        client("users", 200.0),
        node("web", "service", instances=4, workers=1, service_time=WORK),
        node("cache", "cache", capacity=100_000, prewarm=True),
        node("db", "sql_database", connections=2, read_time={"law": "exponential", "mean": 0.02}),
    ]
    links = [link("users", "web", timeout=2.0), link("web", "cache"), link("cache", "db")]
    return design(nodes, links, duration=END)


def pair() -> Design:
    """A balancer before two services, either of which is too small for all of it."""
    nodes = [
        client("users", 150.0),
        node("balancer", "load_balancer"),
        *(node(name, "service", workers=1, service_time=WORK) for name in ("one", "two")),
    ]
    links = [link("users", "balancer", timeout=1.0), link("balancer", "one")]
    return design(nodes, [*links, link("balancer", "two")], duration=END)


def chain(made: Design, act: Callable[[Session], None]) -> Sequence[Fact]:
    """What explains the end of a run in which somebody does something at ``AT``."""
    session = Session(made)
    record = Record(session.plan)
    for second in range(1, int(END) + 1):
        session.advance(float(second))
        if second == AT:
            act(session)
        record.add(session.snapshot())
    record.plan = session.plan
    return explain(record, {each.id: each.name for each in made.nodes}, END - 10.0)


@pytest.mark.parametrize(
    ("edit", "item", "words"),
    [
        (SetField("web", ("config", "instances"), 1, "Set"), "web", "instances = 1"),
        (SetField("users-web", ("config", "timeout"), 0.005, "Set"), "users-web", "timeout"),
        (SetField("cache", ("config", "capacity"), 1, "Set"), "cache", "capacity = 1"),
    ],
)
def test_an_edit_is_named_first(edit, item, words) -> None:
    found = chain(shop(), lambda session: session.apply(edit))
    assert found
    assert (found[0].item, found[0].time, found[0].first) == (item, AT, True)
    assert words in found[0].what
    assert not found[0].inferred


def test_what_is_taken_away_is_told_of_who_called_it() -> None:
    remove = Remove(frozenset({"two"}), "Delete Two")
    found = chain(pair(), lambda session: session.apply(remove))
    assert found
    assert (found[0].node, found[0].time) == ("balancer", AT)
    assert "Delete Two" in found[0].what


def test_the_load_dial_is_named_once_and_its_load_without_noise() -> None:
    made = shop()
    found = chain(made, lambda session: session.set_load(3.0))
    assert found[0].what == "The load dial is turned to × 3"
    assert [each.what for each in found].count(found[0].what) == 1
    asked = next(each for each in found if "asks for" in each.what)
    assert asked.value == pytest.approx(600.0, rel=0.03)


@pytest.mark.parametrize("name", ["Web", ""])
def test_what_changes_nothing_is_not_named(name) -> None:
    found = chain(shop(), lambda session: session.apply(SetField("web", ("name",), name, "Rename")))
    assert not found


def test_a_load_is_told_over_some_seconds() -> None:
    values = [100.0, 300.0, 100.0, 100.0, 100.0, 100.0]
    points = tuple(Point(float(i), i + 1.0, value) for i, value in enumerate(values))
    spike = Stretch(0.0, 6.0, points)
    assert spike.peak == 300.0
    assert spike.level(4.0) == pytest.approx(150.0)
    assert spike.level(100.0) == pytest.approx(800.0 / 6.0)
    assert spike.level(0.5) == 300.0


def test_each_moment_is_explained_by_the_design_as_it_was_then() -> None:
    """Connections are too few at first, and enough from 30 s on; a timeout is too short from 80 s to 100 s."""
    made = shop()
    for item, field, value in (
        ("db", "connections", 1),
        ("cache", "capacity", 1),
        ("web", "workers", 50),
    ):
        made = SetField(item, ("config", field), value).apply(made).design
    acts = {
        30.0: SetField("db", ("config", "connections"), 20, "Set"),
        80.0: SetField("users-web", ("config", "timeout"), 0.012, "Set"),
        100.0: SetField("users-web", ("config", "timeout"), 2.0, "Set"),
    }
    session = Session(made)
    record = Record(session.plan)
    record.add(session.snapshot())
    for second in range(1, int(END) + 1):
        session.advance(float(second))
        if second in acts:
            session.apply(acts[float(second)])
            record.follow(session.plan, session.now)
        record.add(session.snapshot())
    early = explain(record, {}, 20.0)
    assert (early[0].item, early[0].time, early[0].inferred) == ("db", 0.0, True)
    assert "can serve 50 rps" in early[0].what
    assert explain(record, {}, 60.0) == ()
    late = explain(record, {}, 90.0)
    # What was set before all was well is not behind it, and the timeout is that of then.
    assert [(each.item, each.time) for each in late if each.first] == [("users-web", 80.0)]
    assert any("the timeout of 12 ms" in each.what for each in late)
    record.forget_after(50.0)
    assert next(each for each in record.plan.links if each.id == "users-web").timeout == 2.0
    record.forget_after(20.0)
    assert explain(record, {}, 15.0)[0].item == "db"


def test_what_is_broken_by_hand_is_told_once_when_it_broke() -> None:
    """The window shows a moment that is over: the event is drawn there, and the run hears of it a little later."""
    kill = {"at": AT - 0.3, "duration": 20.0, "target": "db", "change": "kill"}
    made = SetField("cache", ("config", "capacity"), 1).apply(shop()).design
    made = SetField("db", ("config", "connections"), 20).apply(made).design
    made = SetField("web", ("config", "workers"), 50).apply(made).design
    session = Session(made)
    record = Record(session.plan)
    for second in range(1, int(END) + 1):
        session.advance(float(second))
        if second == AT:
            session.apply(SetDesign(("scenario", "events"), [kill], "Break: kill instances"))
            record.follow(session.plan, session.now)
        record.add(session.snapshot())
    found = explain(record, {})
    assert [(each.item, each.time) for each in found if each.first] == [("db", AT)]
