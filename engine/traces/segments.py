"""What a span spent its time on, from when it came how far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.codes import AT_RULE, FOR_CONNECTION
from engine.sim.lane.tracing.records import ATTEMPT, BRANCH, FINE, Detour
from engine.traces.span import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.sim.lane.tracing.records import SpanRecord
    from engine.traces.span import Part


def segments_of(record: SpanRecord, now: float, *, called: bool) -> tuple[Segment, ...]:
    """The stretches of an attempt or a branch, those after its caller gave it up included.

    Args:
        record: what was recorded of it.
        now: simulated time (s), up to which whatever has not ended goes on.
        called: whether it made calls itself.
    """
    if record.sort not in (ATTEMPT, BRANCH):
        return ()
    since = record.sent if record.detour is None else record.detour.since
    found = [_made("retry", since, record.sent)]
    found += _under_way(record, now)
    if record.arrived >= 0.0:
        found += _at_node(record, now, called=called)
        if record.replied >= 0.0 and record.sort == ATTEMPT:
            found.append(_made("network", record.replied, record.ended))
    return tuple(each for each in found if each is not None and each.end > each.start)


def _made(part: Part, start: float, end: float) -> Segment | None:
    """A stretch, unless one of its ends is unknown."""
    return Segment(part, start, end) if start >= 0.0 and end > start else None


def _under_way(record: SpanRecord, now: float) -> list[Segment | None]:
    """Before it came to its node, if it did."""
    end = record.ended if record.ended >= 0.0 else now
    detour = record.detour or Detour(record.sent)
    if detour.waits_at == AT_RULE:
        return [_made("hold", record.sent, end)]
    held = _made("hold", record.sent, detour.admitted)
    if detour.waits_at == FOR_CONNECTION:
        return [held, _made("connection", detour.admitted, end)]
    there = record.arrived if record.arrived >= 0.0 else end
    return [
        held,
        _made("connection", detour.admitted, detour.departed),
        _made("network", detour.departed, there),
    ]


def _at_node(record: SpanRecord, now: float, *, called: bool) -> list[Segment | None]:
    """From when it arrived until the node was through with it."""
    over = record.replied if record.replied >= 0.0 else now
    earlier = None if record.detour is None else record.detour.works
    works = [*(earlier or ()), record.queued(), record.started, record.worked]
    found = [_made("hold", record.arrived, works[0])]
    for queued, started, worked in zip(works[::3], works[1::3], works[2::3], strict=True):
        if started >= 0.0:
            found.append(_made("queue", queued, started))
            found.append(_made("work", started, worked if worked >= 0.0 else over))
        elif not called and (record.answer != FINE or record.replied < 0.0):
            found.append(_made("queue", queued, over))  # it left without having had its turn
    return found


def waits_between(
    start: float, end: float, spans: Iterable[tuple[float, float]]
) -> Sequence[Segment]:
    """What is left of a stretch beside others: a message waits in line while nobody has it."""
    found: list[Segment | None] = []
    for begun, over in sorted(spans):
        found.append(_made("queue", start, min(begun, end)))
        start = max(start, over)
    found.append(_made("queue", start, end))
    return [each for each in found if each is not None]
