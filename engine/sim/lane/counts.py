"""What is counted at a site and on a link. Counters are never reset: results are differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.codes import REASONS
from engine.sim.lane.histogram import Histogram
from engine.sim.lane.vitals import Failures, Vitals

if TYPE_CHECKING:
    from mypy_extensions import i64


class SiteCounts:
    """Counters of a site, and areas under its numbers."""

    def __init__(self) -> None:
        self.arrivals: i64 = 0
        self.completed: i64 = 0
        self.failed: list[int] = [0] * REASONS
        # Whole numbers, kept as floats since they are multiplied with spans of time.
        self.busy = 0.0
        self.waiting = 0.0
        self.in_system = 0.0
        self.touched = 0.0
        self.busy_area = 0.0
        self.wait_area = 0.0
        self.system_area = 0.0
        self.arrived_sum = 0.0
        """Sum of the arrival times of all inside, for Little's law."""
        self.blame = Failures()
        self.vitals = Vitals()
        self.wait = Histogram()
        self.residence = Histogram()

    def touch(self, now: float) -> None:
        """Bring the areas up to now; to be called before any of the three numbers changes."""
        span = now - self.touched
        if span > 0.0:
            self.busy_area += span * self.busy
            self.wait_area += span * self.waiting
            self.system_area += span * self.in_system
            self.touched = now
