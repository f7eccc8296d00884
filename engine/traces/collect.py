"""Makes traces of what a machine has recorded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from engine.model.failures import FAILURES
from engine.records import dataclass
from engine.sim.lane.codes import ABANDONED, CALLED_OFF, LOST, REFUSED, UNSENT
from engine.sim.lane.participation import ABORT, APPLY, COMMIT, PREPARE, UNDO
from engine.sim.lane.tracing.records import ATTEMPT, BRANCH, FINE, MESSAGE, REQUEST, Detour
from engine.traces.records import spans_of
from engine.traces.segments import segments_of, waits_between
from engine.traces.service_map import map_nodes, service_map
from engine.traces.span import Sampling, Span, Trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.sim.lane.tracing.records import SpanRecord, TraceRecord
    from engine.sim.machine import Machine
    from engine.sim.tracing import Tracing
    from engine.traces.edge import Edge, MapNode
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
_MESSAGES: Final[Mapping[int, str]] = {
    PREPARE: "prepare",
    COMMIT: "commit",
    ABORT: "abort",
    APPLY: "do it",
    UNDO: "undo",
}


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a trace before its spans are looked at."""

    record: TraceRecord
    kind: SpanKind
    """A request or a message."""
    start: float
    """When it began (s)."""
    duration: float
    """Seconds."""
    reason: str | None
    kept: tuple[Kept, ...]

    @property
    def end(self) -> float:
        """When it was over (s)."""
        return self.start + self.duration

    @property
    def id(self) -> str:
        """What it is known by within its run."""
        return f"{self.record.owner}/{int(self.record.number):012d}"


class Recording:
    """The traces that a machine keeps by now. Spans are made when they are asked for: there may be many."""

    def __init__(self, machine: Machine) -> None:
        """Look at what was recorded; nothing where nobody wanted that."""
        self._tracing = machine.tracing
        self._plan = machine.plan
        self._now = machine.now
        self.heads = tuple(sorted(_heads(machine.tracing), key=lambda each: (each.start, each.id)))
        """All of them, in the order in which they began."""

    def trace(self, head: Head) -> Trace:
        """A trace with its spans."""
        if self._tracing is None:
            raise KeyError(head.id)
        classes = [each.name for each in self._plan.classes]
        made = Maker(self._tracing, self._plan.seed, self._now, classes)
        return made.trace(head.record, head.kept)

    def at_node(self, node: str | None) -> list[Head]:
        """Those that something happened of at a node; all without one."""
        if node is None or self._tracing is None:
            return list(self.heads)
        ends, name_of = self._tracing.ends, self._tracing.name_of
        names = {node, *(link for link, sides in ends.items() if node in sides)}
        return [
            head
            for head in self.heads
            if any(name_of(each) in names for each in spans_of(head.record))
        ]

    def edges(self) -> tuple[Edge, ...]:
        """The service map."""
        if self._tracing is None:
            return ()
        sampled = self._sampled()
        return service_map(sampled, self._tracing, self._each(len(sampled)))

    def map_nodes(self) -> tuple[MapNode, ...]:
        """The nodes of the service map."""
        if self._tracing is None:
            return ()
        sampled = self._sampled()
        return map_nodes(sampled, self._tracing, self._each(len(sampled)))

    def _sampled(self) -> list[TraceRecord]:
        """Traces that were chosen before anything was known about them."""
        return [head.record for head in self.heads if "sampled" in head.kept]

    def _each(self, sampled: int) -> float:
        """Traces a second that each of so many sampled ones stands for."""
        over = self.sampling().over
        return over / sampled / self._now if sampled and self._now > 0.0 else 0.0

    def sampling(self) -> Sampling:
        """How many there were, and how many are kept."""
        tracing = self._tracing
        if tracing is None:
            return Sampling()
        tracers = tracing.tracers
        return Sampling(
            begun=sum(int(each.begun) for each in tracers),
            over=sum(int(each.over) for each in tracers),
            failed=sum(int(each.failures) for each in tracers),
            kept=len(self.heads),
            kept_failed=sum(head.reason is not None for head in self.heads),
            unrecorded=sum(int(each.unrecorded) for each in tracers),
            share=tracing.settings.share,
        )


