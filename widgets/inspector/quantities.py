"""Numbers beside their units, as the form shows and reads them.

A field shows ``85`` with ``ms`` behind it. What is typed without a unit is meant in the unit that
stands there; what is typed with one (``250ms``, ``2k rps``) changes it.
"""

from __future__ import annotations

import re
from decimal import Decimal

from engine.model.units import format_quantity, parse_quantity

_BARE = re.compile(r"[+-]?[\d._ ]+(e[+-]?\d+)?\s*[kKMG]?", re.IGNORECASE)
"""A number without a unit; a lone ``k`` or ``M`` only multiplies."""
_LONG = ((86_400, "d"), (3600, "h"))
"""Seconds of the units in which long times stand that are whole in them: nobody reads 604800 s as a week."""


def shown(value: float, unit: str, like: float | None = None) -> tuple[str, str]:
    """Number and unit to show in a field; reading them gives exactly ``value`` again.

    Args:
        value: in SI units.
        unit: of the field.
        like: a usual value, which decides in what unit a zero stands.
    """
    if not unit:
        return _plain(Decimal(repr(float(value)))), ""
    for whole, suffix in _LONG if unit == "s" else ():
        if value >= whole and value % whole == 0.0:
            return _plain(Decimal(repr(float(value))) / whole), suffix
    if unit == "s" and abs(value) >= 1.0:
        return _plain(Decimal(repr(float(value)))), "s"
    number, _, suffix = format_quantity(value, unit).rpartition(" ")
    if value == 0 and unit == "s" and like is not None and like < 1:
        suffix = "ms"
    if _says(f"{number} {suffix}", unit, value):
        return number, suffix
    scale = parse_quantity(f"1 {suffix}", unit)
    return _plain(Decimal(repr(float(value))) / Decimal(repr(scale))), suffix


def read(text: str, unit: str, suffix: str) -> float:
    """Number typed into a field that shows ``suffix``.

    Raises:
        ValueError: with one line that says what to type.
    """
    typed = text.strip()
    if not typed:
        raise ValueError("Type a number")
    bare = bool(suffix) and _BARE.fullmatch(typed) is not None
    return parse_quantity(f"{typed} {suffix}" if bare else typed, unit)


def _says(text: str, unit: str, value: float) -> bool:
    """Whether a text is read as a value. That of the largest is rounded to more than a number can be."""
    try:
        return parse_quantity(text, unit) == value
    except ValueError:
        return False


def _plain(number: Decimal) -> str:
    """All digits of a number; with an exponent only far from one."""
    short = number.normalize()
    return f"{short:f}" if number and -7 <= short.adjusted() <= 18 else str(short).lower()
