"""Deep checks, panic and fail-open: whom a balancer calls when many of its targets look bad."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import lower
from engine.control.simulation import Simulation
from engine.plan.primitives import EventPlan, HealthPlan, Plan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.builders import client as drawn_client
from tests.helpers.builders import design as drawn
from tests.helpers.builders import link as drawn_link
from tests.helpers.builders import node as drawn_node
from tests.helpers.plans import client, event, link, plan, request_class, router, station

MASKS = ((True, True), (False, True))


def checks(**more: Any) -> HealthPlan:
    fields = {"interval": 1.0, "failures": 3, "successes": 2, "timeout": 0.5, "layer": 7}
    return HealthPlan(**(fields | more))


def shared(health: HealthPlan, *events: EventPlan, through: bool = False, **db: Any) -> Plan:
    """Four instances; half of the requests need a database that all share."""
    nodes = [
        client(rate=100.0, mix=(0.5, 0.5)),
        router("lb", "round_robin", health),
        station("web", [0.001, 0.001], instances=4, workers=4),
        station("db", [0.001, 0.001], **{"workers": 8} | db),
    ]
    links = [link("users", "lb", classes=MASKS[0]), link("lb", "web", classes=MASKS[0])]
    if through:
        nodes.append(router("proxy"))
        links += [link("web", "proxy", classes=MASKS[1]), link("proxy", "db", classes=MASKS[0])]
    else:
        links.append(link("web", "db", classes=MASKS[1]))
    kinds = (request_class("read"), request_class("write"))
    return plan(nodes, links, events=events, duration=100.0, classes=kinds)


def ran(made: Plan) -> tuple[Result, list[str]]:
    simulation = Simulation(made)
    simulation.advance(made.duration)
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0), [each.text for each in simulation.notices]


def answered(made: Plan, begin: float, end: float) -> float:
    """Share of the requests that succeed within a time."""
    simulation = Simulation(made)
    simulation.advance(begin)
    users = simulation.machine.nodes["users"].node
    before, arrived = int(users.completed), int(users.arrivals)
    simulation.advance(end)
    check(simulation.machine)
    return (int(users.completed) - before) / (int(users.arrivals) - arrived)


KILLED = event(20.5, 60.0, "kill", nodes=("db",))


@pytest.mark.parametrize("through", [False, True])
def test_a_deep_check_of_a_shared_dependency_takes_everybody_out(*, through: bool) -> None:
    """COURSE 7.5: deep check on a shared database ejects all, goodput 0 unless fail-open."""
    assert answered(shared(checks(), KILLED, through=through), 30.0, 80.0) == pytest.approx(
        0.5, abs=0.03
    )
    assert answered(shared(checks(deep=True), KILLED, through=through), 30.0, 80.0) == 0.0
    spared = checks(deep=True, fail_open=True)
    assert answered(shared(spared, KILLED, through=through), 30.0, 80.0) == pytest.approx(
        0.5, abs=0.03
    )


def test_all_are_back_after_the_dependency_is() -> None:
    simulation = Simulation(shared(checks(deep=True), KILLED))
    simulation.advance(100.0)
    told = [(each.at, each.text) for each in simulation.notices if "rotation" in each.text]
    outs = [at for at, text in told if "out of rotation" in text]
    backs = [at for at, text in told if "back in rotation" in text]
    assert len(outs) == len(backs) == 4
    assert all(22.5 <= at <= 23.6 for at in outs), "(fall-1)·interval to fall·interval"
    assert all(81.5 <= at <= 82.6 for at in backs)


@pytest.mark.parametrize("what", ["freeze", "slow"])
def test_a_dependency_that_says_nothing_takes_the_timeout(what: str) -> None:
    """U + fall·timeout + (fall-1)·interval, whoever it is that says nothing."""
    fault = event(20.2, 60.0, what, nodes=("db",), factor=1e9)
    simulation = Simulation(shared(checks(deep=True), fault))
    simulation.advance(40.0)
    outs = [each.at - 20.2 for each in simulation.notices if "out of rotation" in each.text]
    assert len(outs) == 4
    assert all(3.5 <= late <= 4.6 for late in outs)


def test_deep_checks_take_workers_of_the_dependency() -> None:
    """Four instances, one page of 10 ms each about every second."""
    simulation = Simulation(shared(checks(deep=True, work=0.01), workers=1))
    simulation.machine.set_load(0.0)
    simulation.advance(100.0)
    busy = simulation.machine.nodes["db"].busy_area(100.0)
    assert busy == pytest.approx(4.0 * 100.0 / 1.02 * 0.01, rel=0.03)
    assert result_of(simulation.machine, (), 0.0)["nodes"]["db"]["arrivals"] == 0


def farm(health: HealthPlan, dead: int, instances: int = 4) -> Plan:
    fault = event(10.5, 60.0, "kill", nodes=("web",), instances=dead)
    nodes = [
        client(rate=100.0),
        router("lb", "round_robin", health),
        station("web", 0.001, instances=instances),
    ]
    return plan(nodes, [link("users", "lb"), link("lb", "web")], events=(fault,))


@pytest.mark.parametrize(
    ("dead", "panic", "share"),
    [(2, 0.5, 1.0), (3, 0.5, 0.25), (3, 0.2, 1.0), (1, 0.9, 0.75), (1, 0.75, 1.0), (4, 0.5, 0.0)],
)
def test_panic_begins_below_the_threshold(dead: int, panic: float, share: float) -> None:
    """Envoy: below the threshold, all are used whatever their health."""
    assert answered(farm(checks(layer=4, panic=panic), dead), 20.0, 70.0) == pytest.approx(
        share, abs=0.02
    )


def test_panic_is_told_and_measured() -> None:
    result, notices = ran(farm(checks(layer=4, panic=0.5), 3))
    assert result["nodes"]["lb"]["extra"]["panic_share"] == pytest.approx(0.59, abs=0.02)
    assert [text for text in notices if text.startswith("lb:")] == [
        "lb: too few in rotation, so all are called",
        "lb: enough in rotation again, only they are called",
    ]
    result, notices = ran(farm(checks(layer=4, panic=0.5), 2))
    assert result["nodes"]["lb"]["extra"]["panic_share"] == 0.0
    result, _ = ran(farm(checks(layer=4), 3))
    assert "panic_share" not in result["nodes"]["lb"]["extra"]


def test_fail_open_begins_when_nobody_is_left() -> None:
    """AWS: all fail, all are used: with three of four dead the good one alone serves."""
    open_ = checks(layer=4, fail_open=True)
    assert answered(farm(open_, 3), 20.0, 70.0) == 1.0
    assert answered(farm(open_, 4), 20.0, 70.0) == 0.0
    cut = event(10.5, 60.0, "loss", links=("lb-web",), probability=0.9)
    nodes = farm(open_, 1).nodes
    lossy = plan(nodes, [link("users", "lb"), link("lb", "web")], events=(cut,))
    assert answered(lossy, 30.0, 70.0) > 0.05, "checks fail everywhere, requests now and then"


def test_knobs_take_effect_at_once() -> None:
    simulation = Simulation(farm(checks(layer=4), 3))
    simulation.advance(20.0)
    endpoints = simulation.machine.nodes["lb"].endpoints
    assert [each.healthy for each in endpoints] == [False, False, False, True]
    simulation.follow(farm(checks(layer=4, panic=0.5), 3))
    assert all(each.healthy for each in endpoints)
    simulation.follow(farm(checks(layer=4, panic=0.25), 3))
    assert [each.healthy for each in endpoints] == [False, False, False, True]
    simulation.advance(100.0)
    assert all(each.healthy for each in endpoints)
    check(simulation.machine)


def test_who_takes_other_classes_is_another_group() -> None:
    """Of the two that take writes both are dead; that those for reads are well is no help to them."""
    nodes = [
        client(rate=100.0, mix=(0.5, 0.5)),
        router("lb", "round_robin", checks(layer=4, panic=0.5)),
        station("reads", [0.001] * 2, instances=4),
        station("writes", [0.001] * 2, instances=2),
    ]
    links = [
        link("users", "lb", classes=MASKS[0]),
        link("lb", "reads", classes=(True, False)),
        link("lb", "writes", classes=MASKS[1]),
    ]
    kinds = (request_class("read"), request_class("write"))
    killed = event(10.5, 60.0, "kill", nodes=("writes",))
    simulation = Simulation(plan(nodes, links, classes=kinds, events=(killed,)))
    simulation.advance(60.0)
    assert all(each.healthy for each in simulation.machine.nodes["lb"].endpoints)


def test_files_say_it_with_these_names() -> None:
    lb = {"health": {"depth": "deep", "panic": 0.5, "fail_open": True}}
    nodes = [drawn_client("users", 1.0), drawn_node("lb", "load_balancer", **lb)]
    nodes.append(drawn_node("web", "service"))
    made = lower(drawn(nodes, [drawn_link("users", "lb"), drawn_link("lb", "web")]))
    routing = made.nodes[1].router
    assert routing is not None
    assert routing.health == HealthPlan(
        interval=2.0, failures=3, successes=2, layer=7, deep=True, panic=0.5, fail_open=True
    )
