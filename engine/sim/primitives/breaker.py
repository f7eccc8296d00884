"""Circuit breakers of links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.breaker import Breaker as Settings
from engine.plan.primitives import INFINITE
from engine.sim.body import Counters, Values, ratio
from engine.sim.lane.rules.breaker import NAMES, Breaker
from engine.sim.primitives.adapter import RuleAdapter
from engine.sim.setup import Herald

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup


class BreakerAdapter(RuleAdapter[Breaker]):
    """One breaker a link, for all instances of its caller."""

    name = "breaker"

    def body(
        self, had: Breaker | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> Breaker | None:
        """Its state stays while its knobs are turned."""
        settings = plan.policy(Settings)
        if settings is None:
            if had is not None:
                had.stop()
            return None
        rule = had or Breaker(part.link, Herald(setup, plan.id, Settings))
        rule.window = settings.window
        rule.timed = settings.window_type == "seconds"
        rule.minimum = settings.minimum
        rule.failure_share = settings.failure_share
        rule.slow_call = INFINITE if settings.slow_call is None else settings.slow_call
        rule.slow_share = settings.slow_share
        rule.open_for = settings.open
        rule.trials = settings.half_open
        rule.follow(setup.agenda.now)
        return rule

    def counters(self, body: Breaker, now: float) -> Counters:
        """Time open, and how often it opened."""
        return (body.open_time(now), float(body.opened))

    def extra(self, body: Breaker, since: Sequence[float], span: float, now: float) -> Values:
        """Share of the time, and the count."""
        time, opened = since
        return {"open_share": ratio(time, span), "opened": opened}

    def state(self, body: Breaker) -> str:
        """Closed, open or half-open."""
        return NAMES[body.state]
