"""What comes of messages that are delivered at least once: how often each takes effect, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.logical_call import LogicalCall


@final
class Effects:
    """Counts the messages of one source, or of one of its groups, that were worked on to the end."""

    def __init__(self) -> None:
        self.count: i64 = 0
        """Times that any was."""
        self.repeated: i64 = 0
        """Times that one was which had been before."""
        self.out_of_order: i64 = 0
        """Times that one was after another of its key that was published later."""
        self._last: dict[int, int] = {}
        """Number of the latest message of each key that was."""

    def note(self, key: i64, number: i64, *, again: bool) -> None:
        """A message was worked on to the end.

        Args:
            key: what it is about: messages of a key have an order.
            number: its place in the order of publishing.
            again: whether that had happened to it before.
        """
        self.count += 1
        if again:
            self.repeated += 1
        last: i64 = self._last.get(key, -1)
        if number > last:
            self._last[key] = number
        elif number < last:
            self.out_of_order += 1


@final
class Remembered:
    """What was done within the last seconds, by what it was about."""

    def __init__(self) -> None:
        self.window = 300.0
        """Seconds for which it is known."""
        self._times: dict[LogicalCall, float] = {}
        self._order: list[LogicalCall] = []
        """In the order in which they were done."""
        self._first: i64 = 0
        """Place of the oldest that is known still."""

    def has(self, logical: LogicalCall, now: float) -> bool:
        """Whether it was done, and that is known still."""
        self._forget(now)
        return logical in self._times

    def add(self, logical: LogicalCall, now: float) -> None:
        """It is done now."""
        self._times[logical] = now
        self._order.append(logical)

    def _forget(self, now: float) -> None:
        """Forget what was done too long ago."""
        order, times, first = self._order, self._times, self._first
        count: i64 = len(order)
        while first < count and times[order[first]] + self.window <= now:
            del times[order[first]]
            first += 1
        if first > 1024 and 2 * first > count:
            del order[:first]
            first = 0
        self._first = first
