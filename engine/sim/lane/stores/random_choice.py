"""Eviction by lot: of any entry, or of the least recently used of a few."""

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
    """Evicts any entry, with equal chances; of several that are drawn, the one not used for longest.

    The latter is LRU as Redis samples it, without the pool of candidates that it remembers from draw to draw.
    """

    def __init__(
        self, capacity: i64, ttl: float, capacity_bytes: i64, uniforms: Draws, samples: i64 = 1
    ) -> None:
        super().__init__(capacity, ttl, capacity_bytes)
        self._uniforms = uniforms
        self._samples: i64 = samples
        self._used = vec[i64]([0] * FEWEST)
        """When each was used last, counted in uses, where it matters."""
        self._uses: i64 = 0
        self._row = vec[i32]([0] * FEWEST)
        """The slots in use side by side."""
        self._place = vec[i32]([0] * FEWEST)
        """Where in the row each slot is."""

    def added(self, slot: i64) -> None:
        """A new entry stands at the end of the row."""
        place = self.table.count - 1
        self._row[place] = i32(slot)
        self._place[slot] = i32(place)
        self.touch(slot)

    def touch(self, slot: i64) -> None:
        """Note a use, where more than one is drawn."""
        if self._samples > 1:
            self._uses += 1
            self._used[slot] = self._uses

    def removed(self, slot: i64) -> None:
        """The last one in the row takes the place of an entry that goes."""
        place: i64 = i64(self._place[slot])
        last: i64 = i64(self._row[self.table.count - 1])
        self._row[place] = i32(last)
        self._place[last] = i32(place)

    def victim(self) -> i64:
        """Anybody, or the least recently used of several, which may be the same one twice."""
        count, used = self.table.count, self._used
        chosen = i64(self._row[self._uniforms.below(count)])
        left = self._samples
        while left > 1:
            left -= 1
            other = i64(self._row[self._uniforms.below(count)])
            if used[other] < used[chosen]:
                chosen = other
        return chosen

    def slots(self) -> vec[i32]:
        """The slots in use, in the order of the row; where use matters, the least recently used in front."""
        found = vec[i32]()
        place: i64 = 0
        while place < self.table.count:
            found = append(found, self._row[place])
            place += 1
        if self._samples > 1:
            order = [(int(self._used[i64(slot)]), int(slot)) for slot in found]
            order.sort()
            return vec[i32]([slot for _, slot in order])
        return found

    def grow(self) -> None:
        """Have twice as many slots."""
        super().grow()
        self._row = extend(self._row, self._row)
        self._place = extend(self._place, self._place)
        if self._samples > 1:
            self._used = extend(self._used, self._used)

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._row = vec[i32]([0] * FEWEST)
        self._place = vec[i32]([0] * FEWEST)
        self._used = vec[i64]([0] * FEWEST)
