"""The requests inside an instance, each of which knows its place among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, final

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Entry


class Stub:
    """What stands for a call that waits though nobody wants its answer: see `engine.sim.lane.station.shelf`."""

    slot: i64 = 0
    """Place among the `Jobs`."""

    def call(self) -> Entry:
        """The call as it was; from now on it stands for itself."""
        raise NotImplementedError


@final
class Jobs:
    """Calls in no particular order, each of which knows its place. Its list never shrinks."""

    def __init__(self) -> None:
        self.count: i64 = 0
        self._slots: list[object] = [None] * 16

    def add(self, call: Entry) -> None:
        """Take a call in."""
        place = self.count
        if place == len(self._slots):
            self._slots.extend([None] * int(place))
        self._slots[place] = call
        self.count = place + 1
        call.slot = place

    def remove(self, call: Entry) -> None:
        """Take out a call that is in; the last one gets its place."""
        place = self.count - 1
        self.count = place
        last = self._slots[place]
        self._slots[place] = None
        if last is not call:
            if isinstance(last, Stub):
                last.slot = call.slot
            else:
                cast("Entry", last).slot = call.slot
            self._slots[call.slot] = last

    def has(self, call: Entry) -> bool:
        """Whether a call is in."""
        slot = call.slot
        return slot < self.count and self._slots[slot] is call

    def stub(self, call: Entry, by: Stub) -> None:
        """Have something stand for a call that is in."""
        by.slot = call.slot
        self._slots[call.slot] = by

    def unstub(self, call: Entry, by: Stub) -> None:
        """Have the call itself in again."""
        call.slot = by.slot
        self._slots[call.slot] = call

    def all(self) -> list[Entry]:
        """Everybody who is in."""
        return [
            each.call() if isinstance(each, Stub) else cast("Entry", each)
            for each in self._slots[: self.count]
        ]

    def clear(self) -> None:
        """Forget everybody."""
        self.count = 0
        self._slots = [None] * 16
