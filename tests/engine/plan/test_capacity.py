"""The capacity of instances that have limits, compared with runs."""

from __future__ import annotations

from typing import Any

import pytest

from engine.plan.capacity import capacities
from engine.plan.demand import demand_of
from engine.plan.primitives import BatchPlan, CpuPlan, ScalingPlan
from tests.helpers.plans import closed, link, plan, simulate, station


@pytest.mark.parametrize(
    "changes",
    [
        {"workers": 4, "speed": 2.0},
        {"workers": 12, "scaling": ScalingPlan(contention=0.05, coherency=0.01)},
        {"workers": 8, "cpu": CpuPlan(quota=0.05)},
        {"workers": 2, "batch": BatchPlan(size=8, linger=0.0, fixed=0.02)},
        {"workers": 2, "batch": BatchPlan(size=8, linger=0.0, fixed=0.02, per_item=0.005)},
    ],
    ids=["speed", "contention", "quota", "batches", "batches with a time"],
)
def test_the_capacity_of_limited_instances_is_what_a_full_one_does(changes: dict[str, Any]) -> None:
    """As many users as there may be at once, who never think; at the peak, where more would be slower."""
    users = {"batch": 48, "cpu": 16, "scaling": 9}.get(next(reversed(changes)), 4)
    web = station("web", 0.01, **changes)
    made = plan([closed("users", users, 0.0), web], [link("users", "web")], duration=20.0)
    demand = demand_of(made)
    assert demand is not None
    can = capacities(made, demand)["web"].rate
    assert simulate(made)["clients"]["users"]["goodput"] == pytest.approx(can, rel=0.01)


@pytest.mark.parametrize("coherency", [0.0, 5e-324, 1e-310, 1e-12])
def test_a_coherency_next_to_nothing_changes_nothing(coherency: float) -> None:
    scaling = ScalingPlan(contention=0.05, coherency=coherency)
    web = station("web", 0.01, workers=12, scaling=scaling)
    made = plan([closed("users", 12, 0.0), web], [link("users", "web")])
    demand = demand_of(made)
    assert demand is not None
    assert capacities(made, demand)["web"].rate == pytest.approx(12 / (0.01 * 1.55), rel=1e-6)
