"""Curves of the request lane, made from their plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.station.curves import Curve, ExponentialCurve, PowerCurve, TableCurve

if TYPE_CHECKING:
    from engine.plan.primitives import CurvePlan


def curve_of(plan: CurvePlan | None) -> Curve | None:
    """What slows workers by the share of them at work, where anything does."""
    if plan is None:
        return None
    if plan.law == "exponential":
        return ExponentialCurve(plan.a)
    if plan.law == "table":
        return TableCurve([share for share, _ in plan.points], [high for _, high in plan.points])
    return PowerCurve(plan.a, 1.0 if plan.law == "linear" else plan.power)
