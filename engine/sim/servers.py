"""Instances whose pace varies, and what does their work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.station.batches import BatchPool
from engine.sim.lane.station.paced import PacedPool, PacedSharedPool

if TYPE_CHECKING:
    from engine.sim.lane.call import Pool
    from engine.sim.lane.station.variable_rate import VariableRateServer


def server_of(pool: Pool) -> VariableRateServer | None:
    """What does the work of an instance whose pace varies; None where it does not."""
    return pool.server if isinstance(pool, PacedPool | PacedSharedPool | BatchPool) else None
