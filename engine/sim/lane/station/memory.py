"""The memory of an instance: what it uses, and when that reaches its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.vitals import Meter

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Pool

NEVER: Final = float("inf")


@final
class Memory(Meter):
    """Bytes: some at rest, some for every request inside and every session, some that leak. Watches over a limit."""

    def __init__(self, pool: Pool) -> None:
        self.fixed = 0.0
        """What an instance uses at rest, its peers included."""
        self.per_request = 0.0
        self.leak = 0.0
        """Bytes a second."""
        self.limit = NEVER
        self.refuses = False
        """Whether an instance without memory refuses requests instead of dying."""
        self.alarm: Task | None = None
        """Told when the limit is exceeded, where that is deadly."""
        self._pool = pool
        self._leaked = 0.0
        self._since = pool.site.agenda.now
        self._exceeded = False
        self._timer: Timer | None = None
        """For the time at which the limit will be reached; older ones no longer count."""

    def used(self, now: float) -> float:
        """Bytes in use; none where the instance is down and does not even start."""
        pool = self._pool
        if pool.down and not pool.starting:
            return 0.0
        return self._with(pool.inside.count, now)

    def admits_one(self, now: float) -> bool:
        """Whether there is room for one more request."""
        return not self.refuses or self._with(self._pool.inside.count + 1, now) <= self.limit

    def turn(self, fixed: float, per_request: float, leak: float, now: float) -> None:
        """Use memory in another way from now on; what has leaked stays."""
        if leak != self.leak:
            self._leaked += self.leak * (now - self._since)
            self._since = now
            self.leak = leak
        self.fixed = fixed
        self.per_request = per_request

    def begin(self, now: float) -> None:
        """Start afresh."""
        self._leaked = 0.0
        self._since = now
        self.stop()

    def stop(self) -> None:
        """Watch no more: the instance is down."""
        self._timer = None
        self._exceeded = False

    def watch(self, now: float) -> None:
        """More memory may be in use than before: see when the limit will be reached, or that it is."""
        if self.alarm is None or self._pool.down or self._exceeded:
            return
        full = self._full_at(self._pool.inside.count)
        self._exceeded = full <= now
        timer = self._timer
        if full < NEVER and (timer is None or full < timer.time):
            timer = Timer(self)
            self._timer = timer
            self._pool.site.agenda.schedule_at(full, timer)

    def due(self, timer: Timer, now: float) -> None:
        """The limit is reached, or would have been with as many inside as there were."""
        if timer is not self._timer:
            return
        self._timer = None
        alarm = self.alarm
        if alarm is not None and (self._exceeded or self._full_at(self._pool.inside.count) <= now):
            self._exceeded = False
            alarm.due(timer, now)
        else:
            self.watch(now)

    def _with(self, inside: i64, now: float) -> float:
        """Bytes in use with so many requests inside."""
        leaked = self._leaked + self.leak * (now - self._since)
        return self.fixed + self._sessions() + self.per_request * float(inside) + leaked

    def _full_at(self, inside: i64) -> float:
        """When the limit is reached with so many inside; in the past where it is exceeded."""
        rest = self.fixed + self._sessions()
        room = self.limit - rest - self.per_request * float(inside) - self._leaked
        if room < 0.0:
            return -NEVER
        return self._since + room / self.leak if self.leak > 0.0 else NEVER

    def _sessions(self) -> float:
        """Bytes of the sessions that the instance keeps."""
        pool = self._pool
        return pool.kept + pool.site.kept
