"""Routers: balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.roles.router import Router
from engine.sim.picking import choice, used
from engine.sim.primitives.adapter import RoleAdapter

if TYPE_CHECKING:
    from engine.plan.primitives import NodePlan
    from engine.sim.lane.node import Node
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup


class RouterAdapter(RoleAdapter[Router]):
    """One instance among all behind the links."""

    name = "router"

    def applies(self, plan: NodePlan) -> bool:
        """A plan with a router."""
        return plan.router is not None

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> Router:
        """Without anybody to choose from yet."""
        return Router(node)

    def wire(self, role: Router, part: NodePart, leaving: list[LinkPart], setup: Setup) -> None:
        """One picker a class over all instances behind the links that take it."""
        plan = part.plan.router
        if plan is None:
            return
        role.endpoints = [each for link in leaving for each in link.link.endpoints]
        role.pickers = []
        for kind in range(setup.kinds):
            among = [
                each for link in leaving if link.link.accepts[kind] for each in link.link.endpoints
            ]
            picker = choice(part.choices, plan.picker, among, setup.streams, part.plan.id)
            role.pickers.append(picker)
        spares = []
        for link in leaving:
            own = link.link.endpoints
            spare = choice(part.choices, plan.picker, own, setup.streams, part.plan.id)
            spares.append(spare)
            link.link.pickers, link.link.spare = role.pickers, spare
            link.link.sole = None
            link.link.shared = True
        part.choices = used(part.choices, [*role.pickers, *spares])
