"""What does the work of instances whose pace varies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.station.batches import Batching
from engine.sim.lane.station.paced import PacedQueueing, PacedSharing

if TYPE_CHECKING:
    from engine.sim.lane.call import Pool
    from engine.sim.lane.station.variable_rate import VariableRateServer


def server_of(pool: Pool) -> VariableRateServer | None:
    """What does the work of an instance whose pace varies; None where it does not."""
    discipline = pool.discipline
    if isinstance(discipline, PacedQueueing | PacedSharing | Batching):
        return discipline.server
    return None
