"""Sets of calls from which each is taken out at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, final

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call


@final
class Jobs:
    """Calls in no particular order, each of which knows its place. Its list never shrinks."""

    def __init__(self) -> None:
        self.count: i64 = 0
        self._slots: list[object] = [None] * 16

    def add(self, call: Call) -> None:
        """Take a call in."""
        place = self.count
        if place == len(self._slots):
            self._slots.extend([None] * int(place))
        self._slots[place] = call
        self.count = place + 1
        call.slot = place

    def remove(self, call: Call) -> None:
        """Take out a call that is in; the last one gets its place."""
        place = self.count - 1
        self.count = place
        last = self._slots[place]
        self._slots[place] = None
        if last is not call:
            other = cast("Call", last)
            other.slot = call.slot
            self._slots[call.slot] = other

    def has(self, call: Call) -> bool:
        """Whether a call is in."""
        slot = call.slot
        return slot < self.count and self._slots[slot] is call

    def all(self) -> list[Call]:
        """Everybody who is in."""
        return [cast("Call", each) for each in self._slots[: self.count]]

    def clear(self) -> None:
        """Forget everybody."""
        self.count = 0
        self._slots = [None] * 16
