"""Eviction by lot."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from librt.vecs import append, extend, vec
from mypy_extensions import i32, i64

from engine.sim.lane.stores.store import Store
from engine.sim.lane.stores.table import FEWEST

if TYPE_CHECKING:
    from engine.sim.lane.draws import Draws


@final
class RandomStore(Store):
    """Evicts any entry, with equal chances."""

    def __init__(self, capacity: i64, ttl: float, capacity_bytes: i64, uniforms: Draws) -> None:
        super().__init__(capacity, ttl, capacity_bytes)
        self._uniforms = uniforms
        self._row = vec[i32]([0] * FEWEST)
        """The slots in use side by side."""
        self._place = vec[i32]([0] * FEWEST)
        """Where in the row each slot is."""

    def added(self, slot: i64) -> None:
        """A new entry stands at the end of the row."""
        place = self.table.count - 1
        self._row[place] = i32(slot)
        self._place[slot] = i32(place)

    def touch(self, slot: i64) -> None:
        """Use changes no chances."""

    def removed(self, slot: i64) -> None:
        """The last one in the row takes the place of an entry that goes."""
        place: i64 = i64(self._place[slot])
        last: i64 = i64(self._row[self.table.count - 1])
        self._row[place] = i32(last)
        self._place[last] = i32(place)

    def victim(self) -> i64:
        """Anybody."""
        return i64(self._row[self._uniforms.below(self.table.count)])

    def slots(self) -> vec[i32]:
        """The slots in use, in the order of the row."""
        found = vec[i32]()
        place: i64 = 0
        while place < self.table.count:
            found = append(found, self._row[place])
            place += 1
        return found

    def grow(self) -> None:
        """Have twice as many slots."""
        super().grow()
        self._row = extend(self._row, self._row)
        self._place = extend(self._place, self._place)

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._row = vec[i32]([0] * FEWEST)
        self._place = vec[i32]([0] * FEWEST)
