"""Records the spans of every request while it is under way, and decides when it is over whether they are kept.

That is what OpenTelemetry calls tail-based sampling: every failed request is kept, and the slowest, and a
share of all, as far as there is room. A trace that is not kept is used again, with its spans, for the next
request of the same client, which is likely to have as many: then recording makes nothing but numbers.
"""

from __future__ import annotations

from typing import Final, final

from mypy_extensions import i16, i32, i64

from engine.sim.lane.codes import LOST, OK, REFUSED, UNSENT
from engine.sim.lane.tracing.keeping import Idle, Slowest, Spare, Thinned
from engine.sim.lane.tracing.records import (
    BRANCH,
    DROPPED,
    KEPT,
    LEFT,
    MESSAGE,
    OPEN,
    REQUEST,
    Cause,
    SpanRecord,
    TraceRecord,
)

MOST: Final = 1000
"""Spans of one trace: a loop without end must not fill the memory."""
GOLDEN: Final = 0.6180339887498949
"""Multiples of it, modulo one, are spread as evenly as can be: what is sampled has no period."""


@final
class Tracer:
    """Records the requests of one client, or the messages of one queue."""

    def __init__(self, owner: str, spare: Spare, share: float, most: i64, spans: i64) -> None:
        """Keep a share of all, and of the failed, the slowest and these at most so many traces and spans."""
        self.owner = owner
        self.share = share
        self._idle = Idle(spare)
        self.failed = Thinned(most, spans, self._idle)
        self.slowest = Slowest(most, spans, self._idle)
        self.sampled = Thinned(most, spans, self._idle)
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
        turn = self._turn + GOLDEN
        if turn >= 1.0:
            turn -= 1.0
        self._turn = turn
        return self._begin(REQUEST, kind, turn < self.share, now)

    def message(self, kind: i64, cause: Cause | None, now: float) -> SpanRecord | None:
        """A message is stored; it is sampled if what sent it was."""
        found = self._begin(MESSAGE, kind, cause is not None and cause.sampled, now)
        if found is not None:
            found.trace.cause = cause
        return found

    def _begin(self, sort: i16, kind: i64, sampled: bool, now: float) -> SpanRecord | None:  # noqa: FBT001 - compiled
        """A trace begins, in one that is over where there is one: what it needs is there, mostly."""
        number = self.begun
        self.begun = number + 1
        spare = self._spare
        if spare.live >= spare.room:
            self.unrecorded += 1
            return None
        spare.live += 1
        idle = self._idle
        trace = idle.first
        if trace is None:
            trace = TraceRecord(self.owner, self._idle)
            span = SpanRecord(trace, 0)
            span.name = self.owner
            trace.spans.append(span)
            spare.made += 1
        else:
            idle.first = trace.spare
            trace.missing = 0
            span = trace.spans[0]
        trace.count = trace.pending = 1
        trace.number = number
        trace.kind = kind
        trace.sampled = sampled
        span.begin(now)
        span.sort = sort
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
            trace.spare = None
            spare.made -= len(trace.spans)
            if len(trace.spans) > trace.count:
                del trace.spans[trace.count :]
        elif trace.state == DROPPED:
            spare.made -= len(trace.spans)
            trace.drop()
        elif trace.pending > 0:
            self._idle.leave(trace)
        else:
            self._idle.put(trace)


@final
class CallTracer:
    """Records the attempts and the branches that belong to requests that are recorded."""

    def __init__(self, spare: Spare) -> None:
        self._spare = spare

    def attempt(
        self,
        above: SpanRecord,
        link: str,
        number: i16,
        awaited: bool,  # noqa: FBT001 - compiled
        now: float,
    ) -> SpanRecord | None:
        """An attempt begins; None where it is not recorded.

        Args:
            above: what makes it.
            link: where it goes.
            number: which attempt of a call it is.
            awaited: whether whoever makes it waits for it.
            now: simulated time (s).
        """
        trace = above.trace
        place = trace.count
        spans = trace.spans
        if place >= len(spans) and not self._grow(trace):
            return None
        span = spans[place]
        span.begin(now)
        if span.parent is not above:
            span.parent = above
        if span.name is not link:
            span.name = link
        span.attempt = number
        span.awaited = awaited
        trace.count = place + 1
        trace.pending += 1
        if trace.state == OPEN:
            self._spare.live += 1
        return span

    def _grow(self, trace: TraceRecord) -> bool:
        """Have room for a span more in a trace, unless nobody keeps it or it has too many."""
        if trace.state in (DROPPED, LEFT):
            return False
        count = trace.count
        if count >= MOST:
            trace.missing += 1
            return False
        trace.spans.append(SpanRecord(trace, i32(count)))
        if trace.state == OPEN:
            self._spare.made += 1
        return True

    def branch(self, above: SpanRecord, node: str, now: float) -> SpanRecord | None:
        """A branch of a flow begins."""
        found = self.attempt(above, node, 1, True, now)  # noqa: FBT003 - compiled
        if found is not None:
            found.sort = BRANCH
            found.arrive(now)
        return found


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


def forget(span: SpanRecord) -> bool:
    """Whether nothing more can happen to an attempt, now that the node is through with what its caller gave up."""
    if not span.awaited:
        return False
    trace = span.trace
    trace.pending -= 1
    if trace.pending == 0 and trace.state == LEFT:
        trace.home.come_back(trace)
    return True
