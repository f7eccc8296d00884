"""What clients, nodes and links did since some look at them, as a result has it.

Durations are in seconds. Where nothing was measured a value is null: a latency of nothing is not zero.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

from engine.model.metric_names import limit_key
from engine.records import dataclass
from engine.sim.confidence import SHARES
from engine.sim.instance_meters import instance_rows
from engine.sim.primitives.replication import roles_of
from engine.sim.tally import failures, mean_over

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from engine.sim.body import Counters
    from engine.sim.instance_meters import Tallies
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.tally import Tally

Part = dict[str, Any]
"""What a result has of one client, node or link."""


class Durations(Protocol):
    """Durations since some time: a histogram since its mark, or a window of it."""

    @property
    def count(self) -> int:
        """How many."""

    @property
    def mean(self) -> float:
        """Their mean (s)."""

    @property
    def largest(self) -> float:
        """The longest (s)."""

    def quantiles(self, shares: list[float]) -> list[float]:
        """Their quantiles (s)."""

    def above(self, limit: float) -> int:
        """How many are longer than a limit (s)."""


@dataclass(frozen=True, slots=True)
class Since:
    """How a client, node or link stood when a measurement of it began."""

    tally: Tally
    counters: dict[str, Counters]
    durations: Mapping[str, Durations]
    """What was added to its histograms since then."""
    instances: Tallies


Limits = dict[str, "Collection[float]"]
"""Durations by name, and the limits (s) above which their shares are wanted."""


def node_since(part: NodePart) -> Since:
    """A node at the beginning of the measurement."""
    return Since(part.mark, part.marked, part.histograms, part.marked_instances)


def link_since(part: LinkPart) -> Since:
    """A link at the beginning of the measurement."""
    return Since(part.mark, part.marked, part.histograms, {})


def client_part(part: NodePart, since: Since, now: float, limits: Limits) -> Part:
    """What the users of a client saw."""
    tally, mark = part.tally(now), since.tally
    span = now - mark.time
    failed = failures(tally.failed, mark.failed)
    done = tally.done - mark.done
    return {
        "offered": tally.begun - mark.begun,
        "succeeded": done,
        "failed": failed,
        "goodput": mean_over(tally.done, mark.done, span),
        "availability": availability(done, failed),
        "in_system_mean": mean_over(tally.in_system, mark.in_system, span),
        **_all_durations(since, limits),
        "extra": _finite(part.extra_since(since.counters, span, now)),
    }


def node_part(part: NodePart, since: Since, now: float, limits: Limits) -> Part:
    """What a node did."""
    node, tally, mark = part.node, part.tally(now), since.tally
    span = now - mark.time
    capacity = tally.capacity - mark.capacity
    failed = failures(tally.failed, mark.failed)
    done = tally.done - mark.done
    rows = instance_rows(part.meters.tallies(now), since.instances, part.retired, span)
    for row, standing in zip(rows, roles_of(part, now), strict=False):
        row.update(standing)
    return {
        "arrivals": tally.begun - mark.begun,
        "completed": done,
        "failed": failed,
        "refused": failures(tally.refused, mark.refused),
        "passed_on": failures(tally.passed_on, mark.passed_on),
        "availability": availability(done, failed),
        "utilization": (tally.busy - mark.busy) / capacity if capacity > 0.0 else 0.0,
        "working": _working(tally, mark, capacity),
        "queue_mean": mean_over(tally.waiting, mark.waiting, span),
        "in_system_mean": mean_over(tally.in_system, mark.in_system, span),
        "queue": int(node.waiting),
        "in_system": int(node.in_system),
        "ready": sum(row["state"] == "ready" for row in rows),
        "instances": rows,
        **_all_durations(since, limits),
        "extra": _finite(part.extra_since(since.counters, span, now)),
    }


def link_part(part: LinkPart, since: Since, now: float, limits: Limits) -> Part:
    """What callers saw of a link."""
    link, tally, mark = part.link, part.tally(now), since.tally
    failed = failures(tally.failed, mark.failed)
    settled = tally.done - mark.done + sum(failed.values())
    extra = part.extra_since(since.counters, now - mark.time, now)
    return {
        "attempts": tally.begun - mark.begun,
        "retries": tally.retries - mark.retries,
        "succeeded": tally.done - mark.done,
        "failed": failed,
        "refused": failures(tally.refused, mark.refused),
        "passed_on": failures(tally.passed_on, mark.passed_on),
        "bytes_in": tally.bytes_in - mark.bytes_in,
        "bytes_out": tally.bytes_out - mark.bytes_out,
        "in_flight_mean": mean_over(tally.in_system, mark.in_system, now - mark.time),
        "in_flight": int(link.in_flight),
        **_all_durations(since, limits),
        "settled": {
            "count": settled,
            "mean": (tally.settled - mark.settled) / settled if settled else None,
        },
        **({"extra": _finite(extra)} if extra else {}),
    }


def availability(done: int, failed: Mapping[str, int]) -> float | None:
    """The share of what is over that succeeded; None where nothing is."""
    over = done + sum(failed.values())
    return done / over if over else None


def _working(tally: Tally, mark: Tally, capacity: float) -> float:
    """Mean workers at work over workers."""
    return max(0.0, tally.working - mark.working) / capacity if capacity > 0.0 else 0.0


def _all_durations(since: Since, limits: Limits) -> dict[str, Part]:
    """All durations, by name."""
    return {name: _durations(each, limits.get(name, ())) for name, each in since.durations.items()}


def _durations(durations: Durations, limits: Collection[float]) -> Part:
    """Number, mean, quantiles and maximum of durations, and the shares above some limits."""
    count = durations.count
    found: Part = {"count": count}
    if count == 0:
        found |= dict.fromkeys(("mean", *SHARES, "max"))
    else:
        quantiles = durations.quantiles(list(SHARES.values()))
        found |= {
            "mean": durations.mean,
            **dict(zip(SHARES, quantiles, strict=True)),
            "max": durations.largest,
        }
    if limits:
        shares = {
            limit_key(limit): durations.above(limit) / count if count else None for limit in limits
        }
        found["above"] = shares
    return found


def _finite(values: dict[str, float]) -> dict[str, Any]:
    """The values, null where nothing was measured; ``instances.mean`` becomes an object in an object."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        outer, _, inner = name.partition(".")
        known = value if math.isfinite(value) else None
        if inner:
            found.setdefault(outer, {})[inner] = known
        else:
            found[outer] = known
    return found
