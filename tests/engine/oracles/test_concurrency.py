"""A concurrency limit before a station that never queues is Erlang's loss system; before one that does, M/M/c/K."""

from __future__ import annotations

import math

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.concurrency import Concurrency
from engine.model.policies.rate_limit import RateLimit
from engine.sim.invariants import check
from engine.sim.lane.gates.concurrency import ConcurrencyLimit
from tests.helpers.plans import client, event, exponential, link, plan, simulate, station


def blocked(load: float, servers: int, limit: int) -> float:
    """Share of Poisson arrivals that find `limit` inside c servers and their queue (M/M/c/K)."""
    weights = [load**k / math.factorial(k) for k in range(min(servers, limit) + 1)]
    while len(weights) <= limit:
        weights.append(weights[-1] * load / servers)
    return weights[-1] / sum(weights)


@pytest.mark.parametrize(
    ("rate", "workers", "limit"), [(90.0, 3, 3), (120.0, 4, 9), (160.0, 5, 20)]
)
def test_requests_are_shed_as_often_as_the_queue_says(
    rate: float, workers: int, limit: int
) -> None:
    service = 0.03
    node = station("web", exponential(service), workers=workers, gates=(Concurrency(limit=limit),))
    result = simulate(plan([client(rate=rate), node], [link("users", "web")], duration=3000.0))
    web = result["nodes"]["web"]
    share = web["failed"]["shed"] / web["arrivals"]
    assert share == pytest.approx(blocked(rate * service, workers, limit), rel=0.04)
    assert web["extra"]["shed"] == web["failed"]["shed"]


def test_every_way_out_makes_room() -> None:
    """Kills, full queues, timeouts, errors and a gate behind it: who is inside is who was let in."""
    gates = (RateLimit(rate=60.0, burst=5, delay=True, pending=9), Concurrency(limit=12))
    node = station("web", exponential(0.05), workers=2, instances=2, queue_limit=3, gates=gates)
    events = (
        event(5.0, 2.0, "kill", nodes=("web",), instances=1),
        event(9.0, 3.0, "error", nodes=("web",), probability=0.5),
        event(14.0, 1.0, "kill", nodes=("web",)),
    )
    links = [link("users", "web", timeout=0.2, cancellation=True, deadline_propagation=True)]
    simulation = Simulation(plan([client(rate=120.0), node], links, events=events, duration=20.0))
    for tick in range(1, 41):
        simulation.advance(0.5 * tick)
        check(simulation.machine)
        (gate,) = [
            each
            for each in simulation.machine.nodes["web"].node.gates
            if isinstance(each, ConcurrencyLimit)
        ]
        inside = sum(int(pool.inside.count) for pool in simulation.machine.nodes["web"].node.pools)
        assert int(gate.inside) == inside
