"""A time limit on waiting alone: M/M/c + D where callers wait for a worker, or for a connection."""

from __future__ import annotations

from typing import Any

import pytest

from engine.plan.primitives import ConnectionPlan, Plan
from tests.helpers.impatient import reneging
from tests.helpers.plans import client, closed, constant, exponential, link, plan, simulate, station

SERVICE = 0.1
CASES = [(8.0, 1, 0.2), (45.0, 5, 0.05), (70.0, 5, 0.5), (230.0, 20, 0.1)]


def at_workers(rate: float, servers: int, patience: float) -> Plan:
    nodes = [client(rate=rate), station("web", exponential(SERVICE), workers=servers)]
    return plan(nodes, [link("users", "web", queue_timeout=patience)], duration=2000.0, warmup=20.0)


def at_connections(rate: float, servers: int, patience: float) -> Plan:
    pool = ConnectionPlan(round_trips=0, connections=servers)
    edge = link("users", "web", queue_timeout=patience, connection=pool)
    nodes = [client(rate=rate), station("web", exponential(SERVICE), workers=None)]
    return plan(nodes, [edge], duration=2000.0, warmup=20.0)


@pytest.mark.parametrize(("rate", "servers", "patience"), CASES)
def test_who_waits_for_a_worker_leaves_as_often_as_theory_says(
    rate: float, servers: int, patience: float
) -> None:
    known = reneging(rate, SERVICE, servers, patience)
    result = simulate(at_workers(rate, servers, patience))
    edge, web = result["links"]["users-web"], result["nodes"]["web"]
    assert edge["failed"]["timeout"] / edge["attempts"] == pytest.approx(known.abandoned, rel=0.04)
    assert web["failed"]["timeout"] == edge["extra"]["queue_timeouts"] == edge["failed"]["timeout"]
    busy = rate * (1.0 - known.abandoned) * SERVICE / servers
    assert web["utilization"] == pytest.approx(busy, rel=0.02)
    assert web["wait"]["max"] <= patience * 1.000001


@pytest.mark.parametrize(("rate", "servers", "patience"), CASES)
def test_so_does_who_waits_for_a_connection(rate: float, servers: int, patience: float) -> None:
    known = reneging(rate, SERVICE, servers, patience)
    result = simulate(at_connections(rate, servers, patience))
    edge = result["links"]["users-web"]
    assert edge["failed"]["timeout"] / edge["attempts"] == pytest.approx(known.abandoned, rel=0.04)
    assert result["nodes"]["web"]["failed"] == {}
    assert result["nodes"]["web"]["in_system_mean"] <= servers


@pytest.mark.parametrize("law", [constant(0.1), exponential(0.1)])
def test_fifty_threads_on_a_pool_of_five_with_half_a_second(law: Any) -> None:
    """50 = 50/s · (.5 + .1) + x · .5: fifty a second are answered, and forty give up."""
    pool = ConnectionPlan(round_trips=0, connections=5)
    nodes = [closed("users", 50, 0.0), station("db", law, workers=100)]
    edge = link("users", "db", queue_timeout=0.5, connection=pool)
    result = simulate(plan(nodes, [edge], duration=320.0, warmup=20.0))["links"]["users-db"]
    assert result["succeeded"] / 300.0 == pytest.approx(50.0, rel=0.03)
    assert result["failed"]["timeout"] / 300.0 == pytest.approx(40.0, rel=0.06)
