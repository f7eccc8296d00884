"""Instances that an event takes out of rotation: what was left in them when their time to drain was up."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from engine.records import dataclass
from engine.sim.body import Adapter, Counters, Values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.sim.lane.call import Pool


@dataclass(slots=True, eq=False)
class DrainCounts:
    """What was cut off at the instances of a node so far."""

    requests: int = 0
    """Inside, or on their way there."""
    connections: int = 0
    """That a balancer of layer 4 still led there."""
    gone: dict[Pool, bool] = field(default_factory=dict)
    """Instances that are stopped now, since their time to drain is up: no caller is told of them."""


class DrainAdapter(Adapter[DrainCounts]):
    """Counts what draining was too short for."""

    name = "drain"

    def counters(self, body: DrainCounts, now: float) -> Counters:
        """Requests and connections."""
        return (float(body.requests), float(body.connections))

    def extra(self, body: DrainCounts, since: Sequence[float], span: float, now: float) -> Values:
        """How many there were of each."""
        return {"drain_cut": since[0], "drain_connections": since[1]}


DRAINS = DrainAdapter()
