"""Records the spans of every request while it is under way, and decides when it is over whether they are kept.

That is what OpenTelemetry calls tail-based sampling: every failed request is kept, and the slowest, and a
share of all, as far as there is room. A trace that is not kept is used again, with its spans, for the next
request of the same client, which is likely to have as many: then recording makes nothing but numbers.
"""

from __future__ import annotations

from typing import Final, final

from mypy_extensions import i16, i64, u8

from engine.sim.lane.codes import LOST, OK, REFUSED, UNSENT
from engine.sim.lane.tracing.keeping import Idle, Slowest, Spare, Thinned
from engine.sim.lane.tracing.records import (
    DROPPED,
    KEPT,
    LEFT,
    MESSAGE,
    REQUEST,
    Cause,
    SpanRecord,
    TraceRecord,
)

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

    def _begin(self, sort: u8, kind: i64, sampled: bool, now: float) -> SpanRecord | None:  # noqa: FBT001 - compiled
        """A trace begins, in one that is over where there is one: what it needs is there, mostly."""
        number = self.begun
        self.begun = number + 1
        idle = self._idle
        trace = idle.first
        if trace is None:
            spare = self._spare
            if spare.made >= spare.room:
                self.unrecorded += 1
                return None
            spare.made += 1
            trace = TraceRecord(self.owner, idle)
        else:
            idle.first = trace.spare
            trace.missing = 0
        span = trace.first
        trace.last = span
        trace.count = 1
        trace.over = 0
        trace.number = number
        trace.kind = i16(kind)
        trace.sampled = sampled
        span.begin(now)
        span.sort = sort
        return span

    def close(self, span: SpanRecord, reason: i64, now: float) -> None:
        """A request or a message is over: keep what was recorded, or use it for another one."""
        trace = span.trace
        span.ended = now
        span.reason = u8(reason & 255)
        trace.duration = now - span.sent
        trace.over += 1
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
            self._spare.made -= i64(trace.made)
            trace.end_here()
        elif trace.state == DROPPED:
            self._spare.made -= i64(trace.made)
            trace.drop()
        elif trace.over < trace.count:
            self._idle.leave(trace)
        else:
            self._idle.put(trace)


def settle(span: SpanRecord, reason: i64, given_up: i64, now: float) -> bool:
    """The caller of an attempt knows the outcome, or has given up; whether nothing more can happen to it."""
    span.ended = now
    span.reason = u8(reason & 255)
    span.given_up = u8(given_up)
    if not span.awaited:
        return False
    if span.replied < 0.0 and given_up not in (REFUSED, UNSENT, LOST):
        return False
    span.trace.over += 1
    return True


def forget(span: SpanRecord) -> bool:
    """Whether nothing more can happen to an attempt, now that the node is through with what its caller gave up."""
    if not span.awaited:
        return False
    trace = span.trace
    trace.over += 1
    if trace.over == trace.count and trace.state == LEFT:
        trace.home.come_back(trace)
    return True
