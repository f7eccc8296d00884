"""The agenda of the request lane: a heap on (time, order of scheduling), and some belts.

Whatever happens once a request is an `Entry` that schedules itself, so an event allocates nothing.
Whoever is delayed by the same time as somebody before comes after them: equal delays lie on a belt,
first in, first out, and skip the heap. The order is the same as if all were in one heap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64, mypyc_attr

from engine.sim.lane.heaps import new_heap

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.sim.lane.entry import Entry, Sieve

STANDSTILL: Final = 3_000_000
"""Entries fired at one instant after which time is taken to stand still. A million requests that fail
with a queue that is killed take some three each; more than this takes seconds to find out."""
LOOK: Final = 1024
"""Entries between two looks at the world outside: well under a millisecond, where entries are small."""
NEVER: Final = 1 << 62
"""A count that no run reaches."""
ENDLESS: Final = float("inf")
BELTS: Final = 5
"""Delays that have a belt, none included. Each costs a comparison an event."""


@mypyc_attr(native_class=False)
class StandstillError(RuntimeError):
    """Simulated time does not advance: something goes round in a circle that takes no time."""


@final
class DelayLine:
    """Entries with equal delays, in the order in which they were scheduled and are due."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.first: Entry | None = None
        self.time = ENDLESS
        """When the first is due; endless where there is none."""
        self._last: Entry | None = None

    def put(self, entry: Entry) -> None:
        """Lay an entry on the end whose `time` is set."""
        last = self._last
        if last is None:
            self.first = entry
            self.time = entry.time
        else:
            last.after = entry
        self._last = entry

    def take(self) -> None:
        """Take the first entry off."""
        first = self.first
        if first is not None:
            following = first.after
            self.first = following
            if following is None:
                self._last = None
                self.time = ENDLESS
            else:
                first.after = None
                self.time = following.time

    def sift(self, sieve: Sieve) -> list[Entry]:
        """Take out the entries that a sieve holds."""
        found: list[Entry] = []
        entry, self.first, self._last = self.first, None, None
        self.time = ENDLESS
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
        self._next: DelayLine | None = None
        """Room for one entry that comes again soon, where there ever was one."""

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
        room = BELTS if self._next is None else BELTS + 1
        if len(self._belts) < room:
            self._belts.append(DelayLine(delay))
            return
        for belt in self._belts:
            if belt.first is None and belt is not self._ready and belt is not self._next:
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

    def follow_up(self, time: float, entry: Entry) -> None:
        """Make an entry due at a time that has not come, as `schedule_at` does; it was due just now.

        Whoever does so mostly goes on for long, so one of them is kept where it costs less than in the heap.
        """
        line = self._next
        if line is None:
            line = DelayLine(-1.0)  # as no other
            self._next = line
            self._belts.append(line)
        if line.first is not None:
            self.schedule_at(time, entry)
            return
        seq = self.seq + 1
        self.seq = seq
        entry.seq = seq
        entry.time = time
        line.put(entry)

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
                if belt.time <= soonest:
                    first = belt.first
                    if first is not None and (
                        belt.time < soonest or (entry is not None and first.seq < entry.seq)
                    ):
                        entry = first
                        soonest = belt.time
                        shortest = belt
            if entry is None or soonest >= until:
                return
            if shortest is None:
                heap.pop()
            else:
                shortest.take()
            fired = self.fired + 1
            self.fired = fired
            self.now = soonest  # never before the time that it was: who is late is due at once
            entry.fire(soonest)
            if fired >= self._check_at:
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
