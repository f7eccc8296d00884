"""Timeouts of links; a queue gives a message up by its visibility timeout as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.primitives import INFINITE
from engine.sim.lane.rules.timeout import Timeout
from engine.sim.lane.rules.visibility import Visibility
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
        if plan.timeout == INFINITE or _keeps_messages(part):
            return None
        if had is None or had.span != plan.timeout:
            return Timeout(part.link, plan.timeout)
        return had


class VisibilityAdapter(RuleAdapter[Visibility]):
    """A queue gives a delivery up, unless the worker asks for more time."""

    name = "visibility"

    def body(
        self, had: Visibility | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> Visibility | None:
        """Another timeout is another rule: deliveries under way keep theirs."""
        if plan.timeout == INFINITE or not _keeps_messages(part):
            return None
        if had is None or had.span != plan.timeout:
            return Visibility(part.link, plan.timeout)
        return had


def _keeps_messages(part: LinkPart) -> bool:
    """Whether a link leaves a queue."""
    return part.caller is not None and part.caller.backlog is not None
