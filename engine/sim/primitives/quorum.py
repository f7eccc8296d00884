"""Nodes of whose instances a majority has to agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import padded, ratio
from engine.sim.lane.roles.quorum import Quorum
from engine.sim.primitives.adapter import RoleAdapter
from engine.sim.samplers import make_sampler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup


class QuorumAdapter(RoleAdapter[Quorum]):
    """A coordinator."""

    name = "quorum"

    def applies(self, plan: NodePlan) -> bool:
        """A plan with a quorum."""
        return plan.quorum is not None

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> Quorum:
        """Without a leader yet."""
        return Quorum(node)

    def tune(self, role: Quorum, part: NodePart, setup: Setup) -> None:
        """Know the ways between the instances, and which classes write."""
        quorum = part.plan.quorum
        if quorum is None:
            return
        role.peers = part.peers
        role.asks = quorum.asks
        role.sync = make_sampler(quorum.sync, setup.streams, part.plan.id, "sync")
        role.writes = padded([kind.write for kind in setup.plan.classes], setup.kinds)

    def counters(self, body: Quorum, now: float) -> Counters:
        """What was agreed to, and what could not be, and how long that took."""
        return (float(body.agreed), float(body.refused), body.waited)

    def extra(self, body: Quorum, since: Sequence[float], span: float, now: float) -> Values:
        """The same since the mark."""
        agreed, refused, waited = since
        return {"agreement": ratio(waited, agreed), "no_majority": refused}
