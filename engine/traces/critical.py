"""The critical path: what a request waited for at each instant from its beginning to its end.

It is found from the end: a span that went on at some instant waited for the one of its calls that was over
last before that. What is left beside its calls is a span's own time. All own times on the path follow one
another without a gap, so they add up to the duration of the root.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.traces.span import Part, Span, Trace

_SLACK: Final = 1e-9
"""Seconds by which times that are the same may differ."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of the critical path: one span's own time, spent on one thing."""

    span: Span
    part: Part
    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


class _Walk:
    """A span on the path, looked at from an instant back to its beginning."""

    def __init__(self, span: Span, children: list[Span], start: float, cursor: float) -> None:
        self.span = span
        self.start = start
        self.cursor = cursor
        self._children = [each for each in children if each.awaited]
        # Whoever is given up before it has answered waited for what had not ended by then.
        self._is_cut = span.replied is None or span.replied > cursor + _SLACK

    def step_down(self) -> tuple[Span, float] | None:
        """The call that was waited for last before the instant, and until when; None where there was none."""
        best: Span | None = None
        rank = (-math.inf, False, False, 0.0)
        for child in self._children:
            end = math.inf if child.ended is None else child.ended
            is_over = end <= self.cursor + _SLACK
            if child.since >= self.cursor or not (is_over or self._is_cut):
                continue
            this = (min(end, self.cursor), is_over, child.reason is None, -child.since)
            if this > rank:
                best, rank = child, this
        self._is_cut = False
        if best is None or rank[0] <= self.start:
            return None
        self._children.remove(best)
        return best, rank[0]


def critical_path(trace: Trace) -> tuple[Step, ...]:
    """The steps from the beginning of the root to its end, in the order of time."""
    children = trace.children()
    root = trace.root
    found: list[tuple[Span, float, float]] = []
    stack = [_Walk(root, children.get(root.id, []), root.sent, root.end)]
    while stack:
        walk = stack[-1]
        below = walk.step_down()
        if below is None:
            found.append((walk.span, walk.start, walk.cursor))
            stack.pop()
            continue
        child, end = below
        found.append((walk.span, end, walk.cursor))
        walk.cursor = max(child.since, walk.start)
        stack.append(_Walk(child, children.get(child.id, []), walk.cursor, end))
    found.reverse()
    return tuple(step for stretch in found for step in _split(*stretch))


def _split(span: Span, start: float, end: float) -> Iterator[Step]:
    """A stretch of a span's own time, by what it was spent on."""
    for segment in span.segments:
        begun, over = max(segment.start, start), min(segment.end, end)
        if over <= begun:
            continue
        if begun > start:
            yield Step(span, "other", start, begun)
        yield Step(span, segment.part, begun, over)
        start = over
    if end > start:
        yield Step(span, "other", start, end)


def spent(trace: Trace) -> dict[Part, float]:
    """Seconds on the critical path by what they were spent on, the most first."""
    found: dict[Part, float] = {}
    for step in critical_path(trace):
        found[step.part] = found.get(step.part, 0.0) + step.seconds
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def self_times(trace: Trace) -> dict[str, float]:
    """Own seconds of each span on the critical path, by its id."""
    found: dict[str, float] = {}
    for step in critical_path(trace):
        found[step.span.id] = found.get(step.span.id, 0.0) + step.seconds
    return found
