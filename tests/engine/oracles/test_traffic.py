"""Arrival processes against theory: bursts, active users, sessions, and what a closed client omits."""

from __future__ import annotations

import math
import statistics
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import CrowdPlan, LawPlan, Plan, SessionPlan
from engine.sim.lane.traffic.client import Client
from engine.sim.report import Result
from tests.helpers import theory
from tests.helpers.plans import (
    client,
    closed,
    constant,
    event,
    exponential,
    link,
    plan,
    simulate,
    station,
)

SERVICE = 0.01


def counts_of(design: Plan, width: float, number: int) -> list[int]:
    """Requests begun in windows of a width, one after the other."""
    simulation = Simulation(design)
    counts, before = [], 0
    for window in range(1, number + 1):
        simulation.advance(window * width)
        counts.append(simulation.machine.requests - before)
        before = simulation.machine.requests
    return counts


def dispersion(counts: list[int]) -> float:
    return statistics.variance(counts) / statistics.fmean(counts)


def alone(duration: float, **traffic: Any) -> Plan:
    """A client whose requests cost nothing."""
    nodes = [client(**traffic), station("web", 0.0, workers=None)]
    return plan(nodes, [link("users", "web")], duration=duration)


@pytest.mark.parametrize(
    ("calm", "burst", "calm_mean", "burst_mean"), [(40.0, 88.0, 0.5, 0.5), (60.0, 180.0, 1.0, 0.1)]
)
def test_a_queue_behind_bursts(
    calm: float, burst: float, calm_mean: float, burst_mean: float
) -> None:
    """MMPP/M/1 by its matrix-geometric solution; a Poisson stream of this rate waits far less."""
    leave_calm, leave_burst = 1 / calm_mean, 1 / burst_mean
    rate = (calm * calm_mean + burst * burst_mean) / (calm_mean + burst_mean)
    duration = 300_000 / rate
    bursts = {"burst_factor": burst / calm, "burst_mean": burst_mean, "calm_mean": calm_mean}
    nodes = [client(rate=calm, process="mmpp", **bursts), station("web", exponential(SERVICE))]
    result = simulate(plan(nodes, [link("users", "web")], duration=duration, warmup=duration / 10))
    expected = theory.mmpp_response(calm, burst, leave_calm, leave_burst, SERVICE)
    assert expected > 1.1 * theory.mmc_response(1, rate, SERVICE)
    assert result["nodes"]["web"]["arrivals"] / (0.9 * duration) == pytest.approx(rate, rel=0.02)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(expected, rel=0.08)


def test_an_mmpp_without_bursts_is_poisson() -> None:
    """The theory of the bursts at its limit: M/M/1."""
    expected = theory.mmpp_response(80.0, 80.0, 1.0, 2.0, SERVICE)
    assert expected == pytest.approx(theory.mmc_response(1, 80.0, SERVICE), rel=1e-9)


def test_bursts_spread_the_counts() -> None:
    traffic = {"burst_factor": 4.0, "burst_mean": 0.5, "calm_mean": 1.0}
    counts = counts_of(alone(1e9, rate=20.0, process="mmpp", **traffic), 20.0, 1000)
    assert statistics.fmean(counts) == pytest.approx(20.0 * 20.0 * 2.0, rel=0.01)
    expected = theory.mmpp_dispersion(20.0, 80.0, 1.0, 2.0)
    assert dispersion(counts) == pytest.approx(expected, rel=0.18)


@pytest.mark.parametrize(
    ("law", "variance"), [("poisson", 30.0), ("normal", 30.0), ("normal", 4.0), ("normal", 90.0)]
)
def test_active_users_spread_the_counts(law: Any, variance: float) -> None:
    """A window of w seconds with U users at r each: variance over mean is 1 + r w Var U / E U."""
    users, each, window = 30.0, 0.5, 10.0
    crowd = CrowdPlan(mean=users, variance=variance, law=law, window=window)
    traffic = alone(1e9, rate=users * each, process="active_users", crowd=crowd)
    counts = counts_of(traffic, window, 1500)
    # Four standard deviations of the mean, and of a variance of 1500 counts.
    expected = 1.0 + each * window * variance / users
    spread = 4.0 * math.sqrt(expected * users * each * window / 1500)
    assert statistics.fmean(counts) == pytest.approx(users * each * window, abs=spread)
    assert dispersion(counts) == pytest.approx(expected, rel=4.0 * math.sqrt(2.0 / 1500))


