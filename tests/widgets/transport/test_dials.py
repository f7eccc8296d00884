"""Positions of the sliders and what they mean."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.transport.dials import LoadDial, SpeedDial, clock_text
from widgets.transport.load import read_factor


def test_speeds_are_round_and_rise() -> None:
    dial = SpeedDial()
    speeds = [dial.value(position) for position in range(dial.last - 2)]
    assert speeds[0] == 0.1
    assert speeds[-1] == 1000.0
    assert speeds == sorted(speeds)
    assert {0.2, 1.0, 2.5, 10.0, 50.0, 100.0} <= set(speeds)
    assert dial.value(dial.last) == math.inf


def test_speed_positions_come_back() -> None:
    dial = SpeedDial()
    for position in [*range(41), dial.last]:
        assert dial.position(dial.value(position)) == position


def test_only_the_right_end_is_max() -> None:
    dial = SpeedDial()
    assert [dial.settle(position) for position in (39, 40, 41, 42, 43)] == [39, 40, 40, 43, 43]


def test_load_has_a_detent_at_one() -> None:
    dial = LoadDial()
    assert dial.value(100) == 1.0
    assert (dial.value(0), dial.value(dial.last)) == (0.1, 100.0)
    assert [dial.settle(position) for position in (93, 94, 106, 107)] == [93, 100, 100, 107]


@pytest.mark.parametrize(
    ("text", "factor"),
    [("2.4", 2.4), ("× 2,4", 2.4), ("x30", 30.0), ("250 %", 2.5), ("1000", 1000.0)],
)
def test_a_typed_load(text: str, factor: float) -> None:
    assert read_factor(text) == pytest.approx(factor)


@pytest.mark.parametrize("text", ["", "×", "0", "-1", "1001", "inf", "two"])
def test_what_is_no_load(text: str) -> None:
    assert read_factor(text) is None


@given(st.floats(1e-12, 1e12))
def test_any_value_has_a_position(value: float) -> None:
    for dial in (SpeedDial(), LoadDial()):
        assert 0 <= dial.position(value) <= dial.last


@pytest.mark.parametrize(
    ("speed", "text"), [(0.1, "0.1×"), (10.0, "10×"), (1000.0, "1000×"), (math.inf, "max")]
)
def test_speed_text(speed: float, text: str) -> None:
    assert SpeedDial().text(speed) == text


@pytest.mark.parametrize(("factor", "text"), [(1.0, "× 1"), (2.4, "× 2.4"), (0.13, "× 0.13")])
def test_load_text(factor: float, text: str) -> None:
    assert LoadDial().text(factor) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "00:00:00.0"),
        (72.44, "00:01:12.4"),
        (72.499999, "00:01:12.4"),
        (0.3, "00:00:00.3"),
        (3599.99, "00:59:59.9"),
        (360_000.0, "100:00:00.0"),
    ],
)
def test_clock(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text
