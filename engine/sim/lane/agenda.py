"""The agenda of the request lane: a binary heap on (time, order of scheduling), and nothing else.

Whatever happens once a request is an `Entry` that schedules itself, so an event allocates nothing.
Entries without delay skip the heap: they queue up and fire in the same order as they would have.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final, final

from mypy_extensions import i64, mypyc_attr

STANDSTILL: Final = 20_000_000
"""Entries fired at one instant after which time is taken to stand still."""
FORGET: Final = 4096
"""Entries without delay that have fired and are kept; they go many at a time."""


@mypyc_attr(native_class=False)
class StandstillError(RuntimeError):
    """Simulated time does not advance: something goes round in a circle that takes no time."""


class Entry(ABC):
    """Something that is due at a time. Entries at equal times fire in the order of scheduling.

    Few classes derive from it, calls and timers: mypyc checks types of list items, and does that
    fast only where there are at most three.
    """

    time: float = 0.0
    seq: i64 = 0

    @abstractmethod
    def fire(self, now: float) -> None:
        """Do what is due."""


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
        self.patience: i64 = STANDSTILL
        """Entries without delay at one instant after which something must be wrong."""
        self._heap: list[Entry] = []
        self._ready: list[Entry] = []
        self._head: i64 = 0
        self._still: i64 = 0

    def schedule(self, delay: float, entry: Entry) -> None:
        """Make an entry due after a delay (s). It must not be scheduled already."""
        seq = self.seq + 1
        self.seq = seq
        entry.seq = seq
        if delay <= 0.0:
            entry.time = self.now
            self._ready.append(entry)
        else:
            entry.time = self.now + delay
            sift_up(self._heap, entry)

    def schedule_at(self, time: float, entry: Entry) -> None:
        """Make an entry due at a time, or at once if that has passed."""
        seq = self.seq + 1
        self.seq = seq
        entry.seq = seq
        if time <= self.now:
            entry.time = self.now
            self._ready.append(entry)
        else:
            entry.time = time
            sift_up(self._heap, entry)

    def drain(self, until: float) -> None:
        """Fire everything that is due strictly before a time, or up to a stop."""
        self.stop = False
        heap = self._heap
        while True:
            if self._head < len(self._ready):
                if self.now >= until:
                    return
                entry = self._next_ready()
            else:
                if self._head > 0:
                    self._ready = []
                    self._head = 0
                    self._still = 0
                if len(heap) == 0 or heap[0].time >= until:
                    return
                entry = pop_first(heap)
                self.now = entry.time
            self.fired += 1
            entry.fire(self.now)
            if self.stop:
                return

    def _next_ready(self) -> Entry:
        """The next entry that is due now; some in the heap may have been scheduled earlier."""
        heap = self._heap
        entry = self._ready[self._head]
        if len(heap) > 0 and heap[0].time <= self.now and heap[0].seq < entry.seq:
            return pop_first(heap)
        self._head += 1
        self._still += 1
        if self._still >= self.patience:
            msg = f"simulated time stands still at {self.now:g} s: a loop takes no time"
            raise StandstillError(msg)
        if self._head > FORGET and self._head * 2 > len(self._ready):
            self._ready = self._ready[self._head :]
            self._head = 0
        return entry

    @property
    def pending(self) -> int:
        """Number of entries that are due some time."""
        return len(self._heap) + len(self._ready) - self._head
