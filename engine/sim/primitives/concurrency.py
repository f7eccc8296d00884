"""Concurrency limits of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.concurrency import Concurrency
from engine.sim.invariant import at_most
from engine.sim.lane.gates.concurrency import ConcurrencyLimit
from engine.sim.primitives.adapter import GateAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup


class ConcurrencyAdapter(GateAdapter[ConcurrencyLimit]):
    """One limit for all instances of a node."""

    name = "concurrency"

    def body(
        self, had: ConcurrencyLimit | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> ConcurrencyLimit | None:
        """A smaller limit throws nobody out; whoever is inside already when it comes is not counted."""
        settings = plan.gate(Concurrency)
        if settings is None:
            return None
        gate = had or ConcurrencyLimit(part.node)
        gate.limit = settings.limit
        return gate

    def counters(self, body: ConcurrencyLimit, now: float) -> Counters:
        """Shed."""
        return (float(body.shed),)

    def extra(
        self, body: ConcurrencyLimit, since: Sequence[float], span: float, now: float
    ) -> Values:
        """How many were shed."""
        return {"shed": since[0]}

    def state(self, body: ConcurrencyLimit) -> str:
        """Whether somebody was shed a moment ago."""
        return "full" if body.is_full(body.node.agenda.now) else "idle"

    def check(self, body: ConcurrencyLimit, owner: Node, now: float) -> None:
        """Whoever it let in is inside."""
        at_most(owner.name, "let in by the concurrency limit", int(body.inside), owner.in_system)
