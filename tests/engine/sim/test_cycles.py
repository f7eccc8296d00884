"""What is over is freed at once: a collector of reference cycles took as long as the requests that left them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.catalog import lower
from engine.control.simulation import Simulation
from engine.model.files import load
from engine.plan.primitives import Plan, SessionPlan
from tests.helpers.plans import client, exponential, link, plan, station

SHELF = Path(__file__).resolve().parents[3] / "saved_designs"


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    """What nobody can reach any more is still there when it is counted."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def garbage_of(made: Plan, until: float) -> tuple[int, int]:
    """Objects that only the collector frees after a run, and how many requests it had."""
    simulation = Simulation(made)
    gc.collect()
    simulation.advance(until)
    found = gc.collect()
    parts = simulation.machine.nodes.values()
    return found, sum(part.client.latency.count for part in parts if part.client is not None)


@pytest.mark.parametrize(
    ("name", "until"),
    [
        ("gallery-monolith", 2.0),  # a flow, step by step
        ("github-2018", 1.0),  # parallel steps, and some that nobody waits for
        ("idle-timeout", 15.0),  # connections of users who come once
        ("revocation", 1.0),  # questions to a server at a gate
    ],
)
def test_requests_leave_no_cycles(name: str, until: float) -> None:
    found, requests = garbage_of(lower(load(SHELF / f"{name}.windtunnel")), until)
    assert requests > 100
    assert found < requests / 10


def test_sessions_leave_no_cycles() -> None:
    users = client(rate=100.0, process="sessions")
    assert users.traffic is not None
    traffic = replace(
        users.traffic, think=exponential(0.01), session=SessionPlan(mean=3.0, law="geometric")
    )
    made = plan(
        [replace(users, traffic=traffic), station("web", exponential(0.001))],
        [link("users", "web")],
    )
    found, requests = garbage_of(made, 2.0)
    assert requests > 100
    assert found < requests / 10
