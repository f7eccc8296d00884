"""Autoscaled nodes: what the instances add to the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import Adapter, Counters, Values, ratio
from engine.sim.instance_meters import is_off

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.sim.parts import NodePart


class AutoscaleAdapter(Adapter["NodePart"]):
    """Counts the instances of a node that has more or fewer while it runs."""

    name = "autoscale"

    def counters(self, body: NodePart, now: float) -> Counters:
        """Instances, integrated over time."""
        return (body.meters.count_area(now),)

    def extra(self, body: NodePart, since: Sequence[float], span: float, now: float) -> Values:
        """How many there were and are, and what they cost."""
        return {
            "instances.mean": ratio(since[0], span),
            "instances.last": float(sum(not is_off(pool) for pool in body.node.pools)),
            "capacity_seconds": since[0],
        }


AUTOSCALE = AutoscaleAdapter()
