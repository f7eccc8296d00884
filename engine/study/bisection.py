"""Bisection over noisy levels: where all objectives stop being met, and how sure that is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.model.design import Objective
    from engine.study.objectives import Judgement

_START: Final = 1.0
_LARGEST: Final = 1024.0
"""How far the load dial is turned up in search of a miss, and down by the inverse."""
_DIGITS: Final = 6
_MOST_LEVELS: Final = 40
_ENOUGH: Final = 0.25
"""An end of the interval may be as uncertain as this part of its distance from the knee."""


@dataclass(frozen=True, slots=True)
class Level:
    """A value of the parameter and what became of the objectives there."""

    value: float
    judgements: tuple[Judgement, ...]

    @property
    def met(self) -> bool:
        """Whether the means meet every objective."""
        return all(each.met for each in self.judgements)

    @property
    def room(self) -> float:
        """How far the worst objective's mean is inside its bound; negative outside."""
        return min(_rooms(each)[1] for each in self.judgements)

    @property
    def least_room(self) -> float:
        """The same at the bad end of each confidence interval."""
        return min(_rooms(each)[0] for each in self.judgements)

    @property
    def most_room(self) -> float:
        """The same at the good end of each confidence interval."""
        return min(_rooms(each)[2] for each in self.judgements)


_Segment = tuple[Level, Level, "Callable[[Level], float]"]
"""Neighbours between which some room is used up."""


class Bisection:
    """Asks for levels and narrows the bracket between met and missed.

    Where ends are given it begins with both; else at 1, doubling while met or halving while missed.
    """

    def __init__(self, ends: tuple[float, float] | None, tolerance: float, whole: bool) -> None:  # noqa: FBT001 - a property of the parameter
        self._open = ends is None
        self._tolerance = tolerance
        self._whole = whole
        self.levels: list[Level] = []
        """In the order in which they were asked."""
        self.asked: list[float] = [_START] if ends is None else list(ends)
        """Levels that it waits for; none when it is over."""

    def answer(self, levels: Sequence[Level]) -> None:
        """Take what was asked for, and ask for more or end."""
        self.levels += levels
        self.asked = self._next()

    @property
    def last_met(self) -> Level | None:
        """The level on the met side of the bracket."""
        return self._bracket()[0]

    @property
    def first_missed(self) -> Level | None:
        """The level on the missed side of the bracket."""
        return self._bracket()[1]

    @property
    def rising(self) -> bool:
        """Whether the missed levels are above the met ones, as with load."""
        ends = sorted(self.levels, key=lambda level: level.value)
        return self._open or not ends or ends[0].met or not ends[-1].met

    @property
    def is_odd(self) -> bool:
        """Whether a level beyond the first missed one is met all the same."""
        ordered = self._ordered()
        firsts = [index for index, level in enumerate(ordered) if not level.met]
        return bool(firsts) and any(level.met for level in ordered[firsts[0] :])

    @property
    def steps_left(self) -> int:
        """Levels that halving the bracket will still take after those that are asked for."""
        met, missed = self._bracket()
        if met is None or missed is None or not self.asked:
            return 0
        wide = abs(missed.value - met.value)
        fine = 1.0 if self._whole else self._tolerance * max(abs(met.value), abs(missed.value))
        return max(0, math.ceil(math.log2(max(wide / fine, 1.0))) - 1)

    def knee(self) -> tuple[float | None, float | None, float | None]:
        """The knee and its interval, smaller end first; None for what nobody knows."""
        met, missed = self._bracket()
        if met is None or missed is None:
            return None, None, None
        ends = [_between(*each) if each else None for each in (self._sure(), self._lost())]
        if self._whole:
            ends = [_on(end, self._ordered()) for end in ends]
            return met.value, *_sorted(*ends)
        middle = _between(met, missed, lambda level: level.room)
        return middle, *_sorted(*ends)

    def _ordered(self) -> list[Level]:
        """The levels from the side that should be met to the side that should be missed."""
        return sorted(self.levels, key=lambda level: level.value, reverse=not self.rising)

    def _bracket(self) -> tuple[Level | None, Level | None]:
        """The last met level before the first missed one, and that one."""
        met: Level | None = None
        for level in self._ordered():
            if not level.met:
                return met, level
            met = level
        return met, None

    def _next(self) -> list[float]:
        """The levels to ask for now."""
        met, missed = self._bracket()
        if self._open and (met is None or missed is None):
            value = self.levels[-1].value * (0.5 if met is None else 2.0)
            return [value] if 1.0 / _LARGEST <= value <= _LARGEST else []
        if met is None or missed is None:
            return []
        middle = self._middle(met.value, missed.value, self._tolerance)
        if middle is not None:
            return [middle]
        return [] if self._whole or len(self.levels) >= _MOST_LEVELS else self._ends()

    def _ends(self) -> list[float]:
        """Levels that make the ends of the knee's interval known, now that the knee is."""
        value, *_ = self.knee()
        ordered, asked = self._ordered(), []
        for around, beyond in ((self._sure(), 0.8), (self._lost(), 1.25)):
            if around is None:
                furthest = ordered[0 if beyond < 1.0 else -1].value * beyond
                if self._open and value is not None and 0.5 < furthest / value < 2.0:
                    asked.append(float(f"{furthest:.{_DIGITS}g}"))
                continue
            near, far = around[0].value, around[1].value
            end = _between(*around)
            apart = abs(end - (value or 0.0)) / max(abs(near), abs(far), abs(end))
            middle = self._middle(near, far, max(2.0 * self._tolerance, _ENOUGH * apart))
            asked += [] if middle is None else [middle]
        return list(dict.fromkeys(asked))

    def _sure(self) -> _Segment | None:
        """Where the levels stop being surely met, before the first missed one."""
        _, missed = self._bracket()
        ordered = self._ordered()
        index = ordered.index(missed) if missed is not None else 0
        return _crossing(ordered[: index + 1], lambda level: level.least_room)

    def _lost(self) -> _Segment | None:
        """From where on the levels are surely missed."""
        return _crossing(self._ordered(), lambda level: level.most_room)

    def _middle(self, a: float, b: float, tolerance: float) -> float | None:
        """The level between; None where the two are close enough."""
        low, high = sorted((a, b))
        if self._whole:
            return None if high - low <= 1.0 else float(math.floor((low + high) / 2.0))
        if high - low <= tolerance * max(abs(low), abs(high)):
            return None
        # Over more than an octave, the knee is as likely in the lower half of the ratio.
        middle = math.sqrt(low * high) if 0.0 < 2.0 * low < high else (low + high) / 2.0
        middle = float(f"{middle:.{_DIGITS}g}")
        return middle if low < middle < high else None


