"""Recorded arrivals, replayed: once or over and over."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.entry import Timer
from engine.sim.lane.traffic.arrivals import Source

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.traffic.client import Client

AT_ONCE: Final = 512
"""Copies of an arrival that are issued before others have their turn."""


@final
class Trace(Source):
    """Recorded arrivals. A factor of 2 issues each twice, of one half every other one."""

    def __init__(self, client: Client, agenda: Agenda, times: list[float], period: float) -> None:
        super().__init__(client, agenda)
        self.kinds: list[i64] = []
        """Class of each arrival; empty where the mix decides."""
        self.keys: list[i64] = []
        """Key of each arrival; empty where popularity decides."""
        self._times = times
        self._period = period
        """Time after which all begins anew; infinite where it does not."""
        self._begun = 0.0
        """When this round began."""
        self._next: i64 = 0
        self._credit = 0.0
        self._issued: i64 = 0
        """Which arrival is issued, or was last."""
        self._timer = Timer(self)

    def begin(self, now: float) -> None:
        """Wait for the first arrival that is not past."""
        if self._period < math.inf:
            self._begun = math.floor(now / self._period) * self._period
        self._next = bisect_left(self._times, now - self._begun)
        self._wait()

    def scale(self, factor: float, now: float) -> None:
        """Issue each arrival a number of times from now on."""
        self.factor = factor

    def due(self, timer: Timer, now: float) -> None:
        """An arrival is due, or the rest of the copies of one."""
        if self._credit < 1.0:
            self._issued = self._next
            self._credit += self.factor
        goes_on = self._credit >= AT_ONCE + 1.0
        if goes_on:
            self.agenda.schedule(0.0, timer)
        else:
            self._next = self._issued + 1
            self._wait()
        count = min(AT_ONCE, i64(self._credit))
        self._credit -= float(count)
        self.agenda.spend(count)
        place = self._issued
        while count > 0:
            count -= 1
            kind: i64 = self.kinds[place] if self.kinds else -1
            key: i64 = self.keys[place] if self.keys else -1
            self.client.replay(kind, key, now)

    def _wait(self) -> None:
        if self._next >= len(self._times):
            if self._period == math.inf or len(self._times) == 0:
                return
            self._begun += self._period
            self._next = 0
        self.agenda.schedule_at(self._begun + self._times[self._next], self._timer)
