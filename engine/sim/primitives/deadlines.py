"""Deadlines and cancels that travel over links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.primitives import INFINITE
from engine.sim.lane.rules.deadline_propagation import DeadlineRule
from engine.sim.primitives.adapter import RuleAdapter

if TYPE_CHECKING:
    from engine.plan.primitives import LinkPlan
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup


class DeadlineAdapter(RuleAdapter[DeadlineRule]):
    """A link tells of deadlines and cancels, or not."""

    name = "deadline"

    def body(
        self, had: DeadlineRule | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> DeadlineRule | None:
        """Which links do follows from the whole plan: balancers pass on what they are told."""
        known = setup.propagation
        if plan.id not in known.propagating | known.cancelling:
            return None
        rule = had or DeadlineRule(part.link)
        rule.span = plan.timeout
        rule.propagates = plan.id in known.propagating
        recast = rule.propagates and plan.kind is not None
        rule.patience = setup.plan.classes[plan.kind or 0].deadline if recast else INFINITE
        rule.cancels = plan.id in known.cancelling
        return rule
