"""Callers that wait for so long and no longer before anybody works on their call, wherever they wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.breaker import Breaker
from engine.model.policies.bulkhead import Bulkhead
from engine.model.policies.rate_limit import RateLimit
from engine.plan.primitives import INFINITE, BatchPlan, ConnectionPlan, NodePlan, Plan
from engine.sim.invariants import check
from engine.sim.report import Result
from tests.helpers.plans import (
    client,
    event,
    exponential,
    link,
    plan,
    queue,
    retry,
    router,
    simulate,
    station,
)

POOL = ConnectionPlan(round_trips=0, connections=1)


def together(count: int) -> NodePlan:
    """So many requests at once, after a second."""
    return client(process="trace", times=(1.0,) * count)


def burst(count: int, web: NodePlan, **policy: Any) -> Result:
    """The result of requests that come at once."""
    return simulate(plan([together(count), web], [link("users", "web", **policy)], duration=20.0))


def test_a_timeout_begins_when_a_bulkhead_lets_a_call_go() -> None:
    """Each call takes .1 s once it is sent, well within .2 s, however long it was held."""
    held = (Bulkhead(concurrent=1, pending=10),)
    result = burst(5, station("web", 0.1), timeout=0.2, policies=held)
    assert result["links"]["users-web"]["succeeded"] == 5
    slow = burst(3, station("web", 0.3), timeout=0.2, policies=held)
    assert slow["links"]["users-web"]["failed"] == {"timeout": 3}
    assert slow["links"]["users-web"]["in_flight_mean"] * 20.0 == pytest.approx(0.2 + 0.4 + 0.6)


@pytest.mark.parametrize(
    "place",
    [
        {"policies": (Bulkhead(concurrent=1, pending=10),)},
        {"connection": POOL},
        {},
    ],
)
def test_at_every_place_those_leave_whose_turn_comes_later(place: dict[str, Any]) -> None:
    """One after the other takes .1 s: waits of 0, .1 and .2 s are in time."""
    result = burst(6, station("web", 0.1), queue_timeout=0.25, **place)
    edge, web = result["links"]["users-web"], result["nodes"]["web"]
    assert edge["succeeded"] == web["completed"] == 3
    assert edge["failed"] == {"timeout": 3}
    assert edge["extra"]["queue_timeouts"] == 3.0
    at_web = 3 if place == {} else 0
    assert sum(web["failed"].values()) == at_web
    assert web["arrivals"] == 3 + at_web
    assert edge["in_flight_mean"] * 20.0 == pytest.approx(0.1 + 0.2 + 0.3 + 3 * 0.25)


def test_a_wait_that_ends_at_the_very_moment_ends_in_time() -> None:
    result = burst(6, station("web", 0.1), queue_timeout=0.3)
    assert result["links"]["users-web"]["succeeded"] == 4


def test_work_that_has_begun_goes_on_and_each_wait_counts_for_itself() -> None:
    """.2 s for a connection and .2 s for a worker are within .25 s each; the work takes a second."""
    pool = ConnectionPlan(round_trips=0, connections=3)
    result = burst(3, station("web", 0.2), queue_timeout=0.25, connection=pool)
    assert result["links"]["users-web"]["failed"] == {"timeout": 1}, "it waited .4 s"
    assert burst(1, station("web", 5.0), queue_timeout=0.25)["nodes"]["web"]["completed"] == 1


@pytest.mark.parametrize("discipline", ["fifo", "lifo", "priority"])
@pytest.mark.parametrize("batch", [None, BatchPlan(size=1, linger=0.0, fixed=1.0, per_item=0.0)])
def test_who_leaves_is_not_worked_on_and_its_place_is_free(
    discipline: str, batch: BatchPlan | None
) -> None:
    """Two places: the two that leave make room for two that come later, of which one is served."""
    web = station("web", 1.0, discipline=discipline, queue_limit=2, batch=batch)
    nodes = [client(process="trace", times=(1.0, 1.05, 1.1, 1.6, 1.7)), web]
    result = simulate(plan(nodes, [link("users", "web", queue_timeout=0.45)], duration=20.0))
    edge = result["links"]["users-web"]
    assert edge["failed"] == result["nodes"]["web"]["failed"] == {"timeout": 3}
    assert edge["succeeded"] == 2


def test_it_is_tried_again_and_counts_as_a_failure_for_the_breaker() -> None:
    breaker = Breaker(window=4, minimum=4, failure_share=0.5, open=100.0)
    result = burst(2, station("web", 1.1), queue_timeout=0.2, retry=retry(6))
    assert result["links"]["users-web"]["attempts"] == 2 + 5
    assert result["links"]["users-web"]["failed"] == {"timeout": 5}
    assert result["clients"]["users"]["failed"] == {}, "the sixth try finds the worker free"
    opened = burst(5, station("web", 5.0), queue_timeout=0.2, policies=(breaker,))
    assert opened["links"]["users-web"]["extra"]["opened"] == 1.0


def test_behind_a_balancer_its_links_say_it_and_another_instance_may_be_free() -> None:
    tries = retry(2, other_instance=True)
    nodes = [together(3), router("lb"), station("a", 5.0), station("b", 0.1)]
    policy: dict[str, Any] = {"queue_timeout": 0.2, "retry": tries}
    links = [link("users", "lb"), link("lb", "a", **policy), link("lb", "b", **policy)]
    result = simulate(plan(nodes, links, duration=20.0))
    assert result["clients"]["users"]["failed"] == {}
    assert result["clients"]["users"]["latency"]["p50"] == pytest.approx(0.3, abs=0.02)


def test_at_a_gate_the_wait_counts_as_one_for_a_worker() -> None:
    limit = RateLimit(rate=1.0, burst=1, delay=True, pending=10)
    web = station("web", 0.0, workers=5, gates=(limit,))
    result = burst(4, web, queue_timeout=1.5)
    assert result["links"]["users-web"]["succeeded"] == 2
    assert result["links"]["users-web"]["failed"] == {"timeout": 2}


def test_messages_wait_in_their_queue_whatever_the_link_says() -> None:
    nodes = [together(20), queue("queue"), station("worker", 0.3, pulls=True)]
    links = [link("users", "queue"), link("queue", "worker", queue_timeout=0.01)]
    result = simulate(plan(nodes, links, duration=20.0))
    assert result["nodes"]["worker"]["completed"] == 20


Change = Callable[[int], Plan]


def changing(step: int) -> Plan:
    """Another design each time: limits come and go while calls wait everywhere, and an instance dies."""
    odd, third = step % 2 == 1, step % 3
    pool = ConnectionPlan(
        round_trips=step % 2, connections=2, pending=[None, 0, 3][third], streams=1 + step % 2
    )
    policy: dict[str, Any] = {
        "queue_timeout": [INFINITE, 0.05, 0.4][third],
        "connection": pool if step % 5 < 3 else None,
        "policies": (Bulkhead(concurrent=4 + third, pending=6),) if step % 4 < 2 else (),
        "retry": retry(2, 0.02, other_instance=odd),
        "timeout": [INFINITE, 0.3][step % 2],
        "cancellation": step % 7 == 0,
    }
    web = station(
        "web",
        exponential(0.1),
        instances=1 + third,
        workers=2,
        discipline=["fifo", "lifo", "ps", "priority"][step % 4],
        queue_limit=[None, 3][step % 2],
        overflow=["refuse", "resend"][(step // 2) % 2],
        gates=(RateLimit(rate=30.0, burst=5, delay=True, pending=5),) if step % 6 < 2 else (),
    )
    deaths = tuple(
        event(at, 0.7, "kill", nodes=("web",), instances=1) for at in (1.3, 4.1, 6.6, 9.2)
    )
    nodes = [client(rate=60.0), station("app", 0.0, workers=40, hold=True), web]
    links = [link("users", "app"), link("app", "web", **policy)]
    return plan(nodes, links, events=deaths, duration=30.0)


@pytest.mark.parametrize("first", range(6))
def test_everything_adds_up_while_limits_change_and_instances_die(first: int) -> None:
    simulation = Simulation(changing(first))
    for step in range(1, 60):
        simulation.advance(step * 0.19)
        check(simulation.machine)
        simulation.follow(changing(first + step))
        check(simulation.machine)
    simulation.advance(30.0)
    check(simulation.machine)
