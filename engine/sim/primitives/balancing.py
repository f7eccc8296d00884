"""Instances that are chosen by what calls carry: how even that is, what moves, what is lost with an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import Adapter, Counters, Values
from engine.sim.lane.balancing.ewma import LatencyWatch
from engine.sim.primitives.adapter import RuleAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup
    from engine.sim.spread import Spread


class BalancingAdapter(Adapter["Spread"]):
    """Counts what comes to each of the instances."""

    name = "balancing"
    sums = False

    def counters(self, body: Spread, now: float) -> Counters:
        """Keys moved, sessions lost, and calls to each instance that there ever was."""
        counts = (float(pool.arrivals) for pool in body.pools)
        return (body.moved, float(body.pins.lost), *counts)

    def extra(self, body: Spread, since: Sequence[float], span: float, now: float) -> Values:
        """The most calls of an instance over their mean, what moved, and what was lost."""
        moved, lost, *counts = since
        there = [
            count for pool, count in zip(body.pools, counts, strict=True) if pool in body.present
        ]
        whole = sum(there)
        found = {"keys_moved": moved, "sessions_lost": lost}
        if whole > 0.0:
            found["imbalance"] = max(there) * len(there) / whole
        return found


BALANCING = BalancingAdapter()


class LatencyWatchAdapter(RuleAdapter[LatencyWatch]):
    """One rule a link whose caller goes by how long answers took."""

    name = "ewma"

    def body(
        self, had: LatencyWatch | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> LatencyWatch | None:
        """There where its caller wants to know."""
        router = None if part.caller is None else part.caller.router
        picker = plan.picker if router is None else router.picker
        return (had or LatencyWatch()) if picker == "ewma" else None
