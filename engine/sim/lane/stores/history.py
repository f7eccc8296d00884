"""How often keys were asked for that are not stored, as far as that is worth remembering."""

from __future__ import annotations

from typing import Final, final

from mypy_extensions import i64

from engine.sim.lane.stores.ranks import Ranks
from engine.sim.lane.stores.table import KeyTable

FACTOR: Final = 4
"""Keys remembered for each entry that is stored. By a factor of 4, hits are those of a memory without bounds to
three digits; in a cache of 1000 of 10 000 Zipf keys, no memory at all costs five hits of a hundred."""
LEAST: Final = 1 << 10
"""So many are remembered even where hardly anything fits."""
MOST: Final = 1 << 21
"""Bounds what a huge store remembers: to 60 MB."""


@final
class UseHistory:
    """Exact counts of a bounded number of keys; when there are too many, the least used goes."""

    def __init__(self) -> None:
        self.limit: i64 = LEAST
        self.table = KeyTable()
        self._ranks = Ranks()

    def widen(self, entries: i64) -> None:
        """Remember as many keys as is worth it beside so many entries."""
        self.limit = max(self.limit, min(FACTOR * entries, MOST))

    def uses(self, key: i64) -> i64:
        """How often a key was asked for."""
        slot = self.table.find(key)
        return 0 if slot < 0 else self._ranks.uses(slot)

    def use(self, key: i64) -> None:
        """Count a use. Who is new comes in any case, since it may be asked for often from now on."""
        slot = self.table.find(key)
        if slot >= 0:
            self._ranks.use(slot)
            return
        if self.table.count >= self.limit:
            self._forget(self._ranks.least())
        self._add(key, 1)

    def take(self, key: i64) -> i64:
        """How often a key was asked for, which somebody else counts from now on."""
        slot = self.table.find(key)
        if slot < 0:
            return 0
        uses = self._ranks.uses(slot)
        self._forget(slot)
        return uses

    def keep(self, key: i64, uses: i64) -> None:
        """Go on counting for a key, unless all others that are remembered were used more often."""
        if uses <= 0:
            return
        if self.table.count >= self.limit:
            least = self._ranks.least()
            if self._ranks.uses(least) > uses:
                return
            self._forget(least)
        self._add(key, uses)

    def take_over(self, other: UseHistory) -> None:
        """Remember what another history remembers, as far as it fits."""
        for each in other._ranks.slots():
            slot: i64 = i64(each)
            self.keep(other.table.keys[slot], other._ranks.uses(slot))

    def clear(self) -> None:
        """Forget everything."""
        self.table.clear()
        self._ranks = Ranks()

    def _add(self, key: i64, uses: i64) -> None:
        """Remember a key."""
        slot = self.table.add(key)
        self._ranks.reserve(self.table.room())
        self._ranks.add(slot, uses)

    def _forget(self, slot: i64) -> None:
        """Remember a key no more."""
        self._ranks.remove(slot)
        self.table.remove(slot)
