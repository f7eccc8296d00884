"""What is counted at a site and on a link. Counters are never reset: results are differences."""

from __future__ import annotations

from librt.vecs import vec
from mypy_extensions import i64

from engine.sim.lane.codes import REASONS
from engine.sim.lane.histogram import Histogram
from engine.sim.lane.vitals import Failures, Vitals


class SiteCounts:
    """Counters of a site, and areas under its numbers."""

    kept: float = 0.0
    """Bytes of the sessions that each of its instances keeps."""

    def __init__(self) -> None:
        self.arrivals: i64 = 0
        self.completed: i64 = 0
        self.failed = vec[i64]([0] * REASONS)
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
        self.excess = 0.0
        """Busy workers that were taken away, and finish what they have in hand."""
        self._excess_area = 0.0
        self._excess_since = 0.0
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

    def add_excess(self, workers: float, now: float) -> None:
        """More workers than there should be are busy, or fewer of them."""
        self._excess_area = self.excess_area(now)
        self._excess_since = now
        self.excess += workers

    def excess_area(self, now: float) -> float:
        """Busy workers that were taken away, integrated over time."""
        return self._excess_area + self.excess * (now - self._excess_since)
