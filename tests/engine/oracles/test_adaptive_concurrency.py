"""Concurrency limits that find themselves: an overloaded node answers what it can, and in time."""

from __future__ import annotations

from statistics import mean
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.concurrency import Concurrency
from engine.plan.primitives import Plan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, event, exponential, link, plan, station


def overloaded(settings: Concurrency | None, load: float = 2.0, **changes: Any) -> Plan:
    """Eight workers of 100 rps each, asked for more or less than that."""
    gates = () if settings is None else (settings,)
    nodes = [
        client(rate=800.0 * load),
        station("web", exponential(0.01), workers=8, gates=gates),
    ]
    fields: dict[str, Any] = {"duration": 120.0, "warmup": 40.0} | changes
    return plan(nodes, [link("users", "web")], **fields)


def kept(made: Plan) -> Result:
    simulation = Simulation(made)
    simulation.advance(made.duration)
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


@pytest.mark.parametrize("load", [1.3, 2.0, 5.0])
@pytest.mark.parametrize(
    ("settings", "longest"),
    [
        (Concurrency(algorithm="aimd", target=0.1), 0.16),
        (Concurrency(algorithm="aimd", target=0.05, limit=500), 0.1),
    ],
)
def test_overload_is_answered_at_capacity_and_in_time(
    settings: Concurrency, longest: float, load: float
) -> None:
    result = kept(overloaded(settings, load))
    users = result["clients"]["users"]
    assert users["goodput"] == pytest.approx(800.0, rel=0.08)
    assert users["latency"]["p99"] < longest
    assert set(users["failed"]) == {"shed"}


def erlang(offered: float, workers: int, places: int) -> float:
    """Throughput of M/M/c/K, in requests of one worker, with so many offered to it."""
    weights = [1.0]
    for inside in range(1, places + 1):
        weights.append(weights[-1] * offered / min(inside, workers))
    return offered * (1.0 - weights[-1] / sum(weights))


@pytest.mark.parametrize("load", [1.3, 2.0, 5.0])
@pytest.mark.parametrize("limits", [{"min": 3}, {"min": 5, "limit": 20}, {"min": 9, "max": 11}])
def test_a_gradient_answers_what_its_limit_lets_it(load: float, limits: dict[str, int]) -> None:
    """As many as M/M/c/K with the limit of each moment as K, near the least time that an answer takes."""
    settings = Concurrency.model_validate({"algorithm": "gradient"} | limits)
    simulation = Simulation(overloaded(settings, load))
    gate = simulation.machine.nodes["web"].gates[0].thing
    found: list[float] = []
    for step in range(1, 1201):
        simulation.advance(0.1 * step)
        if step > 400:
            found.append(erlang(8.0 * load, 8, int(gate.limit)))
    check(simulation.machine)
    users = result_of(simulation.machine, (), 0.0)["clients"]["users"]
    assert users["goodput"] == pytest.approx(100.0 * mean(found), rel=0.03)
    assert users["goodput"] > 700.0
    assert users["latency"]["p50"] < 0.02
    assert set(users["failed"]) == {"shed"}


def test_without_one_the_wait_grows_with_the_overload() -> None:
    assert kept(overloaded(None))["clients"]["users"]["latency"]["p50"] > 10.0


@pytest.mark.parametrize(
    ("settings", "share"),
    [
        (Concurrency(algorithm="aimd", limit=50), 0.999),
        (Concurrency(algorithm="gradient", limit=50, min=3), 0.985),
    ],
)
def test_calm_traffic_hardly_meets_it(settings: Concurrency, share: float) -> None:
    """But for the fifty requests a minute with which a gradient measures the least time."""
    result = kept(overloaded(settings, 0.6))
    assert result["clients"]["users"]["availability"] > share


def test_a_gradient_does_not_drift_under_lasting_overload() -> None:
    """The least time is measured anew each minute, with the queue drained for it."""
    settings = Concurrency(algorithm="gradient", min=3)
    early = kept(overloaded(settings, 3.0, duration=100.0, warmup=20.0))
    late = kept(overloaded(settings, 3.0, duration=900.0, warmup=820.0))
    times = [each["clients"]["users"]["latency"]["p50"] for each in (early, late)]
    assert times[1] == pytest.approx(times[0], rel=0.15)
    assert times[1] < 0.025


def test_the_limit_follows_what_the_node_can_do() -> None:
    """At a quarter of its speed a node takes a quarter of the requests inside in the same time."""
    settings = Concurrency(algorithm="aimd", target=0.1)
    slow = event(100.0, 200.0, "slow", nodes=("web",), factor=4.0)
    simulation = Simulation(overloaded(settings, events=(slow,), duration=300.0, warmup=50.0))
    simulation.advance(100.0)
    gate = simulation.machine.nodes["web"].gates[0].thing
    fast = gate.limit_area(100.0) / 100.0
    simulation.advance(150.0)
    before = gate.limit_area(150.0)
    simulation.advance(300.0)
    late = (gate.limit_area(300.0) - before) / 150.0
    assert late < 0.5 * fast
    check(simulation.machine)


def test_bounds_hold_and_live_edits_keep_what_was_found() -> None:
    made = overloaded(Concurrency(algorithm="aimd", target=0.1, max=12, min=3))
    simulation = Simulation(made)
    gate = simulation.machine.nodes["web"].gates[0].thing
    for time in range(1, 40):
        simulation.advance(float(time))
        assert 3.0 <= gate.limit <= 12.0
    found = gate.limit
    simulation.follow(overloaded(Concurrency(algorithm="aimd", target=0.1, max=500, min=3)))
    assert gate.limit == found
    simulation.follow(overloaded(Concurrency(limit=7)))
    simulation.advance(50.0)
    assert gate.limit == 7.0
    check(simulation.machine)


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="raise max or lower min"):
        Concurrency(algorithm="aimd", min=9, max=3)