def _rooms(judgement: Judgement) -> tuple[float, float, float]:
    """Room at the bad end of the interval, at the mean, at the good end."""
    interval = judgement.interval
    if interval is None:
        return -math.inf, -math.inf, -math.inf
    ends = [_room(judgement.objective, end) for end in (interval.low, interval.high)]
    middle = _room(judgement.objective, interval.mean)
    return min(ends), middle, max(*ends, middle)


def _room(objective: Objective, value: float) -> float:
    """How far a value is inside the bounds, as a ratio where there is one.

    Waiting grows like 1 / (1 - load): its logarithm is closer to a line than itself.
    """
    below = math.inf if objective.below is None else _ratio(objective.below, value)
    above = math.inf if objective.above is None else _ratio(value, objective.above)
    if objective.equals is not None:
        return math.inf if objective.meets(value) else -math.inf
    return min(below, above)


def _ratio(large: float, small: float) -> float:
    """The logarithm of large over small; of what has none, the sign of the difference without end."""
    if large > 0.0 and small > 0.0 and math.isfinite(large) and math.isfinite(small):
        return math.log(large / small)
    return math.copysign(math.inf, large - small) if large != small else 0.0


def _between(met: Level, missed: Level, room: Callable[[Level], float]) -> float:
    """Where the room is used up between two levels; the met one where it cannot be told."""
    a, b = room(met), room(missed)
    if not (math.isfinite(a) and math.isfinite(b)) or a <= b:
        return met.value
    share = min(max(a / (a - b), 0.0), 1.0)
    return met.value + share * (missed.value - met.value)


def _crossing(ordered: Sequence[Level], room: Callable[[Level], float]) -> _Segment | None:
    """The two levels between which the room is used up for good; None where that is not among them."""
    last = max((i for i, level in enumerate(ordered) if room(level) > 0.0), default=None)
    if last is None or last + 1 >= len(ordered):
        return None
    return ordered[last], ordered[last + 1], room


def _on(value: float | None, ordered: Sequence[Level]) -> float | None:
    """The level on the met side of a place between levels of whole numbers."""
    if value is None:
        return None
    descending = ordered[0].value > ordered[-1].value
    return float(math.ceil(value) if descending else math.floor(value))


def _sorted(a: float | None, b: float | None) -> tuple[float | None, float | None]:
    """Two ends, the smaller first."""
    if a is None or b is None:
        return a, b
    return min(a, b), max(a, b)
