"""How people read spans and traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.failures import failure_title
from engine.model.units import format_quantity, format_share
from engine.traces.critical import spent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.traces.span import Span, Trace


def title_of(span: Span, names: Mapping[str, str]) -> str:
    """What a span is of."""
    name = names.get(span.node, span.node)
    if span.instance is not None:
        name += f" #{span.instance + 1}"
    if span.kind in ("branch", "message"):
        name += f" ({span.kind})"
    if span.message:
        name += f" · {span.message}"
    if span.hedge:
        name += " (hedge)"
    elif span.attempt > 1:
        name += f" (try {span.attempt})"
    return name if span.awaited else f"{name} (nobody waits)"


def outcome_of(span: Span) -> str:
    """How a span ended."""
    if span.reason is None:
        return "ok" if span.ended is not None else "under way"
    return failure_title(span.reason)


def in_vain(span: Span) -> str:
    """That a node went on with what its caller had given up, and for how long."""
    if span.ended is None or span.last <= span.ended:
        return ""
    return f"the node went on for nobody, {format_quantity(span.last - span.ended, 's')} longer"


def parts_of(span: Span) -> str:
    """What a span spent its time on, in words."""
    found: dict[str, float] = {}
    for segment in span.segments:
        found[segment.part] = found.get(segment.part, 0.0) + segment.seconds
    return ", ".join(f"{part} {format_quantity(time, 's')}" for part, time in found.items())


def ended_as(trace: Trace) -> str:
    """How a request ended."""
    return "ok" if trace.reason is None else failure_title(trace.reason)


def mostly(trace: Trace) -> str:
    """What most of a request's time was spent on, and where."""
    found = spent(trace)
    if not found or trace.duration <= 0.0:
        return ""
    part, seconds = next(iter(found.items()))
    return f"{part} {format_share(seconds / trace.duration)}"
