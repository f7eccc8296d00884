"""How many tries a request may turn into, a budget considered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.retry_budget import RetryBudget

if TYPE_CHECKING:
    from engine.plan.primitives import LinkPlan


def most_tries(link: LinkPlan) -> float:
    """Tries over a link for each first one while everything fails, for long.

    A budget of a ratio earns that many retries a first try; one of tokens earns nothing then.
    """
    budget = link.policy(RetryBudget) if link.policies else None
    if budget is None:
        return float(link.retry.attempts)
    return min(float(link.retry.attempts), 1.0 + (budget.ratio if budget.tokens is None else 0.0))
