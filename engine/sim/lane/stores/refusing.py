"""No eviction: who comes to a full store is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i64

from engine.sim.lane.stores.lines import Lines
from engine.sim.lane.stores.store import Store
from engine.sim.lane.stores.table import NOWHERE

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32


@final
class RefusingStore(Store):
    """Keeps what it has, as Redis does with `noeviction`; what finds no room is counted as refused.

    What has expired makes room, in the order of writing.
    """

    def __init__(self, capacity: i64, ttl: float, capacity_bytes: i64) -> None:
        super().__init__(capacity, ttl, capacity_bytes)
        self.refuses = True
        self._line = Lines(1)

    def put(
        self,
        key: i64,
        now: float,
        expires_at: float,
        size: i64,
        owner: i64,
        version: i64 = 0,
    ) -> i64:
        """Write an entry, or refuse: then what is there under the key stays as it is."""
        slot = self.table.find(key)
        change = size if slot < 0 else size - self.sizes[slot]
        if self._lacks(change, slot, now):
            self.refused += 1
            return NOWHERE
        slot = super().put(key, now, expires_at, size, owner, version)
        if slot >= 0:
            self._line.move(slot, 0, 0)
        return slot

    def _lacks(self, change: i64, slot: i64, now: float) -> bool:
        """Whether there is no room for so many bytes more, in a new slot or one that is used, unless others expire."""
        line, table = self._line, self.table
        while self.bytes + change > self.capacity_bytes or (
            slot < 0 and table.count >= self.capacity
        ):
            first = line.first(0)
            if first < 0 or first == slot or self.expires_at[first] > now:
                return True
            self.remove(first)
        return False

    def added(self, slot: i64) -> None:
        """A new entry is the last that was written."""
        self._line.add(slot, 0, 0)

    def touch(self, slot: i64) -> None:
        """Use changes nothing."""

    def removed(self, slot: i64) -> None:
        """Close the line behind an entry that goes."""
        self._line.remove(slot, 0)

    def victim(self) -> i64:
        """Nobody goes for another one; whoever asks has made room before."""
        return self._line.first(0)

    def slots(self) -> vec[i32]:
        """The slots in use, the first written in front."""
        return self._line.slots(0)

    def take_over(self, other: Store, latest: float) -> None:
        """Hold what another store holds; where that is too much, those go that would have gone there."""
        count, size = other.table.count, other.bytes
        for each in other.slots():
            slot = i64(each)
            if count <= self.capacity and size <= self.capacity_bytes:
                self.copy(other, slot, latest)
            count -= 1
            size -= other.sizes[slot]
        self.replace(other)

    def grow(self) -> None:
        """Have twice as many slots."""
        super().grow()
        self._line.reserve(self.table.room())

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._line = Lines(1)
