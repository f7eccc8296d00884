"""Queues: what they keep and how they deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import Counters, Values, ratio
from engine.sim.invariant import at_most, same
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.roles.queue import Queue
from engine.sim.primitives.adapter import RoleAdapter
from engine.sim.primitives.consumer import remembering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.lane.node import Node
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup


class QueueAdapter(RoleAdapter[Queue]):
    """Messages that wait for consumers."""

    name = "queue"

    def applies(self, plan: NodePlan) -> bool:
        """A plan with a backlog."""
        return plan.backlog is not None

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> Queue:
        """Empty. The waits of the node are those of its messages."""
        node.keeps_wait = False
        return Queue(node, setup.streams.uniform(plan.id, "poison"))

    def tune(self, role: Queue, part: NodePart, setup: Setup) -> None:
        """Capacity and deliveries."""
        plan = part.plan.backlog
        if plan is not None:
            role.capacity = UNLIMITED if plan.capacity is None else plan.capacity
            role.max_receive = plan.max_receive
            role.visibility = plan.visibility
            role.poison = plan.poison
            role.group(plan.fifo_groups or 0, setup.agenda.now)
            role.remembered = remembering(role.remembered, plan.dedupe, setup)

    def wire(self, role: Queue, part: NodePart, leaving: list[LinkPart], setup: Setup) -> None:
        """Let the consumers' instances know the queue, and the queue them."""
        role.outlets = [each for link in leaving for each in link.link.endpoints]
        for link in leaving:
            link.link.source = role
        for endpoint in role.outlets:
            endpoint.source = role
            if endpoint not in endpoint.pool.inlets:
                endpoint.pool.inlets.append(endpoint)
            endpoint.pool.site.pulls = True  # whatever it is: it has to tell when it can take more

    def counters(self, body: Queue, now: float) -> Counters:
        """Messages by what became of them, deliveries and the ages at them."""
        effects = body.effects
        return (
            float(body.published),
            float(body.consumed),
            float(body.dead),
            float(body.redelivered),
            float(body.node.wait.count_ever),
            body.node.wait.total,
            float(effects.count),
            float(effects.repeated),
            float(effects.out_of_order),
            float(body.deduplicated),
            float(body.extended),
        )

    def extra(self, body: Queue, since: Sequence[float], span: float, now: float) -> Values:
        """Depth, lag, and what became of the messages."""
        published, consumed, dead, redelivered, deliveries, ages, *did, dropped, extended = since
        found = {
            "depth": float(body.depth),
            "in_flight": float(body.in_flight),
            "published": published,
            "consumed": consumed,
            "dead_lettered": dead,
            "redelivered": redelivered,
            "lag": ratio(ages, deliveries),
            "oldest": body.oldest_age(now),
            **dict(zip(("effects", "duplicates", "out_of_order"), did, strict=True)),
        }
        if body.extended > 0:
            found["extended"] = extended
        return found if body.remembered is None else {**found, "deduplicated": dropped}

    def check(self, body: Queue, owner: Node, now: float) -> None:
        """Every message is queued, in flight, consumed or dead; none takes effect that was not published."""
        known = int(body.consumed + body.dead + body.depth + body.in_flight)
        same(owner.name, "messages", int(body.published), known)
        effects = body.effects
        unique = float(effects.count - effects.repeated)
        at_most(owner.name, "messages that took effect", unique, float(body.published))
