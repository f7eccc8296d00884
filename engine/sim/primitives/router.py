"""Routers: balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.choosing import Choosing
from engine.sim.lane.roles.router import Router
from engine.sim.picking import by_role, hear_latencies, manners, writing
from engine.sim.primitives.adapter import RoleAdapter
from engine.sim.primitives.balancing import BALANCING
from engine.sim.primitives.zones import count_crossings
from engine.sim.zoning import Zoning

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
        choosing = part.choosing = part.choosing or Choosing(part.plan.id, setup)
        role.endpoints = [each for link in leaving for each in link.link.endpoints]
        ways = manners(plan, setup.plan, setup.kinds)
        before, plain, scopes = role.pickers, [], []
        zoning = Zoning(setup.plan, part.plan.id) if plan.picker == "zone" else None
        for kind, manner in enumerate(ways):
            links = [link for link in leaving if link.link.accepts[kind]]
            among = [each for link in links for each in link.link.endpoints]
            near = manner if zoning is None else zoning.manner(manner, links)
            plain.append(choosing.picker(near, among))
            scopes.append(among)
        role.pickers = by_role(plain, scopes, choosing, writing(setup))
        spares = []
        for link in leaving:
            near = ways[0] if zoning is None else zoning.manner(ways[0], [link])
            spare = choosing.picker(near, link.link.endpoints)
            spares.append(spare)
            link.link.pickers, link.link.spare = role.pickers, spare
            link.link.sole = None
            link.link.shared = True
        choosing.keep([*plain, *role.pickers, *spares])
        choosing.spread.follow(role.endpoints, before, role.pickers)
        part.control(BALANCING, choosing.spread if ways[0].carried else None)
        count_crossings(part, leaving, zoning)
        hear_latencies(leaving, choosing)
