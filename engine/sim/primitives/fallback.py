"""Fallbacks of links."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.model.policies.fallback import Fallback as Settings
from engine.plan.primitives import INFINITE
from engine.sim.body import Counters, Values, padded, ratio
from engine.sim.lane.rules.fallback import OTHER_LINK, STALE, STATIC, Fallback
from engine.sim.primitives.adapter import RuleAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.primitives import LinkPlan
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup

_KINDS: Final[Mapping[str, int]] = MappingProxyType(
    {"static": STATIC, "stale": STALE, "link": OTHER_LINK}
)


class FallbackAdapter(RuleAdapter[Fallback]):
    """One memory of good answers a link, for all instances of its caller."""

    name = "fallback"

    def body(
        self, had: Fallback | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> Fallback | None:
        """What it remembers stays."""
        settings = plan.policy(Settings)
        if settings is None:
            return None
        rule = had or Fallback(part.link)
        rule.kind = _KINDS[settings.kind]
        rule.max_age = INFINITE if settings.max_age is None else settings.max_age
        rule.writes = padded([each.write for each in setup.plan.classes], setup.kinds)
        return rule

    def wire(self, rule: Fallback, part: LinkPart, leaving: Sequence[LinkPart]) -> None:
        """Know the other link."""
        settings = part.plan.policy(Settings)
        spare = None if settings is None else settings.spare
        rule.other = next((each.link for each in leaving if each.plan.id == spare), None)

    def counters(self, body: Fallback, now: float) -> Counters:
        """How often it helped, and the ages of old answers."""
        return (float(body.used), float(body.stale), body.ages)

    def extra(self, body: Fallback, since: Sequence[float], span: float, now: float) -> Values:
        """The count, and the mean age."""
        used, stale, ages = since
        return {"fallbacks": used} | (
            {"stale_age": ratio(ages, stale)} if body.kind == STALE else {}
        )
