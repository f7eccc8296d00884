"""Circuit breakers against a naive one, and by hand."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.breaker import Breaker
from engine.plan.primitives import Plan
from engine.sim.invariants import check
from engine.sim.report import result_of
from tests.helpers.breakers import KINDS, calls, drawn, heard, told
from tests.helpers.flows import call, parallel, work
from tests.helpers.plans import (
    client,
    event,
    exponential,
    link,
    plan,
    request_class,
    retry,
    simulate,
    station,
)

END = 140.0


@pytest.mark.parametrize(
    "knobs",
    [
        {"window": 20, "minimum": 20, "open": 2.0, "half_open": 5},
        {"window": 10, "minimum": 1000, "open": 3.0},
        {"window": 50, "minimum": 5, "open": 1.0, "half_open": 3},
        {"window": 4, "failure_share": 1.0, "open": 0.5, "half_open": 2},
        {"window": 1, "open": 0.3, "half_open": 1},
        {"window": 30, "slow_call": 0.2, "slow_share": 0.5, "open": 1.5, "half_open": 4},
        {"window": 8, "slow_call": 0.2, "failure_share": 1.0, "open": 0.7, "half_open": 6},
        {"window": 12, "slow_call": 0.035, "slow_share": 0.75, "failure_share": 1.0, "open": 2.0},
        {"window": 100, "minimum": 100, "failure_share": 0.33, "open": 1e5, "half_open": 10},
        {"window": 6, "open": 1e-7, "half_open": 1},
        {"window": 6, "open": 0.001, "half_open": 30},
        {"window": 25, "minimum": 1, "failure_share": 0.01, "open": 0.05, "half_open": 1},
        {"window": 3, "window_type": "seconds", "minimum": 10, "open": 2.0, "half_open": 5},
        {"window": 1, "window_type": "seconds", "minimum": 2, "open": 0.5, "half_open": 2},
        {"window": 10, "window_type": "seconds", "minimum": 4, "slow_call": 0.2, "slow_share": 0.4},
    ],
)
@pytest.mark.parametrize(
    "failing", [("stuck",), ("broken",), ("gone",), ("late",), KINDS[1:]], ids=str
)
def test_it_does_what_a_naive_one_does(knobs: dict[str, Any], failing: tuple[str, ...]) -> None:
    settings = Breaker(**knobs)
    times, kinds = drawn(failing, seed=3, end=END)
    naive = told(settings, times, kinds, END)
    result = simulate(calls(settings, times, kinds, END))
    edge, users = result["links"]["users-api"], result["clients"]["users"]
    assert edge["failed"].get("breaker_open", 0) == naive.refused
    assert users["failed"].get("breaker_open", 0) == naive.refused
    assert edge["extra"]["opened"] == naive.opened
    assert edge["extra"]["open_share"] * END == pytest.approx(naive.open_time, abs=1e-6)
    assert result["nodes"]["api"]["arrivals"] == len(times) - naive.refused
    if failing != ("late",):
        assert naive.opened > 0
        assert naive.refused > 0 or knobs["open"] < 0.001


def test_an_outage_by_hand() -> None:
    """50 a second, all of which fail from 100 s to 200 s: what Resilience4j's defaults make of it."""
    nodes = [client(process="deterministic", rate=50.0), station("api", 0.0, workers=None)]
    outage = event(100.0, 100.0, "error", nodes=("api",), probability=1.0)
    edge = link("users", "api", policies=(Breaker(),))
    simulation = Simulation(plan(nodes, [edge], events=(outage,), duration=300.0))
    said = heard(simulation)
    simulation.advance(300.0)
    states = ["open", "half-open", "open", "half-open", "closed"]
    assert [what for what, _ in said] == [f"circuit breaker {state}" for state in states]
    times = [101.0, 161.0, 161.19, 221.19, 221.37]
    assert [time for _, time in said] == pytest.approx(times, abs=0.011), "to a call"
    result = result_of(simulation.machine, (), 0.0)
    failed = result["clients"]["users"]["failed"]
    assert failed["error"] == 50 + 10
    assert failed["breaker_open"] == pytest.approx(2 * 60 * 50, abs=2)
    extra = result["links"]["users-api"]["extra"]
    assert extra["opened"] == 2
    assert extra["open_share"] == pytest.approx(120.0 / 300.0, abs=1e-9)
    assert result["nodes"]["api"]["arrivals"] == 15_000 - failed["breaker_open"] - 1


def dead(breaker: Breaker | None, duration: float = 1200.0) -> Plan:
    """280 a second, each tried twice, at a database that is cut off for the last eleven twelfths."""
    nodes = [client(rate=280.0), station("db", exponential(0.01), workers=3)]
    policies = () if breaker is None else (breaker,)
    policy = {"timeout": 1.0, "retry": retry(2), "policies": policies}
    kill = event(duration / 12, duration, "kill", nodes=("db",))
    return plan(nodes, [link("users", "db", **policy)], events=(kill,), duration=duration)


