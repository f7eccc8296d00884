"""Records the attempts and the branches that belong to requests that are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i16, u8

from engine.sim.lane.codes import BACKOFF
from engine.sim.lane.tracing.records import BRANCH, DROPPED, LEFT, OPEN, SpanRecord, TraceRecord

if TYPE_CHECKING:
    from engine.sim.lane.call import Call
    from engine.sim.lane.tracing.keeping import Spare

MOST: Final = 1000
"""Spans of one trace: a loop without end must not fill the memory."""


@final
class CallTracer:
    """Records what one link or node does for requests that are recorded: attempts, and branches."""

    def __init__(self, spare: Spare, name: i16) -> None:
        """Record under a number that stands for the name."""
        self._spare = spare
        self._name = name

    def follow(self, call: Call, now: float) -> None:
        """Record an attempt that begins, where its request is recorded."""
        if call.span is not None:
            above = call.span
        elif call.parent is not None and call.parent.span is not None:
            above = call.parent.span
        else:
            found = _above(call)
            if found is None:
                return
            above = found
        span = self.attempt(above, now)
        call.span = span
        if span is not None:
            span.attempt = u8(call.attempt)
            span.awaited = call.waits
            if call.stage == BACKOFF:
                span.turn_off().since = call.sent
            if call.context is not None and call.context.message != 0:
                span.turn_off().message = i16(call.context.message)

    def attempt(self, above: SpanRecord, now: float) -> SpanRecord | None:
        """The first attempt of a call begins, as far as it looks; None where it is not recorded.

        Args:
            above: what makes it.
            now: simulated time (s).
        """
        trace = above.trace
        found = trace.last.following
        if found is None:
            found = self._grow(trace)
            if found is None:
                return None
        span = found
        span.begin(now)
        span.name = self._name
        span.above = above.place
        trace.last = span
        trace.count += 1
        return span

    def _grow(self, trace: TraceRecord) -> SpanRecord | None:
        """A span more for a trace, unless nobody keeps it or it has too many."""
        if trace.state in (DROPPED, LEFT):
            return None
        count = trace.count
        if count >= MOST:
            trace.missing += 1
            return None
        span = SpanRecord(trace, count)
        trace.last.following = span
        trace.made += 1
        if trace.state == OPEN:
            self._spare.made += 1
        return span

    def branch(self, above: SpanRecord, now: float) -> SpanRecord | None:
        """A branch of a flow begins."""
        found = self.attempt(above, now)
        if found is not None:
            found.sort = BRANCH
            found.arrive(now)
        return found


def _above(call: Call) -> SpanRecord | None:
    """What makes a call whose job is not recorded itself: a part of a flow, or a copy."""
    job = call.parent
    while job is not None and job.span is None and job.path is None:
        job = job.parent
    return None if job is None else job.span  # of one with a path: over, or not recorded
