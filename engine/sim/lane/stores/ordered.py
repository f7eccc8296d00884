"""Eviction by order: of writing (FIFO) or of use (LRU)."""

from __future__ import annotations

from typing import final

from librt.vecs import append, extend, vec
from mypy_extensions import i32, i64

from engine.sim.lane.stores.store import Store
from engine.sim.lane.stores.table import FEWEST, NOWHERE


@final
class OrderedStore(Store):
    """Evicts the entry that was stored first, or, where use renews, the least recently used."""

    def __init__(self, capacity: i64, ttl: float, capacity_bytes: i64, *, use_renews: bool) -> None:
        super().__init__(capacity, ttl, capacity_bytes)
        self._use_renews = use_renews
        self._first: i64 = NOWHERE
        self._last: i64 = NOWHERE
        self._before = vec[i32]([NOWHERE] * FEWEST)
        self._after = vec[i32]([NOWHERE] * FEWEST)

    def added(self, slot: i64) -> None:
        """A new entry is the last to go."""
        last = self._last
        self._before[slot] = i32(last)
        self._after[slot] = NOWHERE
        if last < 0:
            self._first = slot
        else:
            self._after[last] = i32(slot)
        self._last = slot

    def touch(self, slot: i64) -> None:
        """Whoever is used is the last to go as well, where use renews."""
        if self._use_renews and slot != self._last:
            self.removed(slot)
            self.added(slot)

    def removed(self, slot: i64) -> None:
        """Close the line behind an entry that goes."""
        before: i64 = i64(self._before[slot])
        after: i64 = i64(self._after[slot])
        if before < 0:
            self._first = after
        else:
            self._after[before] = i32(after)
        if after < 0:
            self._last = before
        else:
            self._before[after] = i32(before)

    def victim(self) -> i64:
        """The first in line."""
        return self._first

    def slots(self) -> vec[i32]:
        """The slots in use, the next to go in front."""
        found = vec[i32]()
        slot = self._first
        while slot >= 0:
            found = append(found, i32(slot))
            slot = i64(self._after[slot])
        return found

    def grow(self) -> None:
        """Have twice as many slots."""
        super().grow()
        self._before = extend(self._before, self._before)
        self._after = extend(self._after, self._after)

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._first = self._last = NOWHERE
        self._before = vec[i32]([NOWHERE] * FEWEST)
        self._after = vec[i32]([NOWHERE] * FEWEST)