def attempts_after(design: Plan, start: float) -> int:
    """Attempts that reach for the target from a time on."""
    simulation = Simulation(design)
    edge = simulation.machine.links["users-db"].link
    simulation.advance(start)

    def sent() -> int:
        return int(edge.attempts) - edge.failed[4]

    before = sent()
    simulation.advance(design.duration)
    check(simulation.machine)
    return sent() - before


def test_it_spares_a_dead_target_more_than_99_per_cent_of_the_attempts() -> None:
    """What is left: the failures that open it, and ten trial calls a minute: .03 %."""
    without, with_it = (attempts_after(dead(breaker), 100.0) for breaker in (None, Breaker()))
    assert without == pytest.approx(2 * 280.0 * 1100.0, rel=0.01)
    trials = 10 * int(1100.0 / 60.0)
    assert 50 + trials - 10 <= with_it <= 100 + trials + 10
    assert 1.0 - with_it / without > 0.999


@pytest.mark.oracle(14)
def test_it_ends_a_retry_storm() -> None:
    """HotOS'21: 280 a second, a timeout of 1 s, one retry, ten slow seconds. Open for 10 s, it recovers."""
    slow = event(60.0, 10.0, "slow", nodes=("db",), factor=10.0)
    nodes = [client(rate=280.0), station("db", exponential(0.01), workers=3)]

    def goodput(*policies: Breaker) -> float:
        policy = {"timeout": 1.0, "retry": retry(2), "policies": policies}
        simulation = Simulation(plan(nodes, [link("users", "db", **policy)], events=(slow,)))
        users = simulation.machine.nodes["users"].node
        simulation.advance(130.0)
        offered, done = int(users.arrivals), int(users.completed)
        simulation.advance(230.0)
        return (int(users.completed) - done) / (int(users.arrivals) - offered)

    assert goodput() == 0.0
    assert goodput(Breaker(open=10.0)) > 0.98


def test_what_was_sent_before_it_opened_says_nothing_later() -> None:
    """Five calls of 1 s are given up at 11 s, while calls of 7.5 s are its trials: those decide."""
    times = (1.0,) * 5 + (2.0,) * 4 + (7.5,) * 3 + (14.0,)
    kinds = (0,) * 5 + (1,) * 4 + (2,) * 3 + (1,)
    nodes = [
        client(process="trace", times=times, kinds=kinds, mix=(0.4, 0.3, 0.3)),
        station("api", [50.0, 0.0, 6.0], workers=None),
    ]
    breaker = Breaker(window=4, open=5.0, half_open=3)
    edge = link("users", "api", classes=(True,) * 3, timeout=10.0, policies=(breaker,))
    wrong = event(1.9, 0.2, "error", nodes=("api",), probability=1.0)
    classes = tuple(request_class(name) for name in ("stuck", "quick", "long"))
    simulation = Simulation(plan(nodes, [edge], events=(wrong,), classes=classes))
    said = heard(simulation)
    simulation.advance(30.0)
    assert said == [
        ("circuit breaker open", 2.0),
        ("circuit breaker half-open", 7.0),
        ("circuit breaker closed", 13.5),
    ]
    failed = result_of(simulation.machine, (), 0.0)["clients"]["users"]["failed"]
    assert failed == {"error": 4, "timeout": 5}


def test_a_trial_that_is_called_off_is_made_up_for_by_another() -> None:
    """One of two answers is enough, and the other call is called off: it has no outcome."""

    def either(slow: float) -> Plan:
        flow = (work(0.0), parallel(call("web-slow"), call("web-quick"), need=1))
        nodes = [
            client(process="trace", times=tuple(1.0 + place for place in range(30))),
            station("web", 0.0, workers=None, flow=flow),
            station("slow", slow, workers=None),
            station("quick", 0.5, workers=None),
        ]
        breaker = Breaker(window=2, open=3.2, half_open=1)
        links = [
            link("users", "web"),
            link("web", "slow", cancellation=True, policies=(breaker,)),
            link("web", "quick", cancellation=True),
        ]
        wrong = event(0.0, 2.5, "error", nodes=("slow",), probability=1.0)
        return plan(nodes, links, events=(wrong,))

    simulation = Simulation(either(0.1))
    said = heard(simulation)
    simulation.advance(2.7)
    simulation.follow(either(2.0))
    simulation.advance(20.6)
    check(simulation.machine)
    assert said == [
        ("circuit breaker open", pytest.approx(2.1)),
        ("circuit breaker half-open", pytest.approx(5.3)),
    ]
    edge = simulation.machine.links["web-slow"].link
    assert int(edge.attempts) == 20
    assert edge.failed[4] == 3, "those at 3, 4 and 5 s; each later one is a trial, called off"
    simulation.follow(either(0.1))
    simulation.advance(40.0)
    assert said[2:] == [("circuit breaker closed", pytest.approx(21.1))]
    assert simulation.machine.nodes["users"].node.completed == 30
