"""What components with workers share, as primitives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.load_curves import ExponentialLoad, LinearLoad, PolynomialLoad, TableLoad
from engine.plan.lower import law_plan
from engine.plan.primitives import (
    INFINITE,
    BatchPlan,
    CpuPlan,
    CurvePlan,
    MemoryPlan,
    PausePlan,
    ScalingPlan,
    StartPlan,
)

if TYPE_CHECKING:
    from engine.model.load_curves import LoadCurve
    from engine.model.station import Batching, CpuQuota, Memory, Pauses, Scaling, StartUp


def scaling_plan(scaling: Scaling | None, curve: LoadCurve | None) -> ScalingPlan | None:
    """Contention, coherency and a curve as numbers; nothing where none of them changes anything."""
    sigma, kappa = (0.0, 0.0) if scaling is None else (scaling.contention, scaling.coherency)
    shape = _curve_plan(curve)
    if sigma == kappa == 0.0 and shape is None:
        return None
    return ScalingPlan(contention=sigma, coherency=kappa, curve=shape)


def _curve_plan(curve: LoadCurve | None) -> CurvePlan | None:
    """A curve as numbers; nothing where it is flat at 1."""
    match curve:
        case LinearLoad(slope=a) if a > 0.0:
            return CurvePlan(law="linear", a=a)
        case PolynomialLoad(slope=a, power=power) if a > 0.0:
            return CurvePlan(law="polynomial", a=a, power=power)
        case ExponentialLoad(rate=a) if a > 0.0:
            return CurvePlan(law="exponential", a=a)
        case TableLoad(points=points) if any(factor != 1.0 for _, factor in points):
            return CurvePlan(law="table", points=points)
    return None


def cpu_plan(cpu: CpuQuota | None) -> CpuPlan | None:
    """A CPU quota as numbers."""
    return None if cpu is None else CpuPlan(quota=cpu.quota, period=cpu.period)


def batch_plan(batch: Batching | None) -> BatchPlan | None:
    """Batching as numbers."""
    if batch is None:
        return None
    return BatchPlan(
        size=batch.size, linger=batch.linger, fixed=batch.fixed, per_item=batch.per_item
    )


def start_plan(start: StartUp | None) -> StartPlan | None:
    """Start-up and warm-up as numbers."""
    if start is None:
        return None
    return StartPlan(time=law_plan(start.time), warm_up=start.warm_up, cold=start.cold_factor)


def drain_time(drain: float | None) -> float:
    """Seconds that an instance which is taken away has."""
    return INFINITE if drain is None else drain


def memory_plan(memory: Memory | None) -> MemoryPlan | None:
    """Memory as numbers."""
    if memory is None:
        return None
    return MemoryPlan(
        base=memory.base,
        per_request=memory.per_request,
        per_peer=memory.per_peer,
        leak=memory.leak,
        limit=INFINITE if memory.limit is None else memory.limit,
        refuses=memory.on_limit == "errors",
    )


def pause_plan(pauses: Pauses | None) -> PausePlan | None:
    """Pauses as numbers."""
    if pauses is None:
        return None
    return PausePlan(every=law_plan(pauses.every), length=law_plan(pauses.length))
