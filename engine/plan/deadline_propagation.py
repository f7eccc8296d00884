"""Which links tell their callees of deadlines and cancels: those that say so, and balancers hand both on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.primitives import INFINITE
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.plan.primitives import LinkPlan, Plan


@dataclass(frozen=True, slots=True)
class DeadlinePropagation:
    """Links by id."""

    propagating: frozenset[str]
    cancelling: frozenset[str]
    told: frozenset[str]
    """Nodes that such links lead to, and those in whose lines callers do not wait for ever."""


def deadline_propagation(plan: Plan) -> DeadlinePropagation:
    """The links of a plan that pass deadlines on, or cancels."""
    propagating = _forwarded(plan, lambda link: link.deadline_propagation)
    cancelling = _forwarded(plan, lambda link: link.cancellation)
    both = propagating | cancelling
    told = frozenset(
        link.target for link in plan.links if link.id in both or link.queue_timeout < INFINITE
    )
    return DeadlinePropagation(propagating, cancelling, told)


def _forwarded(plan: Plan, says: Callable[[LinkPlan], bool]) -> frozenset[str]:
    """The links that say so, and those of balancers that such links lead to. What leaves a queue never does."""
    routers = {node.id for node in plan.nodes if node.router is not None}
    queues = {node.id for node in plan.nodes if node.keeps_messages}
    found = {
        link.id: link.target for link in plan.links if says(link) and link.source not in queues
    }
    while True:
        reached = routers & set(found.values())
        more = {
            link.id: link.target
            for link in plan.links
            if link.source in reached and link.id not in found
        }
        if not more:
            return frozenset(found)
        found |= more
