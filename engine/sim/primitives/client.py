"""Clients: sessions that they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import Counters, Values, ratio
from engine.sim.lane.traffic.client import Client
from engine.sim.primitives.adapter import RoleAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.lane.node import Node
    from engine.sim.setup import Setup


class ClientAdapter(RoleAdapter[Client]):
    """Where requests begin and end. Its traffic is tuned once everything is wired (`ClientSetup`)."""

    name = "client"

    def applies(self, plan: NodePlan) -> bool:
        """A plan with traffic."""
        return plan.traffic is not None

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> Client:
        """Without traffic yet."""
        return Client(node, node.flow, setup.streams.uniform(plan.id, "mix"))

    def counters(self, body: Client, now: float) -> Counters:
        """Sessions begun and over, the time spent in them, live ones over time."""
        visits = body.visits
        if visits is None:
            return (0.0, 0.0, 0.0, 0.0)
        return (float(visits.begun), float(visits.over), visits.spent, visits.area(now))

    def extra(self, body: Client, since: Sequence[float], span: float, now: float) -> Values:
        """Live sessions and their length."""
        if body.visits is None:
            return {}
        begun, over, spent, area = since
        return {
            "sessions": ratio(area, span),
            "sessions_begun": begun,
            "session_length": ratio(spent, over),
        }
