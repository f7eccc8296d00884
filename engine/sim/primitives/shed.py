"""Load shedding of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from engine.model.policies.shed import Shed
from engine.sim.body import padded
from engine.sim.lane.gates.controlled_delay import ControlledDelay
from engine.sim.lane.gates.priority_shedding import PriorityShedding
from engine.sim.primitives.adapter import GateAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup

Shedding: TypeAlias = PriorityShedding | ControlledDelay


class ShedAdapter(GateAdapter[Shedding]):
    """What all instances of a node shed."""

    name = "shed"

    def body(
        self, had: Shedding | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> Shedding | None:
        """What was found so far stays while knobs are turned, but for what it goes by."""
        settings = plan.gate(Shed)
        node = part.node
        node.queue_manager = None
        if settings is None:
            return None
        gate: Shedding
        if settings.by == "codel":
            gate = had if isinstance(had, ControlledDelay) else ControlledDelay(node)
            gate.turn(settings.target, settings.interval)
        else:
            uniforms = setup.streams.uniform(plan.id, "shed")
            gate = had if isinstance(had, PriorityShedding) else PriorityShedding(node, uniforms)
            levels = padded([kind.priority for kind in setup.plan.classes], setup.kinds)
            gate.turn(settings.target, settings.interval, levels)
        node.queue_manager = gate.watch
        return gate

    def counters(self, body: Shedding, now: float) -> Counters:
        """Those who were shed."""
        return (float(body.dropped),)

    def extra(self, body: Shedding, since: Sequence[float], span: float, now: float) -> Values:
        """How many were shed."""
        return {"dropped": since[0]}

    def state(self, body: Shedding) -> str:
        """Whether it sheds now."""
        return "shedding" if body.is_shedding(body.node.agenda.now) else "idle"
