"""Numbers with units in a field: shown readably, read back exactly."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.units import format_quantity
from widgets.inspector.quantities import read, shown

UNITS = ("s", "B", "rps", "%", "$/h", "")


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.085, "s", ("85", "ms")),
        (0.0123456, "s", ("12.3456", "ms")),
        (600.0, "s", ("600", "s")),
        (604_800.0, "s", ("7", "d")),
        (7200.0, "s", ("2", "h")),
        (5400.0, "s", ("5400", "s")),
        (1200.0, "rps", ("1.2k", "rps")),
        (0.5, "%", ("50", "%")),
        (5e9, "B", ("5", "GB")),
        (10_000, "", ("10000", "")),
        (0.0, "s", ("0", "s")),
    ],
)
def test_values_are_shown_in_a_readable_unit(value, unit, expected) -> None:
    assert shown(value, unit) == expected


def test_a_zero_stands_in_the_unit_of_usual_values() -> None:
    assert shown(0.0, "s", like=0.01) == ("0", "ms")
    assert shown(0.0, "s", like=60.0) == ("0", "s")


@pytest.mark.parametrize("unit", [*UNITS, "B/s", "/s", "$"])
@pytest.mark.parametrize("value", [sys.float_info.max, -sys.float_info.max, 1e308, 5e-324])
def test_the_largest_numbers_are_shown_and_read(value: float, unit: str) -> None:
    """A file may hold them: as percents they are more than a number can be."""
    number, suffix = shown(value, unit)
    assert "∞" not in format_quantity(value, unit)
    assert read(number, unit, suffix) == value


@given(st.floats(min_value=0.0, max_value=1e9), st.sampled_from(UNITS))
@settings(max_examples=300, deadline=None)
def test_what_is_shown_reads_back_exactly(value: float, unit: str) -> None:
    number, suffix = shown(value, unit)
    assert read(number, unit, suffix) == value


@pytest.mark.parametrize(
    ("typed", "unit", "suffix", "value"),
    [
        ("90", "s", "ms", 0.09),
        ("250ms", "s", "s", 0.25),
        ("250 ms", "s", "s", 0.25),
        ("2 s", "s", "ms", 2.0),
        ("2k rps", "rps", "rps", 2000.0),
        ("2k", "rps", "rps", 2000.0),
        ("1 GB", "B", "kB", 1e9),
        ("30", "%", "%", 0.3),
        ("12 %", "%", "%", 0.12),
        ("1e3", "s", "ms", 1.0),
        ("0.5 $", "$/h", "$/h", 0.5),
        (" 10k ", "", "", 10_000.0),
    ],
)
def test_typed_numbers_are_meant_in_the_unit_that_stands_there(typed, unit, suffix, value) -> None:
    assert read(typed, unit, suffix) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("typed", ["", "  ", "many", "5 parsecs", "1.2.3", "nan", "inf", "1e999"])
def test_what_is_no_quantity_is_refused_in_one_line(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        read(typed, "s", "ms")
