"""Numbers beside their units, as the form shows and reads them.

A field shows ``85`` with ``ms`` behind it. What is typed without a unit is meant in the unit that
stands there; what is typed with one (``250ms``, ``2k rps``) changes it.
"""

from __future__ import annotations

import math
import re

from engine.model.units import format_quantity, parse_quantity

_HAS_UNIT = re.compile(r"[^\W\d_]+$|%$")
_LONG = 3600.0
"""Durations from here on are shown in hours or days; below, in seconds, as on the charts."""


def written_quantity(value: float, unit: str) -> str:
    """A quantity for reading, such as ``48.5 ms``."""
    return format_quantity(value, unit)


def shown(value: float, unit: str, like: float | None = None) -> tuple[str, str]:
    """Number and unit to show in a field; reading them gives exactly ``value`` again.

    Args:
        value: in SI units.
        unit: of the field.
        like: a usual value, which decides in what unit a zero stands.
    """
    if not unit:
        return f"{value:.15g}", ""
    suffix = _suffix(value, unit, like)
    number, _, own = format_quantity(value, unit).rpartition(" ")
    if own == suffix and number and _is(number, suffix, unit, value):
        return number, suffix
    scale = parse_quantity(f"1 {suffix}", unit)
    for digits in (6, 9, 12, 15, 17):
        exact = f"{value / scale:.{digits}g}"
        if "e" not in exact and _is(exact, suffix, unit, value):
            return exact, suffix
    return repr(value), unit


def _suffix(value: float, unit: str, like: float | None) -> str:
    """Unit that reads best."""
    if value == 0:
        return "ms" if unit == "s" and like is not None and like < 1 else unit
    if unit == "s" and 1 <= abs(value) < _LONG:
        return unit
    return format_quantity(value, unit).rpartition(" ")[2]


def read(text: str, unit: str, suffix: str) -> float:
    """Number typed into a field that shows ``suffix``. Raises ``ValueError`` with the remedy."""
    typed = text.strip().replace("\N{MINUS SIGN}", "-")
    if not typed:
        raise ValueError("Type a number")
    bare = not unit or _is_bare(typed)
    try:
        value = parse_quantity(f"{typed} {suffix}" if bare and suffix else typed, unit)
    except ValueError:
        raise ValueError(_remedy(typed, unit, suffix)) from None
    if not math.isfinite(value):
        raise ValueError("Must be a finite number")
    return value


def _is_bare(typed: str) -> bool:
    """Whether a number came without a unit (a lone ``k`` or ``M`` multiplies; it is no unit)."""
    word = _HAS_UNIT.search(typed)
    return word is None or word.group() in ("k", "K", "M", "G", "T")


def _remedy(typed: str, unit: str, suffix: str) -> str:
    """What to type instead."""
    examples = {
        "s": "250 ms or 2 s",
        "B": "500 B or 1 GB",
        "rps": "300 or 2k rps",
        "%": "5 or 5 %",
        "$/h": "0.5 or 0.5 $/h",
    }
    example = examples.get(unit, f"12 {suffix}" if suffix else "12")
    return f"“{typed[:24]}” is no value; try {example}"


def _is(number: str, suffix: str, unit: str, value: float) -> bool:
    """Whether a shown text reads back as ``value``."""
    try:
        return parse_quantity(f"{number} {suffix}", unit) == value
    except ValueError:
        return False
