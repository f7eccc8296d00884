"""The service map: who calls whom, how often, how well and how fast, as sampled traces tell."""

from __future__ import annotations

import math
from dataclasses import field
from typing import TYPE_CHECKING, Final

from engine.records import dataclass
from engine.sim.lane.tracing.records import ATTEMPT, FINE, REQUEST
from engine.traces.edge import Edge, MapNode
from engine.traces.records import spans_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.sim.lane.tracing.records import SpanRecord, TraceRecord
    from engine.sim.tracing import Tracing


_SHARE: Final = 0.99


@dataclass(slots=True)
class _Seen:
    """What was seen of a link or a node so far."""

    calls: int = 0
    retries: int = 0
    failed: int = 0
    durations: list[float] = field(default_factory=list)

    def add(self, *, failed: bool, again: bool, duration: float) -> None:
        """Count a call; a negative duration is not known yet."""
        self.calls += 1
        self.retries += again
        self.failed += failed
        if duration >= 0.0:
            self.durations.append(duration)


def service_map(
    sampled: Iterable[TraceRecord], tracing: Tracing, each: float = 0.0
) -> tuple[Edge, ...]:
    """An edge for each link that was called, in the order of the first call.

    Args:
        sampled: traces that were chosen before anything was known about them. Those that are kept because
            they failed or were slow tell of failures and slowness alone.
        tracing: what knows the names of spans, and where each link begins and ends.
        each: calls a second that a recorded one stands for.
    """
    found: dict[str, _Seen] = {}
    for span in _attempts(sampled):
        again = span.attempt > 1 or (span.detour is not None and span.detour.hedge)
        took = span.ended - span.sent if span.ended >= 0.0 else -1.0
        seen = found.setdefault(tracing.name_of(span), _Seen())
        seen.add(failed=span.reason != FINE, again=bool(again), duration=took)
    return tuple(
        Edge(
            link=link,
            source=tracing.ends[link][0],
            target=tracing.ends[link][1],
            calls=seen.calls,
            retries=seen.retries,
            failed=seen.failed,
            p50=_quantile(seen.durations, 0.5),
            p99=_quantile(seen.durations, _SHARE),
            rate=seen.calls * each,
        )
        for link, seen in found.items()
    )


def map_nodes(
    sampled: Iterable[TraceRecord], tracing: Tracing, each: float = 0.0
) -> tuple[MapNode, ...]:
    """What came to each node, in the order of the first call; clients begin.

    Args:
        sampled: as above.
        tracing: what knows the names of spans, and where each link begins and ends.
        each: calls a second that a recorded one stands for.
    """
    found: dict[str, _Seen] = {}
    for record in sampled:
        for span in spans_of(record):
            if span.sort == REQUEST:
                took = span.ended - span.sent if span.ended >= 0.0 else -1.0
                seen = found.setdefault(tracing.name_of(span), _Seen())
                seen.add(failed=span.reason != FINE, again=False, duration=took)
            elif span.sort == ATTEMPT and span.arrived >= 0.0:
                took = span.replied - span.arrived if span.replied >= 0.0 else -1.0
                seen = found.setdefault(tracing.ends[tracing.name_of(span)][1], _Seen())
                seen.add(failed=span.answer != FINE, again=False, duration=took)
    return tuple(
        MapNode(
            node=node,
            calls=seen.calls,
            failed=seen.failed,
            p50=_quantile(seen.durations, 0.5),
            p99=_quantile(seen.durations, _SHARE),
            rate=seen.calls * each,
        )
        for node, seen in found.items()
    )


def _attempts(sampled: Iterable[TraceRecord]) -> Iterator[SpanRecord]:
    """The calls over links."""
    for record in sampled:
        for span in spans_of(record):
            if span.sort == ATTEMPT:
                yield span


def _quantile(values: list[float], share: float) -> float:
    """The least value that so many are not above; 0 of nothing."""
    if not values:
        return 0.0
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
