"""Which of several instances a hash belongs to: modulo, ring, slots, ranges.

Hashes have 32 bits. All arithmetic stays below 63 bits, so that it is the same compiled or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i64

BITS: Final = 32
SPACE: Final = 1 << BITS
MASK: Final = SPACE - 1
SLOTS: Final = 16_384
"""As in Redis Cluster."""
_MIX: Final = 0x45D9F3B


def mixed(value: i64, salt: i64) -> i64:
    """A number of 32 bits in which every bit of another one counts (Mueller's finalizer, twice)."""
    folded: i64 = (value ^ (value >> BITS) ^ salt) & MASK
    folded = ((folded ^ (folded >> 16)) * _MIX) & MASK
    folded = ((folded ^ (folded >> 16)) * _MIX) & MASK
    folded = (folded ^ (folded >> 16) ^ (salt >> 7)) & MASK
    folded = ((folded ^ (folded >> 15)) * _MIX) & MASK
    return (folded ^ (folded >> 16)) & MASK


class KeyMap:
    """Says where hashes belong among so many instances."""

    sticks: bool = False
    """Whether what belongs to an instance is nowhere else when that is down."""

    def place(self, hashed: i64) -> i64:
        """The place of the instance."""
        raise NotImplementedError

    def after(self, hashed: i64, skipped: i64) -> i64:
        """Where it goes when so many before did not take it; below zero where nobody is left."""
        return -1


@final
class Modulo(KeyMap):
    """The remainder by the number of instances: nearly everything moves when that changes."""

    def __init__(self, count: i64) -> None:
        self._count = count

    def place(self, hashed: i64) -> i64:
        """The remainder."""
        return hashed % self._count

    def after(self, hashed: i64, skipped: i64) -> i64:
        """The ones after it."""
        return -1 if skipped >= self._count else (hashed + skipped) % self._count


@final
class Ring(KeyMap):
    """The next point on a ring, of which each instance has some (Karger et al. 1997)."""

    def __init__(self, points: vec[i64], owners: vec[i64], count: i64) -> None:
        """Know the points in ascending order, and the place of the instance of each."""
        self._points = points
        self._owners = owners
        self._count = count

    def place(self, hashed: i64) -> i64:
        """The instance of the next point."""
        return self._owners[self._at(hashed)]

    def after(self, hashed: i64, skipped: i64) -> i64:
        """The instance of the next point of another one than those so far."""
        seen: list[i64] = []
        at = self._at(hashed)
        size: i64 = len(self._points)
        for _ in range(size):
            owner = self._owners[at]
            if owner not in seen:
                if len(seen) == skipped:
                    return owner
                seen.append(owner)
            at += 1
            if at == size:
                at = 0
        return -1

    def _at(self, hashed: i64) -> i64:
        """The first point that is not before a hash; the first of all after the last."""
        points = self._points
        low: i64 = 0
        high: i64 = len(points)
        while low < high:
            middle = (low + high) >> 1
            if points[middle] < hashed:
                low = middle + 1
            else:
                high = middle
        return 0 if low == len(points) else low


@final
class Slots(KeyMap):
    """A table of slots: as many move as have to."""

    def __init__(self, table: vec[i64]) -> None:
        self.sticks = True
        self._table = table

    def place(self, hashed: i64) -> i64:
        """The instance that has the slot."""
        return self._table[hashed % SLOTS]


@final
class Ranges(KeyMap):
    """Ranges of equal length, one an instance."""

    def __init__(self, count: i64, length: i64) -> None:
        """Know of how many numbers there are to divide."""
        self.sticks = True
        self._count = count
        self._length = length

    def place(self, hashed: i64) -> i64:
        """The instance whose range it lies in."""
        return min(hashed * self._count // self._length, self._count - 1)
