"""S3-FIFO: three lines, of which none is ever searched (Yang, Zhang, Qiu, Yue, Rashmi 2023)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import extend, vec
from mypy_extensions import i64, u8

from engine.sim.lane.stores.lines import Lines
from engine.sim.lane.stores.store import Store
from engine.sim.lane.stores.table import FEWEST, KeyTable

if TYPE_CHECKING:
    from mypy_extensions import i32

SMALL: Final = 0
"""The line of those that are new: a tenth of the room."""
MAIN: Final = 1
"""Those that were asked for again."""
MOST: Final = 3
"""Uses that are counted of each: two bits."""
ENOUGH: Final = 2
"""Uses after which who is new comes into the main line."""


@final
class Ghosts:
    """Keys that were new and went unused, as many as there is memory for; the oldest is forgotten first."""

    def __init__(self) -> None:
        self.table = KeyTable()
        self.line = Lines(1)

    def add(self, key: i64, limit: i64) -> None:
        """Remember a key; no more than so many."""
        if limit <= 0:
            return
        slot = self.table.find(key)
        if slot >= 0:
            self.line.move(slot, 0, 0)
            return
        while self.table.count >= limit:
            self._forget(self.line.first(0))
        slot = self.table.add(key)
        self.line.reserve(self.table.room())
        self.line.add(slot, 0, 0)

    def take(self, key: i64) -> bool:
        """Whether a key is remembered; it is not from now on."""
        slot = self.table.find(key)
        if slot < 0:
            return False
        self._forget(slot)
        return True

    def _forget(self, slot: i64) -> None:
        """Remember a key no more."""
        self.line.remove(slot, 0)
        self.table.remove(slot)


@final
class S3FifoStore(Store):
    """A small line for who is new, a main one for who was asked for again, and the ghosts of those that were not."""

    def __init__(self, capacity: i64, ttl: float, capacity_bytes: i64) -> None:
        super().__init__(capacity, ttl, capacity_bytes)
        self.lines = Lines(2)
        self.ghosts = Ghosts()
        self.uses = vec[u8]([0] * FEWEST)
        """Of each entry since it joined its line, up to three."""
        self._small = max(1, capacity // 10)
        self._small_bytes = capacity_bytes // 10
        self._returns = False
        """Whether who comes now was here not long ago."""

    def make_room(self, key: i64, size: i64) -> bool:
        """Evict as many as it takes for a new key."""
        self._returns = self.ghosts.take(key)
        return super().make_room(key, size)

    def victim(self) -> i64:
        """The first of the small line that was hardly used, while that is too long; else of the main one."""
        lines = self.lines
        while lines.counts[SMALL] > 0 and (lines.counts[MAIN] == 0 or self._is_long()):
            slot = lines.first(SMALL)
            if i64(self.uses[slot]) < ENOUGH:
                return slot
            self.uses[slot] = 0
            lines.move(slot, MAIN, self.sizes[slot])
        return self._main_victim()

    def _is_long(self) -> bool:
        """Whether the small line has its share."""
        lines = self.lines
        return lines.counts[SMALL] >= self._small or lines.bytes[SMALL] >= self._small_bytes

    def _main_victim(self) -> i64:
        """The first of the main line that was not used; who was stands behind again, with one use less."""
        lines = self.lines
        slot = lines.first(MAIN)
        while (used := i64(self.uses[slot])) > 0:
            self.uses[slot] = u8(used - 1)
            lines.move(slot, MAIN, self.sizes[slot])
            slot = lines.first(MAIN)
        return slot

    def evict(self, slot: i64) -> None:
        """Give up an entry; one that was new is remembered, by nine keys for ten entries."""
        if self.lines.line(slot) == SMALL:
            self.ghosts.add(self.table.keys[slot], self.table.count * 9 // 10)
        super().evict(slot)

    def added(self, slot: i64) -> None:
        """Who is new comes into the small line, who was here not long ago into the main one."""
        self.uses[slot] = 0
        self.lines.add(slot, MAIN if self._returns else SMALL, self.sizes[slot])

    def touch(self, slot: i64) -> None:
        """Count a use; nobody moves."""
        used = i64(self.uses[slot])
        if used < MOST:
            self.uses[slot] = u8(used + 1)

    def removed(self, slot: i64) -> None:
        """Close the line behind an entry that goes."""
        self.lines.remove(slot, self.sizes[slot])

    def resized(self, slot: i64, change: i64) -> None:
        """An entry has other bytes from now on."""
        self.lines.resize(slot, change)

    def slots(self) -> vec[i32]:
        """The slots in use: the small line, then the main one."""
        return extend(self.lines.slots(SMALL), self.lines.slots(MAIN))

    def take_over(self, other: Store, latest: float) -> None:
        """Hold what another store holds, and remember whom it remembers."""
        super().take_over(other, latest)
        if isinstance(other, S3FifoStore):
            self.ghosts = other.ghosts

    def copy(self, other: Store, slot: i64, latest: float) -> None:
        """Write what another store holds in a slot, in the line where it stood."""
        super().copy(other, slot, latest)
        own = self.table.find(other.table.keys[slot])
        if own >= 0 and isinstance(other, S3FifoStore):
            self.uses[own] = other.uses[slot]
            self.lines.move(own, other.lines.line(slot), self.sizes[own])

    def grow(self) -> None:
        """Have twice as many slots."""
        super().grow()
        self.lines.reserve(self.table.room())
        self.uses = extend(self.uses, self.uses)

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self.lines = Lines(2)
        self.ghosts = Ghosts()
        self.uses = vec[u8]([0] * FEWEST)
