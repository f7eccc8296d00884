"""Leases of the instances of a node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.lease import Lease
from engine.sim.invariant import at_most
from engine.sim.lane.gates.leases import Leases
from engine.sim.lane.seams import Listener
from engine.sim.primitives.adapter import GateAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.node import Node
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup


class _Herald(Listener):
    """Tells outside the lane that leases have run out, or are all there again."""

    def __init__(self, setup: Setup, owner: str) -> None:
        self._hear = setup.hear
        self._owner = owner

    def changed(self, state: str, now: float) -> None:
        """Say it as people read it."""
        if state == "expired":
            self._hear(self._owner, "an instance is without its lease", "failing", now)
        else:
            self._hear(self._owner, "all instances have their leases again", "healthy", now)


class LeasesAdapter(GateAdapter[Leases]):
    """One for all instances of a node."""

    name = "lease"

    def body(
        self, had: Leases | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> Leases | None:
        """Leases that are held go on; other times hold from the next renewal on."""
        settings, node = plan.gate(Lease), part.node
        if settings is None:
            if had is not None:
                had.follow([], setup.agenda.now)
            return None
        gate = had
        if gate is None:
            gate = Leases(node.name, setup.agenda, setup.streams.uniform(plan.id, "lease"))
            gate.listener = _Herald(setup, plan.id)
        gate.ttl, gate.every = settings.ttl, settings.every
        gate.follow(node.pools, setup.agenda.now)
        return gate

    def wire(self, gate: Leases, part: NodePart, leaving: Sequence[LinkPart]) -> None:
        """Know the link to the coordinator."""
        name = part.plan.coordinator
        gate.link = next(
            (each.link for each in leaving if each.plan.checks and each.plan.target == name), None
        )

    def counters(self, body: Leases, now: float) -> Counters:
        """Renewals, those that failed, leases that ran out, calls that were refused."""
        return (
            float(body.renewals),
            float(body.failed),
            float(body.expired),
            float(body.refused),
        )

    def extra(self, body: Leases, since: Sequence[float], span: float, now: float) -> Values:
        """The same since the mark, and who has one now."""
        renewals, failed, expired, refused = since
        return {
            "renewals": renewals,
            "renewals_failed": failed,
            "leases_expired": expired,
            "without_lease": refused,
            "leases_held": float(body.held_now(now)),
        }

    def state(self, body: Leases) -> str:
        """Whether all may serve."""
        return "held" if body.held_now(body.agenda.now) >= len(body.holdings) else "expired"

    def check(self, body: Leases, owner: Node, now: float) -> None:
        """What failed was tried."""
        at_most(owner.name, "renewals that failed", int(body.failed), int(body.renewals))
