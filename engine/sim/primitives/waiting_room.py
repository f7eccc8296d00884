"""Waiting rooms of nodes: a leaky bucket out of which nobody is turned away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.waiting_room import WaitingRoom
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.gates.rate_limiter import RateLimiter
from engine.sim.primitives.adapter import GateAdapter
from engine.sim.primitives.rate_limit import conserved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup


class WaitingRoomAdapter(GateAdapter[RateLimiter]):
    """One room for all instances of a node."""

    name = "waiting_room"

    def body(
        self, had: RateLimiter | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> RateLimiter | None:
        """Whoever waits goes on waiting at another rate, and is let in when the room is closed."""
        settings = plan.gate(WaitingRoom)
        if settings is None:
            if had is not None:
                had.open(setup.agenda.now)
            return None
        gate = had or RateLimiter(part.node)
        gate.turn(settings.rate, 1.0, 1.0, setup.agenda.now)
        gate.delays = True
        gate.pending = UNLIMITED
        return gate

    def counters(self, body: RateLimiter, now: float) -> Counters:
        """Came, let in, left."""
        return (float(body.asked), float(body.admitted), float(body.left_line))

    def extra(self, body: RateLimiter, since: Sequence[float], span: float, now: float) -> Values:
        """What became of the tickets."""
        asked, admitted, left = since
        return {
            "waiting_room.tickets": asked,
            "waiting_room.admitted": admitted,
            "waiting_room.left": left,
            "waiting_room.waiting": float(body.held),
        }

    def state(self, body: RateLimiter) -> str:
        """Whether somebody waits."""
        return "queueing" if body.held > 0 else "idle"

    def check(self, body: RateLimiter, owner: Node, now: float) -> None:
        """No ticket is lost."""
        conserved(body, owner, "waiting room")
