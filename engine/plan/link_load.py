"""What links have to carry and what they can: bytes each way, and calls over their connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.capacity import crossing_time
from engine.plan.primitives import INFINITE
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.demand import Demand
    from engine.plan.primitives import ConnectionPlan, LinkPlan, NodePlan, Plan


@dataclass(frozen=True, slots=True)
class LinkLoad:
    """Bytes a second that a link has to carry if nothing fails."""

    requests: float
    responses: float

    @property
    def larger(self) -> float:
        """In the busier direction."""
        return max(self.requests, self.responses)


def load_of(link: LinkPlan, plan: Plan, demand: Demand) -> LinkLoad:
    """The bytes of a link. What a store at its end does not have is answered without any."""
    rates = link.as_called(demand.links[link.id])
    stores = {node.id for node in plan.nodes if node.store is not None}
    asks = link.target in stores and all(each.source != link.target for each in plan.links)
    found = demand.hits.get(link.target, 1.0) if asks else 1.0
    pairs = list(zip(rates, plan.classes, strict=True))
    return LinkLoad(
        requests=sum(rate * kind.request_bytes for rate, kind in pairs),
        responses=sum(
            rate * kind.response_bytes * (1.0 if kind.write else found) for rate, kind in pairs
        ),
    )


def connection_limit(link: LinkPlan, plan: Plan, answer: float) -> float:
    """Calls a second that a link's connections carry at most, all in use; infinite without a limit.

    Little's law: a call keeps its stream for a round trip and the time until the answer.

    Args:
        link: the link.
        plan: its plan.
        answer: least time (s) from arrival to reply at the target.
    """
    rules = link.connection
    if rules is None or rules.connections is None:
        return INFINITE
    nodes = {node.id: node for node in plan.nodes}
    holders = _holders(nodes[link.source], rules)
    pairs = holders * nodes[link.target].station.instances
    stay = 2.0 * crossing_time(link) + answer
    return pairs * rules.connections * rules.streams / stay if stay > 0.0 else INFINITE


def _holders(source: NodePlan, rules: ConnectionPlan) -> float:
    """Who holds connections of a link: instances, or users, of whom there may be any number."""
    traffic = source.traffic
    if rules.per == "caller" or traffic is None:
        return float(source.station.instances)
    users = traffic.users if traffic.process == "closed" else traffic.known_users
    return float(users) if users > 0 else INFINITE
