"""Which traces are kept: the slowest of all, and evenly chosen ones of more than there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import extend, vec
from mypy_extensions import i64

from engine.sim.lane.tracing.records import DROPPED, KEPT, LEFT, NOWHERE, OPEN, Home

if TYPE_CHECKING:
    from engine.sim.lane.tracing.records import TraceRecord

_FEW: Final = 64
"""Traces that there is a place for at first."""


@final
class Spare:
    """How many spans there may be, and are, of all clients and queues."""

    def __init__(self, room: i64) -> None:
        """Have so many spans under way at a time."""
        self.room: i64 = room
        self.idle: i64 = room - (room >> 2)
        """Beyond so many, none is put aside for later: others may have more need of the room."""
        self.made: i64 = 0
        """Spans of the traces under way, and of those that are not used now, whether or not anything is in them."""
        self.left: i64 = 0
        """Spans of traces that wait for what their callers gave up. Some of that never comes: it was lost."""


@final
class Idle(Home):
    """Traces of one client or queue that are used again, with their spans: the next request needs as many, mostly."""

    def __init__(self, spare: Spare) -> None:
        self.spare = spare
        self.first: TraceRecord | None = None
        """Each knows the next."""

    def put(self, trace: TraceRecord) -> None:
        """Take a trace that nobody writes to or reads any more; let it go where there are too many."""
        spare = self.spare
        if spare.made > spare.idle:
            spare.made -= i64(trace.made)
            trace.drop()
            return
        trace.spare = self.first
        self.first = trace

    def leave(self, trace: TraceRecord) -> None:
        """Take a trace to which something may still happen; let it go where there are too many of them."""
        spare = self.spare
        count = i64(trace.made)
        spare.made -= count
        if spare.left + count > spare.room:
            trace.drop()
            return
        spare.left += count
        trace.state = LEFT
        trace.last = NOWHERE

    def come_back(self, trace: TraceRecord) -> None:
        """Nothing more can happen to a trace that was left."""
        spare = self.spare
        trace.state = OPEN
        count = i64(trace.made)
        spare.left -= count
        spare.made += count
        self.put(trace)

    def release(self, trace: TraceRecord) -> None:
        """Keep a trace for one reason less; with none it is gone, or used again."""
        trace.holders -= 1
        if trace.holders > 0:
            return
        if trace.state != KEPT:
            trace.state = DROPPED  # it is about to end, and others are slower
            return
        self.spare.made += i64(trace.made)
        if trace.over < trace.count:
            self.leave(trace)
        else:
            trace.state = OPEN
            self.put(trace)


@final
class Slowest:
    """The slowest traces, in a heap on their durations, the fastest of them first.

    What the heap compares lies side by side: a trace that was kept long ago is not looked at until it has to go.
    """

    def __init__(self, most: i64, spans: i64, idle: Idle) -> None:
        """Keep so many traces at most, and about so many spans."""
        self.most: i64 = most
        self.room: i64 = spans
        self._idle = idle
        self._count: i64 = 0
        self._spans: i64 = 0
        self._durations = vec[float]([0.0] * _FEW)
        self._slots = vec[i64](list(range(_FEW)))
        """Where each of the heap is among those held, and then the places that are free."""
        self._held: list[TraceRecord | None] = [None] * _FEW

    @property
    def traces(self) -> list[TraceRecord]:
        """Those that are kept, in no particular order."""
        return [each for each in self._held if each is not None]

    def offer(self, trace: TraceRecord) -> bool:
        """Keep a trace that is slow enough; whether it is."""
        count = self._count
        if (
            count > 0
            and trace.duration <= self._durations[0]
            and (count >= self.most or self._spans + i64(trace.count) > self.room)
        ):
            return False
        trace.holders += 1
        trace.stored = trace.count
        self._spans += i64(trace.count)
        self._push(trace)
        while self._count > 1 and (self._count > self.most or self._spans > self.room):
            fastest = self._pop()
            self._spans -= i64(fastest.stored)
            self._idle.release(fastest)
        return trace.holders > 0

    def _push(self, trace: TraceRecord) -> None:
        """Put a trace in."""
        place = self._count
        if place == len(self._durations):
            self._durations = extend(self._durations, self._durations)
            self._slots = extend(self._slots, vec[i64](list(range(place, 2 * place))))
            self._held.extend([None] * place)
        durations, slots = self._durations, self._slots
        self._count = place + 1
        slot = slots[place]
        self._held[slot] = trace
        duration = trace.duration
        while place > 0:
            above = (place - 1) >> 1
            other = durations[above]
            if duration >= other:
                break
            durations[place] = other
            slots[place] = slots[above]
            place = above
        durations[place] = duration
        slots[place] = slot

    def _pop(self) -> TraceRecord:
        """Take the fastest out."""
        durations, slots = self._durations, self._slots
        size = self._count - 1
        self._count = size
        free = slots[0]
        first = self._held[free]
        self._held[free] = None
        duration = durations[size]
        slot = slots[size]
        place: i64 = 0
        below: i64 = 1
        while below < size:
            child = durations[below]
            if below + 1 < size and durations[below + 1] < child:
                below += 1
                child = durations[below]
            if child >= duration:
                break
            durations[place] = child
            slots[place] = slots[below]
            place = below
            below = 2 * place + 1
        durations[place] = duration
        slots[place] = slot
        slots[size] = free
        assert first is not None
        return first


@final
class Thinned:
    """Every trace while there is room; then every second one of all that came, every fourth, and so on."""

    def __init__(self, most: i64, spans: i64, idle: Idle) -> None:
        """Keep so many traces at most, and about so many spans."""
        self.most: i64 = most
        self.room: i64 = spans
        self.traces: list[TraceRecord] = []
        self.stride: i64 = 1
        """One of so many is kept."""
        self.seen: i64 = 0
        self._idle = idle
        self._spans: i64 = 0

    def offer(self, trace: TraceRecord) -> bool:
        """Keep a trace if it is its turn; whether it is."""
        turn = self.seen
        self.seen = turn + 1
        if turn % self.stride != 0:
            return False
        while len(self.traces) > 1 and (
            len(self.traces) >= self.most or self._spans + i64(trace.count) > self.room
        ):
            self._thin()
        if turn % self.stride != 0:
            return False
        trace.holders += 1
        trace.stored = trace.count
        self._spans += i64(trace.count)
        self.traces.append(trace)
        return True

    def _thin(self) -> None:
        """Let go of every second one."""
        kept: list[TraceRecord] = []
        for place, trace in enumerate(self.traces):
            if place % 2 == 0:
                kept.append(trace)
            else:
                self._spans -= i64(trace.stored)
                self._idle.release(trace)
        self.traces = kept
        self.stride *= 2
