"""What is odd about the rules of links and the gates of nodes where they stand: each says so itself."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.model.findings import Finding
from engine.model.policies.of_nodes import OF_NODES
from engine.model.policies.policy import Surroundings
from engine.plan.capacity import capacities
from engine.plan.demand import demand_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.model.policies.policy import Policy
    from engine.plan.primitives import Plan


def policy_findings(plan: Plan) -> Iterator[Finding]:
    """Remarks on everything that is switched on, in a design without errors."""
    if not any(link.policies for link in plan.links) and not any(node.gates for node in plan.nodes):
        return
    demand = demand_of(plan)
    capacity = {} if demand is None else capacities(plan, demand)

    def around(offered: float, node: str, timeout: float) -> Surroundings:
        served = capacity[node].rate if node in capacity else math.inf
        return Surroundings(offered=offered, capacity=served, under_way=math.nan, timeout=timeout)

    nodes = {node.id: node for node in plan.nodes}
    for node in plan.nodes:
        if node.gates:
            offered = math.nan if demand is None else demand.rate(node.id)
            yield from _remarks(
                node.id, "config.admission", node.gates, around(offered, node.id, math.inf)
            )
    for link in plan.links:
        if link.policies:
            offered = math.nan if demand is None else sum(demand.links[link.id])
            where = around(offered, link.target, link.timeout)
            if nodes[link.target].router is None:
                where = replace(where, instances=nodes[link.target].station.instances)
            yield from _remarks(link.id, "config", link.policies, where)


def _remarks(
    item: str, path: str, policies: Sequence[Policy], where: Surroundings
) -> Iterator[Finding]:
    """Remarks on the policies of one node or link."""
    for policy in policies:
        for text in policy.remarks(where):
            where_it_is = "config" if isinstance(policy, OF_NODES) else path
            yield Finding(
                level="warning",
                code=f"odd-{policy.field.replace('_', '-').replace('.', '-')}",
                id=item,
                field=f"{where_it_is}.{policy.field}",
                message=text,
            )
