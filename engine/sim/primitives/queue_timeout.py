"""Queue timeouts of links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.primitives import INFINITE
from engine.sim.lane.rules.queue_timeout import QueueTimeout
from engine.sim.primitives.adapter import RuleAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan
    from engine.sim.body import Counters, Values
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup


class QueueTimeoutAdapter(RuleAdapter[QueueTimeout]):
    """The caller does not wait for ever before anybody works on its call."""

    name = "queue_timeout"

    def body(
        self, had: QueueTimeout | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> QueueTimeout | None:
        """Whoever waits already keeps the time that it had."""
        if plan.queue_timeout == INFINITE:
            return None
        if had is None:
            return QueueTimeout(part.link, plan.queue_timeout)
        if had.span != plan.queue_timeout:
            had.turn(plan.queue_timeout)
        return had

    def counters(self, body: QueueTimeout, now: float) -> Counters:
        """Attempts that waited for too long."""
        return (float(body.given_up),)

    def extra(self, body: QueueTimeout, since: Sequence[float], span: float, now: float) -> Values:
        """How many they were."""
        return {"queue_timeouts": since[0]}
