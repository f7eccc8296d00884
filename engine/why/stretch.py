"""Stretches of a run in which something was so, and what is usual outside them."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

AFTER: Final = 2.0
"""Seconds by which a cause may be seen later than what it causes: intervals are that long."""
_GAP: Final = 3.0
"""Seconds that a stretch may be interrupted for."""
_SLIVER: Final = 1e-6
"""Seconds between the end of an interval and the beginning of the next, by rounding."""
_FEW: Final = 3
"""Intervals that say what is usual."""


@dataclass(frozen=True, slots=True)
class Point:
    """One interval of a series."""

    start: float
    end: float
    value: float
    """NaN where nothing is known."""

    @property
    def length(self) -> float:
        """Its seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a run."""

    start: float
    end: float
    points: tuple[Point, ...]

    def reaches(self, begun: float, end: float) -> bool:
        """Whether it has a time in common with another part."""
        return self.start <= end and self.end >= begun

    def since(self, instant: float) -> Stretch | None:
        """What is left of it from a time (s) on; None where it was over by then."""
        if self.start >= instant:
            return self
        left = tuple(each for each in self.points if each.end >= instant)
        return Stretch(left[0].start, self.end, left) if left else None

    @property
    def seen(self) -> float:
        """When it could be seen first (s): at the end of its first interval."""
        return self.points[0].end

    @property
    def peak(self) -> float:
        """The largest value."""
        return max((each.value for each in self.points if not math.isnan(each.value)), default=0.0)

    def level(self, seconds: float) -> float:
        """The largest mean over so many seconds, or over all of it where it is shorter: a peak without its noise."""
        known = [each for each in self.points if not math.isnan(each.value)]
        means = [each for each in moving_means(known, seconds) if not math.isnan(each)]
        return max(means) if means else self.mean

    @property
    def total(self) -> float:
        """The sum of the values."""
        return sum(each.value for each in self.points if not math.isnan(each.value))

    @property
    def mean(self) -> float:
        """The mean value over time."""
        known = [each for each in self.points if not math.isnan(each.value)]
        whole = sum(each.length for each in known)
        return sum(each.value * each.length for each in known) / whole if whole else 0.0


def moving_means(points: Sequence[Point], seconds: float) -> list[float]:
    """The mean over so many seconds up to the end of each interval; NaN where less is known. All values are known."""
    means = []
    first, whole, weight = 0, 0.0, 0.0
    for each in points:
        whole += each.length
        weight += each.value * each.length
        while whole - points[first].length >= seconds:
            whole -= points[first].length
            weight -= points[first].value * points[first].length
            first += 1
        means.append(weight / whole if whole >= seconds else math.nan)
    return means


def stretches(
    points: Sequence[Point], above: float, least: float = 0.0, gap: float = _GAP
) -> list[Stretch]:
    """The parts in which a series is above something, small gaps included.

    Args:
        points: the series, in order.
        above: what it has to be above.
        least: seconds that a stretch takes at least.
        gap: seconds that it may be interrupted for, or two intervals; 0 is not at all.
    """
    found: list[list[Point]] = []
    for point in points:
        if not point.value > above:
            continue
        longest = max(gap, 2.0 * point.length) if gap > 0.0 else _SLIVER
        if found and point.start - found[-1][-1].end <= longest:
            found[-1].append(point)
        else:
            found.append([point])
    made = [Stretch(each[0].start, each[-1].end, tuple(each)) for each in found]
    return [each for each in made if each.end - each.start >= least]


def at(stretches: Sequence[Stretch], begun: float, end: float) -> Stretch | None:
    """The first stretch that reaches into a part of the run."""
    return next((each for each in stretches if each.reaches(begun, end)), None)


def behind(stretches: Sequence[Stretch], near: Stretch, earlier: float) -> Stretch | None:
    """The stretch that can be behind something else.

    That is the one in which the other begins, else the last one shortly before, else the first one while it lasts.

    Args:
        stretches: of one series.
        near: what they may be behind.
        earlier: seconds by which one may be over before.
    """
    begins = near.start
    found = [each for each in stretches if each.reaches(begins - earlier, near.end)]
    around = [each for each in found if each.start <= begins + AFTER and each.end >= begins]
    before = [each for each in found if each.end < begins]
    return next(iter([*around, *before[-1:], *found]), None)


def says_usual(points: Sequence[Point], before: float) -> bool:
    """Whether enough is known before a time (s) to say what was usual then."""
    return sum(each.end <= before and not math.isnan(each.value) for each in points) >= _FEW


def usual(points: Sequence[Point], before: float) -> float:
    """The median before a time; over the whole series where nothing is known before it, NaN where nothing ever is."""
    known = [each for each in points if not math.isnan(each.value)]
    early = [each.value for each in known if each.end <= before]
    values = early if len(early) >= _FEW else [each.value for each in known]
    return median(values) if values else math.nan
