"""What a client counts of its sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from mypy_extensions import i64


@final
class Visits:
    """Sessions of one client so far. Counters are never reset."""

    def __init__(self) -> None:
        self.begun: i64 = 0
        self.over: i64 = 0
        self.spent = 0.0
        """Sum of the durations of those that are over (s)."""
        self._begun_sum = 0.0

    def begin(self, now: float) -> None:
        """A session begins."""
        self.begun += 1
        self._begun_sum += now

    def end(self, begun: float, now: float) -> None:
        """A session is over."""
        self.over += 1
        self.spent += now - begun
        self._begun_sum -= begun

    def area(self, now: float) -> float:
        """Live sessions, integrated over time: the time that all have spent so far."""
        return self.spent + float(self.begun - self.over) * now - self._begun_sum
