"""Eviction by use: the least often used goes (LFU)."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.stores.history import UseHistory
from engine.sim.lane.stores.ranks import Ranks
from engine.sim.lane.stores.store import Store
from engine.sim.lane.stores.table import NOWHERE

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64


@final
class LfuStore(Store):
    """Keeps what was asked for most often, by a bounded memory; the oldest of equals goes."""

    def __init__(self, capacity: i64, ttl: float, capacity_bytes: i64) -> None:
        super().__init__(capacity, ttl, capacity_bytes)
        self.ranks = Ranks()
        self.history = UseHistory()
        """Uses of what is not stored."""
        self._credit: i64 = 0
        """Uses of the key that was let in last."""

    def find(self, key: i64, now: float) -> i64:
        """The slot of a key that is asked for; the use counts, whether it is there or not."""
        slot = self.table.find(key)
        if slot < 0:
            self.history.use(key)
            return NOWHERE
        self.ranks.use(slot)
        if self.expires_at[slot] <= now:
            self.remove(slot)
            return NOWHERE
        return slot

    def make_room(self, key: i64, size: i64) -> bool:
        """Evict as many as it takes, unless they were used more often than who comes: then that goes."""
        if self.capacity <= 0:
            return False
        uses = self.history.take(key)
        while self.is_full(size):
            slot = self.ranks.least()
            if self.ranks.uses(slot) > uses:
                self.history.keep(key, uses)
                self.evictions += 1
                return False
            self.evict(slot)
        self._credit = uses
        return True

    def take_over(self, other: Store, latest: float) -> None:
        """Hold what another store holds, and know what it knows of uses."""
        super().take_over(other, latest)
        if isinstance(other, LfuStore):
            self.history.take_over(other.history)

    def copy(self, other: Store, slot: i64, latest: float) -> None:
        """Write what another store holds in a slot, and how often it was asked for."""
        if isinstance(other, LfuStore):
            self.history.keep(other.table.keys[slot], other.ranks.uses(slot))
        super().copy(other, slot, latest)

    def added(self, slot: i64) -> None:
        """Count for a new entry from where the history left off."""
        self.ranks.add(slot, self._credit)
        self.history.widen(self.table.count)

    def touch(self, slot: i64) -> None:
        """Uses are counted when a key is asked for."""

    def removed(self, slot: i64) -> None:
        """The history counts for an entry that goes."""
        self.history.keep(self.table.keys[slot], self.ranks.uses(slot))
        self.ranks.remove(slot)

    def victim(self) -> i64:
        """The oldest of the least used."""
        return self.ranks.least()

    def slots(self) -> vec[i32]:
        """The slots in use, the least used first."""
        return self.ranks.slots()

    def grow(self) -> None:
        """Have twice as many slots."""
        super().grow()
        self.ranks.reserve(self.table.room())

    def clear(self) -> None:
        """Forget everything, uses included."""
        super().clear()
        self.ranks = Ranks()
        self.history.clear()
