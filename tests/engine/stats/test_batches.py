from __future__ import annotations

import math

import numpy as np
import pytest

from engine.stats.batches import batch_interval, quantile_interval, ratio_interval
from engine.stats.intervals import mean_interval

_RUNS = 1000


def _autoregressive(rng: np.random.Generator, length: int, memory: float) -> list[float]:
    """A series with mean 7 whose values remember those before."""
    noise = rng.normal(0.0, 1.0, length)
    value = float(noise[0]) / math.sqrt(1.0 - memory * memory)
    series = []
    for step in noise:
        series.append(value + 7.0)
        value = memory * value + float(step)
    return series


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_the_mean_of_a_remembering_series_is_covered(memory: float) -> None:
    rng = np.random.default_rng(3)
    found = [batch_interval(_autoregressive(rng, 640, memory)) for _ in range(_RUNS)]
    intervals = [interval for interval in found if interval is not None]
    assert len(intervals) > 0.95 * _RUNS
    covered = sum(interval.contains(7.0) for interval in intervals) / len(intervals)
    assert 0.92 <= covered <= 0.98


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_nearly_every_steady_series_has_an_interval(memory: float) -> None:
    """Also those whose largest batches are alike by chance: they are left in, and cover as well as the others."""
    rng = np.random.default_rng(8)
    found = [batch_interval(_autoregressive(rng, 640, memory)) for _ in range(_RUNS)]
    assert sum(interval is not None for interval in found) >= 0.995 * _RUNS


def test_what_is_alike_to_the_last_is_covered_by_a_wider_interval() -> None:
    """Five batches that come in two groups: an interval of independent ones would be narrower."""
    interval = batch_interval([1.0, 1.0, 0.0, 0.0, 0.0])
    assert interval is not None
    independent = mean_interval([1.0, 1.0, 0.0, 0.0, 0.0])
    assert interval.high - interval.low > independent.high - independent.low


def test_memory_costs_batches() -> None:
    rng = np.random.default_rng(4)
    forgetful = [batch_interval(_autoregressive(rng, 200, 0.0)) for _ in range(100)]
    remembering = [batch_interval(_autoregressive(rng, 200, 0.97)) for _ in range(100)]
    batches = [
        float(np.mean([interval.count if interval else 0 for interval in found]))
        for found in (forgetful, remembering)
    ]
    assert batches[1] < 0.7 * batches[0]


def test_a_series_that_drifts_has_no_mean() -> None:
    noise = np.random.default_rng(5).normal(0.0, 1.0, 128)
    assert batch_interval((np.linspace(0.0, 50.0, 128) + noise).tolist()) is None


@pytest.mark.parametrize("length", range(5))
def test_too_short_a_series_says_nothing(length: int) -> None:
    assert batch_interval([1.0] * length) is None


def test_a_constant_is_known_exactly() -> None:
    interval = batch_interval([2.5] * 64)
    assert interval is not None
    assert (interval.low, interval.mean, interval.high) == (2.5, 2.5, 2.5)


def test_a_ratio_is_that_of_the_sums_and_covered() -> None:
    """Stretches with different numbers of observations: the mean of their means would be biased."""
    rng = np.random.default_rng(6)
    covered = made = 0
    for _ in range(_RUNS):
        sizes = rng.poisson(4.0, 64)
        # Where many come each is slow: 1 s and a tenth for every other one.
        sums = [float(rng.exponential(1.0 + 0.1 * size, size).sum()) for size in sizes]
        interval = ratio_interval(sums, sizes.tolist())
        if interval is not None:
            assert interval.mean == pytest.approx(sum(sums) / sizes.sum(), rel=1e-12)
            made += 1
            covered += interval.contains(1.0 + 0.1 * 5.0)  # E[n²] ∕ E[n] = 5
    assert made > 0.95 * _RUNS
    assert 0.92 <= covered / made <= 0.98


def test_nothing_below_the_line_is_no_ratio() -> None:
    assert ratio_interval([0.0] * 30, [0.0] * 30) is None


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_percentiles_are_covered_and_estimated_from_the_whole_run(share: float) -> None:
    rng = np.random.default_rng(7)
    edges = np.linspace(0.0, 12.0, 1201)
    truth = -math.log(1.0 - share)
    covered = made = 0
    for _ in range(_RUNS // 2):
        draws = rng.exponential(1.0, (64, 80))
        # What `np.histogram` counts of each row, without so many calls of it.
        bins = np.searchsorted(edges, draws, "right") - 1
        places = (np.arange(64)[:, None] * 1200 + bins)[bins < 1200]
        counts = np.bincount(places, minlength=64 * 1200).reshape(64, 1200)
        interval = quantile_interval(counts.tolist(), edges[1:].tolist(), share)
        if interval is not None:
            made += 1
            covered += interval.low - 0.01 <= truth <= interval.high
            assert interval.mean == pytest.approx(np.quantile(draws, share), abs=0.15)
    assert made > 0.9 * _RUNS / 2
    assert 0.92 <= covered / made <= 0.985


def test_a_percentile_needs_observations_beyond_it() -> None:
    counts = [[9, 1]] * 60
    rare = quantile_interval(counts, [1.0, 2.0], 0.999)
    assert rare is None or rare.high == math.inf
    assert quantile_interval(counts, [1.0, 2.0], 0.5) is not None
    assert quantile_interval([], [], 0.5) is None
    assert quantile_interval([[]] * 10, [], 0.5) is None
