"""Heaps of entries, the first of them at hand.

The order is that of time, and of scheduling where times are equal.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from types import FunctionType
from typing import TYPE_CHECKING, Final, final

from librt.vecs import extend, vec
from mypy_extensions import i64

from engine.sim.lane.entry import Entry

if TYPE_CHECKING:
    from engine.sim.lane.entry import Sieve

_ROOM: Final = 64
"""Entries that there is a place for at first."""


def sift_up(heap: list[Entry], entry: Entry) -> None:
    """Put an entry whose `time` and `seq` are set into a heap."""
    heap.append(entry)
    time = entry.time
    seq = entry.seq
    place: i64 = len(heap) - 1
    while place > 0:
        above: i64 = (place - 1) >> 1
        other = heap[above]
        if time > other.time or (time == other.time and seq > other.seq):
            break
        heap[place] = other
        place = above
    heap[place] = entry


def pop_first(heap: list[Entry]) -> Entry:
    """Take the first entry out of a heap that is not empty."""
    last = heap.pop()
    size: i64 = len(heap)
    if size == 0:
        return last
    first = heap[0]
    place: i64 = 0
    below: i64 = 1
    time = last.time
    seq = last.seq
    while below < size:
        child = heap[below]
        if below + 1 < size:
            other = heap[below + 1]
            if other.time < child.time or (other.time == child.time and other.seq < child.seq):
                child = other
                below += 1
        if child.time < time or (child.time == time and child.seq < seq):
            heap[place] = child
            place = below
            below = 2 * place + 1
        else:
            break
    heap[place] = last
    return first


class Heap:
    """Entries by their time and order, the first of them at hand."""

    first: Entry | None = None

    def push(self, entry: Entry) -> None:
        """Put an entry whose `time` and `seq` are set in."""
        raise NotImplementedError

    def pop(self) -> None:
        """Take the first out; there must be one."""
        raise NotImplementedError

    def sift(self, sieve: Sieve) -> list[Entry]:
        """Take out the entries that a sieve holds, in no particular order."""
        raise NotImplementedError

    def count(self) -> int:
        """How many are in."""
        raise NotImplementedError


@final
class NumberHeap(Heap):
    """A heap of four branches on times and orders, which lie side by side: entries are not looked at, nor moved."""

    def __init__(self) -> None:
        self._size: i64 = 0
        self._times = vec[float]([0.0] * _ROOM)
        self._seqs = vec[i64]([0] * _ROOM)
        self._slots = vec[i64](list(range(_ROOM)))
        """Where each of the heap is among the entries, and then the places that are free."""
        self._entries = vec[Entry | None]([None] * _ROOM)

    def count(self) -> int:
        """How many are in."""
        return int(self._size)

    def push(self, entry: Entry) -> None:
        """Put an entry whose `time` and `seq` are set in."""
        place = self._size
        if place == len(self._times):
            self._times = extend(self._times, self._times)
            self._seqs = extend(self._seqs, self._seqs)
            self._slots = extend(self._slots, vec[i64](list(range(place, 2 * place))))
            self._entries = extend(self._entries, vec[Entry | None]([None] * place))
        self._size = place + 1
        times, seqs, slots = self._times, self._seqs, self._slots
        slot = slots[place]
        self._entries[slot] = entry
        time = entry.time
        seq = entry.seq
        while place > 0:
            above = (place - 1) >> 2
            other = times[above]
            if time > other or (time == other and seq > seqs[above]):
                break
            times[place] = other
            seqs[place] = seqs[above]
            slots[place] = slots[above]
            place = above
        times[place] = time
        seqs[place] = seq
        slots[place] = slot
        if place == 0:
            self.first = entry

    def pop(self) -> None:
        """Take the first out; there must be one."""
        times, seqs, slots = self._times, self._seqs, self._slots
        size = self._size - 1
        self._size = size
        free = slots[0]
        self._entries[free] = None
        if size == 0:
            self.first = None
            return
        time = times[size]
        seq = seqs[size]
        slot = slots[size]
        place: i64 = 0
        below: i64 = 1
        while below < size:
            least = below
            soonest = times[below]
            other = below + 1
            end = min(below + 4, size)
            while other < end:
                at = times[other]
                if at < soonest or (at == soonest and seqs[other] < seqs[least]):
                    least = other
                    soonest = at
                other += 1
            if time < soonest or (time == soonest and seq < seqs[least]):
                break
            times[place] = soonest
            seqs[place] = seqs[least]
            slots[place] = slots[least]
            place = least
            below = 4 * place + 1
        times[place] = time
        seqs[place] = seq
        slots[place] = slot
        slots[size] = free
        self.first = self._entries[slots[0]]

    def sift(self, sieve: Sieve) -> list[Entry]:
        """Take out the entries that a sieve holds, in no particular order."""
        found: list[Entry] = []
        entries = [each for each in self._entries if each is not None]
        self.first = None
        self._size = 0
        self._entries = vec[Entry | None]([None] * len(self._times))
        for entry in entries:
            if sieve.holds(entry):
                found.append(entry)
            else:
                self.push(entry)
        return found


@final
class TupleHeap(Heap):
    """The heap of the standard library: the faster one where this runs interpreted."""

    def __init__(self) -> None:
        self._items: list[tuple[float, int, Entry]] = []

    def count(self) -> int:
        """How many are in."""
        return len(self._items)

    def push(self, entry: Entry) -> None:
        """Put an entry whose `time` and `seq` are set in."""
        items = self._items
        heappush(items, (entry.time, entry.seq, entry))
        self.first = items[0][2]

    def pop(self) -> None:
        """Take the first out; there must be one."""
        items = self._items
        heappop(items)
        self.first = items[0][2] if items else None

    def sift(self, sieve: Sieve) -> list[Entry]:
        """Take out the entries that a sieve holds, in no particular order."""
        found: list[Entry] = []
        left: list[tuple[float, int, Entry]] = []
        for item in self._items:
            if sieve.holds(item[2]):
                found.append(item[2])
            else:
                left.append(item)
        heapify(left)
        self._items = left
        self.first = self._items[0][2] if self._items else None
        return found


def new_heap() -> Heap:
    """The heap that is the faster one here."""
    return TupleHeap() if isinstance(sift_up, FunctionType) else NumberHeap()
