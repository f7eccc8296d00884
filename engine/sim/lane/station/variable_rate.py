"""Work in progress whose pace varies, done in virtual time.

All calls on a server advance at the same pace, so each is due at the virtual time at which it came
plus its work, however the pace changes meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.call import Call, Pool
from engine.sim.lane.codes import DEAD, UNLIMITED, WORKING
from engine.sim.lane.entry import Entry, Task, Timer
from engine.sim.lane.heaps import pop_first, sift_up
from engine.sim.lane.station.load import Progress
from engine.sim.lane.station.pace import NEVER, Pace

if TYPE_CHECKING:
    from mypy_extensions import i64

ROUNDING: Final = 1e-12
"""Work (s) so small that only rounding can have left it."""


@final
class VariableRateServer(Task):
    """The calls that an instance works on, at its pace. Tells the instance when one is done."""

    def __init__(self, pool: Pool, now: float) -> None:
        self.pace = Pace(pool, pool.site.vitals, now)
        self.jobs: list[Entry] = []
        """Heap on the virtual time at which each is done, kept in `Entry.time`."""
        self.workers: i64 = UNLIMITED
        """Workers that all calls share; more than there are calls where each has its own."""
        self._pool = pool
        self._virtual = 0.0
        self._order: i64 = 0
        self._due = NEVER
        """When the first is done if nothing changes."""
        self._timer: Timer | None = None
        """For the next change; older ones that are still due no longer count."""

    def start(self, call: Call, work: float, now: float) -> None:
        """Work on a call (s) from now on."""
        self.catch_up(now)
        self._order += 1
        call.stage = WORKING
        call.size = work
        call.time = self._virtual + work
        call.seq = self._order
        sift_up(self.jobs, call)
        self.plan(now)

    def remove(self, call: Call, now: float) -> None:
        """Work on a call no more."""
        self.catch_up(now)
        others = [entry for entry in self.jobs if entry is not call]
        self.jobs.clear()
        for entry in others:
            sift_up(self.jobs, entry)
        call.stage = DEAD
        if len(others) == 0:
            self._timer = None
        self.plan(now)

    def clear(self, now: float) -> None:
        """Forget all calls."""
        self.catch_up(now)
        self.jobs.clear()
        self._timer = None

    def lift(self, now: float) -> list[Progress]:
        """Forget all calls, and say how much work of each is left; what is done first comes first."""
        self.catch_up(now)
        found: list[Progress] = []
        while len(self.jobs) > 0:
            call = pop_first(self.jobs)
            if isinstance(call, Call):
                found.append(Progress([call], max(0.0, call.time - self._virtual)))
        self._timer = None
        return found

    def halt(self, now: float) -> None:
        """A pause stops everything on the instance."""
        self.catch_up(now)
        self.pace.paused = True
        self._stand(now)

    def resume(self, now: float) -> None:
        """The pause is over."""
        self.catch_up(now)
        self.pace.paused = False
        self._stand(now)

    def hamper(self, now: float) -> None:
        """Have events slow the work from now on, or stop it, as the instance knows."""
        self.catch_up(now)
        self.pace.slow = self._pool.slow
        self._stand(now)

    def _stand(self, now: float) -> None:
        """Stand still for a pause, or because of an event, or go on."""
        pace, pool = self.pace, self._pool
        pace.halted = pace.paused or pool.frozen
        self.plan(now)
        if pool.halted and not pace.halted:
            pool.wake(now)
        else:
            pool.halted = pace.halted

    def warm(self, now: float) -> None:
        """Begin to warm up."""
        self.catch_up(now)
        self.pace.warm(now)
        self.plan(now)

    def running(self) -> i64:
        """How many workers work."""
        inside: i64 = len(self.jobs)
        return min(inside, self.workers)

    def catch_up(self, now: float) -> None:
        """Bring virtual time up to now; to be called before the pace or the calls change."""
        running = self.running()
        done = self.pace.advance(now, running)
        inside: i64 = len(self.jobs)
        if inside == 0:
            self._virtual = 0.0
        elif running == inside:
            self._virtual += done
        else:
            self._virtual += done * float(running) / float(inside)

    def plan(self, now: float) -> None:
        """Make an entry for what is next: a call is done, or the pace changes."""
        inside: i64 = len(self.jobs)
        self._due = NEVER
        if inside == 0:
            return
        running = self.running()
        work = max(0.0, self.jobs[0].time - self._virtual) * float(inside) / float(running)
        self._due = now + self.pace.time_for(work, now, running)
        following = min(self._due, self.pace.next_change(now, running))
        timer = self._timer
        if following < NEVER and (timer is None or following < timer.time):
            timer = Timer(self)
            self._timer = timer
            self._pool.site.agenda.schedule_at(following, timer)

    def due(self, timer: Timer, now: float) -> None:
        """Something is due, or was until something changed."""
        if timer is not self._timer:
            return
        self._timer = None
        due = self._due
        self.catch_up(now)
        if len(self.jobs) == 0:
            return
        left = self.jobs[0].time - self._virtual
        if now < due and left > max(ROUNDING, self._virtual * 1e-15):
            self.plan(now)
            return
        call = pop_first(self.jobs)
        self._virtual = max(self._virtual, call.time)
        if isinstance(call, Call):
            self._pool.discipline.done(call, now)
        self.plan(now)
