from __future__ import annotations

import math

import numpy as np
import pytest

from engine.stats.intervals import Interval, mean_interval, paired_interval, t_quantile

_TABLE = [  # degrees, probability, quantile: Abramowitz and Stegun, table 26.10, and closed forms
    (1, 0.975, math.tan(math.pi * 0.475)),
    (1, 0.9999995, 1.0 / math.tan(math.pi * 5e-7)),
    (2, 0.975, 0.95 * math.sqrt(2.0 / (4.0 * 0.975 * 0.025)) / 1.0),
    (3, 0.975, 3.182446305284263),
    (4, 0.9995, 8.610301581379271),
    (5, 0.995, 4.032142983557536),
    (7, 0.95, 1.894578605061305),
    (10, 0.975, 2.2281388519649385),
    (30, 0.975, 2.0422724563012373),
    (120, 0.975, 1.9799304050824413),
]


@pytest.mark.parametrize(("degrees", "p", "expected"), _TABLE)
def test_t_quantiles_are_those_of_the_tables(degrees: int, p: float, expected: float) -> None:
    assert t_quantile(p, degrees) == pytest.approx(expected, rel=1e-9)
    assert t_quantile(1.0 - p, degrees) == pytest.approx(-expected, rel=1e-9)


def test_t_quantiles_become_normal_without_a_step() -> None:
    assert t_quantile(0.975, 1e15) == pytest.approx(1.959963984540054, rel=1e-12)
    assert t_quantile(0.975, 0.999e6) == pytest.approx(t_quantile(0.975, 1.001e6), rel=1e-8)


def test_half_of_all_lies_below_zero() -> None:
    assert t_quantile(0.5, 3) == 0.0


@pytest.mark.parametrize(("p", "degrees"), [(0.0, 3), (1.0, 3), (0.5, 0), (math.nan, 3)])
def test_impossible_quantiles_are_refused(p: float, degrees: float) -> None:
    with pytest.raises(ValueError, match="t quantile"):
        t_quantile(p, degrees)


def test_an_interval_of_three_values_is_what_a_hand_calculation_gives() -> None:
    interval = mean_interval([1.0, 2.0, 3.0])
    half = 4.302652729911275 / math.sqrt(3.0)
    assert interval.mean == 2.0
    assert interval.count == 3
    assert interval.half_width == pytest.approx(half, rel=1e-9)
    assert interval.relative == pytest.approx(half / 2.0, rel=1e-9)
    assert interval.contains(2.0 + half * 0.999)
    assert not interval.contains(2.0 + half * 1.001)


def test_one_value_knows_nothing_of_its_error() -> None:
    interval = mean_interval([4.0])
    assert (interval.low, interval.high) == (-math.inf, math.inf)
    assert interval.relative == math.inf


def test_nothing_and_infinities_are_refused() -> None:
    for values in ([], [1.0, math.nan], [math.inf, 1.0]):
        with pytest.raises(ValueError, match="at least one value"):
            mean_interval(values)


def test_a_level_that_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match="confidence level"):
        mean_interval([1.0, 2.0], level=95.0)


def test_the_end_on_the_longer_side_is_further_out() -> None:
    """By hand, of 0, 0, 3: standard error 1, skewness √3, so that Johnson's bend is 1/6 and Student's factor 4.303."""
    interval = mean_interval([0.0, 0.0, 3.0])
    assert interval.low == pytest.approx(1.0 - 4.302653)
    assert interval.high == pytest.approx(1.0 + 3.0 * (3.469320 ** (1 / 3) + 1.0), rel=1e-5)
    mirrored = mean_interval([0.0, 0.0, -3.0])
    assert (mirrored.low, mirrored.high) == pytest.approx((-interval.high, -interval.low))


@pytest.mark.parametrize("count", [3, 5, 10])
def test_few_values_from_a_skewed_law_are_covered_nearly_as_often_as_said(count: int) -> None:
    """Student's interval alone covers 88 of 100 means of so few from an exponential law."""
    rng = np.random.default_rng(7)
    rows = rng.exponential(1.0, (4000, count))
    covered = sum(mean_interval(row.tolist()).contains(1.0) for row in rows) / 4000
    assert covered > 0.915


def test_pairs_count_what_both_share_once() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0.0, 10.0, 50)
    a = noise + rng.normal(0.0, 0.1, 50)
    b = noise + 1.0 + rng.normal(0.0, 0.1, 50)
    paired = paired_interval(a.tolist(), b.tolist())
    assert paired.contains(1.0)
    assert paired.half_width < 0.1
    assert mean_interval(b.tolist()).half_width > 1.0


def test_pairs_need_partners() -> None:
    with pytest.raises(ValueError, match="as many"):
        paired_interval([1.0], [1.0, 2.0])


def test_the_relative_width_around_zero() -> None:
    assert Interval(0.0, -1.0, 1.0, 5).relative == math.inf
    assert Interval(0.0, 0.0, 0.0, 5).relative == 0.0


def test_ninety_five_percent_of_intervals_cover_the_mean() -> None:
    rng = np.random.default_rng(2)
    covered = sum(
        mean_interval(rng.normal(3.0, 2.0, 6).tolist()).contains(3.0) for _ in range(2000)
    )
    assert covered / 2000 == pytest.approx(0.95, abs=4.0 * math.sqrt(0.05 * 0.95 / 2000))
