"""What monitoring goes by, for each client and node, over the last seconds.

RED (Wilkie): rate, errors, duration of requests. USE (Gregg): utilization, saturation, errors of what is used up.
The four golden signals (Beyer et al., *Site Reliability Engineering*, chapter 6): latency, traffic, errors, saturation.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from engine.sim.snapshot import NodeSample, Percentiles, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A client or node over some seconds."""

    node: str
    rate: float
    """Requests a second that came."""
    errors: float
    """Share of the requests that ended which failed."""
    p50: float = math.nan
    """Seconds; NaN where nothing was answered."""
    p99: float = math.nan
    utilization: float = 0.0
    """Busy workers over those that are up."""
    waiting: float = 0.0
    """Mean number that waits: what is asked beyond what can be done."""

    @property
    def trouble(self) -> tuple[float, float, float]:
        """How badly it does: errors first, then saturation, then utilization."""
        return (self.errors, self.waiting, self.utilization)


def readings(samples: Sequence[Sample]) -> Iterator[Reading]:
    """A reading of every client and node, in the order of the design, each worked out when it is asked for.

    Args:
        samples: intervals one after the other.
    """
    span = sum(each.end - each.start for each in samples)
    if span > 0.0:
        for node in dict.fromkeys(node for each in samples for node in each.nodes):
            yield _reading(node, samples)


def _reading(node: str, samples: Sequence[Sample]) -> Reading:
    """One of them."""
    pairs = [(each.end - each.start, each.nodes[node]) for each in samples if node in each.nodes]
    span = sum(length for length, _ in pairs)
    parts = [part for _, part in pairs]
    failed = sum(sum(part.failed.values()) for part in parts)
    ended = failed + sum(part.completed for part in parts)
    times = [part.telling for part in parts]
    return Reading(
        node=node,
        rate=sum(part.arrivals for part in parts) / span if span else 0.0,
        errors=failed / ended if ended else 0.0,
        p50=_weighted(times, lambda each: each.p50),
        p99=_weighted(times, lambda each: each.p99),
        utilization=_mean(pairs, lambda part: part.busy_of_up),
        waiting=_mean(pairs, lambda part: part.queue),
    )


def _mean(pairs: Iterable[tuple[float, NodeSample]], pick: Callable[[NodeSample], float]) -> float:
    """A mean over time."""
    weighed = [(length, length * pick(part)) for length, part in pairs]
    span = sum(length for length, _ in weighed)
    return sum(value for _, value in weighed) / span if span else 0.0


def _weighted(times: Iterable[Percentiles], pick: Callable[[Percentiles], float]) -> float:
    """A percentile over several intervals, weighted by how many requests each is of."""
    known = [each for each in times if each.count and not math.isnan(pick(each))]
    count = sum(each.count for each in known)
    return sum(pick(each) * each.count for each in known) / count if count else math.nan
