"""The requests inside an instance, each of which knows its place among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import extend, vec

from engine.sim.lane.entry import Entry

if TYPE_CHECKING:
    from mypy_extensions import i64

ROOM: Final = 16
"""Places that there are at first."""


class Keeper:
    """What keeps some of those inside in a form of its own: see `engine.sim.lane.station.shelf`."""

    def give_back(self) -> None:
        """Have all of them among the others again, as they were."""
        raise NotImplementedError


@final
class Jobs:
    """Calls in no particular order, each of which knows its place. Its room never shrinks."""

    def __init__(self) -> None:
        self._placed: i64 = 0
        """How many are here; the others are with keepers."""
        self._kept: i64 = 0
        self._slots = _room()
        self.keepers: list[Keeper] = []
        """Those that keep somebody."""

    @property
    def count(self) -> i64:
        """How many are in."""
        return self._placed + self._kept

    def add(self, call: Entry) -> None:
        """Take a call in."""
        place = self._placed
        if place == len(self._slots):
            self._slots = extend(self._slots, self._slots)
            free = place
            while free < len(self._slots):
                self._slots[free] = None
                free += 1
        self._slots[place] = call
        self._placed = place + 1
        number: int = place
        call.slot = number

    def remove(self, call: Entry) -> None:
        """Take out a call that is in; the last one gets its place."""
        place = self._placed - 1
        self._placed = place
        slots = self._slots
        last = slots[place]
        slots[place] = None
        if last is not None and last is not call:
            number: int = call.slot
            last.slot = number
            free: i64 = number
            slots[free] = last

    def has(self, call: Entry) -> bool:
        """Whether a call is in, and with no keeper."""
        number: int = call.slot
        slot: i64 = number
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
        return [each for each in self._slots if each is not None]

    def clear(self) -> None:
        """Forget everybody; nobody is with a keeper any more."""
        self._placed = 0
        self._slots = _room()


def _room() -> vec[Entry | None]:
    """Places in which nobody is."""
    return vec[Entry | None]([None] * ROOM)
