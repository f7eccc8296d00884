"""What the checks of risks know of a plan, and how they say it."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from engine.model.findings import Finding
from engine.model.names import name_of
from engine.plan.capacity import capacities
from engine.plan.demand import at_peak, demand_of
from engine.plan.primitives import INFINITE
from engine.plan.risk import amplification, patience
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.catalog.reading import Reading
    from engine.model.edits import Edit
    from engine.plan.capacity import Capacity
    from engine.plan.demand import Demand
    from engine.plan.primitives import LinkPlan, NodePlan, Plan

LONGEST: Final = 10.0
"""Seconds that people wait at most, where their clients set no limit."""
_ROOM: Final = 0.5
"""Share of the callers' patience that a proposed queue limit lets requests wait."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A plan and what follows from its shape."""

    reading: Reading
    plan: Plan
    demand: Demand
    capacity: Mapping[str, Capacity]
    waits: Mapping[tuple[str, int], float]
    """Seconds after which the first caller of each node and class gives up, of the classes that come to it."""
    patience: Mapping[str, float]
    """Seconds after which the first caller of each node gives up, whatever the class."""
    peak: Mapping[str, float]
    """Requests per second that arrive at each node from open clients, bursts at their height: what no
    user's wait bounds. A node that is full passes on no more than it serves."""
    tries: Mapping[str, float]
    """The most tries of one request at each node."""
    nodes: Mapping[str, NodePlan]
    entering: Mapping[str, Sequence[LinkPlan]]
    """The links that lead to each node."""
    leaving: Mapping[str, Sequence[LinkPlan]]
    """Those that lead away from it."""

    def name(self, item_id: str) -> str:
        """What people call an item."""
        return name_of(self.reading.design, item_id)

    def has(self, node_id: str, field: str) -> bool:
        """Whether a node's config has a field."""
        return field in type(self.reading.configs[node_id]).model_fields

    def patience_over(self, link: LinkPlan) -> float:
        """Seconds after which the first of those gives up for whom calls are made over a link."""
        kinds = (kind for kind, used in enumerate(link.classes) if used)
        return min(
            (self.waits.get((link.source, kind), INFINITE) for kind in kinds), default=INFINITE
        )

    def queue_limit(self, node: NodePlan) -> int:
        """As many waiting places as an instance serves while callers still wait, to two digits."""
        hold = max(self.capacity[node.id].hold, 1e-6)
        waits = min(self.patience[node.id], LONGEST)
        places = (node.station.workers or 1) / hold * waits * _ROOM
        return min(max(1, int(float(f"{places:.2g}"))), 10_000_000)


def facts_of(reading: Reading, plan: Plan) -> Facts | None:
    """What follows from the shape of a plan; None where requests go round without end."""
    demand = demand_of(plan)
    if demand is None:
        return None
    waits = patience(plan, demand.order)
    least = dict.fromkeys(demand.order, INFINITE)
    for (name, _), seconds in waits.items():
        least[name] = min(least[name], seconds)
    entering: defaultdict[str, list[LinkPlan]] = defaultdict(list)
    leaving: defaultdict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        entering[link.target].append(link)
        leaving[link.source].append(link)
    return Facts(
        reading,
        plan,
        demand,
        capacities(plan, demand),
        waits,
        least,
        _arriving(plan),
        amplification(plan, demand.order),
        {node.id: node for node in plan.nodes},
        entering,
        leaving,
    )


def _arriving(plan: Plan) -> Mapping[str, float]:
    """What arrives at each node at the peak of open traffic, where full nodes pass on what they serve."""
    peak = at_peak(plan)
    demand = demand_of(peak)
    if demand is None:
        return {}
    capacity = capacities(peak, demand)
    entering: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in peak.links:
        entering[link.target].append(link)
    begun = {node.id for node in peak.nodes if node.traffic is not None}
    arriving: dict[str, float] = {}
    passed: dict[str, float] = {}
    for name in demand.order:
        full = demand.rate(name)
        came = sum(
            sum(demand.links[link.id]) * passed.get(link.source, 1.0) for link in entering[name]
        )
        arriving[name] = full if name in begun else came
        served = min(arriving[name], capacity[name].rate)
        passed[name] = served / full if full > 0.0 else 1.0
    return arriving


def risk(
    item_id: str, code: str, message: str, field: str | None, fix: Edit | None = None
) -> Finding:
    """A risk about an item."""
    where = f"config.{field}" if field else None
    return Finding(level="risk", code=code, id=item_id, field=where, message=message, fix=fix)


def shorter(seconds: float) -> float:
    """Somewhat less than so long, to two digits."""
    return float(f"{seconds * 0.8:.2g}") if math.isfinite(seconds) else INFINITE
