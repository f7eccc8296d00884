"""What was counted some seconds ago and what is counted now: the two ends of a window that slides."""

from __future__ import annotations

from collections import deque
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_APART: Final = 0.2
"""Simulated seconds between two counts that are kept."""


class Recent(Generic[T]):
    """Counts with their times, as far back as a window reaches."""

    def __init__(self, length: float) -> None:
        """Nothing known; ``length`` is that of the window (s)."""
        self._length = length
        self._marks: deque[tuple[float, T]] = deque()

    def add(self, time: float, counts: T) -> None:
        """Take counts in; those from before the last mean a new run."""
        marks = self._marks
        if marks and time < marks[-1][0]:
            marks.clear()
        if len(marks) > 1 and time - marks[-2][0] < _APART:
            marks.pop()
        marks.append((time, counts))
        while len(marks) > 2 and marks[1][0] <= time - self._length:
            marks.popleft()

    def clear(self) -> None:
        """Forget everything."""
        self._marks.clear()

    def ends(self) -> tuple[float, T, T] | None:
        """Seconds between the oldest counts and the newest, and both; None where there are not two."""
        if len(self._marks) < 2:
            return None
        (begun, old), (now, new) = self._marks[0], self._marks[-1]
        return (now - begun, old, new) if now > begun else None
