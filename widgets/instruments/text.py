"""Numbers as people read them on axes, in legends and on the timeline: few digits, human units."""

from __future__ import annotations

import math

from engine.model.units import CLOCK_FROM, format_quantity

PREFIXED = frozenset({"B", "B/s"})
"""Units whose prefix belongs to the unit: ``5 MB``, where plain numbers are ``5M``."""
_DASH = "\u2013"


def short(value: float, digits: int = 3) -> str:
    """A number with so many significant digits and no trailing zeros: ``0.25``, ``1.4``, ``720``."""
    if value == 0.0:
        return "0"
    if abs(value) >= 10.0**digits:
        return f"{value:.0f}"
    text = f"{value:.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def seconds_text(value: float, digits: int = 3) -> str:
    """A duration: ``85 µs``, ``12 ms``, ``1.4 s``, ``8 min``."""
    size = abs(value)
    if size >= 86_400.0:
        days = short(value / 86_400.0, digits)
        return f"{days} day" if days == "1" else f"{days} days"
    if size >= 3600.0:
        return f"{short(value / 3600.0, digits)} h"
    if size >= 600.0:
        return f"{short(value / 60.0, digits)} min"
    if size >= 0.9995 or value == 0.0:
        return f"{short(value, digits)} s"
    if size >= 0.9995e-3:
        return f"{short(value * 1e3, digits)} ms"
    return f"{short(value * 1e6, digits)} µs"


def count_text(value: float, digits: int = 3) -> str:
    """A plain number: ``0.4``, ``720``, ``1.2k``, ``3.1M``."""
    size = abs(value)
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= limit * 0.9995:
            return f"{short(value / limit, digits)}{suffix}"
    return short(value, digits)


def value_text(value: float, unit: str, digits: int = 3) -> str:
    """A value in a unit of the design (``s``, ``B``, ``rps``, ``%`` stored 0 to 1, …, or none)."""
    if not math.isfinite(value):
        return _DASH
    if unit == "s":
        return seconds_text(value, digits)
    if unit == "%":
        return f"{short(value * 100.0, digits)} %"
    if unit in PREFIXED:
        return format_quantity(value, unit)
    return f"{count_text(value, digits)} {unit}".rstrip()


def instant_text(seconds: float) -> str:
    """A simulated instant: ``72.4 s``, ``12:05.0``, ``1:02:05``; cut, not rounded, as a clock does.

    The clock begins where it does in notes and chains of causes (`engine.model.units.format_instant`).
    """
    tenths = math.floor(max(seconds, 0.0) * 10.0 + 1e-6)
    if tenths < CLOCK_FROM * 10.0:
        return f"{tenths // 10}.{tenths % 10} s"
    minutes, rest = divmod(tenths, 600)
    if minutes < 60:
        return f"{minutes}:{rest // 10:02d}.{rest % 10}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest // 10:02d}"


_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600)
_DAY = 86400.0


def time_step(span: float, ticks: float) -> float:
    """A round distance between time ticks (s) that gives at most about ``ticks`` of them."""
    wanted = span / max(ticks, 1.0)
    if wanted < 1.0:
        return nice_step(wanted)
    for step in _STEPS:
        if step >= wanted:
            return float(step)
    return _DAY * nice_step(wanted / _DAY) if wanted > _DAY / 2 else _DAY / 2


def time_ticks(begin: float, end: float, ticks: float) -> list[tuple[float, str]]:
    """Ticks of a time axis: ``0 20 40 60 80 s``, then ``0:00 10:00 20:00``, then ``0h 1h 2h``."""
    step = time_step(end - begin, ticks)
    first = math.ceil(begin / step - 1e-9)
    last = math.floor(end / step + 1e-9)
    marks = [i * step for i in range(first, last + 1)]
    if end <= CLOCK_FROM:
        labels = [short(mark, 3 + (mark >= 100)) if step < 1 else f"{mark:.0f}" for mark in marks]
        unit = " s"
    elif end < 10_800.0:
        labels = [_minutes(mark, step) for mark in marks]
        unit = ""
    else:
        labels = [_hours(mark, step) for mark in marks]
        unit = ""
    return [
        (mark, label + (unit if i == len(marks) - 1 else ""))
        for i, (mark, label) in enumerate(zip(marks, labels, strict=True))
    ]


def _minutes(mark: float, step: float) -> str:
    """``12:05``, and tenths of a second when zoomed in that far."""
    minutes, seconds = divmod(round(mark, 3), 60)
    return f"{minutes:.0f}:{seconds:02.0f}" if step >= 1 else f"{minutes:.0f}:{seconds:04.1f}"


def _hours(mark: float, step: float) -> str:
    """``3h`` or ``3h20`` or ``3:20:05``."""
    minutes, seconds = divmod(round(mark), 60)
    hours, minutes = divmod(minutes, 60)
    if step >= 3600:
        return f"{hours}h"
    return f"{hours}h{minutes:02d}" if step >= 60 else f"{hours}:{minutes:02d}:{seconds:02d}"


def nice_step(wanted: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is at least ``wanted``."""
    if wanted <= 0.0 or not math.isfinite(wanted):
        return 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    for factor in (1.0, 2.0, 2.5, 5.0, 10.0):
        if factor * power >= wanted * (1.0 - 1e-9):
            return factor * power
    return 10.0 * power
