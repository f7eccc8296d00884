"""What a breaker remembers: outcomes of the last calls, or of the last seconds."""

from __future__ import annotations

from typing import Final, final

from librt.vecs import vec
from mypy_extensions import i64

# Marks of an outcome; a call may be both.
FAILED: Final = 1
SLOW: Final = 2


class Outcomes:
    """How many outcomes are remembered, and how many of them failed or were slow."""

    timed: bool = False
    """Whether they are forgotten with time."""

    def __init__(self, size: i64) -> None:
        self.size = size
        """Calls, or seconds."""
        self.count: i64 = 0
        self.failed: i64 = 0
        self.slow: i64 = 0

    def add(self, mark: i64, now: float) -> None:
        """Take an outcome in, and forget what is too old."""
        raise NotImplementedError


@final
class LastCalls(Outcomes):
    """The last so many outcomes."""

    def __init__(self, size: i64) -> None:
        super().__init__(size)
        self._place: i64 = 0
        self._marks = vec[i64]([0] * int(size))

    def with_room(self, size: i64) -> LastCalls:
        """The same outcomes with room for so many; none of them may have gone before."""
        other = LastCalls(max(size, self.count))
        place: i64 = 0
        while place < self.count:
            other.add(self._marks[place], 0.0)
            place += 1
        return other

    def add(self, mark: i64, now: float) -> None:
        """Take an outcome in; beyond the size the oldest goes."""
        marks = self._marks
        if self.count == self.size:
            gone = marks[self._place]
            self.failed -= gone & FAILED
            self.slow -= (gone & SLOW) >> 1
        else:
            self.count += 1
        marks[self._place] = mark
        self.failed += mark & FAILED
        self.slow += (mark & SLOW) >> 1
        self._place += 1
        if self._place == self.size:
            self._place = 0


@final
class LastSeconds(Outcomes):
    """The outcomes of this second of the clock and of some before it (Resilience4j: TIME_BASED)."""

    timed = True

    def __init__(self, size: i64) -> None:
        super().__init__(size)
        self._second: i64 = -1
        """The present one."""
        self._counts = vec[i64]([0] * int(size))
        self._failures = vec[i64]([0] * int(size))
        self._slows = vec[i64]([0] * int(size))

    def add(self, mark: i64, now: float) -> None:
        """Take an outcome in; whole seconds go."""
        second = i64(now)
        if second != self._second:
            self._move_to(second)
        place = second % self.size
        self._counts[place] += 1
        self._failures[place] += mark & FAILED
        self._slows[place] += (mark & SLOW) >> 1
        self.count += 1
        self.failed += mark & FAILED
        self.slow += (mark & SLOW) >> 1

    def _move_to(self, second: i64) -> None:
        """Forget the seconds that are too old by then."""
        gone: i64 = min(second - self._second, self.size)
        while gone > 0:
            place = (second - gone + 1) % self.size
            self.count -= self._counts[place]
            self.failed -= self._failures[place]
            self.slow -= self._slows[place]
            self._counts[place] = 0
            self._failures[place] = 0
            self._slows[place] = 0
            gone -= 1
        self._second = second
