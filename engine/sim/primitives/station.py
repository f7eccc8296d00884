"""The instances of a node: what their limits add to the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import Adapter, Counters, Values, ratio
from engine.sim.fleets import environments, fleet_counters, fleet_of
from engine.sim.invariant import ROUNDING, at_most
from engine.sim.lane.node import Node
from engine.sim.lane.station.batches import Batching
from engine.sim.servers import server_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def untrue(node: Node, wrong: float, completed: float) -> Values:
    """How many answers were wrong, and their share, once one was."""
    if not node.vitals.wrong:
        return {}
    return {"wrong": wrong, "wrong_share": ratio(wrong, completed)}


class StationAdapter(Adapter[Node]):
    """What instances with a quota, pauses, memory or batches count."""

    name = "station"

    def counters(self, body: Node, now: float) -> Counters:
        """Time throttled and halted, that of all instances, restarts, batches, who came again."""
        vitals = body.vitals
        throttled, halted = vitals.throttled, vitals.halted
        for pool in body.pools:
            server = server_of(pool)
            if server is not None and server.pace.halted:
                halted += server.pace.standing(now)
            elif server is not None and pool.busy:
                throttled += server.pace.standing(now)
        return (
            throttled,
            halted,
            vitals.lived(now),
            vitals.restarts,
            vitals.batches,
            vitals.batched,
            vitals.resent,
            vitals.wrong,
            vitals.omitted,
            float(body.completed),
            *fleet_counters(body.pools, now),
        )

    def extra(self, body: Node, since: Sequence[float], span: float, now: float) -> Values:
        """Each where it is switched on."""
        throttled, halted, lived, restarts, batches, batched, resent = since[:7]
        pools = body.pools
        found: Values = {}
        if body.backlog is not None:
            found["resent"] = resent
        paces = [server.pace for server in map(server_of, pools) if server is not None]
        if any(pace.quota > 0.0 for pace in paces):
            found["throttled"] = ratio(throttled, lived)
        if halted or any(pace.pauses for pace in paces):
            found["paused"] = ratio(halted, lived)
        memories = [pool.memory for pool in pools if pool.memory is not None]
        if memories:
            found["memory"] = max(memory.used(now) for memory in memories)
            found["restarts"] = restarts
        found |= untrue(body, since[7], since[9])
        if body.vitals.omitted:
            found["omitted"] = since[8]
        if any(fleet_of(pool) is not None for pool in pools):
            cold, warm, refused, idle, busy = since[10:15]
            found |= {
                "cold_ratio": ratio(cold, cold + warm),
                "cold_starts": cold,
                "concurrency": ratio(busy, span),
                "throttled": refused,
                "instances.mean": ratio(idle + busy, span),
                "instances.last": float(environments(pools, now)),
            }
        if any(isinstance(pool.discipline, Batching) for pool in pools):
            found["batch_size"] = ratio(batched, batches)
        return found

    def check(self, body: Node, owner: Node, now: float) -> None:
        """No instance stands still for longer than it is there."""
        throttled, halted, lived = self.counters(body, now)[:3]
        at_most(owner.name, "time stood still", throttled + halted, lived + ROUNDING * (now + 1.0))
