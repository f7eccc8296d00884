"""A plan that differs in a few settings: only what differs is tuned, as well as if everything was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings

from engine.control.simulation import Simulation
from engine.model.policies.user_sessions import UserSessions
from engine.plan.difference import Difference, difference
from engine.plan.primitives import NodePlan, Plan
from engine.sim import machine as machine_module
from engine.sim.invariants import check
from engine.sim.report import result_of
from tests.helpers.plans import constant, station
from tests.helpers.random_plans import OUTLIERS, PICKERS, RETRIES, Maker, random_plan, whole_plans

if TYPE_CHECKING:
    from engine.plan.primitives import LinkPlan

RELAXED = settings(max_examples=60, deadline=None, derandomize=True)


def steady(design: Plan) -> Plan:
    """A plan in which tuning a node again, as it is, changes nothing at all.

    Work at a varying pace is rounded otherwise where it is looked at in the middle. Who looks through a
    line finds those sooner whose deadline has passed, and of several at one instant the last one in it
    becomes the first. Connections of instances that are gone are closed sooner. Sessions that are over are found
    sooner, and their times added in another order.
    """
    nodes = [
        replace(
            node,
            station=replace(node.station, discipline="fifo"),
            gates=tuple(map(_lasting, node.gates)),
        )
        for node in design.nodes
    ]
    links = [replace(each, deadline_propagation=False, connection=None) for each in design.links]
    return with_events(replace(design, nodes=tuple(nodes), links=tuple(links)))


def _lasting(gate: Any) -> Any:
    """The gate, with sessions that are never over."""
    return gate.model_copy(update={"idle_ttl": 1e9}) if isinstance(gate, UserSessions) else gate


def with_events(design: Plan) -> Plan:
    """The plan, its ``set`` events made of the nodes that it has."""
    nodes = {node.id: node for node in design.nodes}
    events = [
        replace(each, replacement=nodes[each.replacement.id])
        if isinstance(each.replacement, NodePlan)
        else each
        for each in design.events
    ]
    return replace(design, events=tuple(events))


def other_node(make: Maker, node: NodePlan) -> NodePlan:
    """A node with another setting."""
    if node.traffic is not None:
        schedule = ((0.0, make.one([3.0, 10.0, 40.0])),)
        traffic = replace(node.traffic, schedule=schedule, users=make.number(0, 4))
        return replace(node, traffic=traffic)
    if node.router is not None:
        knob: Any = make.one([{"picker": make.one(PICKERS)}, {"outlier": make.seldom(OUTLIERS)}])
        return replace(node, router=replace(node.router, **knob))
    if node.backlog is not None:
        return replace(node, backlog=replace(node.backlog, visibility=make.one([0.1, 0.5])))
    knobs: list[dict[str, Any]] = [
        {"instances": make.number(1, 4)},
        {"workers": make.one([1, 3, None])},
        {"queue_limit": make.one([None, 2])},
        {"hold": make.one([True, False])},
        {"speed": make.one([0.5, 2.0])},
    ]
    return replace(node, station=replace(node.station, **make.one(knobs)))


def other_link(make: Maker, link: LinkPlan) -> LinkPlan:
    """A link with another setting."""
    knobs: list[dict[str, Any]] = [
        {"timeout": make.one([0.05, 0.5])},
        {"delay": make.law()},
        {"loss": make.one([0.0, 0.2])},
        {"retry": make.one(RETRIES)},
        {"weight": make.one([1.0, 3.0])},
        {"order": make.number(0, 1)},
        {"kind": make.one([None, 0])},
        {"picker": make.one(PICKERS)},
        {"classes": (True,) + (make.one([True, False]),) * (len(link.classes) - 1)},
    ]
    return replace(link, **make.one(knobs))


def other(make: Maker, design: Plan) -> Plan:
    """The plan with another setting of one or two nodes and links."""
    nodes, links = list(design.nodes), list(design.links)
    for _ in range(make.number(1, 2)):
        if make.one([True, False]):
            place = make.number(0, len(nodes) - 1)
            nodes[place] = other_node(make, nodes[place])
        else:
            place = make.number(0, len(links) - 1)
            links[place] = other_link(make, links[place])
    return with_events(replace(design, nodes=tuple(nodes), links=tuple(links)))


def ran(design: Plan) -> tuple[str, list[Any]]:
    """Result and notices of a run whose settings change."""
    simulation, make = Simulation(design), Maker(design.seed + 1)
    for step in range(6):
        simulation.advance(step * 1.1 + 0.3)
        design = other(make, design)
        simulation.follow(design)
        check(simulation.machine)
    simulation.advance(8.0)
    return result_of(simulation.machine, (), 0.0)["hash"], simulation.notices


@RELAXED
@given(whole_plans)
@example(random_plan(1097276))  # two instances are gone, and forgotten sooner or later
@example(random_plan(7000027))  # others wait at a gate while parts of a flow are in line
@example(random_plan(7000989))  # two instances lead when their caller is edited
@example(random_plan(7000440))  # sessions fill the memory of an instance
@example(random_plan(9100302))  # a consumer refuses messages while others wait
@example(
    random_plan(13000189)
)  # a queue delivers to a balancer, which has to tell when it can take more
@example(random_plan(30326716))  # an instance of a cache that shares its keys is dead
def test_tuning_what_changed_is_as_good_as_tuning_everything(design: Plan) -> None:
    local = ran(steady(design))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine_module, "difference", lambda _old, _new: None)
        assert ran(steady(design)) == local


@RELAXED
@given(whole_plans)
def test_any_plan_takes_other_settings(design: Plan) -> None:
    ran(design)


def test_what_is_not_local_has_no_difference() -> None:
    first = random_plan(7)
    assert difference(first, first) == Difference()
    web = replace(first.nodes[-1], station=replace(first.nodes[-1].station, instances=9))
    assert difference(first, replace(first, nodes=(*first.nodes[:-1], web))) == Difference(
        (len(first.nodes) - 1,)
    )
    equal = replace(first, nodes=tuple(map(replace, first.nodes)))
    assert difference(first, equal) == Difference()
    told = replace(first.links[0], deadline_propagation=not first.links[0].deadline_propagation)
    led = replace(first.links[0], id="another")
    for changed in (
        replace(first, nodes=(*first.nodes, station("new", constant(1.0)))),
        replace(first, nodes=first.nodes[::-1]),
        replace(first, classes=(*first.classes, *first.classes)),
        replace(first, links=(told, *first.links[1:])),
        replace(first, links=(led, *first.links[1:])),
    ):
        assert difference(first, changed) is None
