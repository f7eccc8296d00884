"""The service map: who calls whom, how often, how well and how fast, as sampled traces tell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.traces.span import Trace

_SHARE: Final = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The calls of one link that were recorded."""

    link: str
    source: str
    target: str
    calls: int
    """Attempts."""
    retries: int
    """Those of them that were not the first, and hedges."""
    failed: int
    p99: float
    """Seconds, of those that are over: from when an attempt was sent to when its caller knew the outcome."""

    @property
    def error_share(self) -> float:
        """Share of the attempts that failed."""
        return self.failed / self.calls


def service_map(traces: Iterable[Trace]) -> tuple[Edge, ...]:
    """An edge for each link that was called, in the order of the first call.

    Only traces that were sampled before anything was known about them count: those that are kept because
    they failed or were slow tell of failures and slowness alone.
    """
    durations: dict[str, list[float]] = {}
    counts: dict[str, list[int]] = {}
    ends: dict[str, tuple[str, str]] = {}
    for trace in traces:
        if "sampled" not in trace.kept:
            continue
        for span in trace.spans:
            if span.link is None:
                continue
            ends[span.link] = (span.source, span.node)
            count = counts.setdefault(span.link, [0, 0, 0])
            count[0] += 1
            count[1] += span.attempt > 1 or span.hedge
            count[2] += span.reason is not None
            if span.ended is not None:
                durations.setdefault(span.link, []).append(span.duration)
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
