"""Makes traces of what a machine has recorded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from engine.model.failures import FAILURES
from engine.sim.lane.codes import ABANDONED, CALLED_OFF, LOST, OK, REFUSED, UNSENT
from engine.sim.lane.tracing.records import ATTEMPT, BRANCH, MESSAGE, REQUEST
from engine.traces.segments import segments_of, waits_between
from engine.traces.span import Sampling, Span, Trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.sim.lane.tracing.records import SpanRecord, TraceRecord
    from engine.sim.machine import Machine
    from engine.sim.tracing import Tracing
    from engine.traces.span import Kept, SpanKind

_KINDS: Final[Mapping[int, SpanKind]] = {
    REQUEST: "request",
    MESSAGE: "message",
    ATTEMPT: "call",
    BRANCH: "branch",
}
_GIVEN_UP: Final[Mapping[int, str]] = {
    ABANDONED: "took too long",
    CALLED_OFF: "called off",
    REFUSED: "not let go by a rule",
    UNSENT: "not sent",
    LOST: "lost on the way",
}


def collect(machine: Machine) -> tuple[Trace, ...]:
    """All traces that are kept by now, in the order in which they began; none where nothing was recorded."""
    tracing = machine.tracing
    if tracing is None:
        return ()
    reasons: dict[TraceRecord, list[Kept]] = {}
    for tracer in tracing.tracers:
        for record in tracer.failed.traces:
            reasons.setdefault(record, []).append("failed")
        for record in tracer.slowest.traces:
            reasons.setdefault(record, []).append("slowest")
        for record in tracer.sampled.traces:
            reasons.setdefault(record, []).append("sampled")
    classes = [each.name for each in machine.plan.classes]
    made = Maker(tracing, machine.plan.seed, machine.now, classes)
    found = [made.trace(record, tuple(kept)) for record, kept in reasons.items()]
    return tuple(sorted(found, key=lambda each: (each.start, each.id)))


def sampling(machine: Machine) -> Sampling:
    """How many there were, and how many are kept."""
    tracing = machine.tracing
    if tracing is None:
        return Sampling()
    tracers = tracing.tracers
    kept = {
        record
        for tracer in tracers
        for store in (tracer.failed.traces, tracer.slowest.traces, tracer.sampled.traces)
        for record in store
    }
    return Sampling(
        begun=sum(int(each.begun) for each in tracers),
        over=sum(int(each.over) for each in tracers),
        failed=sum(int(each.failures) for each in tracers),
        kept=len(kept),
        kept_failed=sum(_root(record).reason != OK for record in kept),
        unrecorded=sum(int(each.unrecorded) for each in tracers),
        share=tracing.settings.share,
    )


class Maker:
    """Makes traces of records."""

    def __init__(self, tracing: Tracing, seed: int, now: float, classes: list[str]) -> None:
        """Know the run that they are of: the same run gives the same ids."""
        self._ends = tracing.ends
        self._seed = seed
        self._now = now
        self._classes = classes

    def trace(self, record: TraceRecord, kept: tuple[Kept, ...]) -> Trace:
        """A trace with all its spans."""
        name = self._trace_id(record.owner, int(record.number))
        records = spans_of(record)
        callers = {int(each.parent.place) for each in records if each.parent is not None}
        spans = [self._span(name, each, called=int(each.place) in callers) for each in records]
        if records[0].sort == MESSAGE:
            spans[0] = self._message(spans)
        cause = None
        if record.cause_owner:
            sender = self._trace_id(record.cause_owner, int(record.cause_number))
            cause = (sender, span_id(sender, int(record.cause_place)))
        kind = int(record.kind)
        return Trace(
            id=name,
            request_class=self._classes[kind] if kind < len(self._classes) else "",
            spans=tuple(spans),
            kept=kept,
            missing=int(record.missing),
            cause=cause,
        )

    def _trace_id(self, owner: str, number: int) -> str:
        """What a trace is known by."""
        return _hex(f"{self._seed}/{owner}/{number}", 16)

    def _span(self, trace: str, record: SpanRecord, *, called: bool) -> Span:
        """A span."""
        kind, name = _KINDS[int(record.sort)], record.name
        source, node = self._ends[name] if kind == "call" else (name, name)
        started = record.works[1] if record.works else record.started
        return Span(
            id=span_id(trace, int(record.place)),
            parent=None if record.parent is None else span_id(trace, int(record.parent.place)),
            kind=kind,
            node=node,
            source=source,
            link=name if kind == "call" else None,
            instance=None if record.instance < 0 else int(record.instance),
            attempt=int(record.attempt),
            hedge=bool(record.hedge),
            awaited=bool(record.awaited),
            since=record.since,
            sent=record.sent,
            arrived=_known(record.arrived),
            started=_known(started),
            worked=_known(record.worked),
            replied=_known(record.replied),
            ended=_known(record.ended),
            reason=_reason(int(record.reason)),
            given_up=_GIVEN_UP.get(int(record.given_up), ""),
            answer=_reason(int(record.answer)),
            segments=segments_of(record, self._now, called=called),
        )

    def _message(self, spans: list[Span]) -> Span:
        """The root of a message, with its waits."""
        root = spans[0]
        had = [(each.since, each.end) for each in spans if each.parent == root.id]
        fields = {name: getattr(root, name) for name in Span.__slots__}
        return Span(**fields | {"segments": tuple(waits_between(root.sent, root.end, had))})


def spans_of(record: TraceRecord) -> list[SpanRecord]:
    """All spans of a trace, in the order in which they began."""
    found: list[SpanRecord] = []
    span = record.last
    while span is not None:
        found.append(span)
        span = span.before
    found.reverse()
    return found


def _root(record: TraceRecord) -> SpanRecord:
    """The first span of a trace."""
    return spans_of(record)[0]


def span_id(trace: str, place: int) -> str:
    """What a span of a trace is known by."""
    return _hex(f"{trace}/{place}", 8)


def _hex(text: str, size: int) -> str:
    """So many bytes that depend on a text, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).digest()[:size].hex()


def _known(time: float) -> float | None:
    """A time that came."""
    return None if time < 0.0 else time


def _reason(code: int) -> str | None:
    """Why something failed."""
    return None if code == OK else FAILURES[code].name
