"""Slots by how often they were used, the least used at hand."""

from __future__ import annotations

from typing import final

from librt.vecs import append, extend, vec
from mypy_extensions import i32, i64

from engine.sim.lane.stores.table import FEWEST, NOWHERE


@final
class Ranks:
    """Lines of slots that were used equally often, the oldest in front; the ranks are in order of use.

    A use moves a slot to the next rank, so that nothing has to be searched for (Shah, Mitra, Matani
    2010). Only who comes with a number of uses looks for its rank, from the nearer end.
    """

    def __init__(self) -> None:
        self._rank = vec[i32]([NOWHERE] * FEWEST)
        """Rank of each slot, and its neighbours in the line."""
        self._before = vec[i32]([NOWHERE] * FEWEST)
        self._after = vec[i32]([NOWHERE] * FEWEST)
        # Rank 0 is below and above all others: it closes the ring and has no line.
        self._uses = vec[i64]([0])
        self._first = vec[i32]([NOWHERE])
        self._last = vec[i32]([NOWHERE])
        self._lower = vec[i32]([0])
        self._higher = vec[i32]([0])
        self._free: i64 = NOWHERE
        """A rank that nobody has; the next one is noted as the rank above it."""

    def reserve(self, room: i64) -> None:
        """Have as many slots, a power of two."""
        while len(self._rank) < room:
            self._rank = extend(self._rank, self._rank)
            self._before = extend(self._before, self._before)
            self._after = extend(self._after, self._after)

    def least(self) -> i64:
        """The oldest slot of the lowest rank; there must be one."""
        return i64(self._first[i64(self._higher[0])])

    def uses(self, slot: i64) -> i64:
        """How often a slot was used."""
        return self._uses[i64(self._rank[slot])]

    def add(self, slot: i64, uses: i64) -> None:
        """Rank a slot that has been used so often already."""
        lower: i64 = i64(self._lower[0])
        lowest: i64 = i64(self._higher[0])
        if uses - self._uses[lowest] < self._uses[lower] - uses:
            lower = 0
            above = lowest
            while above != 0 and self._uses[above] <= uses:
                lower = above
                above = i64(self._higher[above])
        else:
            while lower != 0 and self._uses[lower] > uses:
                lower = i64(self._lower[lower])
        self._join(slot, self._rank_above(lower, uses))

    def use(self, slot: i64) -> None:
        """Count one use more."""
        rank: i64 = i64(self._rank[slot])
        uses: i64 = self._uses[rank] + 1
        if i64(self._first[rank]) == slot and i64(self._last[rank]) == slot:
            above: i64 = i64(self._higher[rank])
            if above == 0 or self._uses[above] != uses:
                self._uses[rank] = uses
                return
        higher = self._rank_above(rank, uses)
        self.remove(slot)
        self._join(slot, higher)

    def remove(self, slot: i64) -> None:
        """Take a slot out; a rank that nobody has any more goes."""
        rank: i64 = i64(self._rank[slot])
        before: i64 = i64(self._before[slot])
        after: i64 = i64(self._after[slot])
        if before < 0:
            self._first[rank] = i32(after)
        else:
            self._after[before] = i32(after)
        if after < 0:
            self._last[rank] = i32(before)
        else:
            self._before[after] = i32(before)
        if before < 0 and after < 0:
            lower: i64 = i64(self._lower[rank])
            higher: i64 = i64(self._higher[rank])
            self._higher[lower] = i32(higher)
            self._lower[higher] = i32(lower)
            self._higher[rank] = i32(self._free)
            self._free = rank

    def slots(self) -> vec[i32]:
        """The slots that are ranked, the least used first."""
        found = vec[i32]()
        rank: i64 = i64(self._higher[0])
        while rank != 0:
            slot: i64 = i64(self._first[rank])
            while slot >= 0:
                found = append(found, i32(slot))
                slot = i64(self._after[slot])
            rank = i64(self._higher[rank])
        return found

    def _rank_above(self, lower: i64, uses: i64) -> i64:
        """The rank of so many uses, made if need be; `lower` has at most as many and is the highest."""
        if lower != 0 and self._uses[lower] == uses:
            return lower
        higher: i64 = i64(self._higher[lower])
        if higher != 0 and self._uses[higher] == uses:
            return higher
        rank = self._free
        if rank < 0:
            rank = len(self._uses)
            self._uses = append(self._uses, 0)
            self._first = append(self._first, NOWHERE)
            self._last = append(self._last, NOWHERE)
            self._lower = append(self._lower, 0)
            self._higher = append(self._higher, 0)
        else:
            self._free = i64(self._higher[rank])
        self._uses[rank] = uses
        self._lower[rank] = i32(lower)
        self._higher[rank] = i32(higher)
        self._higher[lower] = i32(rank)
        self._lower[higher] = i32(rank)
        return rank

    def _join(self, slot: i64, rank: i64) -> None:
        """Put a slot at the end of a rank's line."""
        last: i64 = i64(self._last[rank])
        self._rank[slot] = i32(rank)
        self._before[slot] = i32(last)
        self._after[slot] = NOWHERE
        if last < 0:
            self._first[rank] = i32(slot)
        else:
            self._after[last] = i32(slot)
        self._last[rank] = i32(slot)
