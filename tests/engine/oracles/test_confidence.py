"""Statistical honesty: how often intervals of confidence cover the true value, over two hundred seeds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import pytest

from engine.model.design import Design
from engine.run.session import Session
from engine.sim.compiled import lane_mode
from engine.sim.report import Result
from tests.helpers import theory

RATE, SERVICE = 70.0, 0.01
REQUESTS = 60_000
SEEDS = 200
TRUTH = {
    "users.latency.mean": theory.mmc_response(1, RATE, SERVICE),
    "users.latency.p50": theory.mmc_quantile(0.5, 1, RATE, SERVICE),
    "users.latency.p95": theory.mmc_quantile(0.95, 1, RATE, SERVICE),
    "users.latency.p99": theory.mmc_quantile(0.99, 1, RATE, SERVICE),
    "web.wait.mean": theory.mmc_response(1, RATE, SERVICE) - SERVICE,
    "web.utilization": RATE * SERVICE,
    "web.queue_mean": RATE * (theory.mmc_response(1, RATE, SERVICE) - SERVICE),
    "users.goodput": RATE,
}


def one_queue(seed: int) -> Design:
    duration = REQUESTS / RATE
    return Design.model_validate(
        {
            "nodes": [
                {"id": "users", "kind": "client",
                 "config": {"arrivals": {"process": "poisson", "rate": RATE}}},
                {"id": "web", "kind": "service", "x": 300,
                 "config": {"workers": 1, "service_time": {"law": "exponential", "mean": SERVICE}}},
            ],
            "links": [{"id": "users-web", "source": "users", "target": "web"}],
            "scenario": {"duration": duration, "warmup": duration / 10, "seed": seed},
            "objectives": [{"metric": metric, "above": 0.0} for metric in TRUTH],
        }
    )  # fmt: skip


def results() -> Iterator[Result]:
    for seed in range(1, SEEDS + 1):
        session = Session(one_queue(seed))
        session.advance(session.design.scenario.duration)
        yield session.result()


@pytest.fixture(scope="module")
def shares() -> dict[str, tuple[float, float]]:
    """Of all runs: the share with an interval, and the share of these that covers the true value."""
    if lane_mode() != "compiled":
        pytest.skip("twelve million requests take too long where the request lane is not compiled")
    given: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for result in results():
        for objective in result["objectives"]:
            metric, bounds = objective["metric"], objective["ci95"]
            if bounds is not None:
                given[metric] += 1
                low, high = bounds
                covered[metric] += low <= TRUTH[metric] <= (math.inf if high is None else high)
    return {metric: (given[metric] / SEEDS, covered[metric] / given[metric]) for metric in TRUTH}


@pytest.mark.parametrize("seed", [900, 963])
def test_slow_ups_and_downs_leave_no_number_without_an_interval(seed: int) -> None:
    """Three workers, 85 % busy, for two hundred seconds: their largest batches are alike in these runs."""
    config = {"workers": 3, "service_time": {"law": "exponential", "mean": 0.01}}
    arrivals = {"process": "poisson", "rate": 255.0}
    made = Design.model_validate(
        {
            "nodes": [
                {"id": "c", "kind": "client", "config": {"arrivals": arrivals}},
                {"id": "s", "kind": "service", "config": config},
            ],
            "links": [{"id": "c-s", "source": "c", "target": "s"}],
            "scenario": {"duration": 220.0, "warmup": 20.0, "seed": seed},
        }
    )
    session = Session(made)
    session.advance(220.0)
    result = session.result()
    latency, node = result["clients"]["c"]["latency"], result["nodes"]["s"]
    assert None not in latency["ci95"].values()
    assert [name for name, each in node["ci95"].items() if each is None] == ["availability"]
    low, high = latency["ci95"]["mean"]
    assert low <= theory.mmc_response(3, 255.0, 0.01) <= high
    low, high = node["ci95"]["utilization"]
    assert low <= 0.85 <= high


@pytest.mark.slow
@pytest.mark.timeout(300)
class TestCoverage:
    """One worker, 70 % busy, sixty thousand requests a run, of which a tenth is warm-up."""

    @pytest.mark.parametrize("metric", ["users.latency.mean", "web.utilization"])
    def test_ninety_five_percent_of_intervals_cover_the_mean(
        self, shares: dict[str, tuple[float, float]], metric: str
    ) -> None:
        given, covered = shares[metric]
        assert given >= 0.98
        assert 0.93 <= covered <= 0.97

    def test_those_of_the_rare_percentile_are_nearly_as_good(
        self, shares: dict[str, tuple[float, float]]
    ) -> None:
        given, covered = shares["users.latency.p99"]
        assert given >= 0.8
        assert 0.90 <= covered <= 0.99

    @pytest.mark.parametrize("metric", TRUTH)
    def test_none_is_far_from_what_it_promises(
        self, shares: dict[str, tuple[float, float]], metric: str
    ) -> None:
        given, covered = shares[metric]
        deviation = math.sqrt(0.95 * 0.05 / (given * SEEDS))
        assert abs(covered - 0.95) < 4.0 * deviation
