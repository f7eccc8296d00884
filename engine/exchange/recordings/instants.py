"""Times as logs and tools write them: numbers since a start or since 1970, dates of several kinds."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLF: Final = re.compile(
    r"(\d{1,2})/([A-Za-z]{3})/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?: ([+-])(\d\d)(\d\d))?"
)
"""As in the Common Log Format: ``29/Mar/2026:00:59:50 +0100``; months are English everywhere."""
_MONTHS: Final = {
    name: place
    for place, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        start=1,
    )
}
_DOTTED: Final = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4})[ T,]+(\d\d):(\d\d)(?::(\d\d)([.,]\d+)?)?"
)
"""As spreadsheets write it in much of Europe: ``29.03.2026 18:15:00``."""
_SLASHED: Final = re.compile(r"\d{4}/\d\d/\d\d(?=[ T])")
"""A date as JMeter and nginx write it: ``2026/03/29 18:15:00``."""
_COMMA: Final = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class TimeUnit:
    """A unit in which numbers of a clock are written."""

    name: str
    seconds: float
    words: str


UNITS: Final = (
    TimeUnit("s", 1.0, "seconds"),
    TimeUnit("ms", 1e-3, "milliseconds"),
    TimeUnit("us", 1e-6, "microseconds"),
    TimeUnit("ns", 1e-9, "nanoseconds"),
)
"""Every unit, the longest first."""
SECONDS: Final = UNITS[0]
_SHORT: Final = 1e8
"""Numbers below are seconds of a recording: three years of it."""
_EPOCHS: Final = (7.8e8, 4.2e9)
"""Seconds since 1970 that logs plausibly bear: from 1994 to 2103."""


def unit_named(name: str) -> TimeUnit | None:
    """The unit of that name or symbol; None where it is none."""
    symbol = name.casefold().strip().replace("µ", "u").replace("\N{GREEK SMALL LETTER MU}", "u")
    for unit in UNITS:
        if symbol in {unit.name, unit.words, unit.words[:-1]}:
            return unit
    return {"sec": UNITS[0], "msec": UNITS[1], "millis": UNITS[1], "micros": UNITS[2]}.get(symbol)


def unit_of(times: Sequence[float]) -> TimeUnit:
    """The unit that numbers of a clock are most plausibly in.

    Since 1970 each unit has its own magnitude, so that a clock's numbers say it themselves. Large whole
    numbers that no clock shows now are microseconds of a long recording, as cluster traces have them.
    """
    first, last = min(times), max(times)
    if first < _SHORT:
        return SECONDS
    for unit in UNITS:
        low, high = (each / unit.seconds for each in _EPOCHS)
        if low <= first and last <= high:
            return unit
    whole = all(time.is_integer() for time in times[:1000])
    return UNITS[2] if whole else SECONDS


def number(cell: str) -> float | None:
    """A cell as a number; a decimal comma is one where the cell holds nothing else."""
    try:
        return float(cell)
    except ValueError:
        pass
    if _COMMA.fullmatch(cell):
        return float(cell.replace(",", "."))
    return None


def instant(cell: str) -> float | None:
    """A cell as an instant (s since 1970); without a zone it counts as UTC."""
    value = _made(cell) or _clf(cell) or _dotted(cell) or _slashed(cell)
    if value is None:
        return None
    return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).timestamp()


def is_whole_second(cell: str) -> bool:
    """Whether a date and time says no more than the second."""
    found = re.search(r":\d\d:\d\d(?P<rest>[.,]\d)?", cell)
    return found is not None and found["rest"] is None


def _clf(cell: str) -> datetime | None:
    """A time of the Common Log Format."""
    found = _CLF.fullmatch(cell)
    if found is None or found[2].casefold() not in _MONTHS:
        return None
    zone = f"{found[8]}{found[9]}:{found[10]}" if found[8] else "+00:00"
    second = f"{found[6]}.{found[7]}" if found[7] else found[6]
    month = _MONTHS[found[2].casefold()]
    return _made(f"{found[3]}-{month:02}-{int(found[1]):02}T{found[4]}:{found[5]}:{second}{zone}")


def _dotted(cell: str) -> datetime | None:
    """A time with the day first and full stops."""
    found = _DOTTED.fullmatch(cell)
    if found is None:
        return None
    day, month, year, hour, minute, second, fraction = found.groups()
    part = (fraction or "").replace(",", ".")
    return _made(
        f"{year}-{int(month):02}-{int(day):02}T{hour}:{minute}:{second or '00'}{part}+00:00"
    )


def _slashed(cell: str) -> datetime | None:
    """A time with the year first and strokes, or with UTC behind it in letters."""
    text = cell.removesuffix(" UTC") if cell.endswith(" UTC") else cell
    found = _SLASHED.match(text)
    plain = text if found is None else found[0].replace("/", "-") + text[found.end() :]
    return None if plain == cell else _made(plain)


def _made(text: str) -> datetime | None:
    """A date and time in ISO 8601; None where there is no such day or hour."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def mixed_units(times: Sequence[float]) -> tuple[TimeUnit, TimeUnit] | None:
    """The units of the first and the last of some numbers, where they are of a clock but in different ones."""
    found = [
        next((u for u in UNITS if _EPOCHS[0] <= time * u.seconds <= _EPOCHS[1]), None)
        for time in (min(times), max(times))
    ]
    first, last = found
    return (first, last) if first is not None and last is not None and first != last else None


def in_seconds(times: Sequence[float], unit: TimeUnit) -> list[float]:
    """Numbers of a clock as seconds; those of one that counts since 1970 begin with the first.

    The first is taken off before they are scaled: so nanoseconds since 1970 lose nothing to rounding.
    """
    first = min(times)
    start = first if first >= _SHORT else 0.0
    return [(time - start) * unit.seconds for time in times]


def is_time(value: float) -> bool:
    """Whether a number can be the time of an arrival."""
    return math.isfinite(value) and value >= 0.0
