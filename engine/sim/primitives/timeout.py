"""Timeouts of links; a queue gives a message up by its visibility timeout as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.primitives import INFINITE
from engine.sim.lane.rules.timeout import Timeout
from engine.sim.primitives.adapter import RuleAdapter

if TYPE_CHECKING:
    from engine.plan.primitives import LinkPlan
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup


class TimeoutAdapter(RuleAdapter[Timeout]):
    """The caller gives up."""

    name = "timeout"

    def body(
        self, had: Timeout | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> Timeout | None:
        """Another timeout is another rule: those under way keep theirs."""
        if plan.timeout == INFINITE:
            return None
        if had is None or had.span != plan.timeout:
            return Timeout(part.link, plan.timeout)
        return had
