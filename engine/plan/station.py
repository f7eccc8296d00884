"""What components with workers share, as primitives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.primitives import CpuPlan, ScalingPlan

if TYPE_CHECKING:
    from engine.model.station import CpuQuota, Scaling


def scaling_plan(scaling: Scaling | None) -> ScalingPlan | None:
    """Contention and coherency as numbers; nothing where both are zero."""
    if scaling is None or scaling.contention == scaling.coherency == 0.0:
        return None
    return ScalingPlan(contention=scaling.contention, coherency=scaling.coherency)


def cpu_plan(cpu: CpuQuota | None) -> CpuPlan | None:
    """A CPU quota as numbers."""
    return None if cpu is None else CpuPlan(quota=cpu.quota, period=cpu.period)
