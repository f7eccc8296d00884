"""Several lines of slots, each slot in one of them at most: what evictions by order are made of."""

from __future__ import annotations

from typing import final

from librt.vecs import append, extend, vec
from mypy_extensions import i32, i64

from engine.sim.lane.stores.table import FEWEST, NOWHERE


@final
class Lines:
    """Lines with their numbers of slots and bytes. Who joins stands last; the first is the next to go."""

    def __init__(self, count: int) -> None:
        self.counts = vec[i64]([0] * count)
        self.bytes = vec[i64]([0] * count)
        self._first = vec[i32]([NOWHERE] * count)
        self._last = vec[i32]([NOWHERE] * count)
        self._line = vec[i32]([NOWHERE] * FEWEST)
        """Line of each slot, and its neighbours there."""
        self._before = vec[i32]([NOWHERE] * FEWEST)
        self._after = vec[i32]([NOWHERE] * FEWEST)

    def reserve(self, room: i64) -> None:
        """Have so many slots, a power of two."""
        while len(self._line) < room:
            self._line = extend(self._line, self._line)
            self._before = extend(self._before, self._before)
            self._after = extend(self._after, self._after)

    def line(self, slot: i64) -> i64:
        """The line in which a slot stands."""
        return i64(self._line[slot])

    def first(self, line: i64) -> i64:
        """The first of a line, or `NOWHERE`."""
        return i64(self._first[line])

    def last(self, line: i64) -> i64:
        """The last of a line, or `NOWHERE`."""
        return i64(self._last[line])

    def add(self, slot: i64, line: i64, size: i64) -> None:
        """Put a slot of a size that stands nowhere at the end of a line."""
        last = i64(self._last[line])
        self._line[slot] = i32(line)
        self._before[slot] = i32(last)
        self._after[slot] = NOWHERE
        if last < 0:
            self._first[line] = i32(slot)
        else:
            self._after[last] = i32(slot)
        self._last[line] = i32(slot)
        self.counts[line] += 1
        self.bytes[line] += size

    def remove(self, slot: i64, size: i64) -> None:
        """Take a slot out of its line."""
        line = i64(self._line[slot])
        before, after = i64(self._before[slot]), i64(self._after[slot])
        if before < 0:
            self._first[line] = i32(after)
        else:
            self._after[before] = i32(after)
        if after < 0:
            self._last[line] = i32(before)
        else:
            self._before[after] = i32(before)
        self.counts[line] -= 1
        self.bytes[line] -= size

    def move(self, slot: i64, line: i64, size: i64) -> None:
        """Put a slot at the end of another line, or of its own."""
        if slot != i64(self._last[line]):
            self.remove(slot, size)
            self.add(slot, line, size)

    def resize(self, slot: i64, change: i64) -> None:
        """A slot has so many bytes more than before."""
        self.bytes[i64(self._line[slot])] += change

    def slots(self, line: i64) -> vec[i32]:
        """The slots of a line, the first one in front."""
        found = vec[i32]()
        slot = i64(self._first[line])
        while slot >= 0:
            found = append(found, i32(slot))
            slot = i64(self._after[slot])
        return found
