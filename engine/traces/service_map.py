"""The service map: who calls whom, how often, how well and how fast, as sampled traces tell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.sim.lane.codes import OK
from engine.sim.lane.tracing.records import ATTEMPT
from engine.traces.edge import Edge
from engine.traces.records import spans_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.sim.lane.tracing.records import TraceRecord

_SHARE: Final = 0.99


def service_map(
    sampled: Iterable[TraceRecord], ends: Mapping[str, tuple[str, str]]
) -> tuple[Edge, ...]:
    """An edge for each link that was called, in the order of the first call.

    Args:
        sampled: traces that were chosen before anything was known about them. Those that are kept because
            they failed or were slow tell of failures and slowness alone.
        ends: where each link begins and ends.
    """
    durations: dict[str, list[float]] = {}
    counts: dict[str, list[int]] = {}
    for record in sampled:
        for span in spans_of(record):
            if span.sort != ATTEMPT:
                continue
            count = counts.setdefault(span.name, [0, 0, 0])
            count[0] += 1
            count[1] += span.attempt > 1 or span.hedge
            count[2] += span.reason != OK
            if span.ended >= 0.0:
                durations.setdefault(span.name, []).append(span.ended - span.sent)
    return tuple(
        Edge(
            link=link,
            source=ends[link][0],
            target=ends[link][1],
            calls=count[0],
            retries=count[1],
            failed=count[2],
            p99=_quantile(durations.get(link, []), _SHARE),
        )
        for link, count in counts.items()
    )


def _quantile(values: list[float], share: float) -> float:
    """The least value that so many are not above; 0 of nothing."""
    if not values:
        return 0.0
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
