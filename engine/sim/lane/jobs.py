"""The requests inside an instance, each of which knows its place among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, final

from mypy_extensions import i32, i64

if TYPE_CHECKING:
    from engine.sim.lane.entry import Entry


class Keeper:
    """What keeps some of those inside in a form of its own: see `engine.sim.lane.station.shelf`."""

    def give_back(self) -> None:
        """Have all of them among the others again, as they were."""
        raise NotImplementedError


@final
class Jobs:
    """Calls in no particular order, each of which knows its place. Its list never shrinks."""

    def __init__(self) -> None:
        self._placed: i32 = 0
        """How many are here; the others are with keepers."""
        self._kept: i64 = 0
        self._slots: list[object] = [None] * 16
        self.keepers: list[Keeper] = []
        """Those that keep somebody."""

    @property
    def count(self) -> i64:
        """How many are in."""
        return i64(self._placed) + self._kept

    def add(self, call: Entry) -> None:
        """Take a call in."""
        place = self._placed
        if place == len(self._slots):
            self._slots.extend([None] * int(place))
        self._slots[place] = call
        self._placed = place + 1
        call.slot = place

    def remove(self, call: Entry) -> None:
        """Take out a call that is in; the last one gets its place."""
        place = self._placed - 1
        self._placed = place
        last = self._slots[place]
        self._slots[place] = None
        if last is not call:
            cast("Entry", last).slot = call.slot
            self._slots[call.slot] = last

    def has(self, call: Entry) -> bool:
        """Whether a call is in, and with no keeper."""
        slot = call.slot
        return slot < self._placed and self._slots[slot] is call

    def lend(self, call: Entry) -> None:
        """Let a keeper have a call that is in."""
        self.remove(call)
        self._kept += 1

    def take_back(self, call: Entry) -> None:
        """Have a call of a keeper here again, as it was."""
        self.add(call)
        self._kept -= 1

    def all(self) -> list[Entry]:
        """Everybody who is in."""
        for keeper in self.keepers.copy():
            keeper.give_back()
        return [cast("Entry", each) for each in self._slots[: self._placed]]

    def clear(self) -> None:
        """Forget everybody; nobody is with a keeper any more."""
        self._placed = 0
        self._slots = [None] * 16
