"""Retries of links."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.plan.primitives import FAILURES
from engine.sim.lane.rules.retry import ANY, Retry
from engine.sim.primitives.adapter import RuleAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.primitives import LinkPlan
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup

LEAST_SHARE: Final[Mapping[str, float]] = MappingProxyType({"none": 1.0, "equal": 0.5, "full": 0.0})
"""Share of a wait that is not left to chance."""


class RetryAdapter(RuleAdapter[Retry]):
    """The caller tries again."""

    name = "retry"

    def body(self, had: Retry | None, part: LinkPart, plan: LinkPlan, setup: Setup) -> Retry | None:
        """Waits before each retry; none where there is only one try."""
        retry = plan.retry
        part.link.elsewhere = retry.other_instance and retry.attempts > 1
        if retry.attempts == 1:
            return None
        rule = had or Retry(part.link.uniforms)
        rule.backoffs = [
            min(retry.cap, retry.base * retry.factor**place) for place in range(retry.attempts - 1)
        ]
        rule.on = ANY if retry.on is None else sum({1 << FAILURES.index(each) for each in retry.on})
        rule.least_share = LEAST_SHARE[retry.jitter]
        return rule
