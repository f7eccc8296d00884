"""Reads what the request lane has recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.sim.lane.tracing.records import SpanRecord, TraceRecord


def spans_of(record: TraceRecord) -> list[SpanRecord]:
    """All spans of a trace, in the order in which they began."""
    found: list[SpanRecord] = []
    span: SpanRecord | None = record.first
    while span is not None and len(found) < int(record.count):
        found.append(span)
        span = span.following
    return found
