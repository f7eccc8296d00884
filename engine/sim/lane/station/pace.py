"""How fast the workers of an instance work at any time, where that varies.

Contention and coherency (universal scalability law), the share of workers at work, a CPU quota a period (CFS bandwidth control), a
warm-up after the start, pauses of everything. Between two changes the pace rises linearly at most.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.instance import Instance
    from engine.sim.lane.station.curves import Curve
    from engine.sim.lane.vitals import Vitals

NEVER: Final = float("inf")


@final
class Pace:
    """The pace of one instance. Who uses it calls `advance` before anything changes."""

    def __init__(self, instance: Instance, vitals: Vitals, now: float) -> None:
        self.contention = 0.0
        self.coherency = 0.0
        self.curve: Curve | None = None
        """What the share of workers at work does beside that."""
        self.quota = 0.0
        """CPU seconds a period; 0 is no limit."""
        self.period = 0.1
        self.phase = 0.0
        """Time at which a period begins."""
        self.cold = 1.0
        """Pace when the warm-up begins."""
        self.warm_up = 0.0
        """Seconds until the pace is 1."""
        self.warming_since = -NEVER
        self.slow = 1.0
        """Times longer work, by events; 0 takes no time."""
        self.pauses = False
        """Whether somebody halts it now and then."""
        self.paused = False
        """Whether a pause stops everything."""
        self.halted = False
        """Whether that does, or an event."""
        self.throttled = False
        """Whether the quota of this period is used up."""
        self._instance = instance
        self._vitals = vitals
        self._since = now
        self._left = 0.0
        """CPU seconds left in this period."""
        self._renewal = -NEVER
        self._dry = NEVER
        """When the quota runs out if nothing changes."""

    def limit(self, quota: float, period: float, phase: float) -> None:
        """Have another quota, full at first."""
        if (quota, period) == (self.quota, self.period):
            return
        self.quota = quota
        self.period = period
        self.phase = phase
        self.throttled = False
        self._renewal = -NEVER
        self._dry = NEVER

    def advance(self, now: float, running: i64) -> float:
        """Seconds of work that each of the running workers has done since the call before."""
        span = now - self._since
        progress = 0.0
        if span > 0.0:
            counts = 0.0 if self._instance.leaving else span
            if self.halted:
                self._vitals.halted += counts
                self._stand(span, running)
            elif running > 0:
                if self.throttled:
                    self._vitals.throttled += counts
                    self._stand(span, running)
                else:
                    mean = self._level(self._since) + self._slope(self._since) * span / 2.0
                    stretch = self._inflation(running)
                    progress = span * mean / stretch if stretch > 0.0 else 0.0
                    self._left -= float(running) * span
            self._since = now
        if self.quota > 0.0:
            if running == 0:
                # Nobody has used anything since, so what was left is there still.
                self._dry = NEVER
            self._renew(now)
        return progress

    def _stand(self, span: float, running: i64) -> None:
        """Count workers that stood still although they had work."""
        self._instance.stood += span * float(running)
        self._vitals.stood += span * float(running)

    def standing(self, now: float) -> float:
        """Seconds since the call before of `advance` for which the pace was zero, not counted yet."""
        return now - self._since if self.halted or self.throttled else 0.0

    def warm(self, now: float) -> None:
        """Begin the warm-up."""
        self.warming_since = now

    def next_change(self, now: float, running: i64) -> float:
        """When the pace changes by itself; never where nobody works."""
        self._dry = NEVER
        if self.halted or running == 0:
            return NEVER
        if self.throttled:
            return self._renewal
        change = NEVER
        if self.quota > 0.0:
            self._dry = now + max(0.0, self._left) / float(running)
            change = min(self._dry, self._renewal)
        if self._slope(now) > 0.0:
            change = min(change, self.warming_since + self.warm_up)
        return change

    def time_for(self, work: float, now: float, running: i64) -> float:
        """Seconds until each running worker has done so much work, if the pace does not change."""
        if self.halted or self.throttled:
            return NEVER
        level = self._level(now)
        todo = work * self._inflation(running)
        slope = self._slope(now)
        if slope <= 0.0:
            return todo / level
        # The positive root of level t + slope t²/2 = todo, in the form that loses no digits.
        root = level + math.sqrt(level * level + 2.0 * slope * todo)
        return 2.0 * todo / root if root > 0.0 else 0.0

    def _inflation(self, running: i64) -> float:
        """How much longer work takes while so many workers work (Gunther 1993), and by events."""
        workers = float(running)
        load = 1.0 + (workers - 1.0) * (self.contention + self.coherency * workers)
        curve = self.curve
        if curve is not None:
            limit = self._instance.workers
            share = workers / float(limit) if running < limit else 1.0
            load *= curve.factor(share)
        return load * self.slow

    def _slope(self, now: float) -> float:
        """How fast the pace rises (1/s)."""
        if now >= self.warming_since + self.warm_up:
            return 0.0
        return (1.0 - self.cold) / self.warm_up

    def _level(self, now: float) -> float:
        """The pace of a lone worker."""
        slope = self._slope(now)
        return self.cold + slope * (now - self.warming_since) if slope > 0.0 else 1.0

    def _renew(self, now: float) -> None:
        """Begin the period that it is time for, or see that the quota is used up."""
        if now >= self._renewal:
            rounds = math.floor((now - self.phase) / self.period) + 1.0
            self._renewal = self.phase + rounds * self.period
            if self._renewal <= now:
                self._renewal = self.phase + (rounds + 1.0) * self.period
            self._left = self.quota
            self._dry = NEVER
            self.throttled = False
        elif now >= self._dry:
            self.throttled = True
