"""Rate limits of nodes."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.model.policies.rate_limit import RateLimit
from engine.sim.invariant import same
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.gates import allowances
from engine.sim.lane.gates import rate_limiter as lane
from engine.sim.primitives.adapter import GateAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup

_BY: Final[Mapping[str, int]] = MappingProxyType(
    {
        "all": lane.BY_ALL,
        "client": lane.BY_CLIENT,
        "key": lane.BY_KEY,
        "session": lane.BY_SESSION,
        "class": lane.BY_CLASS,
        "tenant": lane.BY_TENANT,
    }
)
_ALGORITHMS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "token_bucket": allowances.TOKEN_BUCKET,
        "gcra": allowances.CELL_RATE,
        "leaky_bucket": allowances.TOKEN_BUCKET,
        "fixed_window": allowances.FIXED_WINDOW,
        "sliding_window": allowances.SLIDING_WINDOW,
    }
)
"""A leaky bucket that does not delay has room where a token bucket has tokens."""


def conserved(body: lane.RateLimiter, owner: Node, title: str) -> None:
    """Whoever a gate holds is in its line, and whoever came was let in, was refused, waits or has left."""
    same(owner.name, f"held by the {title}", int(body.held), int(body.in_line()))
    gone = int(body.admitted) + int(body.refused) + int(body.left_line)
    same(owner.name, f"came to the {title}", int(body.asked), gone + int(body.held))


class RateLimitAdapter(GateAdapter[lane.RateLimiter]):
    """What may pass of all, or of each of something."""

    name = "rate_limit"

    def body(
        self, had: lane.RateLimiter | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> lane.RateLimiter | None:
        """What passed counts while its knobs are turned, unless others share a bucket then."""
        settings = plan.gate(RateLimit)
        if settings is None:
            if had is not None:
                had.open(setup.agenda.now)
            return None
        gate = had or lane.RateLimiter(part.node)
        by, algorithm = _BY[settings.by], _ALGORITHMS[settings.algorithm]
        if (gate.by, gate.shared) != (by, settings.shared):
            gate.forget()
            gate.by, gate.shared = by, settings.shared
        pending = UNLIMITED if settings.pending is None else settings.pending
        burst = settings.burst
        if settings.algorithm == "leaky_bucket" and settings.delay:
            burst, pending = 1, min(pending, burst)
        gate.turn(settings.rate, float(burst), settings.window, setup.agenda.now)
        gate.follow(algorithm, setup.agenda.now)
        gate.delays = settings.delay
        gate.pending = pending
        return gate

    def counters(self, body: lane.RateLimiter, now: float) -> Counters:
        """Let in, and refused."""
        return (float(body.admitted), float(body.refused))

    def extra(
        self, body: lane.RateLimiter, since: Sequence[float], span: float, now: float
    ) -> Values:
        """What the counters say, and what is left of the tokens."""
        admitted, refused = since
        found = {"admitted": admitted, "rate_limited": refused}
        if body.by == lane.BY_ALL and body.shared:
            found["tokens"] = body.tokens(now)
        if body.delays:
            found["waiting"] = float(body.held)
        return found

    def state(self, body: lane.RateLimiter) -> str:
        """Whether whoever comes next finds no token."""
        return "limiting" if body.is_limiting(body.node.agenda.now) else "idle"

    def check(self, body: lane.RateLimiter, owner: Node, now: float) -> None:
        """Whoever it holds is in the line of a bucket."""
        conserved(body, owner, "rate limit")
