"""A limit found by gradient: as many inside as leave the time that a request takes near its least (Envoy)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.codes import NEVER

if TYPE_CHECKING:
    from mypy_extensions import i64

UPDATE: Final = 0.1
"""Seconds between changes of the limit (Envoy: concurrency_update_interval)."""
AGAIN: Final = 60.0
"""Seconds until the least time is measured again (Envoy: min_rtt_calc_params.interval, without its jitter)."""
SAMPLES: Final = 50
"""Calls for which that takes (Envoy: request_count)."""
BUFFER: Final = 0.25
"""Share of the least time by which calls may take longer (Envoy: buffer)."""
STEEPEST: Final = 0.5
"""A change leaves no less of the limit …"""
FLATTEST: Final = 2.0
"""… and no more, but for the room (Envoy: the bounds of its gradient)."""
STUCK: Final = 5
"""Changes in a row that ended at the least limit, after which the least time is measured again (Envoy)."""


@final
class Gradient:
    """Compares the median time of calls now with that of calls which hardly had to wait.

    For that the limit is the least one for some calls every minute.
    """

    def __init__(self, limit: float, now: float) -> None:
        self.limit = limit
        """That it has found."""
        self.measures = True
        """Whether the least time is measured now."""
        self._least_time = NEVER
        self._since = now
        """Calls that came before say nothing."""
        self._until = NEVER
        """When the least time is measured again."""
        self._next = now + UPDATE
        self._stuck: i64 = 0
        self._times: list[float] = []

    def note(self, arrived: float, time: float, least: float, most: float, now: float) -> bool:
        """Take in how long a call was inside; says whether the limit may be another one now.

        Args:
            arrived: when it came (s).
            time: seconds.
            least: the least limit.
            most: the greatest.
            now: simulated time (s).
        """
        if arrived < self._since:
            return False
        self._times.append(time)
        if self.measures:
            if len(self._times) < SAMPLES:
                return False
            self._least_time = self._median()
            self._begin(now)
            return True
        if now < self._next:
            return False
        self._climb(least, most)
        self._next = now + UPDATE
        if now >= self._until or self._stuck >= STUCK:
            self._measure(now)
        return True

    def _begin(self, now: float) -> None:
        """Look for the limit again, the least time being known."""
        self.measures = False
        self._since = now
        self._next = now + UPDATE
        self._until = now + AGAIN
        self._stuck = 0

    def _measure(self, now: float) -> None:
        """Measure the least time."""
        self.measures = True
        self._since = now
        self._times = []

    def _climb(self, least: float, most: float) -> None:
        """Have a limit that is smaller by as much as calls take longer, and room for a few more."""
        time = self._median()
        slope = FLATTEST
        if time > 0.0:
            slope = min(max(self._least_time * (1.0 + BUFFER) / time, STEEPEST), FLATTEST)
        limit = self.limit * slope
        self.limit = min(max(limit + max(1.0, limit**0.5), least), most)
        self._stuck = self._stuck + 1 if self.limit <= least else 0

    def _median(self) -> float:
        """The median of the times taken in, which are forgotten."""
        times = sorted(self._times)
        self._times = []
        return times[len(times) // 2]
