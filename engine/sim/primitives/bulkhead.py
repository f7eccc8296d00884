"""Bulkheads of links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.bulkhead import Bulkhead as Settings
from engine.sim.body import Counters, Values, ratio
from engine.sim.invariant import at_most
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.rules.bulkhead import Bulkhead
from engine.sim.primitives.adapter import RuleAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan
    from engine.sim.lane.link import Link
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup


class BulkheadAdapter(RuleAdapter[Bulkhead]):
    """One bulkhead a link, for all instances of its caller."""

    name = "bulkhead"

    def body(
        self, had: Bulkhead | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> Bulkhead | None:
        """Calls under way keep their places; whoever waits at one that is taken away goes."""
        settings, now = plan.policy(Settings), setup.agenda.now
        if settings is None:
            if had is not None:
                had.turn(UNLIMITED, had.pending, now)
            return None
        rule = had or Bulkhead(part.link)
        if had is None or (had.places, had.pending) != (settings.concurrent, settings.pending):
            rule.turn(settings.concurrent, settings.pending, now)
        return rule

    def counters(self, body: Bulkhead, now: float) -> Counters:
        """Places in use and calls that wait, integrated over time."""
        return body.areas(now)

    def extra(self, body: Bulkhead, since: Sequence[float], span: float, now: float) -> Values:
        """How full it is, and how many wait."""
        used, waited = since
        return {
            "bulkhead_used": ratio(used, span * float(body.places)),
            "bulkhead_waiting": ratio(waited, span),
        }

    def check(self, body: Bulkhead, owner: Link, now: float) -> None:
        """Whoever has a place or waits for one is under way."""
        held = int(body.used + body.waiting)
        at_most(owner.name, "calls at the bulkhead", held, owner.in_flight)
