from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.units import (
    format_instant,
    format_margin,
    format_quantity,
    format_share,
    parse_quantity,
)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("250ms", "s", 0.25),
        ("250 ms", "s", 0.25),
        ("0.1 ms", "s", 0.0001),
        ("5 µs", "s", 5e-6),
        ("2", "s", 2.0),
        ("10min", "s", 600.0),
        ("1 h", "s", 3600.0),
        ("300", "rps", 300.0),
        ("2k rps", "rps", 2000.0),
        ("2krps", "rps", 2000.0),
        ("1.5 M", "rps", 1.5e6),
        ("120 rpm", "rps", 2.0),
        ("20 /min", "/s", 1 / 3),
        ("2k/s", "/s", 2000.0),
        ("0.5", "/s", 0.5),
        ("1 GB", "B", 1e9),
        ("1 KiB", "B", 1024.0),
        ("1 Gb/s", "B/s", 125e6),
        ("30 Mbps", "B/s", 3.75e6),
        ("400 kbit/s", "B/s", 5e4),
        ("20 MB/s", "B/s", 2e7),
        ("125M", "B/s", 125e6),
        ("400 Mb/s", "B/s", 5e7),
        ("1 Mibit/s", "B/s", 2**20 / 8),
        ("400 Mib/s", "B/s", 400 * 2**20 / 8),
        ("8 MBps", "B/s", 8e6),
        ("12 bytes", "B", 12.0),
        ("90 seconds", "s", 90.0),
        ("2 minutes", "s", 120.0),
        ("8 Mb", "B", 1e6),
        ("4 kbit", "B", 500.0),
        ("12 %", "%", 0.12),
        ("0.12", "%", 0.12),
        ("10k", "", 10_000.0),
        ("10 000", "", 10_000.0),
        ("1e3", "", 1000.0),
        ("\N{MINUS SIGN}3", "", -3.0),
        ("0.5 $/h", "$/h", 0.5),
    ],
)
def test_quantities_are_read_in_any_unit(text: str, unit: str, value: float) -> None:
    assert parse_quantity(text, unit) == value


@pytest.mark.parametrize(
    "text", ["", "ms", "5 rps", "1,5", "nan", "inf", "1e999", "5 m s", "9" * 70]
)
def test_what_is_no_duration_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 250 ms or 2 s"):
        parse_quantity(text, "s")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0485, "s", "48.5 ms"),
        (0.9996, "s", "1 s"),
        (599.0, "s", "599 s"),
        (600.0, "s", "10 min"),
        (5400.0, "s", "1.5 h"),
        (86_400, "s", "1 day"),
        (259_200, "s", "3 days"),
        (0.0, "s", "0 s"),
        (-3.0, "s", "-3 s"),
        (2.5e-7, "s", "250 ns"),
        (720.0, "rps", "720 rps"),
        (1 / 3, "/s", "20 /min"),
        (7.0, "/s", "7 /s"),
        (1e-4, "/s", "0.36 /h"),
        (2500.0, "/s", "2.5 k/s"),
        (0.0, "/s", "0 /s"),
        (2400.0, "rps", "2.4k rps"),
        (0.12, "%", "12 %"),
        (0.0005, "%", "0.05 %"),
        (8000.0, "B", "8 kB"),
        (125e6, "B/s", "1 Gb/s"),
        (6250.0, "B/s", "50 kb/s"),
        (0.0, "B/s", "0 b/s"),
        (12_345.0, "", "12.3k"),
        (math.inf, "s", "∞"),
        (math.nan, "s", "–"),
    ],
)
def test_quantities_are_written_to_three_digits(value: float, unit: str, text: str) -> None:
    assert format_quantity(value, unit) == text


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (0.0, "0 s"),
        (0.45, "0.45 s"),
        (61.9, "61.9 s"),
        (61.899999, "61.9 s"),
        (123.45, "123.45 s"),
        (600.0, "10:00"),
        (725.54, "12:05.5"),
        (3725.0, "1:02:05"),
        (259_200.0, "72:00:00"),
        (math.nan, "–"),
    ],
)
def test_times_of_a_run_are_written_as_a_clock_has_them(instant: float, text: str) -> None:
    assert format_instant(instant) == text


@given(st.floats(1e-9, 1e12), st.sampled_from(["s", "B", "B/s", "rps", "%", "", "$/h"]))
def test_what_is_written_reads_back_to_three_digits(value: float, unit: str) -> None:
    assert parse_quantity(format_quantity(value, unit), unit) == pytest.approx(value, rel=0.006)


@pytest.mark.parametrize(
    ("value", "half", "unit", "text"),
    [
        (0.04005, 0.00028, "s", "40.1 ±0.3 ms"),
        (0.112, 0.00123, "s", "112 ±1.2 ms"),
        (0.292, 0.0098, "s", "292 ±10 ms"),
        (1.23, 0.2, "s", "1.23 ±0.2 s"),
        (0.2, 0.0, "s", "200 ms"),
        (0.2, 0.00001, "s", "200 ms"),
        (0.2, None, "s", "200 ±? ms"),
        (0.0, 0.0, "s", "0 s"),
        (0.0, 0.003, "s", "0 ±3 ms"),
        (0.0, None, "s", "0 ±? s"),
        (0.505, 0.004, "%", "50.5 ±0.4 %"),
        (399.2, 5.1, "rps", "399 ±5 rps"),
        (2.31, 0.4, "", "2.31 ±0.4"),
        (math.nan, None, "s", "–"),
    ],
)
def test_margins_share_the_unit(value: float, half: float | None, unit: str, text: str) -> None:
    assert format_margin(value, half, unit) == text


@pytest.mark.parametrize(
    ("share", "decimals", "text"), [(0.824, 0, "82 %"), (0.03, 1, "3.0 %"), (1.0, 0, "100 %")]
)
def test_a_share_keeps_its_decimals_and_stands_apart_from_its_sign(share, decimals, text) -> None:
    assert format_share(share, decimals) == text


@pytest.mark.parametrize(
    ("value", "text", "instant"),
    [
        (1e300, "1.16e295 days", "1e300 s"),
        (1.7e308, "1.97e303 days", "1.7e308 s"),
        (-1e30, "-1.16e25 days", "-1e30 s"),
    ],
)
def test_numbers_without_end_have_an_exponent(value: float, text: str, instant: str) -> None:
    assert format_quantity(value, "s") == text
    assert format_instant(value) == instant
    assert format_quantity(1e15, "").endswith("G")
