"""The agenda of the request lane: a binary heap on (time, order of scheduling), and some belts.

Whatever happens once a request is an `Entry` that schedules itself, so an event allocates nothing.
Whoever is delayed by the same time as somebody before comes after them: equal delays lie on a belt,
first in, first out, and skip the heap. The order is the same as if all were in one heap.
"""

from __future__ import annotations

from abc import abstractmethod
from heapq import heapify, heappop, heappush
from types import FunctionType
from typing import TYPE_CHECKING, Final, cast, final

from librt.vecs import extend, vec
from mypy_extensions import i32, i64, mypyc_attr

if TYPE_CHECKING:
    from collections.abc import Callable

STANDSTILL: Final = 3_000_000
"""Entries fired at one instant after which time is taken to stand still. A million requests that fail
with a queue that is killed take some three each; more than this takes seconds to find out."""
LOOK: Final = 1024
"""Entries between two looks at the world outside: well under a millisecond, where entries are small."""
NEVER: Final = 1 << 62
"""A count that no run reaches."""
BELTS: Final = 5
"""Delays that have a belt, none included. Each costs a comparison an event."""


@mypyc_attr(native_class=False)
class StandstillError(RuntimeError):
    """Simulated time does not advance: something goes round in a circle that takes no time."""


class Entry:
    """Something that is due at a time. Entries at equal times fire in the order of scheduling.

    Few classes derive from it, calls and timers: mypyc checks types of list items, and does that fast only where
    at most three are no abstract ones. That is why what is due has to be said by each. It is no ABC, since mypyc
    would have to check at every access that an attribute is there.
    """

    time: float = 0.0
    seq: i64 = 0
    after: Entry | None = None
    """The next on the same belt."""
    slot: i32 = 0
    """Place among the `Jobs` that it is one of."""

    @abstractmethod
    def fire(self, now: float) -> None:
        """Do what is due."""
        raise NotImplementedError


@mypyc_attr(allow_interpreted_subclasses=True)
class Task:
    """Somebody who has timers."""

    def due(self, timer: Timer, now: float) -> None:
        """A timer that was set has run out."""
        raise NotImplementedError


@final
class Timer(Entry):
    """Calls a task at a time."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def fire(self, now: float) -> None:
        """Tell the task."""
        self._task.due(self, now)


class Sieve:
    """Chooses entries."""

    def holds(self, entry: Entry) -> bool:
        """Whether an entry is one of those."""
        raise NotImplementedError


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
    """A heap of four branches on times and orders, which lie side by side: entries are not looked at."""

    def __init__(self) -> None:
        self._size: i64 = 0
        self._times = vec[float]([0.0] * 64)
        self._seqs = vec[i64]([0] * 64)
        self._entries: list[object] = [None] * 64
        """As long as the others, so that a push or a pop never resizes it."""

    def count(self) -> int:
        """How many are in."""
        return int(self._size)

    def push(self, entry: Entry) -> None:
        """Put an entry whose `time` and `seq` are set in."""
        place = self._size
        if place == len(self._times):
            self._times = extend(self._times, self._times)
            self._seqs = extend(self._seqs, self._seqs)
            self._entries.extend([None] * place)
        self._size = place + 1
        times, seqs, entries = self._times, self._seqs, self._entries
        time = entry.time
        seq = entry.seq
        while place > 0:
            above = (place - 1) >> 2
            other = times[above]
            if time > other or (time == other and seq > seqs[above]):
                break
            times[place] = other
            seqs[place] = seqs[above]
            entries[place] = entries[above]
            place = above
        times[place] = time
        seqs[place] = seq
        entries[place] = entry
        if place == 0:
            self.first = entry

    def pop(self) -> None:
        """Take the first out; there must be one."""
        times, seqs, entries = self._times, self._seqs, self._entries
        size = self._size - 1
        self._size = size
        last = entries[size]
        entries[size] = None
        if size == 0:
            self.first = None
            return
        time = times[size]
        seq = seqs[size]
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
            entries[place] = entries[least]
            place = least
            below = 4 * place + 1
        times[place] = time
        seqs[place] = seq
        entries[place] = last
        self.first = cast("Entry", entries[0])

    def sift(self, sieve: Sieve) -> list[Entry]:
        """Take out the entries that a sieve holds, in no particular order."""
        found: list[Entry] = []
        entries = [cast("Entry", each) for each in self._entries[: self._size]]
        self.first = None
        self._size = 0
        self._entries = [None] * len(self._times)
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


@final
class DelayLine:
    """Entries with equal delays, in the order in which they were scheduled and are due."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.first: Entry | None = None
        self._last: Entry | None = None

    def put(self, entry: Entry) -> None:
        """Lay an entry on the end."""
        last = self._last
        if last is None:
            self.first = entry
        else:
            last.after = entry
        self._last = entry

    def take(self) -> None:
        """Take the first entry off."""
        first = self.first
        if first is not None:
            self.first = first.after
            first.after = None
            if self.first is None:
                self._last = None

    def sift(self, sieve: Sieve) -> list[Entry]:
        """Take out the entries that a sieve holds."""
        found: list[Entry] = []
        entry, self.first, self._last = self.first, None, None
        while entry is not None:
            following, entry.after = entry.after, None
            if sieve.holds(entry):
                found.append(entry)
            else:
                self.put(entry)
            entry = following
        return found


