"""Clients: sessions that they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import Counters, Values, ratio
from engine.sim.lane.traffic.client import Client
from engine.sim.primitives.adapter import RoleAdapter
from engine.sim.primitives.station import untrue

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
        """Wrong answers and all; sessions begun and over, the time spent in them, live ones over time."""
        answers = (body.node.vitals.wrong, float(body.node.completed))
        visits = body.visits
        if visits is None:
            return (*answers, 0.0, 0.0, 0.0, 0.0)
        return (*answers, float(visits.begun), float(visits.over), visits.spent, visits.area(now))

    def extra(self, body: Client, since: Sequence[float], span: float, now: float) -> Values:
        """Wrong answers; live sessions and their length."""
        wrong, answered, begun, over, spent, area = since
        found = untrue(body.node, wrong, answered)
        if body.visits is None:
            return found
        return found | {
            "sessions": ratio(area, span),
            "sessions_begun": begun,
            "session_length": ratio(spent, over),
        }
