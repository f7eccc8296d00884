"""Numbers on axes and in legends."""

from __future__ import annotations

import math

import pytest

from widgets.instruments.text import instant_text, nice_step, time_ticks, value_text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "s", "0 s"),
        (0.0000852, "s", "85.2 µs"),
        (0.012, "s", "12 ms"),
        (0.99999, "s", "1 s"),
        (1.437, "s", "1.44 s"),
        (725.0, "s", "12.1 min"),
        (0.5, "%", "50 %"),
        (0.9999, "%", "100 %"),
        (999.7, "rps", "1k rps"),
        (1234.0, "rps", "1.23k rps"),
        (3_100_000.0, "", "3.1M"),
        (0.0, "", "0"),
        (7.0, "", "7"),
        (math.nan, "s", "\N{EN DASH}"),
    ],
)
def test_values(value: float, unit: str, text: str) -> None:
    assert value_text(value, unit) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 s"),
        (72.44, "72.4 s"),
        (599.96, "599.9 s"),
        (600.0, "10:00.0"),
        (3599.96, "59:59.9"),
        (3600.0, "1:00:00"),
        (3725.0, "1:02:05"),
    ],
)
def test_instants(seconds: float, text: str) -> None:
    assert instant_text(seconds) == text


def test_time_ticks_carry_their_unit() -> None:
    assert time_ticks(0.0, 80.0, 5.0) == [
        (0.0, "0"),
        (20.0, "20"),
        (40.0, "40"),
        (60.0, "60"),
        (80.0, "80 s"),
    ]
    assert [label for _, label in time_ticks(0.0, 600.0, 3.0)] == ["0", "300", "600 s"]
    assert [label for _, label in time_ticks(0.0, 1200.0, 3.0)] == ["0:00", "10:00", "20:00"]
    assert [label for _, label in time_ticks(0.0, 14_400.0, 4.0)] == ["0h", "1h", "2h", "3h", "4h"]
    assert [label for _, label in time_ticks(10.0, 11.0, 4.0)][-1] == "11 s"


@pytest.mark.parametrize("span", [1.0, 3.7, 80.0, 181.0, 4000.0, 90_000.0, 1e7])
def test_time_ticks_are_few_and_never_repeat(span: float) -> None:
    ticks = time_ticks(0.0, span, 5.0)
    labels = [label for _, label in ticks]
    assert 2 <= len(ticks) <= 6
    assert len(set(labels)) == len(labels)


def test_nice_steps() -> None:
    assert [nice_step(x) for x in (0.0, 0.3, 1.0, 2.1, 240.0, 501.0)] == [1, 0.5, 1, 2.5, 250, 1000]