def collect(machine: Machine) -> tuple[Trace, ...]:
    """All traces that are kept by now with all their spans, in the order in which they began."""
    recording = Recording(machine)
    return tuple(recording.trace(head) for head in recording.heads)


def sampling(machine: Machine) -> Sampling:
    """How many there were, and how many are kept."""
    return Recording(machine).sampling()


def _heads(tracing: Tracing | None) -> Iterator[Head]:
    """What is kept, and why."""
    reasons: dict[TraceRecord, list[Kept]] = {}
    for tracer in () if tracing is None else tracing.tracers:
        for record in tracer.failed.traces:
            reasons.setdefault(record, []).append("failed")
        for record in tracer.slowest.traces:
            reasons.setdefault(record, []).append("slowest")
        for record in tracer.sampled.traces:
            reasons.setdefault(record, []).append("sampled")
    for record, kept in reasons.items():
        root = spans_of(record)[0]
        yield Head(
            record=record,
            kind=_KINDS[int(root.sort)],
            start=root.sent,
            duration=record.duration,
            reason=_reason(int(root.reason)),
            kept=tuple(kept),
        )


class Maker:
    """Makes traces of records."""

    def __init__(self, tracing: Tracing, seed: int, now: float, classes: list[str]) -> None:
        """Know the run that they are of: the same run gives the same ids."""
        self._tracing = tracing
        self._seed = seed
        self._now = now
        self._classes = classes

    def trace(self, record: TraceRecord, kept: tuple[Kept, ...]) -> Trace:
        """A trace with all its spans."""
        name = self._trace_id(record.owner, int(record.number))
        records = spans_of(record)
        callers = {int(each.above) for each in records}
        spans = [self._span(name, each, called=int(each.place) in callers) for each in records]
        if records[0].sort == MESSAGE:
            spans[0] = self._message(spans)
        cause = None
        if record.cause is not None:
            sender = self._trace_id(record.cause.owner, int(record.cause.number))
            cause = (sender, span_id(sender, int(record.cause.place)))
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
        kind, name = _KINDS[int(record.sort)], self._tracing.name_of(record)
        source, node = self._tracing.ends[name] if kind == "call" else (name, name)
        detour = record.detour or Detour(record.sent)
        started = detour.works[1] if detour.works else record.started
        return Span(
            id=span_id(trace, int(record.place)),
            parent=None if record.above < 0 else span_id(trace, int(record.above)),
            kind=kind,
            node=node,
            source=source,
            link=name if kind == "call" else None,
            instance=None if record.instance < 0 else int(record.instance),
            attempt=int(record.attempt),
            hedge=bool(detour.hedge),
            awaited=bool(record.awaited),
            since=detour.since,
            sent=record.sent,
            arrived=_known(record.arrived),
            started=_known(started),
            worked=_known(record.worked),
            replied=_known(record.replied),
            ended=_known(record.ended),
            reason=_reason(int(record.reason)),
            given_up=_GIVEN_UP.get(int(record.given_up), ""),
            answer=_reason(int(record.answer)),
            message=_MESSAGES.get(int(detour.message), ""),
            locked=_known(detour.locked),
            unlocked=_known(detour.unlocked),
            segments=segments_of(record, self._now, called=called),
        )

    def _message(self, spans: list[Span]) -> Span:
        """The root of a message, with its waits."""
        root = spans[0]
        had = [(each.since, each.end) for each in spans if each.parent == root.id]
        fields = {name: getattr(root, name) for name in Span.__slots__}
        return Span(**fields | {"segments": tuple(waits_between(root.sent, root.end, had))})


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
    return None if code == FINE else FAILURES[code].name
