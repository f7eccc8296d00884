"""Which traces are kept: the slowest of all, and evenly chosen ones of more than there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.tracing.records import DROPPED

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.tracing.records import TraceRecord


def release(trace: TraceRecord) -> None:
    """Keep a trace for one reason less; with none it is gone."""
    trace.holders -= 1
    if trace.holders == 0:
        trace.state = DROPPED
        trace.last = None


@final
class Slowest:
    """A heap of the slowest traces, the fastest of them first."""

    def __init__(self, most: i64, spans: i64) -> None:
        """Keep so many traces at most, and about so many spans."""
        self.most: i64 = most
        self.room: i64 = spans
        self.traces: list[TraceRecord] = []
        self._spans: i64 = 0

    def offer(self, trace: TraceRecord) -> bool:
        """Keep a trace that is slow enough; whether it is."""
        full = len(self.traces) >= self.most or self._spans + trace.count > self.room
        if full and len(self.traces) > 0 and trace.duration <= self.traces[0].duration:
            return False
        trace.holders += 1
        self._spans += trace.count
        self._push(trace)
        while len(self.traces) > 1 and (len(self.traces) > self.most or self._spans > self.room):
            fastest = self._pop()
            self._spans -= fastest.count
            release(fastest)
        return trace.holders > 0

    def _push(self, trace: TraceRecord) -> None:
        """Put a trace in."""
        heap = self.traces
        heap.append(trace)
        duration = trace.duration
        place: i64 = len(heap) - 1
        while place > 0:
            above: i64 = (place - 1) >> 1
            other = heap[above]
            if duration >= other.duration:
                break
            heap[place] = other
            place = above
        heap[place] = trace

    def _pop(self) -> TraceRecord:
        """Take the fastest out."""
        heap = self.traces
        last = heap.pop()
        size: i64 = len(heap)
        if size == 0:
            return last
        first = heap[0]
        duration = last.duration
        place: i64 = 0
        below: i64 = 1
        while below < size:
            child = heap[below]
            if below + 1 < size and heap[below + 1].duration < child.duration:
                below += 1
                child = heap[below]
            if child.duration >= duration:
                break
            heap[place] = child
            place = below
            below = 2 * place + 1
        heap[place] = last
        return first


@final
class Thinned:
    """Every trace while there is room; then every second one of all that came, every fourth, and so on."""

    def __init__(self, most: i64, spans: i64) -> None:
        """Keep so many traces at most, and about so many spans."""
        self.most: i64 = most
        self.room: i64 = spans
        self.traces: list[TraceRecord] = []
        self.stride: i64 = 1
        """One of so many is kept."""
        self.seen: i64 = 0
        self._spans: i64 = 0

    def offer(self, trace: TraceRecord) -> bool:
        """Keep a trace if it is its turn; whether it is."""
        turn = self.seen
        self.seen = turn + 1
        if turn % self.stride != 0:
            return False
        while len(self.traces) > 1 and (
            len(self.traces) >= self.most or self._spans + trace.count > self.room
        ):
            self._thin()
        if turn % self.stride != 0:
            return False
        trace.holders += 1
        self._spans += trace.count
        self.traces.append(trace)
        return True

    def _thin(self) -> None:
        """Let go of every second one."""
        kept: list[TraceRecord] = []
        for place, trace in enumerate(self.traces):
            if place % 2 == 0:
                kept.append(trace)
            else:
                self._spans -= trace.count
                release(trace)
        self.traces = kept
        self.stride *= 2
