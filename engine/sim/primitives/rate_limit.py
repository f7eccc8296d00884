"""Rate limits of nodes."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.model.policies.rate_limit import RateLimit
from engine.sim.invariant import same
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.gates import token_bucket as lane
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
    }
)


class RateLimitAdapter(GateAdapter[lane.TokenBucket]):
    """Token buckets, one or one for each of something."""

    name = "rate_limit"

    def body(
        self, had: lane.TokenBucket | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> lane.TokenBucket | None:
        """Tokens stay while its knobs are turned, unless others share a bucket then."""
        settings = plan.gate(RateLimit)
        if settings is None:
            if had is not None:
                had.open(setup.agenda.now)
            return None
        gate = had or lane.TokenBucket(part.node)
        by = _BY[settings.by]
        if (gate.by, gate.shared) != (by, settings.shared):
            gate.forget()
            gate.by, gate.shared = by, settings.shared
        gate.turn(settings.rate, float(settings.burst), setup.agenda.now)
        gate.delays = settings.delay
        gate.pending = UNLIMITED if settings.pending is None else settings.pending
        return gate

    def counters(self, body: lane.TokenBucket, now: float) -> Counters:
        """Let in, and refused."""
        return (float(body.admitted), float(body.refused))

    def extra(
        self, body: lane.TokenBucket, since: Sequence[float], span: float, now: float
    ) -> Values:
        """What the counters say, and what is left of the tokens."""
        admitted, refused = since
        found = {"admitted": admitted, "rate_limited": refused}
        if body.by == lane.BY_ALL and body.shared:
            found["tokens"] = body.tokens(now)
        if body.delays:
            found["waiting"] = float(body.held)
        return found

    def state(self, body: lane.TokenBucket) -> str:
        """Whether whoever comes next finds no token."""
        return "limiting" if body.is_limiting(body.node.agenda.now) else "idle"

    def check(self, body: lane.TokenBucket, owner: Node, now: float) -> None:
        """Whoever it holds is in the line of a bucket."""
        same(owner.name, "held by the rate limit", int(body.held), int(body.in_line()))
