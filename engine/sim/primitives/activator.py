"""Scale to zero: what holds calls while there is no instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.gates.activator import Activator
from engine.sim.primitives.adapter import GateAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup


class ActivatorAdapter(GateAdapter[Activator]):
    """One for all instances of a node that may have none."""

    name = "activator"

    def body(
        self, had: Activator | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> Activator | None:
        """It goes once it may, and nobody waits there any more."""
        wanted = plan.autoscale is not None and plan.autoscale.may_be_zero
        if not wanted and not any(pool.dormant for pool in part.node.pools):
            return None
        return had or Activator(part.node)

    def counters(self, body: Activator, now: float) -> Counters:
        """Calls that waited for an instance."""
        return (float(body.activated),)

    def extra(self, body: Activator, since: Sequence[float], span: float, now: float) -> Values:
        """How many they were."""
        return {"activated": since[0]}


ACTIVATOR = ActivatorAdapter()
