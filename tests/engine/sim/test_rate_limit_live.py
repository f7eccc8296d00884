"""A rate limit that changes while calls wait at it, and nodes that change or die around them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.files import loads
from engine.model.policies.rate_limit import RateLimit
from engine.plan.primitives import EventPlan, KeyPlan, NodePlan, Plan, StartPlan
from engine.run.session import Session
from engine.sim.invariants import check
from engine.sim.report import result_of
from tests.helpers import builders
from tests.helpers.plans import (
    client,
    constant,
    event,
    exponential,
    link,
    plan,
    queue,
    request_class,
    router,
    simulate,
    station,
)

TIGHT: dict[str, Any] = {"rate": 20.0, "burst": 5, "delay": True}
KEYS = request_class(keys=KeyPlan(count=10, alpha=0.0))


def guarded(limit: dict[str, Any] | None, *events: EventPlan, **changes: Any) -> Plan:
    """30 a second for 6 s, at a station behind a limit."""
    api = station("api", changes.pop("work", exponential(0.02)), workers=4, **changes)
    gates = () if limit is None else (RateLimit(**limit),)
    users = client(rate=30.0, schedule=((0.0, 30.0), (6.0, 30.0), (6.0, 0.0)))
    nodes = [users, replace(api, gates=gates)]
    return plan(nodes, [link("users", "api")], classes=(KEYS,), events=events, duration=60.0)


def held(simulation: Simulation) -> int:
    return sum(int(gate.held) for gate in simulation.machine.nodes["api"].node.gates)


@pytest.mark.parametrize(
    "change",
    [
        None,
        {"rate": 200.0},
        {"rate": 5.0},
        {"burst": 1},
        {"burst": 500},
        {"delay": False},
        {"pending": 3},
        {"shared": False},
        *(
            {"by": by, "shared": shared}
            for by in ("client", "key", "session", "class")
            for shared in (True, False)
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("instances", [1, 3])
def test_whoever_waits_gets_in_after_any_change(
    change: dict[str, Any] | None, instances: int
) -> None:
    """There and back again, twice, while some wait: nobody is lost, and who waits is counted."""
    simulation = Simulation(guarded(TIGHT, instances=instances))
    changed = None if change is None else TIGHT | change
    for turn, limit in enumerate((changed, TIGHT, changed, TIGHT)):
        simulation.advance(3.0 + 0.7 * turn)
        if turn == 0:
            assert held(simulation) > 5
        simulation.follow(guarded(limit, instances=instances))
        check(simulation.machine)
        if limit is None:
            assert held(simulation) == 0
    for step in range(100):
        simulation.advance(5.5 + 0.545 * step)
        check(simulation.machine)
    node = simulation.machine.nodes["api"].node
    assert node.in_system == held(simulation) == 0
    assert node.completed + node.failed[3] == node.arrivals
    result_of(simulation.machine, (), 0.0)


def test_another_rate_counts_from_then_on() -> None:
    """Ten come at 1 s to a bucket of one token at one a second; from 3.5 s on, ten a second come."""

    def slow(rate: float) -> Plan:
        gate = RateLimit(rate=rate, burst=1, delay=True)
        api = replace(station("api", 0.0, workers=None), gates=(gate,))
        nodes = [client(process="trace", times=(1.0,) * 10), api]
        return plan(nodes, [link("users", "api")])

    simulation = Simulation(slow(1.0))
    simulation.advance(3.5)
    simulation.follow(slow(10.0))
    simulation.advance(20.0)
    latency = result_of(simulation.machine, (), 0.0)["clients"]["users"]["latency"]
    waits = [0.0, 1.0, 2.0, *(2.55 + 0.1 * place for place in range(7))]
    assert latency["max"] == pytest.approx(waits[-1], abs=1e-9)
    assert latency["mean"] == pytest.approx(sum(waits) / 10, abs=1e-9)


def test_following_what_is_followed_already_changes_nothing() -> None:
    limits = ({}, {"by": "key"}, {"by": "class", "shared": False})
    for limit in limits:
        still, restless = (Simulation(guarded(TIGHT | limit)) for _ in range(2))
        still.advance(20.0)
        for step in range(200):
            restless.advance(0.1 * (step + 1))
            restless.follow(guarded(TIGHT | limit))
        first, second = (result_of(each.machine, (), 0.0)["hash"] for each in (still, restless))
        assert first == second


@pytest.mark.parametrize("by", ["all", "key"])
@pytest.mark.parametrize("earlier", ["all", "class"])
def test_a_kill_fails_those_who_wait_for_the_instance(by: str, earlier: str) -> None:
    """Also those in the line of buckets that were shared in another way."""
    kill = event(4.0, 1.0, "kill", nodes=("api",), instances=1)
    simulation = Simulation(guarded(TIGHT | {"by": earlier}, kill, instances=2, work=0.001))
    simulation.advance(3.9)
    simulation.follow(guarded(TIGHT | {"by": by}, kill, instances=2, work=0.001))
    simulation.advance(3.999)
    node = simulation.machine.nodes["api"].node
    waiting, crashed = held(simulation), node.failed[7]
    simulation.advance(4.001)
    check(simulation.machine)
    lost = node.failed[7] - crashed
    assert lost == pytest.approx(waiting / 2, abs=0.2 * waiting + 2)
    assert lost > 5
    assert waiting - held(simulation) in {lost, lost - 1, lost + 1}
    simulation.advance(60.0)
    check(simulation.machine)
    assert node.in_system == 0


def test_a_surplus_instance_is_there_for_those_who_wait_to_get_into_it() -> None:
    """Three of four are given up while calls for them wait at the gate, and nobody is inside for a while."""
    simulation = Simulation(guarded(TIGHT, instances=4, work=0.5))
    simulation.advance(5.0)
    assert held(simulation) > 10
    pause = TIGHT | {"rate": 0.001}
    for work in (0.4, 0.3, 0.2):
        simulation.advance(simulation.now + 0.7)
        simulation.follow(guarded(pause, instances=1, work=work))
        check(simulation.machine)
    for step in range(300):
        simulation.follow(guarded(TIGHT, instances=1, work=0.5 + 1e-6 * step))
        simulation.advance(8.0 + 0.05 * step)
        check(simulation.machine)
    simulation.advance(60.0)
    node = simulation.machine.nodes["api"].node
    assert node.completed == node.arrivals
    simulation.follow(guarded(TIGHT, instances=1))
    assert simulation.machine.nodes["api"].retired == []


def test_who_waits_at_a_removed_node_is_answered() -> None:
    simulation = Simulation(guarded(TIGHT))
    simulation.advance(4.0)
    assert held(simulation) > 5
    users = simulation.machine.nodes["users"].node
    begun = int(users.arrivals)
    nodes = [client(rate=30.0, schedule=((0.0, 0.0),)), station("other", 0.0)]
    simulation.follow(plan(nodes, [link("users", "other")], classes=(KEYS,)))
    simulation.advance(30.0)
    check(simulation.machine)
    assert (users.in_system, users.completed) == (0, begun)


@pytest.mark.parametrize("shared", [True, False])
def test_an_instance_that_starts_takes_part_when_it_is_ready(shared: bool) -> None:
    start = StartPlan(time=constant(1.0))
    limit = TIGHT | {"shared": shared, "rate": 10.0}
    simulation = Simulation(guarded(limit, instances=1, start=start))
    simulation.advance(3.0)
    simulation.follow(guarded(limit, instances=3, start=start))
    before = int(simulation.machine.nodes["api"].node.arrivals)
    for step in range(57):
        simulation.advance(4.0 + step)
        check(simulation.machine)
    node = simulation.machine.nodes["api"].node
    assert node.arrivals > before
    assert node.completed == node.arrivals


def test_before_a_balancer_and_before_a_queue_calls_wait_as_well() -> None:
    """At exactly the tenth of a second that each token takes."""
    gate = (RateLimit(rate=10.0, burst=1, delay=True),)
    users, api = client(process="trace", times=(1.0,) * 5), station("api", 0.0, workers=None)
    for front in (router("front"), queue("front")):
        pulling = replace(api, pulls=front.backlog is not None)
        links = [link("users", "front"), link("front", "api")]
        simulation = Simulation(plan([users, replace(front, gates=gate), pulling], links))
        for step in range(20):
            simulation.advance(1.0 + 0.05 * step)
            check(simulation.machine)
        result = result_of(simulation.machine, (), 0.0)
        assert result["clients"]["users"]["latency"]["max"] == pytest.approx(0.4, abs=1e-9)
        assert result["nodes"]["api"]["completed"] == 5
        assert result["nodes"]["front"]["residence"]["max"] == pytest.approx(0.4, abs=1e-9)


def test_a_call_that_waits_at_a_gate_still_meets_a_full_line() -> None:
    gate = (RateLimit(rate=1000.0, burst=1, delay=True),)
    api = replace(station("api", 1.0, queue_limit=1), gates=gate)
    design = plan([client(process="trace", times=(1.0,) * 5), api], [link("users", "api")])
    node = simulate(design)["nodes"]["api"]
    assert (node["completed"], node["failed"]) == (2, {"queue_full": 3})


def session(*events: dict[str, Any], **limit: Any) -> dict[str, Any]:
    """500 a second, of which a limit lets 100 in, and what events make of it: the results."""
    nodes = [
        builders.node("users", "client", arrivals={"process": "deterministic", "rate": 500}),
        builders.node(
            "api", "service", admission={"rate_limit": {"rate": 100, "burst": 1} | limit}
        ),
    ]
    made = builders.raw_design(
        nodes, [builders.link("users", "api")], duration=50, warmup=0, events=list(events)
    )
    begun = Session(loads(json.dumps(made), "test"))
    begun.advance(50.0)
    return begun.result()["nodes"]["api"]["extra"]


def turned(at: float, path: str, value: Any, duration: float) -> dict[str, Any]:
    path = f"admission.rate_limit.{path}"
    return {
        "at": at,
        "duration": duration,
        "target": "api",
        "change": "set",
        "path": path,
        "value": value,
    }


def test_an_event_of_the_scenario_turns_the_rate() -> None:
    assert session()["admitted"] == pytest.approx(5000, abs=2)
    faster = session(turned(10.0, "rate", 250.0, 20.0))
    assert faster["admitted"] == pytest.approx(30 * 100 + 20 * 250, abs=3)
    filled = session(turned(10.0, "rate", 250.0, 20.0), turned(15.0, "burst", 80, 5.0))
    assert filled["admitted"] == pytest.approx(8000, abs=3), "nothing is left over for a burst"
    delayed = session(turned(10.0, "delay", True, 5.0))
    assert delayed["admitted"] == pytest.approx(5000, abs=3)
    assert delayed["rate_limited"] == 24_999 - delayed["admitted"], "2000 have waited; all got in"


@pytest.mark.parametrize(("rate", "passes"), [(0.001, 1 + 4), (1.0, 1 + 30)])
def test_only_a_full_bucket_is_full_of_another_burst(rate: float, passes: int) -> None:
    """One of five tokens is taken at 1 s; it is back at 5 s, when thirty fit in, or it is not."""

    def limited(burst: int) -> NodePlan:
        api = station("api", 0.0, workers=None)
        return replace(api, gates=(RateLimit(rate=rate, burst=burst),))

    users = client(process="trace", times=(1.0, *(5.5,) * 50))
    more = event(5.0, 50.0, "set", replacement=limited(30), nodes=("api",))
    result = simulate(plan([users, limited(5)], [link("users", "api")], events=(more,)))
    assert result["nodes"]["api"]["completed"] == passes
