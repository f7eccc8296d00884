"""Concurrency limits of nodes."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.model.policies.concurrency import Concurrency
from engine.sim.body import ratio
from engine.sim.invariant import at_most
from engine.sim.lane.gates.concurrency import AIMD, FIXED, GRADIENT, ConcurrencyLimit
from engine.sim.primitives.adapter import GateAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup

_ALGORITHMS: Final[Mapping[str, int]] = MappingProxyType(
    {"fixed": FIXED, "aimd": AIMD, "gradient": GRADIENT}
)


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
        gate.turn(
            _ALGORITHMS[settings.algorithm],
            float(settings.limit),
            float(settings.min),
            float(settings.max),
            settings.target,
        )
        return gate

    def counters(self, body: ConcurrencyLimit, now: float) -> Counters:
        """Shed, and the limit, integrated over time."""
        return (float(body.shed), body.limit_area(now))

    def extra(
        self, body: ConcurrencyLimit, since: Sequence[float], span: float, now: float
    ) -> Values:
        """How many were shed, and the mean limit."""
        return {"shed": since[0], "limit": ratio(since[1], span)}

    def state(self, body: ConcurrencyLimit) -> str:
        """Whether somebody was shed a moment ago."""
        return "full" if body.is_full(body.node.agenda.now) else "idle"

    def check(self, body: ConcurrencyLimit, owner: Node, now: float) -> None:
        """Whoever it let in is inside."""
        at_most(owner.name, "let in by the concurrency limit", int(body.inside), owner.in_system)
