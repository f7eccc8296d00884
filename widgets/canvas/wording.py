"""Numbers and reasons as short texts: what fits on a card, a pill or a tooltip."""

from __future__ import annotations

import math

_STEPS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def short_number(value: float) -> str:
    """Two or three significant digits: ``7``, ``0.4``, ``706``, ``1.2k``, ``34k``, ``5.6M``."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    for step, letter in _STEPS:
        if size >= step * 0.9995:
            scaled = value / step
            return f"{scaled:.0f}{letter}" if abs(scaled) >= 9.95 else f"{scaled:.1f}{letter}"
    if size >= 9.95 or size == 0.0:
        return f"{value:.0f}"
    return f"{value:.1f}".removesuffix(".0") if size >= 0.05 else "0"


def short_rate(value: float) -> str:
    """Requests per second."""
    return f"{short_number(value)} rps"


def short_time(seconds: float) -> str:
    """A duration: ``48 ms``, ``1.4 s``, ``3 min``."""
    if not math.isfinite(seconds):
        return "–"
    for limit, factor, unit in ((9.995e-4, 1e6, "µs"), (0.9995, 1e3, "ms"), (99.95, 1.0, "s")):
        if seconds < limit:
            scaled = seconds * factor
            text = f"{scaled:.1f}".removesuffix(".0") if scaled < 9.95 else f"{scaled:.0f}"
            return f"{text} {unit}"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.0f} h"


def short_percent(ratio: float) -> str:
    """A share, with a decimal only below 10 %: ``88 %``, ``0.4 %``."""
    if not math.isfinite(ratio):
        return "–"
    value = 100 * ratio
    text = f"{value:.1f}".removesuffix(".0") if 0 < value < 9.95 else f"{value:.0f}"
    return f"{text} %"


def short_quantity(value: float, unit: str) -> str:
    """A value in the unit of a metric (``s``, ``%`` stored as 0 to 1, ``rps`` or none)."""
    if unit == "s":
        return short_time(value)
    if unit == "%":
        return short_percent(value)
    return short_rate(value) if unit == "rps" else f"{short_number(value)} {unit}".rstrip()


def counted(number: int, word: str) -> str:
    """A number with its noun: ``1 node``, ``3 nodes``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
