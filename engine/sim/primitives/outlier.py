"""Outlier detection: the rule that a router's links keep to, and what is counted of ejections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from engine.sim.body import Adapter, Counters, Values
from engine.sim.lane.rules.outlier import Outlier
from engine.sim.primitives.adapter import RuleAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan
    from engine.sim.parts import LinkPart
    from engine.sim.setup import Setup


class OutlierAdapter(RuleAdapter[Outlier]):
    """One rule a link that leaves a router."""

    name = "outlier"

    def body(
        self, had: Outlier | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> Outlier | None:
        """As the router has it."""
        router = None if part.caller is None else part.caller.router
        if router is None or router.outlier is None:
            return None
        rule = had or Outlier()
        rule.consecutive = router.outlier.consecutive
        return rule


class _Detector(Protocol):
    """Who ejects the outliers of a router."""

    ejections: int
    false_ejections: int

    def out(self) -> int:
        """How many are out now."""


class EjectionAdapter(Adapter[Any]):
    """Counts the instances that a router ejected."""

    name = "outlier"

    def counters(self, body: _Detector, now: float) -> Counters:
        """Ejections, and those of instances with which nothing was wrong."""
        return (float(body.ejections), float(body.false_ejections))

    def extra(self, body: _Detector, since: Sequence[float], span: float, now: float) -> Values:
        """Both counts."""
        return {"ejected": since[0], "false_ejections": since[1]}

    def state(self, body: _Detector) -> str:
        """Whether somebody is out."""
        return "ejecting" if body.out() else ""


EJECTION = EjectionAdapter()
