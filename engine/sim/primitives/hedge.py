"""Hedged calls of links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.hedge import Hedge as Settings
from engine.sim.invariant import at_most
from engine.sim.lane.rules.hedge import Hedge
from engine.sim.primitives.adapter import RuleAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.link import Link
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup


class HedgeAdapter(RuleAdapter[Hedge]):
    """One memory of how long calls take a link, for all instances of its caller."""

    name = "hedge"

    def body(self, had: Hedge | None, part: LinkPart, plan: LinkPlan, setup: Setup) -> Hedge | None:
        """Races that are run go on, unless there are to be none: then each call is its own again."""
        settings = plan.policy(Settings)
        if settings is None:
            if had is not None:
                had.stop(setup.agenda.now)
            return None
        rule = had or Hedge(part.link)
        delay = settings.delay
        if isinstance(delay, str):
            rule.turn(0.0, float(delay[1:]) / 100.0, settings.extra)
        else:
            rule.turn(delay, 0.0, settings.extra)
        return rule

    def counters(self, body: Hedge, now: float) -> Counters:
        """Hedged, and won."""
        return (float(body.hedged), float(body.won))

    def extra(self, body: Hedge, since: Sequence[float], span: float, now: float) -> Values:
        """Both counts."""
        hedged, won = since
        return {"hedged": hedged, "hedge_won": won}

    def check(self, body: Hedge, owner: Link, now: float) -> None:
        """No race is won by a call that was not made."""
        at_most(owner.name, "won by hedges", float(body.won), float(body.hedged))
