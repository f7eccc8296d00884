"""Nodes that fail by themselves: the time up, and outages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import Adapter, Bounds, Counters, Values, ratio
from engine.sim.uptime import share_bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.sim.uptime import NodeUptime


class UptimeAdapter(Adapter["NodeUptime"]):
    """Counts the time for which a node and its instances are up."""

    name = "faults"

    def counters(self, body: NodeUptime, now: float) -> Counters:
        """Of the instances together time up and time watched, then all of the node."""
        return (*body.meters.up_areas(now), *body.whole.counters(now))

    def extra(self, body: NodeUptime, since: Sequence[float], span: float, now: float) -> Values:
        """Shares of time, and outages of the node."""
        instances_up, instances_watched, up, watched, outages = since[:5]
        return {
            "availability": ratio(up, watched),
            "instance_availability": ratio(instances_up, instances_watched),
            "outages": outages,
            "outage.longest": body.whole.longest(now - span, now),
            "outage.total": max(0.0, watched - up),
        }

    def bounds(self, body: NodeUptime, since: Sequence[float]) -> Bounds:
        """Of the share of time for which the node is up."""
        found = share_bounds(since[2:])
        return {} if found is None else {"availability": found}


UPTIME = UptimeAdapter()
