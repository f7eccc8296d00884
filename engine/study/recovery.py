"""When goodput is back: read off counts of what was asked for and what was answered."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

_COUNTED: Final = 100.0
"""Wanted answers of a stretch at least: of fewer, chance decides."""
_NOISE: Final = 3.0
"""Standard deviations of a count by which it may fall short by chance."""
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a run, long enough to count in."""

    at: float
    """When it begins (s)."""
    wanted: float
    """Answers that there should be."""
    got: float
    """Answers that there are."""

    def is_good(self, tolerance: float) -> bool:
        """Whether no more is missing than may, and than chance may take."""
        return _enough(self.wanted, self.got, tolerance)


def stretches(
    wanted: Sequence[float | None], got: Sequence[float | None], step: float, since: float
) -> list[Stretch]:
    """The steps of a series from a time on, put together until enough is wanted in each."""
    found = []
    first = math.ceil(since / step - _ROUNDING)
    begin, asked, had = first, 0.0, 0.0
    last = min(len(wanted), len(got)) - 1
    for place in range(first, last + 1):
        asked, had = asked + (wanted[place] or 0.0), had + (got[place] or 0.0)
        if asked < _COUNTED and place < last:
            continue
        if asked > 0.0:
            found.append(Stretch(begin * step, asked, had))
        begin, asked, had = place + 1, 0.0, 0.0
    return found


def recovered_at(parts: Sequence[Stretch], tolerance: float) -> float | None:
    """When goodput is back for good (s).

    That is the first stretch that is good, as the last one is, and from which on no more is missing in all.

    Returns:
        Infinity where it never is; None where nothing is wanted, so that nobody knows.
    """
    if not parts:
        return None
    wanted = got = 0.0
    found = math.inf
    if not parts[-1].is_good(tolerance):
        return found
    for part in reversed(parts):
        wanted, got = wanted + part.wanted, got + part.got
        if part.is_good(tolerance) and _enough(wanted, got, tolerance):
            found = part.at
    return found


def _enough(wanted: float, got: float, tolerance: float) -> bool:
    """Whether enough is there of what should be."""
    return got >= (1.0 - tolerance) * wanted - _NOISE * math.sqrt(wanted)
