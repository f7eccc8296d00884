"""What health checks and ejection mean, as balancers have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.primitives import HealthPlan, OutlierPlan

if TYPE_CHECKING:
    from engine.model.health import Health, Outlier


def health_plan(health: Health | None) -> HealthPlan | None:
    """The checks; those that go deep ask for a page."""
    if health is None:
        return None
    deep = health.depth == "deep"
    fields = health.model_dump(exclude={"depth", "layer"})
    return HealthPlan(**fields, layer=7 if deep else health.layer, deep=deep)


def outlier_plan(outlier: Outlier | None) -> OutlierPlan | None:
    """Who is ejected, and for how long."""
    return None if outlier is None else OutlierPlan(**outlier.model_dump())
