"""A bulkhead of n places before a target without a queue is Erlang's loss system; with places to wait, M/M/n/K."""

from __future__ import annotations

import math

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.bulkhead import Bulkhead
from engine.sim.invariants import check
from tests.helpers.plans import (
    client,
    event,
    exponential,
    link,
    plan,
    queue,
    router,
    simulate,
    station,
)


def blocked(load: float, places: int, pending: int) -> float:
    """Share of Poisson arrivals that find n servers and K - n places taken (M/M/n/K)."""
    weights = [load**k / math.factorial(k) for k in range(places + 1)]
    for _ in range(pending):
        weights.append(weights[-1] * load / places)
    return weights[-1] / sum(weights)


@pytest.mark.parametrize(
    ("rate", "places", "pending"), [(80.0, 5, 0), (240.0, 20, 0), (60.0, 4, 3), (120.0, 9, 12)]
)
def test_calls_are_refused_as_often_as_erlang_says(rate: float, places: int, pending: int) -> None:
    service = 0.07
    policy = Bulkhead(concurrent=places, pending=pending)
    nodes = [client(rate=rate), station("web", exponential(service), workers=None)]
    result = simulate(plan(nodes, [link("users", "web", policies=(policy,))], duration=3000.0))
    edge = result["links"]["users-web"]
    loss = blocked(rate * service, places, pending)
    share = edge["failed"]["bulkhead_full"] / edge["attempts"]
    assert share == pytest.approx(loss, rel=0.03)
    used = rate * (1.0 - loss) * service / places
    assert edge["extra"]["bulkhead_used"] == pytest.approx(used, rel=0.02)
    assert result["nodes"]["web"]["in_system_mean"] <= places


def test_whoever_waits_counts_as_under_way_and_is_called_off_in_line() -> None:
    """Three calls at once on one place: the others wait a second each, and nobody waits without a caller."""
    policy = Bulkhead(concurrent=1, pending=10)
    nodes = [client(process="trace", times=(1.0, 1.0, 1.0)), station("web", 1.0, workers=None)]
    result = simulate(plan(nodes, [link("users", "web", policies=(policy,))], duration=10.0))
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(3.0, rel=0.01)
    assert result["links"]["users-web"]["extra"]["bulkhead_waiting"] == pytest.approx(0.3)


def test_a_queue_keeps_its_messages_where_its_workers_have_a_bulkhead() -> None:
    policy = Bulkhead(concurrent=2)
    workers = station("worker", 0.1, workers=8, pulls=True)
    nodes = [client(rate=10.0), queue("queue"), workers]
    links = [link("users", "queue"), link("queue", "worker", policies=(policy,))]
    simulation = Simulation(plan(nodes, links, duration=100.0))
    simulation.advance(100.0)
    check(simulation.machine)
    part = simulation.machine.nodes["queue"]
    extra = part.extra(100.0)
    assert extra["redelivered"] == extra["dead_lettered"] == 0.0
    assert extra["consumed"] > 900.0
    assert int(simulation.machine.links["queue-worker"].link.failed[5]) == 0


def test_it_can_be_turned_while_calls_wait() -> None:
    def designed(policy: Bulkhead | None):
        nodes = [client(rate=50.0), station("web", exponential(0.1), workers=None)]
        chosen = () if policy is None else (policy,)
        kills = (event(4.0, 1.0, "kill", nodes=("web",)),)
        return plan(nodes, [link("users", "web", policies=chosen)], events=kills, duration=20.0)

    simulation = Simulation(designed(Bulkhead(concurrent=2, pending=50)))
    for time, policy in (
        (3.0, Bulkhead(concurrent=6, pending=5)),
        (6.0, None),
        (9.0, Bulkhead(concurrent=1, pending=100)),
        (12.0, Bulkhead(concurrent=3)),
        (15.0, None),
    ):
        simulation.advance(time)
        check(simulation.machine)
        simulation.follow(designed(policy))
        check(simulation.machine)
    simulation.advance(20.0)
    check(simulation.machine)


def test_behind_a_balancer_the_instance_is_picked_when_the_call_goes() -> None:
    """Two calls at most over three instances: least connections never puts two on one (M/D/2 at .9)."""
    policy = Bulkhead(concurrent=2, pending=1000)
    web = station("web", 0.1, instances=3)
    direct = link("users", "web", policies=(policy,), picker="least_connections")
    alone = simulate(plan([client(rate=18.0), web], [direct], duration=400.0))
    nodes = [client(rate=18.0), router("lb", "least_connections"), web]
    links = [link("users", "lb"), link("lb", "web", policies=(policy,))]
    routed = simulate(plan(nodes, links, duration=400.0))
    assert routed["nodes"]["web"]["wait"]["max"] == 0.0
    means = [each["clients"]["users"]["latency"]["mean"] for each in (alone, routed)]
    assert means[1] == pytest.approx(means[0], rel=1e-9)


@pytest.mark.parametrize("picker", ["round_robin", "random", "least_connections", "power_of_two"])
def test_whoever_waits_does_not_go_to_an_instance_that_is_gone(picker: str) -> None:
    policy = Bulkhead(concurrent=2, pending=1000)

    def designed(instances: int, workers: int = 1):
        web = station("web", 0.1, instances=instances, workers=workers)
        nodes = [client(rate=40.0), router("lb", picker), web]
        return plan(nodes, [link("users", "lb"), link("lb", "web", policies=(policy,))])

    simulation = Simulation(designed(3))
    for time, design in ((2.0, designed(1)), (2.5, designed(1, 2)), (4.0, designed(4))):
        simulation.advance(time)
        simulation.follow(design)
        check(simulation.machine)
    simulation.advance(9.0)
    check(simulation.machine)
