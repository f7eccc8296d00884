"""Adaptive throttles of links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.throttle import Throttle as Settings
from engine.sim.body import Counters, Values, ratio
from engine.sim.invariant import at_most
from engine.sim.lane.rules.throttle import Throttle
from engine.sim.primitives.adapter import RuleAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan
    from engine.sim.lane.link import Link
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup


class ThrottleAdapter(RuleAdapter[Throttle]):
    """One throttle a link, for all instances of its caller."""

    name = "throttle"

    def body(
        self, had: Throttle | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> Throttle | None:
        """What it counted stays while the factor is turned."""
        settings = plan.policy(Settings)
        if settings is None:
            return None
        rule = had or Throttle(setup.streams.uniform(plan.id, "throttle"), setup.agenda)
        rule.turn(settings.factor, settings.window, setup.agenda.now)
        return rule

    def counters(self, body: Throttle, now: float) -> Counters:
        """Asked for, and refused."""
        return (float(body.asked), float(body.throttled))

    def extra(self, body: Throttle, since: Sequence[float], span: float, now: float) -> Values:
        """Share that it refused."""
        asked, throttled = since
        return {"throttled_share": ratio(throttled, asked)}

    def state(self, body: Throttle) -> str:
        """Whether it refuses calls."""
        return "throttling" if body.refuses() else "idle"

    def check(self, body: Throttle, owner: Link, now: float) -> None:
        """It refuses no more than what comes."""
        at_most(owner.name, "throttled", float(body.throttled), float(body.asked))
