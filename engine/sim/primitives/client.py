"""Clients: sessions that they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.tenants import DOWN, HURT
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
        stays = (0.0, 0.0, 0.0, 0.0)
        if visits is not None:
            stays = (float(visits.begun), float(visits.over), visits.spent, visits.area(now))
        tenancy = body.tenancy
        if tenancy is None:
            return (*answers, *stays)
        pairs = zip(tenancy.answered, tenancy.failed, strict=True)
        return (*answers, *stays, *(float(each) for pair in pairs for each in pair))

    def extra(self, body: Client, since: Sequence[float], span: float, now: float) -> Values:
        """Wrong answers; live sessions and their length."""
        wrong, answered, begun, over, spent, area, *tenants = since
        found = untrue(body.node, wrong, answered) | _by_tenant(tenants)
        if body.visits is None:
            return found
        return found | {
            "sessions": ratio(area, span),
            "sessions_begun": begun,
            "session_length": ratio(spent, over),
        }


def _by_tenant(counted: Sequence[float]) -> Values:
    """How tenants fare, those that asked for something: who is hurt, who is down, and the worst of them."""
    pairs = zip(counted[::2], counted[1::2], strict=True)
    lost = [failed / (answered + failed) for answered, failed in pairs if answered + failed > 0.0]
    if not lost:
        return {}
    return {
        "tenants_hurt": sum(share > HURT for share in lost) / len(lost),
        "tenants_down": sum(share > DOWN for share in lost) / len(lost),
        "worst_tenant": max(lost),
    }
