"""Histograms: quantiles within .4 %, totals exact, whoever looks and whenever."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sim.lane.histogram import Histogram

SHARES = [0.0, 0.1, 0.5, 0.9, 0.99, 1.0]


def filled(values: list[float]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    return histogram


@given(st.lists(st.floats(1e-9, 1e6), min_size=1, max_size=3000))
def test_quantiles_are_within_the_promised_error(values: list[float]) -> None:
    histogram = filled(values)
    exact = np.quantile(np.array(values), SHARES, method="inverted_cdf").tolist()
    for found, true in zip(histogram.quantiles(SHARES), exact, strict=True):
        assert found == pytest.approx(true, rel=0.004)
    assert histogram.count == len(values)
    assert histogram.largest == max(values)
    assert histogram.mean == pytest.approx(math.fsum(values) / len(values))


def test_totals_do_not_depend_on_looking() -> None:
    values = np.random.Generator(np.random.PCG64(1)).exponential(1.0, 5000).tolist()
    unseen, seen = filled(values), Histogram()
    for place, value in enumerate(values):
        seen.add(value)
        if place % 37 == 0:
            seen.take_window([0.5])
    assert seen.total == unseen.total
    assert seen.quantiles(SHARES) == unseen.quantiles(SHARES)


def test_nothing_has_no_quantiles() -> None:
    histogram = Histogram()
    assert histogram.count == 0
    assert math.isnan(histogram.mean)
    assert all(math.isnan(value) for value in histogram.quantiles(SHARES))


def test_durations_of_zero() -> None:
    histogram = Histogram()
    for _ in range(3):
        histogram.add_none()
    histogram.add(0.0)
    assert histogram.quantiles([0.5, 1.0]) == [0.0, 0.0]
    histogram.add(2.0)
    assert histogram.count == 5
    assert histogram.quantiles([0.8])[0] == 0.0
    assert histogram.quantiles([0.81])[0] == pytest.approx(2.0, rel=0.004)
    assert histogram.mean == pytest.approx(0.4)


def test_the_mark_forgets_what_was() -> None:
    histogram = filled([100.0] * 1500)
    histogram.add_none()
    histogram.mark()
    assert histogram.count == 0
    for _ in range(10):
        histogram.add(0.5)
    assert histogram.count == 10
    assert histogram.count_ever == 1511
    assert histogram.mean == pytest.approx(0.5)
    assert histogram.largest == 0.5
    assert histogram.quantiles([0.99])[0] == pytest.approx(0.5, rel=0.004)


def test_windows() -> None:
    histogram = filled([1.0])
    assert histogram.take_window([0.5])[0] == 0.0, "the first call only begins"
    for _ in range(2000):
        histogram.add(3.0)
    histogram.add_none()
    count, mean, median = histogram.take_window([0.5])
    assert (count, median) == (2001.0, pytest.approx(3.0, rel=0.004))
    assert mean == pytest.approx(6000.0 / 2001.0)
    count, mean, median = histogram.take_window([0.5])
    assert count == 0.0
    assert math.isnan(mean)
    assert math.isnan(median)
    histogram.add(4.0)
    histogram.mark()
    assert histogram.take_window([0.5])[0] == 1.0, "the mark does not touch the window"


def test_a_total_is_the_sum_in_order_whoever_looks() -> None:
    values = np.random.Generator(np.random.PCG64(2)).exponential(1.0, 2050).tolist()
    histogram, total = Histogram(), 0.0
    for place, value in enumerate(values, start=1):
        histogram.add(value)
        total += value
        assert (histogram.total, histogram.count) == (total, place)
        if place in (5, 16, 1027):
            assert histogram.largest == max(values[:place])
    assert histogram.largest == max(values)
