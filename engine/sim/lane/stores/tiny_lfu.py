"""W-TinyLFU: who is new has to be asked for more often than whoever would go (Einziger, Friedman, Manes 2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import extend

from engine.sim.lane.stores.lines import Lines
from engine.sim.lane.stores.sketch import FrequencySketch
from engine.sim.lane.stores.store import Store
from engine.sim.lane.stores.table import FEWEST, NOWHERE

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64

WINDOW: Final = 0
"""The line of those that are new: 1 % of the room."""
PROBATION: Final = 1
"""Those that were let in, and not asked for since."""
PROTECTED: Final = 2
"""Those that were asked for again: 80 % of the rest."""


@final
class TinyLfuStore(Store):
    """A window by LRU, whose victims come into a segmented LRU only if a sketch says that they are used more.

    The shares are those of Caffeine, whose window grows and shrinks besides; here it stays.
    """

    def __init__(self, capacity: i64, ttl: float, capacity_bytes: i64) -> None:
        super().__init__(capacity, ttl, capacity_bytes)
        self.lines = Lines(3)
        self.sketch = FrequencySketch(FEWEST)
        self._window = _window_of(capacity)
        self._window_bytes = _window_of(capacity_bytes)
        self._protected = (capacity - self._window) * 4 // 5
        self._protected_bytes = (capacity_bytes - self._window_bytes) * 4 // 5

    def find(self, key: i64, now: float) -> i64:
        """The slot of a key that is asked for; the use counts, whether it is there or not."""
        self.sketch.use(key)
        return super().find(key, now)

    def make_room(self, key: i64, size: i64) -> bool:
        """Evict as many as it takes: the new key comes into the window in any case."""
        while self.is_full(size):
            self.evict(self._loser(size))
        return self.capacity > 0

    def victim(self) -> i64:
        """Who goes because an entry has grown."""
        return self._loser(0)

    def _loser(self, size: i64) -> i64:
        """Whoever is used less: the one that leaves the window for an entry of a size, or the one that it would replace."""
        lines = self.lines
        candidate: i64 = NOWHERE
        if self._is_wide(size):
            candidate = lines.first(WINDOW)
            lines.move(candidate, PROBATION, self.sizes[candidate])
        victim = lines.first(PROBATION)
        if victim < 0:
            victim = lines.first(PROTECTED)
        if victim < 0:
            return lines.first(WINDOW)
        if candidate < 0 or candidate == victim:
            return victim
        keys = self.table.keys
        if self.sketch.uses(keys[candidate]) > self.sketch.uses(keys[victim]):
            return victim
        return candidate

    def _is_wide(self, size: i64) -> bool:
        """Whether the window has one too many once an entry of a size comes."""
        lines = self.lines
        count = lines.counts[WINDOW]
        if count == 0:
            return False
        return count >= self._window or lines.bytes[WINDOW] + size > self._window_bytes

    def added(self, slot: i64) -> None:
        """Who is new comes into the window; who leaves that for it is on probation."""
        lines, size = self.lines, self.sizes[slot]
        while self._is_wide(size):
            first = lines.first(WINDOW)
            lines.move(first, PROBATION, self.sizes[first])
        lines.add(slot, WINDOW, size)
        self.sketch.entries = min(self.capacity, self.table.room())

    def touch(self, slot: i64) -> None:
        """Whoever is used is the last to go; on probation it is protected from then on."""
        lines, size = self.lines, self.sizes[slot]
        line = lines.line(slot)
        if line != PROBATION:
            lines.move(slot, line, size)
            return
        lines.move(slot, PROTECTED, size)
        while lines.counts[PROTECTED] > 1 and (
            lines.counts[PROTECTED] > self._protected
            or lines.bytes[PROTECTED] > self._protected_bytes
        ):
            first = lines.first(PROTECTED)
            lines.move(first, PROBATION, self.sizes[first])

    def removed(self, slot: i64) -> None:
        """Close the line behind an entry that goes."""
        self.lines.remove(slot, self.sizes[slot])

    def resized(self, slot: i64, change: i64) -> None:
        """An entry has other bytes from now on."""
        self.lines.resize(slot, change)

    def slots(self) -> vec[i32]:
        """The slots in use: those on probation, then the protected ones, then the window."""
        lines = self.lines
        found = extend(lines.slots(PROBATION), lines.slots(PROTECTED))
        return extend(found, lines.slots(WINDOW))

    def take_over(self, other: Store, latest: float) -> None:
        """Hold what another store holds, and know what it knows of uses."""
        if isinstance(other, TinyLfuStore):
            self.sketch = other.sketch
        super().take_over(other, latest)

    def grow(self) -> None:
        """Have twice as many slots."""
        super().grow()
        self.lines.reserve(self.table.room())
        self.sketch.reserve(self.table.room())

    def clear(self) -> None:
        """Forget everything, uses included."""
        super().clear()
        self.lines = Lines(3)
        self.sketch = FrequencySketch(FEWEST)


def _window_of(capacity: i64) -> i64:
    """What is left of a room for the window, where nine and ninety of a hundred are not."""
    return capacity - capacity // 100 * 99 - capacity % 100 * 99 // 100
