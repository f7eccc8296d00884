"""Budgets of the retries of links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.retry_budget import RetryBudget as Settings
from engine.sim.body import Counters, Values, ratio
from engine.sim.invariant import at_most
from engine.sim.lane.rules.retry_budget import RetryBudget
from engine.sim.primitives.adapter import RuleAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan
    from engine.sim.lane.link import Link
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup


class RetryBudgetAdapter(RuleAdapter[RetryBudget]):
    """One budget a link, for all instances of its caller."""

    name = "retry.budget"

    def body(
        self, had: RetryBudget | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> RetryBudget | None:
        """The share that is left stays while its knobs are turned."""
        settings = plan.policy(Settings)
        if settings is None:
            return None
        rule = had or RetryBudget(setup.agenda)
        if settings.tokens is None:
            rule.fill(float(settings.burst))
            rule.cost, rule.deposit, rule.refund = 1.0, settings.ratio, 0.0
        else:
            rule.fill(float(settings.tokens))
            rule.cost, rule.deposit, rule.refund = settings.cost, 0.0, settings.refund
        return rule

    def counters(self, body: RetryBudget, now: float) -> Counters:
        """What is left, integrated over time, and retries denied."""
        return (body.share_area(now), float(body.denied))

    def extra(self, body: RetryBudget, since: Sequence[float], span: float, now: float) -> Values:
        """The mean share that was left, and the count."""
        area, denied = since
        return {"budget_level": ratio(area, span), "retries_denied": denied}

    def state(self, body: RetryBudget) -> str:
        """Whether it is spent."""
        return "spent" if body.is_spent() else "left"

    def check(self, body: RetryBudget, owner: Link, now: float) -> None:
        """It has no more than fits, and owes nobody anything."""
        at_most(owner.name, "tokens", body.level, body.most)
        at_most(owner.name, "tokens owed", -body.level, 0.0)
