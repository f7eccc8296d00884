"""Records the spans of every request while it is under way, and decides when it is over whether they are kept.

That is what OpenTelemetry calls tail-based sampling: every failed request is kept, and the slowest, and a
share of all, as far as there is room. Spans that are not kept are used again for the next request, so that
recording costs no memory but that of what is under way.
"""

from __future__ import annotations

from typing import Final, final

from mypy_extensions import i16, i64

from engine.sim.lane.codes import LOST, OK, REFUSED, UNSENT
from engine.sim.lane.tracing.keeping import Slowest, Thinned
from engine.sim.lane.tracing.records import (
    BRANCH,
    DROPPED,
    KEPT,
    MESSAGE,
    OPEN,
    REQUEST,
    SpanRecord,
    TraceRecord,
)

MOST: Final = 1000
"""Spans of one trace: a loop without end must not fill the memory."""
GOLDEN: Final = 0.6180339887498949
"""Multiples of it, modulo one, are spread as evenly as can be: what is sampled has no period."""


@final
class Spare:
    """Spans and traces that are not used now, and how many are under way, of all clients and queues."""

    def __init__(self, room: i64) -> None:
        """Have so many spans under way at a time."""
        self.room: i64 = room
        self.live: i64 = 0
        """Spans of the traces under way."""
        self.spans: SpanRecord | None = None
        self.traces: TraceRecord | None = None


@final
class Tracer:
    """Records the requests of one client, or the messages of one queue."""

    def __init__(self, owner: str, spare: Spare, share: float, most: i64, spans: i64) -> None:
        """Keep a share of all, and of the failed, the slowest and these at most so many traces and spans."""
        self.owner = owner
        self.share = share
        self.failed = Thinned(most, spans)
        self.slowest = Slowest(most, spans)
        self.sampled = Thinned(most, spans)
        self.begun: i64 = 0
        """All that should have been recorded."""
        self.unrecorded: i64 = 0
        """Those for which there was no room when they began."""
        self.over: i64 = 0
        """Those that were recorded, and have ended."""
        self.failures: i64 = 0
        """Those of them that failed."""
        self._spare = spare
        self._turn = 0.0

    def request(self, kind: i64, now: float) -> SpanRecord | None:
        """A request begins."""
        self._turn += GOLDEN
        if self._turn >= 1.0:
            self._turn -= 1.0
        return self._begin(REQUEST, kind, self._turn < self.share, now)

    def message(self, kind: i64, cause: SpanRecord | None, now: float) -> SpanRecord | None:
        """A message is stored; it is sampled if what sent it was."""
        found = self._begin(MESSAGE, kind, cause is not None and cause.trace.sampled, now)
        if found is not None and cause is not None:
            trace = found.trace
            trace.cause_owner = cause.trace.owner
            trace.cause_number = cause.trace.number
            trace.cause_place = i64(cause.place)
        return found

    def _begin(self, sort: i64, kind: i64, sampled: bool, now: float) -> SpanRecord | None:  # noqa: FBT001 - compiled
        """A trace begins."""
        number = self.begun
        self.begun = number + 1
        spare = self._spare
        if spare.live >= spare.room:
            self.unrecorded += 1
            return None
        trace = spare.traces
        if trace is None:
            trace = TraceRecord(self.owner)
        else:
            spare.traces = trace.spare
            trace.spare = None
            trace.owner = self.owner
            trace.count = trace.missing = trace.holders = trace.pending = 0
            trace.state = OPEN
            trace.cause_owner = ""
        trace.number = number
        trace.kind = kind
        trace.sampled = sampled
        span = new_span(spare, trace, None, self.owner, now)
        span.sort = i16(sort)
        return span

    def close(self, span: SpanRecord, reason: i64, now: float) -> None:
        """A request or a message is over: keep what was recorded, or use it for another one."""
        trace = span.trace
        spare = self._spare
        span.ended = now
        span.reason = i16(reason)
        trace.duration = now - span.sent
        trace.pending -= 1
        spare.live -= trace.count
        self.over += 1
        kept = trace.sampled and self.sampled.offer(trace)
        if reason != OK:
            self.failures += 1
            if self.failed.offer(trace):
                kept = True
        elif self.slowest.offer(trace):
            kept = True
        if kept:
            trace.state = KEPT
        elif trace.pending > 0 or trace.state == DROPPED:
            trace.state = DROPPED
            trace.last = None
        else:
            span.before = spare.spans
            spare.spans = trace.last
            trace.last = None
            trace.spare = spare.traces
            spare.traces = trace


@final
class CallTracer:
    """Records the attempts and the branches that belong to requests that are recorded."""

    def __init__(self, spare: Spare) -> None:
        self._spare = spare

    def attempt(self, above: SpanRecord, link: str, now: float) -> SpanRecord | None:
        """An attempt begins; None where it is not recorded."""
        trace = above.trace
        if trace.state == DROPPED:
            return None
        if trace.count >= MOST:
            trace.missing += 1
            return None
        return new_span(self._spare, trace, above, link, now)

    def branch(self, above: SpanRecord, node: str, now: float) -> SpanRecord | None:
        """A branch of a flow begins."""
        found = self.attempt(above, node, now)
        if found is not None:
            found.sort = BRANCH
            found.arrive(now)
        return found


def new_span(
    spare: Spare, trace: TraceRecord, parent: SpanRecord | None, name: str, now: float
) -> SpanRecord:
    """A span of a trace, to which something may still happen."""
    span = spare.spans
    if span is None:
        span = SpanRecord(trace, name)
    else:
        spare.spans = span.before
    span.begin(trace, parent, name, now)
    trace.last = span
    trace.count += 1
    trace.pending += 1
    if trace.state == OPEN:
        spare.live += 1
    return span


def settle(span: SpanRecord, reason: i64, given_up: i64, now: float) -> bool:
    """The caller of an attempt knows the outcome, or has given up; whether nothing more can happen to it."""
    span.ended = now
    span.reason = i16(reason)
    span.given_up = i16(given_up)
    if not span.awaited:
        return False
    if span.replied < 0.0 and given_up not in (REFUSED, UNSENT, LOST):
        return False
    span.trace.pending -= 1
    return True
