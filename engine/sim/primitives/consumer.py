"""Consumers: what the messages do that a node pulls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.invariant import at_most
from engine.sim.lane.roles.consumer import Consumer, Deduplication
from engine.sim.lane.roles.effects import Remembered
from engine.sim.primitives.adapter import GateAdapter, RoleAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup


def remembering(had: Remembered | None, window: float | None, setup: Setup) -> Remembered | None:
    """What remembers what was done for so many seconds; None where nobody does."""
    if window is None:
        return None
    setup.numbering.wanted = True
    remembered = had or Remembered()
    remembered.window = window
    return remembered


class ConsumerAdapter(RoleAdapter[Consumer]):
    """What sees the messages end that a node pulls."""

    name = "consumer"

    def applies(self, plan: NodePlan) -> bool:
        """A plan that pulls, and where no store sees its jobs end."""
        return plan.pulls and plan.store is None

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> Consumer:
        """Without a memory yet."""
        return Consumer(node)

    def tune(self, role: Consumer, part: NodePart, setup: Setup) -> None:
        """Have a memory, or none."""
        role.remembered = remembering(role.remembered, part.plan.dedupe, setup)

    def counters(self, body: Consumer, now: float) -> Counters:
        """What messages did, and what they did not."""
        return (float(body.effects), float(body.duplicates), float(body.suppressed))

    def extra(self, body: Consumer, since: Sequence[float], span: float, now: float) -> Values:
        """What the counters say."""
        effects, duplicates, suppressed = since
        found = {"effects": effects, "duplicates": duplicates}
        return found if body.remembered is None else {**found, "suppressed": suppressed}

    def check(self, body: Consumer, owner: Node, now: float) -> None:
        """Nothing takes effect that was not done."""
        done = float(body.effects)
        at_most(owner.name, "effects", done, float(owner.completed))
        at_most(owner.name, "duplicates", float(body.duplicates), done)


class DeduplicationAdapter(GateAdapter[Deduplication]):
    """What acknowledges messages at once that have taken effect."""

    name = "deduplication"

    def body(
        self, had: Deduplication | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> Deduplication | None:
        """One for a consumer that has a memory."""
        consumer = part.role(Consumer)
        if plan.dedupe is None or consumer is None:
            return None
        return had or Deduplication(consumer)


CONSUMER = ConsumerAdapter()
