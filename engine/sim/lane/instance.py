"""The state of one instance: whether it takes work in, how much it has, and how much it may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.vitals import InstanceCounters

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.vitals import Meter


class Instance(InstanceCounters):
    """What can be said of an instance without knowing the calls inside: see `Pool`."""

    def __init__(self, index: int) -> None:
        # What every call looks at comes first: so it lies on few lines of the cache.
        self.down = False
        """Whether it takes nothing in: dead, or not ready yet."""
        self.halted = False
        """Whether a pause stops everything."""
        self.workers: i64 = UNLIMITED
        self.busy: i64 = 0
        self.waiting: i64 = 0
        self.coming: i64 = 0
        """Calls on their way to this instance, at a gate included."""
        self.slow = 1.0
        self.index = index
        self.limit: i64 = UNLIMITED
        """Places in the waiting line."""
        self.reserved: i64 = 0
        """Workers kept for messages under way."""
        self.detached: i64 = 0
        """Parts of requests that go on when these are answered."""
        self.deaths: i64 = 0
        """How often it went down: whatever was connected to it is not any more."""
        self.starting = False
        self.listed = True
        """Whether callers are told of it. Who is killed is not struck off; who starts is not listed."""
        self.memory: Meter | None = None

    def idle(self) -> bool:
        """Whether a worker has nothing to do."""
        return not self.down and self.busy + self.reserved < self.workers
