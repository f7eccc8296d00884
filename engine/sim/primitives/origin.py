"""The versions that data origins give to what is written there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import padded
from engine.sim.lane.gates.origin import OriginGate
from engine.sim.primitives.adapter import GateAdapter

if TYPE_CHECKING:
    from engine.plan.primitives import NodePlan
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup


class OriginAdapter(GateAdapter[OriginGate]):
    """One for each data origin of a plan in which anything can be stale."""

    name = "origin"

    def body(
        self, had: OriginGate | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> OriginGate | None:
        """Its versions outlive it."""
        if plan.id not in setup.data_origins.names:
            return None
        gate = had or OriginGate(setup.origins.of(plan.id))
        gate.writes = padded([kind.write for kind in setup.plan.classes], setup.kinds)
        return gate
