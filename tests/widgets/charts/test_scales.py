"""Vertical scales hold the data without trembling."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.charts.scales import FromZero, LogSeconds, Percent, round_top, scale_for


def test_decades_grow_with_the_data_and_come_back() -> None:
    scale = LogSeconds()
    assert scale.fit(0.005, 2.0) == (-3.0, 1.0)
    assert [label for _, label in scale.ticks()] == ["1 ms", "10 ms", "100 ms", "1 s", "10 s"]
    assert scale.fit(0.00004, 30.0) == (-5.0, 2.0)
    assert scale.ticks()[0][1] == "10 µs"
    assert scale.fit(math.nan, math.nan) == (-3.0, 1.0)


def test_logarithms_leave_gaps_where_nothing_was_measured() -> None:
    placed = LogSeconds().place(np.array([0.01, 0.0, math.nan, 1.0]))
    assert placed[0] == -2.0
    assert np.isnan(placed[1:3]).all()
    assert placed[3] == 0.0


def test_linear_scale_has_hysteresis() -> None:
    scale = FromZero("rps")
    assert scale.fit(1.0, 940.0) == (0.0, 1000.0)
    assert [label for _, label in scale.ticks()] == ["0 rps", "250", "500", "750", "1k"]
    assert scale.fit(1.0, 700.0) == (0.0, 1000.0)
    assert scale.fit(1.0, 450.0) == (0.0, 1000.0)
    assert scale.fit(1.0, 390.0)[1] < 1000.0
    assert scale.fit(1.0, 3000.0)[1] >= 3000.0
    assert scale.fit(math.nan, math.nan)[1] >= 3000.0, "no data is no reason to jump"


def test_scales_suit_units() -> None:
    assert isinstance(scale_for("s"), LogSeconds)
    assert isinstance(scale_for("%"), Percent)
    assert scale_for("rps").text(1234.0) == "1.23k"
    assert Percent().fit(0.2, 0.3) == (0.0, 1.0)
    assert Percent().text(0.714) == "71.4 %"


@pytest.mark.parametrize(
    ("high", "top", "step"),
    [(940.0, 1000.0, 250.0), (470.0, 500.0, 100.0), (110.0, 125.0, 25.0), (0.7, 0.75, 0.25)],
)
def test_round_tops_leave_little_empty(high: float, top: float, step: float) -> None:
    assert round_top(high) == pytest.approx((top, step))


@given(st.floats(1e-6, 1e12))
def test_any_top_holds_its_data_in_few_steps(high: float) -> None:
    top, step = round_top(high)
    assert high <= top * (1.0 + 1e-9)
    assert top <= 2.0 * high
    assert 1 <= round(top / step) <= 5
