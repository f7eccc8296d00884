"""What a snapshot says of one node or link: its samples since the last one, added up."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.sim.snapshot import NAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.sim.snapshot import LinkSample, NodeSample, Percentiles, Sample


@dataclass(slots=True)
class Reading:
    """Numbers of an interval. Rates are per simulated second; NaN is not measured."""

    seconds: float = 0.0
    rate: float = 0.0
    """Arrivals at a node, call attempts on a link."""
    retry_rate: float = 0.0
    done: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    utilization: float = 0.0
    """Of the workers whose instances are up."""
    working: float = 0.0
    """Share of the busy workers that are at work, neither held for a call nor standing still."""
    queue: float = 0.0
    p50: float = NAN
    p99: float = NAN
    p50_all: float = NAN
    """At a client: of all requests, failed ones until that was known."""
    p99_all: float = NAN
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def failures(self) -> int:
        """Failures of all reasons."""
        return sum(self.failed.values())


def node_readings(samples: Iterable[Sample]) -> dict[str, Reading]:
    """Every node's samples as one reading each; means are weighted by time or by count."""
    found: dict[str, Reading] = {}
    for sample in samples:
        seconds = sample.end - sample.start
        if seconds <= 0.0:
            continue
        for node_id, part in sample.nodes.items():
            _add_node(found.setdefault(node_id, Reading()), part, seconds)
    return found


def link_readings(samples: Iterable[Sample]) -> dict[str, Reading]:
    """Every link's samples as one reading each."""
    found: dict[str, Reading] = {}
    for sample in samples:
        seconds = sample.end - sample.start
        if seconds <= 0.0:
            continue
        for link_id, part in sample.links.items():
            _add_link(found.setdefault(link_id, Reading()), part, seconds)
    return found


def _add_node(reading: Reading, part: NodeSample, seconds: float) -> None:
    """Add one interval of a node."""
    share = seconds / (reading.seconds + seconds)
    reading.utilization += share * (part.busy_of_up - reading.utilization)
    at_work = part.working / part.utilization if part.utilization > 0.0 else 1.0
    reading.working += share * (at_work - reading.working)
    reading.queue += share * (part.queue - reading.queue)
    reading.rate += share * (part.arrivals / seconds - reading.rate)
    _add_latency(reading, part.latency.count, part.latency.p50, part.latency.p99)
    if part.latency_all is not None:
        _add_latency_all(reading, part.latency_all)
    reading.done += part.completed
    _add_counts(reading.failed, part.failed)
    reading.extra.update(part.extra)
    reading.seconds += seconds


def _add_link(reading: Reading, part: LinkSample, seconds: float) -> None:
    """Add one interval of a link."""
    share = seconds / (reading.seconds + seconds)
    reading.rate += share * (part.attempts / seconds - reading.rate)
    reading.retry_rate += share * (part.retries / seconds - reading.retry_rate)
    _add_latency(reading, part.latency.count, part.latency.p50, part.latency.p99)
    reading.done += part.succeeded
    _add_counts(reading.failed, part.failed)
    reading.extra.update(part.extra)
    reading.seconds += seconds


def _add_latency(reading: Reading, count: int, p50: float, p99: float) -> None:
    """Percentiles of several intervals cannot be added: the later ones stand for all, by count."""
    if count == 0 or math.isnan(p99):
        return
    share = 1.0 if math.isnan(reading.p99) else count / (count + max(reading.done, 1))
    reading.p50 = _blended(reading.p50, p50, share)
    reading.p99 = _blended(reading.p99, p99, share)


def _add_latency_all(reading: Reading, more: Percentiles) -> None:
    """The same for all requests of a client."""
    if more.count == 0 or math.isnan(more.p99):
        return
    before = reading.done + reading.failures
    share = 1.0 if math.isnan(reading.p99_all) else more.count / (more.count + max(before, 1))
    reading.p50_all = _blended(reading.p50_all, more.p50, share)
    reading.p99_all = _blended(reading.p99_all, more.p99, share)


def _blended(old: float, new: float, share: float) -> float:
    """An old value and a share of a new one; the new one alone where it counts whole."""
    return new if share == 1.0 else old + share * (new - old)


def _add_counts(into: dict[str, int], more: Mapping[str, int]) -> None:
    """Add counts by reason."""
    for reason, count in more.items():
        into[reason] = into.get(reason, 0) + count
