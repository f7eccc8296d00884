"""Quantities as people write them: ``250 ms``, ``2k rps``, ``1 GB``, ``12 %``.

Stored values are SI: seconds, bytes, requests per second, shares from 0 to 1, dollars per hour. Byte
prefixes are decimal (1 kB = 1000 B); the binary ones carry their i (1 KiB = 1024 B). A small b is
a bit: 8 Mb = 1 MB, 400 Mb/s = 50 MB/s.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Final

_MAGNITUDES: Final[dict[str, Decimal]] = {
    "": Decimal(1),
    "k": Decimal(1000),
    "K": Decimal(1000),
    "M": Decimal(10) ** 6,
    "G": Decimal(10) ** 9,
}
_SECONDS: Final[dict[str, Decimal]] = {
    "ns": Decimal("1e-9"),
    "us": Decimal("1e-6"),
    "µs": Decimal("1e-6"),
    "\N{GREEK SMALL LETTER MU}s": Decimal("1e-6"),
    "ms": Decimal("1e-3"),
    "s": Decimal(1),
    "sec": Decimal(1),
    "second": Decimal(1),
    "seconds": Decimal(1),
    "min": Decimal(60),
    "minute": Decimal(60),
    "minutes": Decimal(60),
    "h": Decimal(3600),
    "hour": Decimal(3600),
    "hours": Decimal(3600),
    "d": Decimal(86_400),
    "day": Decimal(86_400),
    "days": Decimal(86_400),
}
_BYTES: Final[dict[str, Decimal]] = {
    "B": Decimal(1),
    "kB": Decimal(1000),
    "KB": Decimal(1000),
    "MB": Decimal(10) ** 6,
    "GB": Decimal(10) ** 9,
    "TB": Decimal(10) ** 12,
    "KiB": Decimal(2) ** 10,
    "MiB": Decimal(2) ** 20,
    "GiB": Decimal(2) ** 30,
    "TiB": Decimal(2) ** 40,
}
_BITS: Final[dict[str, Decimal]] = {
    f"{prefix}{name}": size / 8
    for prefix, size in (_MAGNITUDES | {"T": Decimal(10) ** 12}).items()
    for name in ("b", "bit")
} | {
    f"{prefix}i{name}": Decimal(2) ** power / 8
    for prefix, power in (("K", 10), ("M", 20), ("G", 30), ("T", 40))
    for name in ("b", "bit")
}
_SPEEDS: Final[dict[str, Decimal]] = {
    f"{name}/s": size for name, size in (_BYTES | _BITS).items()
} | {f"{name}ps": size for name, size in (_BYTES | _BITS).items() if name[-1] in "bB"}
_PER: Final[dict[str, Decimal]] = {
    "rps": Decimal(1),
    "/s": Decimal(1),
    "rpm": Decimal(1) / 60,
    "/min": Decimal(1) / 60,
    "rph": Decimal(1) / 3600,
    "/h": Decimal(1) / 3600,
}
_RATES: Final[dict[str, Decimal]] = (
    _PER
    | _MAGNITUDES
    | {
        f"{prefix}{gap}{suffix}": size * per
        for prefix, size in _MAGNITUDES.items()
        for gap in ("", " ")
        for suffix, per in _PER.items()
        if prefix
    }
)
_SUFFIXES: Final[dict[str, dict[str, Decimal]]] = {
    "s": _SECONDS,
    "B": _BYTES | _BITS | _MAGNITUDES | {"byte": Decimal(1), "bytes": Decimal(1)},
    "B/s": _SPEEDS | _MAGNITUDES,
    "rps": _RATES,
    "/s": _RATES,
    "%": {"%": Decimal("0.01"), "": Decimal(1)},
    "$/h": {"$/h": Decimal(1), "$": Decimal(1)},
    "$": {"$": Decimal(1)},
    "": _MAGNITUDES,
}
_EXAMPLES: Final[dict[str, str]] = {
    "s": "250 ms or 2 s",
    "B": "500 B, 1 GB or 8 Mb",
    "B/s": "1 Gb/s or 125 MB/s",
    "rps": "300 or 2k rps",
    "/s": "0.5, 2 /s or 20 /min",
    "%": "12 % or 0.12",
    "$/h": "0.5 or 0.5 $/h",
    "$": "0.09 or 0.09 $",
    "": "12 or 10k",
}
_SCALES: Final[dict[str, tuple[tuple[float, str], ...]]] = {
    "s": (
        (86_400.0, "days"),
        (3600.0, "h"),
        (60.0, "min"),
        (1.0, "s"),
        (1e-3, "ms"),
        (1e-6, "µs"),
        (1e-9, "ns"),
    ),
    "B": ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")),
    "B/s": ((125e9, "Tb/s"), (125e6, "Gb/s"), (125e3, "Mb/s"), (125.0, "kb/s"), (0.125, "b/s")),
    "rps": ((1e6, "M rps"), (1e3, "k rps"), (1.0, " rps")),
    "/s": ((1e3, "k/s"), (1.0, "/s"), (1.0 / 60.0, "/min"), (1.0 / 3600.0, "/h")),
    "%": ((0.01, "%"),),
    "$/h": ((1.0, "$/h"),),
    "$": ((1.0, "$"),),
    "": ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, "")),
}
_LEAST: Final[dict[str, float]] = {"min": 600.0}
"""From which value on a unit is taken, where that is more than one of it: 90 s are read as well as 1.5 min."""
_DIGITS: Final = 3
"""Significant digits for reading."""
CLOCK_FROM: Final = 600.0
"""Seconds from which a time of a run is written as a clock has it."""
_SLIGHT: Final = 5e-4
"""Relative margin that does not change a number of three digits."""
_NUMBER: Final = re.compile(
    r"[+-]?(?:\d[\d _\N{NO-BREAK SPACE}]*\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
)
_LONGEST: Final = 64
_ENDLESS: Final = 1e18
"""A number from which on nobody counts the digits of its whole part."""


def parse_quantity(text: str, unit: str) -> float:
    """The value in the base unit. A number without a unit is in the base unit already.

    Raises:
        ValueError: where the text is no quantity of that unit; the message says what to type.
    """
    typed = text.strip().replace("\N{MINUS SIGN}", "-")
    number = _NUMBER.match(typed) if len(typed) <= _LONGEST else None
    suffixes = _SUFFIXES.get(unit, {unit: Decimal(1)})
    factor = suffixes.get(typed[number.end() :].strip()) if number else None
    if number and factor is None and not typed[number.end() :].strip():
        factor = Decimal(1)
    if number is None or factor is None:
        raise ValueError(_remedy(typed, unit))
    try:
        value = float(Decimal(re.sub(r"[ _\N{NO-BREAK SPACE}]", "", number.group())) * factor)
    except InvalidOperation:
        raise ValueError(_remedy(typed, unit)) from None
    if not math.isfinite(value):
        raise ValueError(_remedy(typed, unit))
    return value


def _remedy(typed: str, unit: str) -> str:
    """What was wrong and what to type instead."""
    shown = typed if len(typed) <= 24 else f"{typed[:24]}…"
    example = _EXAMPLES.get(unit, f"12 {unit}")
    return f"{shown!r} is no quantity; write it like {example}"


def format_quantity(value: float, unit: str) -> str:
    """A quantity for reading, to three digits: ``48.5 ms``, ``2.4k rps``, ``12 %``."""
    if not math.isfinite(value):
        return "∞" if value == math.inf else "–"
    scale, suffix = _scale(value, unit)
    number = value / scale
    if not math.isfinite(number):  # a share of more percents than there are numbers
        scale, suffix = _SCALES.get(unit, ((1.0, unit),))[0]
        digit, _, power = format_figure(value).partition("e")
        return _joined(f"{digit}e{int(power) - round(math.log10(scale))}", suffix, unit)
    return _joined(format_figure(number), suffix, unit)


def format_instant(instant: float) -> str:
    """A time of a run (s) for reading: ``0.45 s``, ``61.9 s``, then as a clock has it: ``12:05.5``, ``1:02:05``.

    A length is a quantity (`format_quantity`), which has three digits: a time of a long run needs more.
    """
    if not math.isfinite(instant):
        return "–"
    if abs(instant) >= _ENDLESS:
        return f"{format_figure(instant)} s"
    if abs(instant) < CLOCK_FROM:
        return f"{_trimmed(instant, 3 if abs(instant) < 1.0 else 2)} s"
    tenths = math.floor(instant * 10.0 + 1e-6)
    minutes, rest = divmod(tenths, 600)
    seconds = f"{rest // 10:02d}" + (f".{rest % 10}" if rest % 10 else "")
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes}:{seconds}"


def _trimmed(number: float, decimals: int) -> str:
    """A number to so many decimals, without zeros at its end."""
    text = f"{number:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def format_share(share: float, decimals: int = 0) -> str:
    """A share from 0 to 1 as percents with so many decimals, which do not come and go: ``82 %``, ``3.0 %``."""
    return f"{100.0 * share:.{decimals}f} %"


def format_margin(value: float, half: float | None, unit: str) -> str:
    """A quantity and how far it may be off, in the same unit: ``48.5 ±0.3 ms``.

    A margin that does not show in three digits is left out, an unknown one (None) is a question mark.
    """
    if not math.isfinite(value) or (half is not None and half <= abs(value) * _SLIGHT):
        return format_quantity(value, unit)
    scale, suffix = _scale(value or half or 1.0, unit)
    margin = "?" if half is None else _rough(half / scale)
    return _joined(f"{format_figure(value / scale)} ±{margin}", suffix, unit)


def _scale(value: float, unit: str) -> tuple[float, str]:
    """The prefix that suits a value: its size and how the unit is written with it."""
    scales = _SCALES.get(unit, ((1.0, unit),))
    rounded = abs(float(f"{value:.{_DIGITS}g}"))
    if rounded == 0.0:
        return next((pair for pair in scales if pair[0] == 1.0), scales[-1])
    least = ((max(pair[0], _LEAST.get(pair[1], 0.0)), pair) for pair in scales)
    return next((pair for size, pair in least if rounded >= size * 0.999_999), scales[-1])


def _joined(number: str, suffix: str, unit: str) -> str:
    """A number and its unit."""
    if unit in {"rps", ""}:
        return f"{number}{suffix}"
    if suffix == "days" and number == "1":
        return "1 day"
    return f"{number} {suffix}" if suffix else number


def _rough(number: float) -> str:
    """One significant digit, two where the first is a one: a margin is itself a guess."""
    digits = 2 if f"{number:.1e}".startswith("1") else 1
    return format_figure(float(f"{number:.{digits}g}"))


def format_figure(number: float, digits: int = _DIGITS) -> str:
    """A number to so many significant digits, never fewer than the whole part, with an exponent only where that is endless."""
    if not math.isfinite(number):
        return "∞" if number == math.inf else "–"
    size = abs(number)
    if size >= _ENDLESS:
        digit, _, power = f"{number:.{max(digits, 1) - 1}e}".partition("e+")
        return f"{digit.rstrip('0').rstrip('.') if '.' in digit else digit}e{power}"
    decimals = digits - 1 - math.floor(math.log10(size)) if size > 0.0 else 0
    text = f"{number:.{min(max(decimals, 0), 12)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
