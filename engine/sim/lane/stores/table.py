"""Gives every key a slot: a hash table on bare numbers, where a dict would hold objects.

Open addressing with linear probing. The table has twice as many places as there are slots, and both
are doubled when the slots are used up. Whoever goes leaves no gap: those behind move up.
"""

from __future__ import annotations

from typing import Final, final

from librt.vecs import extend, vec
from mypy_extensions import i32, i64

NOWHERE: Final = -1
"""The slot of a key that is not there."""
FEWEST: Final = 16
"""Slots to begin with."""
BITS: Final = 32
GOLDEN: Final = 0x9E3779B1
"""2 to the power of 32 over the golden ratio: spreads keys in a row evenly (Knuth, 6.4)."""
LOW_31: Final = 0x7FFFFFFF
LOW_32: Final = 0xFFFFFFFF


@final
class KeyTable:
    """Keys and their slots. Slots are small numbers, used again; what belongs to a key lies in arrays."""

    def __init__(self) -> None:
        self.count: i64 = 0
        self.keys = vec[i64]()
        """Key in each slot; in a free slot the next free one."""
        self._places = vec[i32]()
        self._mask: i64 = 0
        self._shift: i64 = 0
        self._free: i64 = NOWHERE
        self.clear()

    def room(self) -> i64:
        """Number of slots, used or not."""
        return len(self.keys)

    def find(self, key: i64) -> i64:
        """The slot of a key, or `NOWHERE`."""
        keys, places, mask = self.keys, self._places, self._mask
        place = self._home(key)
        while True:
            slot: i64 = i64(places[place])
            if slot < 0 or keys[slot] == key:
                return slot
            place = (place + 1) & mask

    def add(self, key: i64) -> i64:
        """A slot for a key that has none."""
        if self.count == len(self.keys):
            self._grow()
        slot = self._free
        self._free = self.keys[slot]
        self.keys[slot] = key
        self.count += 1
        self._enter(key, slot)
        return slot

    def remove(self, slot: i64) -> None:
        """Free a slot that is used."""
        places, mask = self._places, self._mask
        place = self._home(self.keys[slot])
        while i64(places[place]) != slot:
            place = (place + 1) & mask
        gap = place
        while True:
            place = (place + 1) & mask
            other: i64 = i64(places[place])
            if other < 0:
                break
            # Who would be found from home in the gap as well may move there.
            if (place - self._home(self.keys[other])) & mask >= (place - gap) & mask:
                places[gap] = i32(other)
                gap = place
        places[gap] = NOWHERE
        self.keys[slot] = self._free
        self._free = slot
        self.count -= 1

    def clear(self) -> None:
        """Forget every key, and the memory that they took."""
        self.count = 0
        free = list(range(1, FEWEST))
        free.append(NOWHERE)
        self.keys = vec[i64](free)
        self._places = vec[i32]([NOWHERE] * (2 * FEWEST))
        self._free = 0
        self._mask = 2 * FEWEST - 1
        self._shift = BITS
        places: i64 = 2 * FEWEST
        while places > 1:
            places >>= 1
            self._shift -= 1

    def _home(self, key: i64) -> i64:
        """Where the search for a key begins. No product exceeds 63 bits: interpreted is the same."""
        folded = (key ^ (key >> 31)) & LOW_31
        return ((folded * GOLDEN) & LOW_32) >> self._shift

    def _enter(self, key: i64, slot: i64) -> None:
        """Note the slot of a key in the first place that is free."""
        places, mask = self._places, self._mask
        place = self._home(key)
        while i64(places[place]) >= 0:
            place = (place + 1) & mask
        places[place] = i32(slot)

    def _grow(self) -> None:
        """Have twice as many slots and places; all slots are in use."""
        used: i64 = len(self.keys)
        self.keys = extend(self.keys, self.keys)
        self._places = extend(self._places, self._places)
        self._mask = 4 * used - 1
        self._shift -= 1
        place: i64 = 0
        while place < 4 * used:
            self._places[place] = NOWHERE
            place += 1
        slot: i64 = 0
        while slot < used:
            self._enter(self.keys[slot], slot)
            slot += 1
        self._free = used
        while slot < 2 * used - 1:
            self.keys[slot] = slot + 1
            slot += 1
        self.keys[slot] = NOWHERE
