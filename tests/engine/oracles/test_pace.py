"""Instances whose pace varies: the universal scalability law and CPU quotas."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.plan.primitives import CpuPlan, LawPlan, ScalingPlan
from engine.sim.report import Result
from tests.helpers.plans import client, closed, exponential, link, plan, simulate, station

USL = ScalingPlan(contention=0.05, coherency=0.001)


def saturated(workers: int, users: int, law: LawPlan | float = 1.0, **changes: Any) -> float:
    """Throughput of one instance whose users never think."""
    web = station("web", law, workers=workers, scaling=USL, **changes)
    nodes = [closed("users", users, 0.0), web]
    result = simulate(plan(nodes, [link("users", "web")], duration=2200.0, warmup=200.0))
    return float(result["clients"]["users"]["goodput"])


def usl(workers: int) -> float:
    return workers / (1 + 0.05 * (workers - 1) + 0.001 * workers * (workers - 1))


@pytest.mark.oracle(24)
@pytest.mark.parametrize(
    ("workers", "printed"), [(1, 1.0), (8, 5.690), (16, 8.040), (31, 9.038), (64, 7.822)]
)
def test_o24_throughput_of_busy_workers(workers: int, printed: float) -> None:
    assert usl(workers) == pytest.approx(printed, rel=1e-3)
    assert saturated(workers, workers) == pytest.approx(printed, rel=0.01)


@pytest.mark.oracle(24)
def test_o24_the_law_of_the_work_and_a_queue_change_nothing() -> None:
    assert saturated(8, 20, exponential(0.1)) == pytest.approx(10 * usl(8), rel=0.025)


@pytest.mark.oracle(24)
def test_o24_shared_workers_slow_each_other_as_well() -> None:
    assert saturated(8, 8, discipline="ps") == pytest.approx(usl(8), rel=0.01)
    assert saturated(8, 24, discipline="ps") == pytest.approx(usl(8), rel=0.01)


@pytest.mark.oracle(24)
def test_o24_the_peak_is_where_theory_has_it() -> None:
    peak = math.sqrt((1 - 0.05) / 0.001)
    assert peak == pytest.approx(30.82, abs=0.005)
    assert saturated(31, 31) > max(saturated(29, 29), saturated(33, 33))


def one_request(work: float, quota: float, at: float = 0.0, **changes: Any) -> Result:
    """A lone request that begins at the start of a period."""
    web = station("web", work, cpu=CpuPlan(quota=quota), **changes)
    users = client(process="trace", times=(at,))
    return simulate(plan([users, web], [link("users", "web")], duration=at + 10.0))


@pytest.mark.oracle(36)
@pytest.mark.parametrize("at", [0.0, 0.3, 7.0])
@pytest.mark.parametrize("discipline", ["fifo", "ps"])
@pytest.mark.parametrize(("work", "quota", "takes"), [(0.05, 0.02, 0.21), (0.08, 0.025, 0.305)])
def test_o36_throttled_until_the_next_period(
    work: float, quota: float, takes: float, discipline: str, at: float
) -> None:
    result = one_request(work, quota, at, discipline=discipline)
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(takes, abs=1e-9)


@pytest.mark.oracle(36)
def test_o36_what_the_quota_just_covers_is_not_throttled() -> None:
    for periods in (1, 2, 3):
        result = one_request(periods * 0.02, 0.02)
        takes = (periods - 1) * 0.1 + 0.02
        assert result["clients"]["users"]["latency"]["max"] == pytest.approx(takes, abs=1e-9)


@pytest.mark.oracle(36)
def test_o36_all_workers_of_an_instance_share_the_quota() -> None:
    web = station("web", 0.05, workers=4, cpu=CpuPlan(quota=0.08))
    users = client(process="trace", times=(0.0,) * 4)
    result = simulate(plan([users, web], [link("users", "web")], duration=10.0))
    # Four workers use up 80 ms in 20 ms, twice; the last 10 ms of each follow in the third period.
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(0.21, abs=1e-9)


@pytest.mark.oracle(36)
def test_o36_throughput_is_the_quota() -> None:
    web = station("web", exponential(0.01), workers=8, cpu=CpuPlan(quota=0.05))
    nodes = [closed("users", 16, 0.0), web]
    result = simulate(plan(nodes, [link("users", "web")], duration=600.0, warmup=60.0))
    assert result["clients"]["users"]["goodput"] == pytest.approx(50.0, rel=0.03)
