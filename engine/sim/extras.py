"""What stores, queues and sessions add to the results under ``extra``."""

from __future__ import annotations

import math

from engine.sim import limits
from engine.sim.lane.link import Link
from engine.sim.lane.node import Node
from engine.sim.lane.roles.queue import Backlog
from engine.sim.lane.roles.store import KeyedNode
from engine.sim.lane.traffic.client import Client

Counters = tuple[float, ...]


def counters(node: Node, now: float) -> Counters:
    """Cumulative counters of a node beside the usual ones; empty where it has none."""
    if isinstance(node, KeyedNode):
        evictions = float(node.store.evictions)
        return (float(node.hits), float(node.misses), evictions, node.ages)
    if isinstance(node, Backlog):
        wires = {id(each.path): each.path for each in node.outlets}
        late = sum(int(wire.late) for wire in wires.values() if isinstance(wire, Link))
        return (
            float(node.published),
            float(node.consumed),
            float(node.dead),
            float(node.redelivered),
            float(late),
            float(node.wait.count_ever),
            node.wait.total,
        )
    if isinstance(node, Client) and node.visits is not None:
        visits = node.visits
        return (float(visits.begun), float(visits.over), visits.spent, visits.area(now), now)
    return limits.counters(node, now) if type(node) is Node else ()


def extra(node: Node, before: Counters, now: float) -> dict[str, float]:
    """Metrics of what happened since some counters; NaN where nothing did."""
    after = counters(node, now)
    since = [new - old for new, old in zip(after, before or (0.0,) * len(after), strict=True)]
    if isinstance(node, KeyedNode):
        hits, misses, evictions, ages = since
        found = {
            "hit_ratio": _ratio(hits, hits + misses),
            "hits": hits,
            "misses": misses,
            "entries": float(node.store.count()),
            "evictions": evictions,
        }
        if node.sized:
            found["bytes"] = float(node.store.bytes)
            found["age"] = _ratio(ages, hits)
        return found
    if isinstance(node, Backlog):
        published, consumed, dead, redelivered, late, deliveries, ages = since
        return {
            "depth": float(node.depth),
            "in_flight": float(node.in_flight),
            "published": published,
            "consumed": consumed,
            "dead_lettered": dead,
            "redelivered": redelivered,
            "duplicates": late,
            "lag": _ratio(ages, deliveries),
            "oldest": node.oldest_age(now),
        }
    if isinstance(node, Client) and node.visits is not None:
        begun, over, spent, area, span = since
        return {
            "sessions": _ratio(area, span),
            "sessions_begun": begun,
            "session_length": _ratio(spent, over),
        }
    return limits.extra(node, since, now) if type(node) is Node else {}


def _ratio(part: float, whole: float) -> float:
    """A share; NaN of nothing."""
    return part / whole if whole > 0.0 else math.nan
