"""Stretches of a run in which something was so, and what is usual outside them."""

from __future__ import annotations

import math
from bisect import insort
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
_SETTLED: Final = 10.0
"""Seconds for which a series stays about as high until that is its level."""
_WORSE: Final = 3.0
"""Times its level from which a series of shares is on another."""
_FAR: Final = 0.15
"""Above its level by so much it is on another as well, where that is less."""
_LITTLE: Final = 0.05
"""Above its level by so little it is not."""
_LASTING: Final = 1.5
"""Seconds for which it is higher at least."""


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


def levels(stretch: Stretch) -> list[Stretch]:
    """The parts of a stretch of shares, where it is on one level first and on a far higher one for a while then.

    What was so all the while has other causes than what is worse: a dependency that always fails a little is not behind
    an outage in the middle of it.
    """
    before: list[float] = []
    for place, point in enumerate(stretch.points):
        level = _middle(before)
        most = max(level + _LITTLE, min(_WORSE * level, level + _FAR))
        if point.value > most:
            found = stretches(stretch.points[place:], most)
            worse = [each for each in found if each.end - each.start >= _LASTING]
            if worse and worse[0].start == point.start:
                settled = place >= _FEW and point.start - stretch.start >= _SETTLED
                return _apart(stretch, worse) if settled else [stretch]
        insort(before, point.value)
    return [stretch]


def _middle(values: Sequence[float]) -> float:
    """The median of sorted values; infinite where there are none."""
    if not values:
        return math.inf
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2.0


def _apart(stretch: Stretch, worse: Sequence[Stretch]) -> list[Stretch]:
    """A stretch, and those within it, one after the other."""
    found: list[Stretch] = []
    for each in worse:
        begun = found[-1].end if found else -math.inf
        between = tuple(p for p in stretch.points if begun <= p.start and p.end <= each.start)
        if between:
            found.append(Stretch(between[0].start, between[-1].end, between))
        found += levels(each)
    rest = tuple(each for each in stretch.points if each.start >= worse[-1].end)
    if rest:
        found.append(Stretch(rest[0].start, rest[-1].end, rest))
    return found


def at(stretches: Sequence[Stretch], begun: float, end: float) -> Stretch | None:
    """The first stretch that reaches into a part of the run."""
    return next((each for each in stretches if each.reaches(begun, end)), None)


def behind(stretches: Sequence[Stretch], near: Stretch, earlier: float) -> Stretch | None:
    """The stretch that can be behind something else.

    That is the one in which the other begins, else the last one shortly before, else the first one while it lasts.
    Where a series has got worse by then, it is what is worse.

    Args:
        stretches: of one series.
        near: what they may be behind.
        earlier: seconds by which one may be over before.
    """
    begins = near.start
    found = [each for each in stretches if each.reaches(begins - earlier, near.end)]
    around = [each for each in found if each.start <= begins + AFTER and each.end >= begins]
    before = [each for each in found if each.end < begins]
    return next(iter([*around[-1:], *before[-1:], *found]), None)


def says_usual(points: Sequence[Point], before: float) -> bool:
    """Whether enough is known before a time (s) to say what was usual then."""
    return sum(each.end <= before and not math.isnan(each.value) for each in points) >= _FEW


def usual(points: Sequence[Point], before: float) -> float:
    """The median before a time; over the whole series where nothing is known before it, NaN where nothing ever is."""
    known = [each for each in points if not math.isnan(each.value)]
    early = [each.value for each in known if each.end <= before]
    values = early if len(early) >= _FEW else [each.value for each in known]
    return median(values) if values else math.nan
