"""Which of several instances a hash belongs to: modulo, ring, slots, ranges.

Hashes have 32 bits: see `engine.sim.lane.mixing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i16

SLOTS: Final = 16_384
"""As in Redis Cluster."""


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
    """The next point on a ring, of which each instance has some (Karger et al. 1997).

    The ring is cut into arcs of equal length, about as many as there are points: a table says which point is
    the first in each, so that however many there are, a look-up passes one or two.
    """

    def __init__(
        self, points: vec[i64], owners: vec[i64], guide: vec[i64], shift: i64, count: i64
    ) -> None:
        """Know how the points lie.

        Args:
            points: in ascending order.
            owners: the place of the instance of each.
            guide: for each arc, the first point that is not before it.
            shift: bits of a hash that say where in an arc it lies.
            count: how many instances there are.
        """
        self._points = points
        self._owners = owners
        self._guide = guide
        self._shift = shift
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
        size: i64 = len(points)
        at = self._guide[hashed >> self._shift]
        while at < size and points[at] < hashed:
            at += 1
        return 0 if at == size else at


@final
class Slots(KeyMap):
    """A table of slots: as many move as have to. Who has one is told by 16 bits: it stays in the cache."""

    def __init__(self, table: vec[i16]) -> None:
        self.sticks = True
        self._table = table

    def place(self, hashed: i64) -> i64:
        """The instance that has the slot: the lowest 14 bits say which."""
        return i64(self._table[hashed & (SLOTS - 1)])


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