def test_a_number_of_users_holds_for_its_window() -> None:
    """Within one window the traffic is plain Poisson; the first number is drawn at the very start."""
    crowd = CrowdPlan(mean=100.0, variance=2500.0, law="normal", window=50.0)
    traffic = alone(1e9, rate=400.0, process="active_users", crowd=crowd)
    counts = counts_of(traffic, 0.5, 1000)
    windows = [counts[start : start + 100] for start in range(0, 1000, 100)]
    within = [dispersion(window) for window in windows]
    assert statistics.fmean(within) == pytest.approx(1.0, rel=0.13)
    means = [statistics.fmean(window) for window in windows]
    assert len({round(mean) for mean in means}) > 5
    assert abs(means[0] - 200.0) > 1.0


def visits(duration: float, mean: float, law: Any, think: LawPlan, **changes: Any) -> Result:
    session = SessionPlan(mean=mean, law=law)
    nodes = [
        client(rate=2.0, process="sessions", session=session, think=think, **changes),
        station("web", exponential(0.2), workers=None),
    ]
    return simulate(plan(nodes, [link("users", "web")], duration=duration, warmup=duration / 10))


@pytest.mark.parametrize(
    ("law", "mean", "second"),
    [
        ("geometric", 5.0, 45.0),
        ("constant", 4.0, 16.0),
        ("constant", 2.5, 6.5),
        ("poisson", 5.0, 29.0),
    ],
)
def test_live_sessions_are_rate_times_length(law: Any, mean: float, second: float) -> None:
    """Little: live sessions are the rate at which they begin times their mean length.

    A session of n requests takes n answers of .2 s and n - 1 thoughts of 1 s. `second` is E[n²],
    which gives the deviation of a run.
    """
    rate, duration = 2.0, 9_000.0
    result = visits(duration / 0.9, mean, law, exponential(1.0))
    length = 0.2 * mean + 1.0 * (mean - 1.0)
    users = result["clients"]["users"]
    begun = rate * duration
    assert users["extra"]["sessions_begun"] == pytest.approx(begun, abs=4 * math.sqrt(begun))
    square = second * 1.2**2 + mean * 1.04
    tolerance = 4 * math.sqrt(square / begun)
    assert users["extra"]["session_length"] == pytest.approx(length, abs=tolerance)
    assert users["extra"]["sessions"] == pytest.approx(rate * length, abs=rate * tolerance)
    requests = 4 * math.sqrt(second * begun)
    assert result["clients"]["users"]["offered"] == pytest.approx(mean * begun, abs=requests)


def test_sessions_slow_down_with_the_answers_but_not_their_number() -> None:
    """In the time that a session takes, half is waiting: at twice the waiting a half more are live."""
    quick = visits(2000.0, 5.0, "constant", constant(0.25))["clients"]["users"]["extra"]
    nodes = [
        client(
            rate=2.0,
            process="sessions",
            session=SessionPlan(mean=5.0, law="constant"),
            think=constant(0.25),
        ),
        station("web", exponential(0.4), workers=None),
    ]
    slow = simulate(plan(nodes, [link("users", "web")], duration=2000.0, warmup=200.0))
    extra = slow["clients"]["users"]["extra"]
    assert extra["sessions_begun"] == quick["sessions_begun"]
    assert extra["sessions"] == pytest.approx(2.0 * (5 * 0.4 + 4 * 0.25), rel=0.03)
    assert quick["sessions"] == pytest.approx(2.0 * (5 * 0.2 + 4 * 0.25), rel=0.03)


@pytest.mark.oracle(34)
def test_o34_an_open_client_sees_a_stall_and_a_closed_one_omits_it() -> None:
    """100 s of 100 rps at 1 ms, then a stall of 100 s (Tene's example of coordinated omission).

    The millisecond is on the network, so that those who waited are all answered when the stall ends.
    """
    stall = event(100.0, 100.0, "slow", nodes=("web",), factor=1e12)
    steady = ((0.0, 100.0), (200.0, 100.0), (200.0, 0.0))

    def measured(users: Any, duration: float) -> tuple[float, Client]:
        nodes = [users, station("web", constant(1e-10))]
        design = plan(
            nodes, [link("users", "web", delay=0.0005)], duration=duration, events=(stall,)
        )
        simulation = Simulation(design)
        simulation.advance(duration)
        node = simulation.machine.nodes["users"].client
        assert node is not None
        return node.latency.mean, node

    mean, true = measured(client(process="deterministic", schedule=steady), 201.0)
    assert mean == pytest.approx(25.00, rel=1e-3)
    assert true.latency.quantiles([0.75]) == pytest.approx([50.0], rel=0.01)
    mean, naive = measured(closed("users", 1, 0.009), 200.015)
    assert mean == pytest.approx(0.0110, rel=1e-3)
    assert naive.latency.quantiles([0.9998]) == pytest.approx([0.001], rel=0.01)
