"""About how often each of many keys was asked for of late, in little memory: a count-min sketch that ages."""

from __future__ import annotations

from typing import Final, final

from librt.vecs import extend, vec
from mypy_extensions import i64, u8

from engine.sim.lane.mixing import MASK, mixed

ROWS: Final = 4
WIDTH: Final = 4
"""Counters of each row for each entry: 16 counters an entry, as in Caffeine."""
MOST: Final = 15
"""Counters go up to here: they have four bits."""
SAMPLE: Final = 10
"""Uses for each entry after which all counters are halved (Einziger, Friedman, Manes 2017)."""
_SALTS: Final = (0x1B873593, 0x5F356495)
_MIX: Final = 0x45D9F3B


@final
class FrequencySketch:
    """Never says less than how often a key was asked for since the counters were halved, but for what that took."""

    def __init__(self, room: i64) -> None:
        size = int(room) * WIDTH
        self._first = vec[u8]([0] * size)
        self._second = vec[u8]([0] * size)
        self._third = vec[u8]([0] * size)
        self._fourth = vec[u8]([0] * size)
        self._uses: i64 = 0
        self.entries: i64 = room
        """After ten times as many uses counters are halved."""

    def reserve(self, room: i64) -> None:
        """Be as exact with so many entries, a power of two. What was counted stays right: places are the lowest bits."""
        while len(self._first) < room * WIDTH:
            self._first = extend(self._first, self._first)
            self._second = extend(self._second, self._second)
            self._third = extend(self._third, self._third)
            self._fourth = extend(self._fourth, self._fourth)

    def uses(self, key: i64) -> i64:
        """About how often a key was asked for, up to 15."""
        mask: i64 = len(self._first) - 1
        hashed = mixed(key, _SALTS[0])
        step = mixed(key, _SALTS[1]) | 1
        least = i64(self._first[hashed & mask])
        hashed += step
        least = min(least, i64(self._second[_spread(hashed) & mask]))
        hashed += step
        least = min(least, i64(self._third[_spread(hashed) & mask]))
        hashed += step
        return min(least, i64(self._fourth[_spread(hashed) & mask]))

    def use(self, key: i64) -> None:
        """Count a use of a key."""
        mask: i64 = len(self._first) - 1
        hashed = mixed(key, _SALTS[0])
        step = mixed(key, _SALTS[1]) | 1
        more = _count(self._first, hashed & mask)
        hashed += step
        more = _count(self._second, _spread(hashed) & mask) or more
        hashed += step
        more = _count(self._third, _spread(hashed) & mask) or more
        hashed += step
        more = _count(self._fourth, _spread(hashed) & mask) or more
        if more:
            self._uses += 1
            if self._uses >= SAMPLE * self.entries:
                self._age()

    def _age(self) -> None:
        """Halve all counters: what was asked for long ago counts for less."""
        odd = _halve(self._first) + _halve(self._second) + _halve(self._third)
        odd += _halve(self._fourth)
        self._uses = (self._uses - odd // ROWS) // 2


def _spread(hashed: i64) -> i64:
    """A sum of two hashes, of which every bit counts in the lowest ones: so that keys which share a counter in one row do not in another."""
    low = hashed & MASK
    low = ((low ^ (low >> 16)) * _MIX) & MASK
    return low ^ (low >> 15)


def _count(row: vec[u8], place: i64) -> bool:
    """Count in a row, up to the most."""
    seen = i64(row[place])
    if seen >= MOST:
        return False
    row[place] = u8(seen + 1)
    return True


def _halve(row: vec[u8]) -> i64:
    """Halve the counters of a row; returns how many were odd."""
    odd: i64 = 0
    place: i64 = 0
    size: i64 = len(row)
    while place < size:
        seen = i64(row[place])
        odd += seen & 1
        row[place] = u8(seen >> 1)
        place += 1
    return odd
