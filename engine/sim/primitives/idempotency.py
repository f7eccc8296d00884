"""Idempotency keys of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.idempotency import Idempotency
from engine.sim.invariant import at_most
from engine.sim.lane.gates.idempotency import IdempotencyTable
from engine.sim.primitives.adapter import GateAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup


class IdempotencyAdapter(GateAdapter[IdempotencyTable]):
    """One table for all instances of a node."""

    name = "idempotency"

    def body(
        self, had: IdempotencyTable | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> IdempotencyTable | None:
        """Its keys stay while its knobs are turned."""
        settings = plan.gate(Idempotency)
        if settings is None:
            return None
        setup.numbering.wanted = True
        gate = had or IdempotencyTable(part.node)
        gate.keys(setup.agenda.now)  # what has ended already does not come back with a longer life
        gate.ttl = settings.ttl
        gate.answers = settings.answer
        return gate

    def counters(self, body: IdempotencyTable, now: float) -> Counters:
        """Done again, and answered."""
        return (float(body.doubled), float(body.replayed))

    def extra(
        self, body: IdempotencyTable, since: Sequence[float], span: float, now: float
    ) -> Values:
        """What the counters say, and the keys that are held."""
        doubled, replayed = since
        return {
            "double_executions": doubled,
            "replayed": replayed,
            "keys": float(body.keys(now)),
        }

    def check(self, body: IdempotencyTable, owner: Node, now: float) -> None:
        """What it answered was not done again."""
        at_most(owner.name, "answered by the table", float(body.replayed), float(owner.completed))
