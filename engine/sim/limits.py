"""What instances with limits add to the results under ``extra``; nothing where there are none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.sim.lane.station.batches import BatchPool
from engine.sim.lane.station.paced import PacedPool, PacedSharedPool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.sim.lane.call import Pool
    from engine.sim.lane.node import Node
    from engine.sim.lane.station.pace import Pace


def counters(node: Node, now: float) -> tuple[float, ...]:
    """Cumulative counters of a node's instances, and the time."""
    throttled, halted = node.vitals.throttled, node.vitals.halted
    for pool in node.pools:
        pace = _pace(pool)
        if pace is not None and pace.halted:
            halted += pace.standing(now)
        elif pace is not None and pool.busy:
            throttled += pace.standing(now)
    vitals = node.vitals
    return (throttled, halted, vitals.restarts, vitals.batches, vitals.batched, now)


def extra(node: Node, since: Sequence[float], now: float) -> dict[str, float]:
    """Metrics of what the counters grew by, and of how things stand."""
    throttled, halted, restarts, batches, batched, span = since
    pools = node.pools
    lived = span * len(pools)
    found: dict[str, float] = {}
    paces = [pace for pace in map(_pace, pools) if pace is not None]
    if any(pace.quota > 0.0 for pace in paces):
        found["throttled"] = _ratio(throttled, lived)
    if any(pace.pauses for pace in paces):
        found["paused"] = _ratio(halted, lived)
    memories = [pool.memory for pool in pools if pool.memory is not None]
    if memories:
        found["memory"] = max(memory.used(now) for memory in memories)
        found["restarts"] = restarts
    if any(isinstance(pool, BatchPool) for pool in pools):
        found["batch_size"] = _ratio(batched, batches)
    return found


def _pace(pool: Pool) -> Pace | None:
    """The pace of an instance, where it varies."""
    return pool.server.pace if isinstance(pool, PacedPool | PacedSharedPool | BatchPool) else None


def _ratio(part: float, whole: float) -> float:
    """A share; NaN of nothing."""
    return part / whole if whole > 0.0 else math.nan
