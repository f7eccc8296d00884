"""The flow that a node's links tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.flow import spares_of
from engine.sim.lane.roles.calls import Calls
from engine.sim.primitives.adapter import RoleAdapter

if TYPE_CHECKING:
    from engine.plan.primitives import NodePlan
    from engine.sim.lane.link import Link
    from engine.sim.lane.node import Node
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup


class CallsAdapter(RoleAdapter[Calls]):
    """What a node does that says nothing else."""

    name = "calls"

    def applies(self, plan: NodePlan) -> bool:
        """Always."""
        return True

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> Calls:
        """Without calls yet."""
        return Calls(node)

    def wire(self, role: Calls, part: NodePart, leaving: list[LinkPart], setup: Setup) -> None:
        """Groups of calls in rising order."""
        groups: dict[int, list[Link]] = {}
        spares = spares_of([each.plan for each in leaving])
        for each in leaving:
            if each.plan.id in spares or each.plan.id in setup.carried.stored:
                continue
            groups.setdefault(each.plan.order, []).append(each.link)
        role.follow([groups[order] for order in sorted(groups)])
