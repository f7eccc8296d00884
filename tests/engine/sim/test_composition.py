"""Nodes are composed: gates, a station, a store before a flow or a router. What excludes each other is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.rate_limit import RateLimit
from engine.plan.primitives import (
    INFINITE,
    BacklogPlan,
    CpuPlan,
    FlowPlan,
    KeyPlan,
    MemoryPlan,
    NodePlan,
    Plan,
    RouterPlan,
    TrafficPlan,
)
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.flows import call, work
from tests.helpers.plans import client, event, link, plan, request_class, simulate, station, store

ROLES: dict[str, Any] = {
    "traffic": TrafficPlan(process="poisson"),
    "router": RouterPlan(picker="random"),
    "backlog": BacklogPlan(capacity=None, visibility=30.0, max_receive=5),
    "flow": (work(0.0),),
    "store": store(5),
}
TOGETHER = [("router", "store"), ("flow", "store")]
PAIRS = [
    (one, two) for one in ROLES for two in ROLES if list(ROLES).index(one) < list(ROLES).index(two)
]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_roles_that_exclude_each_other_are_refused(pair: tuple[str, str]) -> None:
    fields = {name: ROLES[name] for name in pair}
    if pair in TOGETHER:
        assert NodePlan(id="node", **fields).store is not None
        return
    with pytest.raises(
        ValueError, match=r"^node: a node cannot have \w+ and \w+ at once$"
    ) as error:
        NodePlan(id="node", **fields)
    assert all(name in str(error.value) for name in pair)


READ = request_class("read", keys=KeyPlan(count=10, alpha=0.0))
WRITE = request_class("write", write=True, keys=KeyPlan(count=10, alpha=0.0))
BOTH = (True, True)
LAWS = [0.25, 0.25]


def flowing(**changes: Any) -> tuple[list[NodePlan], list[Any]]:
    """A store before a flow that works and calls, one after the other."""
    flow: FlowPlan = (work(*LAWS), call("front-one"), call("front-two"))
    front = station("front", LAWS, workers=None, flow=flow, store=store(10, **changes))
    return [front], []


def routed(**changes: Any) -> tuple[list[NodePlan], list[Any]]:
    """A store before a router, with a second station that works as long."""
    front = NodePlan(
        id="front", router=RouterPlan(picker="round_robin"), store=store(10, **changes)
    )
    return [front], []


FRONTS: dict[str, Callable[..., tuple[list[NodePlan], list[Any]]]] = {
    "flow": flowing,
    "router": routed,
}


def stored(front: str, asked: list[tuple[float, int, int]], *events: Any, **changes: Any) -> Plan:
    """Requests (time, class, key) to a store before something that calls one station, or two."""
    nodes, links = FRONTS[front](**changes)
    times, kinds, keys = zip(*asked, strict=True)
    users = client(process="trace", times=times, kinds=kinds, keys=keys, mix=(0.5, 0.5))
    nodes += [users, *(station(name, [1.0, 1.0], workers=None) for name in ("one", "two"))]
    links += [link("users", "front", classes=BOTH)]
    links += [link("front", name, classes=BOTH) for name in ("one", "two")]
    return plan(nodes, links, classes=(READ, WRITE), events=events, duration=60.0)


def calls(result: Result) -> int:
    return int(sum(result["nodes"][name]["arrivals"] for name in ("one", "two")))


EACH = {"flow": 2, "router": 1}
"""Calls of a request that goes on."""
LONG = {"flow": 2.25, "router": 1.0}
"""Seconds that those take, work included."""
WORKED = {"flow": 0.25, "router": 0.0}
"""Seconds of work before the store is asked."""


@pytest.mark.parametrize("front", FRONTS)
def test_hits_are_answered_at_once_and_misses_go_on_and_are_stored(front: str) -> None:
    asked = [(1.0, 0, 3), (5.0, 0, 3), (6.0, 0, 4), (10.0, 0, 4), (10.0, 0, 3)]
    result = simulate(stored(front, asked))
    extra, latency = result["nodes"]["front"]["extra"], result["clients"]["users"]["latency"]
    assert (extra["hits"], extra["misses"], extra["entries"]) == (3, 2, 2)
    assert calls(result) == 2 * EACH[front]
    assert latency["max"] == pytest.approx(LONG[front])
    assert latency["mean"] == pytest.approx((2 * LONG[front] + 3 * WORKED[front]) / 5)


@pytest.mark.parametrize("front", FRONTS)
def test_a_write_goes_on_and_drops_the_key(front: str) -> None:
    asked = [(1.0, 0, 3), (5.0, 1, 3), (10.0, 0, 3), (15.0, 0, 3)]
    result = simulate(stored(front, asked))
    extra = result["nodes"]["front"]["extra"]
    assert (extra["hits"], extra["misses"]) == (1, 2)
    assert calls(result) == 3 * EACH[front]


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("single_flight", [True, False])
def test_with_single_flight_one_of_those_who_miss_goes_on(
    front: str, *, single_flight: bool
) -> None:
    asked = [(1.0 + 0.1 * place, 0, 3) for place in range(5)]
    result = simulate(stored(front, asked, single_flight=single_flight))
    assert calls(result) == (1 if single_flight else 5) * EACH[front]
    latency = result["clients"]["users"]["latency"]
    assert result["clients"]["users"]["succeeded"] == 5
    shortest = LONG[front] - (0.4 if single_flight else 0.0)
    assert latency["mean"] == pytest.approx((LONG[front] + shortest) / 2)


@pytest.mark.parametrize("front", FRONTS)
def test_what_fails_is_not_stored_and_fails_all_who_wait_for_it(front: str) -> None:
    wrong = [event(0.0, 8.0, "error", nodes=(name,), probability=1.0) for name in ("one", "two")]
    asked = [(1.0, 0, 3), (1.1, 0, 3), (9.0, 0, 3), (15.0, 0, 3)]
    result = simulate(stored(front, asked, *wrong, single_flight=True))
    extra, users = result["nodes"]["front"]["extra"], result["clients"]["users"]
    assert (extra["hits"], extra["misses"]) == (1, 3)
    assert users["failed"] == {"error": 2}


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize(
    "gate", [RateLimit(rate=5.0, burst=2, delay=True), RateLimit(rate=5.0, burst=2)]
)
def test_a_gate_stands_before_the_store(front: str, gate: RateLimit) -> None:
    """Whoever is turned away does not ask the store; whoever waits asks it then."""
    asked = [(1.0, 0, 3)] + [(5.0, 0, 3)] * 6
    design = stored(front, asked)
    nodes = tuple(
        replace(each, gates=(gate,)) if each.id == "front" else each for each in design.nodes
    )
    simulation = Simulation(replace(design, nodes=nodes))
    for step in range(100):
        simulation.advance(0.13 * (step + 1))
        check(simulation.machine)
    result = result_of(simulation.machine, (), 0.0)
    extra, users = result["nodes"]["front"]["extra"], result["clients"]["users"]
    passed = 6 if gate.delay else 2
    assert (extra["hits"], extra["misses"], extra["admitted"]) == (passed, 1, passed + 1)
    assert users["failed"] == ({} if gate.delay else {"rate_limited": 4})
    if gate.delay:
        assert users["latency"]["max"] == pytest.approx(max(LONG[front], 0.8 + WORKED[front]))


def test_a_service_with_a_flow_reports_its_memory_and_its_quota() -> None:
    """As one without: ten at a time, of which each takes 30 bytes on top of 100."""
    memory = MemoryPlan(base=100.0, per_request=30.0, per_peer=0.0, leak=0.0, limit=INFINITE)
    found = []
    for flow in (None, (work(1.0), call("web-db"))):
        web = station("web", 1.0, workers=10, flow=flow, memory=memory, cpu=CpuPlan(quota=0.5))
        users = client(process="trace", times=(1.0,) * 10)
        nodes = [users, web, station("db", 30.0, workers=None)]
        simulation = Simulation(plan(nodes, [link("users", "web"), link("web", "db")]))
        simulation.advance(25.0)
        found.append(result_of(simulation.machine, (), 0.0)["nodes"]["web"]["extra"])
    assert found[0] == found[1]
    assert found[1]["memory"] == 100.0 + 10 * 30.0
    assert found[1]["restarts"] == 0
    assert found[1]["throttled"] > 0.0
