"""Execution environments of a function: made when a request finds none idle, kept for a while after each use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import vec

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.samplers import Sampler

FEWEST: Final = 16
REFUSED: Final = -1.0
"""In place of the time of a cold start, where too many were made lately."""


@final
class Fleet:
    """Idle environments, of which that used last is taken first, and when the latest were made.

    Since the one used last is taken first, those that are idle lie in the order in which they became so: the one
    that has to go next is always at the bottom. So they are looked at only when somebody comes, or counts them.
    """

    def __init__(self, cold: Sampler) -> None:
        self.cold = cold
        """Law of a cold start (s)."""
        self.ttl = 0.0
        """Seconds for which an idle environment is kept."""
        self.cold_starts: i64 = 0
        self.warm_starts: i64 = 0
        self.throttled: i64 = 0
        """Requests that were refused at the limit or by the ramp."""
        self._since = vec[float]([0.0] * FEWEST)
        """When each became idle (s): a ring, the one idle longest first."""
        self._first: i64 = 0
        self._count: i64 = 0
        self._idle_sum = 0.0
        """As in `InstanceCounters`: sum of the times at which one became idle, less those at which one was not any more."""
        self._made = vec[float]([0.0] * FEWEST)
        """When the latest were made: a ring as long as many may be made in a period."""
        self._ramp: i64 = FEWEST
        self._per = 0.0
        self._making: i64 = 0
        """Made since the ring was laid out anew."""

    def take(self, now: float) -> float:
        """An environment for a request: seconds until it is ready, or `REFUSED`."""
        self._expire(now)
        if self._count > 0:
            self._count -= 1
            self._idle_sum -= now
            self.warm_starts += 1
            return 0.0
        place = self._making % self._ramp
        if self._making >= self._ramp and self._made[place] + self._per > now:
            return REFUSED
        self._made[place] = now
        self._making += 1
        self.cold_starts += 1
        return self.cold.draw()

    def put_back(self, now: float) -> None:
        """A request is through: its environment is idle."""
        room: i64 = len(self._since)
        if self._count == room:
            self._grow(room)
            room = len(self._since)
        place = self._first + self._count
        self._since[place - room if place >= room else place] = now
        self._count += 1
        self._idle_sum += now

    def clear(self, now: float) -> None:
        """All idle environments are gone: the next request starts cold."""
        self._expire(now)
        self._idle_sum -= now * float(self._count)
        self._count = 0

    def ramp(self, most: i64, per: float) -> None:
        """Make no more than so many environments in any so many seconds; those made lately count."""
        self._per = per
        if most == self._ramp:
            return
        kept = min(self._making, self._ramp, most)
        made = vec[float]([0.0] * int(most))
        place: i64 = 0
        while place < kept:
            made[place] = self._made[(self._making - kept + place) % self._ramp]
            place += 1
        self._made, self._ramp, self._making = made, most, kept

    def idle(self, now: float) -> i64:
        """Environments that wait for a request."""
        self._expire(now)
        return self._count

    def idle_area(self, now: float) -> float:
        """Idle environments, integrated over time."""
        return float(self.idle(now)) * now - self._idle_sum

    def _expire(self, now: float) -> None:
        """Let those go that were idle for too long, each at its time."""
        while self._count > 0:
            end = self._since[self._first] + self.ttl
            if end > now:
                return
            self._first += 1
            if self._first == len(self._since):
                self._first = 0
            self._count -= 1
            self._idle_sum -= end

    def _grow(self, room: i64) -> None:
        """Have twice the room."""
        since = vec[float]([0.0] * int(2 * room))
        place: i64 = 0
        while place < room:
            since[place] = self._since[(self._first + place) % room]
            place += 1
        self._since = since
        self._first = 0