@final
class Agenda:
    """Everything that is due in the request lane, and the lane's time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.seq: i64 = 0
        self.fired: i64 = 0
        self.stop = False
        """Set to make `drain` return after the entry it is at."""
        self.stop_at_answer = False
        """Whether the next answer to a client stops the drain (stepping by requests)."""
        self.answered = False
        """Whether an answer did."""
        self.halted = False
        """Whether a drain ended because it was told to: by a look, or at a count of entries."""
        self.patience: i64 = STANDSTILL
        """Entries at one instant after which something must be wrong."""
        self.heed: Callable[[], bool] | None = None
        """Asked at every look; true halts the drain. It is no part of the lane, so that signals and other
        threads have their turn as well, and may raise what ends the run."""
        self._still: i64 = 0
        self._seen = 0.0
        """Time at the look before."""
        self._next_look: i64 = LOOK
        self._halt_at: i64 = NEVER
        self._check_at: i64 = LOOK
        """The earlier of the two."""
        self._heap = new_heap()
        self._ready = DelayLine(0.0)
        self._belts: list[DelayLine] = [self._ready]

    def schedule(self, delay: float, entry: Entry) -> None:
        """Make an entry due after a delay (s). It must not be scheduled already."""
        seq = self.seq + 1
        self.seq = seq
        entry.seq = seq
        if delay <= 0.0:
            entry.time = self.now
            self._ready.put(entry)
        else:
            entry.time = self.now + delay
            self._heap.push(entry)

    def convey(self, delay: float, entry: Entry) -> None:
        """Make an entry due after a delay (s) that others are likely to have as well."""
        for belt in self._belts:
            if belt.delay == delay:
                seq = self.seq + 1
                self.seq = seq
                entry.seq = seq
                entry.time = self.now + delay
                belt.put(entry)
                return
        self._make_belt(delay)
        self.schedule(delay, entry)

    def _make_belt(self, delay: float) -> None:
        """Have a belt for a delay from now on, if there is room or one that nobody uses."""
        if len(self._belts) < BELTS:
            self._belts.append(DelayLine(delay))
            return
        for belt in self._belts:
            if belt.first is None and belt is not self._ready:
                belt.delay = delay
                return

    def schedule_at(self, time: float, entry: Entry) -> None:
        """Make an entry due at a time, or at once if that has passed."""
        seq = self.seq + 1
        self.seq = seq
        entry.seq = seq
        if time <= self.now:
            entry.time = self.now
            self._ready.put(entry)
        else:
            entry.time = time
            self._heap.push(entry)

    def halt_at(self, count: i64) -> None:
        """Halt the drain once so many entries were fired since the start."""
        self._halt_at = max(count, self.fired + 1)
        self._check_at = min(self._check_at, self._halt_at)

    def spend(self, work: i64) -> None:
        """Look the sooner because an entry does as much work as so many others."""
        self._next_look -= work
        self._check_at = min(self._check_at, self._next_look)

    def look(self) -> bool:
        """Let the world outside have its turn; whether it asks for a halt."""
        heed = self.heed
        return heed is not None and heed()

    def _check(self) -> None:
        """Halt where that was asked for, look if it is time, and see whether time passes."""
        fired = self.fired
        if fired >= self._halt_at:
            self._halt_at = NEVER
            self.stop = True
            self.halted = True
        if fired >= self._next_look:
            self._next_look = fired + LOOK
            if self.now > self._seen:
                self._seen = self.now
                self._still = fired
            elif fired - self._still > self.patience:
                self._despair()
            if self.look():
                self.stop = True
                self.halted = True
        self._check_at = min(self._halt_at, self._next_look)

    def sift(self, sieve: Sieve) -> list[Entry]:
        """Take out the entries that a sieve holds, in the order in which they would be due."""
        found = self._heap.sift(sieve)
        for belt in self._belts:
            found += belt.sift(sieve)
        found.sort(key=_order)
        return found

    def drain(self, until: float) -> None:
        """Fire everything that is due strictly before a time, or up to a stop."""
        self.stop = False
        heap = self._heap
        belts = self._belts
        while not self.stop:
            entry = heap.first
            soonest = until if entry is None else entry.time
            shortest: DelayLine | None = None
            for belt in belts:
                first = belt.first
                if first is not None and (
                    first.time < soonest
                    or (first.time == soonest and entry is not None and first.seq < entry.seq)
                ):
                    entry = first
                    soonest = first.time
                    shortest = belt
            if entry is None or soonest >= until:
                return
            if shortest is None:
                heap.pop()
            else:
                shortest.take()
            self.fired += 1
            self.now = soonest  # never before the time that it was: who is late is due at once
            entry.fire(soonest)
            if self.fired >= self._check_at:
                self._check()

    def _despair(self) -> None:
        """Too much has happened while no time passed: something goes round in a circle."""
        msg = (
            f"simulated time stands still at {self.now:g} s: requests go round in no time; "
            "give somebody a think time, a service time or a delay"
        )
        raise StandstillError(msg)

    @property
    def pending(self) -> int:
        """Number of entries that are due some time."""
        count = self._heap.count()
        for belt in self._belts:
            entry = belt.first
            while entry is not None:
                count += 1
                entry = entry.after
        return count


def _order(entry: Entry) -> tuple[float, int]:
    """What entries are sorted by."""
    return (entry.time, entry.seq)
