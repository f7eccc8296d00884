"""Keyed stores: entries, until when they hold, and which one goes when room is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from librt.vecs import extend, vec
from mypy_extensions import i64

from engine.sim.lane.contents import Contents
from engine.sim.lane.stores.table import FEWEST, NOWHERE, KeyTable

if TYPE_CHECKING:
    from mypy_extensions import i32

    from engine.sim.lane.user_session import SessionKeeper

UNBOUNDED: Final = 1 << 60
"""Stands for no limit on entries or bytes."""


class Store(Contents):
    """Entries by key, in slots: what an entry consists of lies in arrays, by its slot.

    It is bounded by the number of entries and by the sum of their sizes. A subclass decides which
    entry is evicted: it says who the `victim` is, and is told of what happens to entries.
    """

    def __init__(self, capacity: i64, ttl: float, capacity_bytes: i64) -> None:
        super().__init__()
        self.capacity: i64 = capacity
        self.capacity_bytes: i64 = capacity_bytes
        self.ttl = ttl
        """Seconds for which whoever stores here lets entries live."""
        self.evictions: i64 = 0
        self.refuses = False
        """Whether nobody goes for another one: what finds no room is refused."""
        self.refused: i64 = 0
        """Writes that were."""
        self.grace = 0.0
        """Seconds for which entries are kept, though not found, after they have expired."""
        self.lapsed = False
        """Whether a look-up has found that an entry has expired, since somebody last asked."""
        self.table = KeyTable()
        self.keepers: list[SessionKeeper] = []
        """Who wants to know which entries are given up."""
        self.versions = vec[i64]([0] * FEWEST)
        """Of what each entry holds a copy: see `engine.sim.lane.stores.versions`."""
        self.written_at = vec[float]([0.0] * FEWEST)
        self.expires_at = vec[float]([0.0] * FEWEST)
        self.sizes = vec[i64]([0] * FEWEST)
        self.owners = vec[i64]([0] * FEWEST)
        """Who wrote each entry: the index of an instance."""

    def find(self, key: i64, now: float) -> i64:
        """The slot of a key that is asked for, or `NOWHERE`; an entry that has expired goes, after the grace."""
        slot = self.table.find(key)
        if slot < 0:
            return NOWHERE
        if self.expires_at[slot] <= now:
            self.lapsed = True
            if self.expires_at[slot] + self.grace <= now:
                self.remove(slot)
            return NOWHERE
        self.touch(slot)
        return slot

    def put(
        self,
        key: i64,
        now: float,
        expires_at: float,
        size: i64,
        owner: i64,
        version: i64 = 0,
    ) -> i64:
        """Write an entry; others are evicted as room is needed.

        Args:
            key: of what.
            now: simulated time (s).
            expires_at: until when it holds (s).
            size: bytes.
            owner: index of the instance that writes it.
            version: of what it is a copy; 0 where nobody knows.

        Returns:
            Its slot, or `NOWHERE` where it is not kept.
        """
        slot = self.table.find(key)
        if size > self.capacity_bytes:
            if slot >= 0:
                self.remove(slot)
            return NOWHERE
        if slot >= 0:
            change = size - self.sizes[slot]
            self.bytes += change
            self.resized(slot, change)
            self._write(slot, now, expires_at, size, owner)
            self.versions[slot] = version
            self.touch(slot)
            if self.is_over():
                while self.is_over():
                    self.evict(self.victim())
                slot = self.table.find(key)
            return slot
        if not self.make_room(key, size):
            return NOWHERE
        slot = self.table.add(key)
        if self.table.room() > len(self.versions):
            self.grow()
        self.bytes += size
        self._write(slot, now, expires_at, size, owner)
        self.versions[slot] = version
        self.added(slot)
        return slot

    def _write(self, slot: i64, now: float, expires_at: float, size: i64, owner: i64) -> None:
        """Set everything about an entry but its version."""
        self.written_at[slot] = now
        self.expires_at[slot] = expires_at
        self.sizes[slot] = size
        self.owners[slot] = owner

    def resized(self, slot: i64, change: i64) -> None:
        """An entry that is written again has so many bytes more than before."""

    def is_over(self) -> bool:
        """Whether somebody has to go because an entry has grown."""
        return self.bytes > self.capacity_bytes

    def is_full(self, size: i64) -> bool:
        """Whether somebody has to go before an entry of a size comes."""
        count = self.table.count
        if count == 0:
            return False
        return count >= self.capacity or self.bytes + size > self.capacity_bytes

    def make_room(self, key: i64, size: i64) -> bool:
        """Evict as many as it takes for a new key, or say that it is not let in."""
        while self.is_full(size):
            self.evict(self.victim())
        return self.capacity > 0

    def evict(self, slot: i64) -> None:
        """Give up an entry for want of room."""
        self.remove(slot)
        self.evictions += 1

    def drop(self, key: i64) -> None:
        """Forget a key."""
        slot = self.table.find(key)
        if slot >= 0:
            self.remove(slot)

    def remove(self, slot: i64) -> None:
        """Forget an entry."""
        self.removed(slot)
        self.bytes -= self.sizes[slot]
        key = self.table.keys[slot]
        self.table.remove(slot)
        for keeper in self.keepers:
            keeper.gone(key)

    def clear(self) -> None:
        """Forget everything, and the memory that it took."""
        self.table.clear()
        for keeper in self.keepers:
            keeper.all_gone()
        self.bytes = 0
        self.versions = vec[i64]([0] * FEWEST)
        self.written_at = vec[float]([0.0] * FEWEST)
        self.expires_at = vec[float]([0.0] * FEWEST)
        self.sizes = vec[i64]([0] * FEWEST)
        self.owners = vec[i64]([0] * FEWEST)

    def grow(self) -> None:
        """Have twice as many slots."""
        self.versions = extend(self.versions, self.versions)
        self.written_at = extend(self.written_at, self.written_at)
        self.expires_at = extend(self.expires_at, self.expires_at)
        self.sizes = extend(self.sizes, self.sizes)
        self.owners = extend(self.owners, self.owners)

    def take_over(self, other: Store, latest: float) -> None:
        """Hold what another store holds, as far as it fits; nothing lives longer than `latest` (s)."""
        for each in other.slots():
            self.copy(other, i64(each), latest)
        self.replace(other)

    def replace(self, other: Store) -> None:
        """Stand in place of another store: who has entries there is told of those that are not here."""
        self.evictions, self.refused = other.evictions, other.refused
        self.hits, self.misses = other.hits, other.misses
        self.keepers = other.keepers
        self.grace = other.grace
        for keeper in self.keepers:
            for key in keeper.kept():
                if self.table.find(key) < 0:
                    keeper.gone(key)

    def copy(self, other: Store, slot: i64, latest: float) -> None:
        """Write what another store holds in a slot."""
        self.put(
            other.table.keys[slot],
            other.written_at[slot],
            min(other.expires_at[slot], latest),
            other.sizes[slot],
            other.owners[slot],
            other.versions[slot],
        )

    def count(self) -> int:
        """Number of entries."""
        return int(self.table.count)

    def contents(self) -> list[tuple[int, float]]:
        """Keys with their expiry, in the order in which `put` would rebuild the store."""
        found: list[tuple[int, float]] = []
        for each in self.slots():
            slot: i64 = i64(each)
            found.append((int(self.table.keys[slot]), self.expires_at[slot]))
        return found

    def added(self, slot: i64) -> None:
        """An entry is new."""
        raise NotImplementedError

    def touch(self, slot: i64) -> None:
        """An entry was served or written again."""
        raise NotImplementedError

    def removed(self, slot: i64) -> None:
        """An entry is about to go."""
        raise NotImplementedError

    def victim(self) -> i64:
        """Who goes next; there is somebody."""
        raise NotImplementedError

    def slots(self) -> vec[i32]:
        """The slots in use, in the order in which `put` would rebuild the store."""
        raise NotImplementedError
