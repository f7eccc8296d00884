"""An instance whose workers are shared by all calls inside (processor sharing).

Everybody inside is served at the same rate min(1, c/n). Virtual time runs at that rate, so each
call is due at the virtual time at which it came plus its work, whoever else comes or goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.agenda import Entry, Task, Timer, pop_first, sift_up
from engine.sim.lane.call import Call, Pool, Site
from engine.sim.lane.codes import DEAD, UNLIMITED, WORKING

if TYPE_CHECKING:
    from mypy_extensions import i64


@final
class Departures(Task):
    """Tells a pool that a call may be done."""

    def __init__(self, pool: SharedPool) -> None:
        self._pool = pool

    def due(self, timer: Timer, now: float) -> None:
        """Let the pool see who is done."""
        self._pool.depart(timer, now)


@final
class SharedPool(Pool):
    """Workers shared by all calls inside. Waiting is counted as what the sharing costs."""

    def __init__(self, site: Site, index: int) -> None:
        super().__init__(site, index)
        self._virtual = 0.0
        self._since = 0.0
        self._jobs: list[Entry] = []
        """Heap on the virtual time at which each is done, kept in `Entry.time`."""
        self._order: i64 = 0
        self._due = 0.0
        self._departures = Departures(self)
        self._timer: Timer | None = None
        """For the next departure; older ones that are still due no longer count."""

    def offer(self, call: Call, now: float) -> bool:
        """Share the workers at once, or refuse where all places are taken."""
        inside: i64 = len(self._jobs)
        if self.limit < UNLIMITED and inside >= self.workers + self.limit:
            return False
        self.site.touch(now)
        self.enter(call, now)
        self._share(call, self.site.draw(call.task) + call.toll, now)
        return True

    def rejoin(self, call: Call, now: float) -> None:
        """Share the workers again."""
        self.site.touch(now)
        call.arrived = now
        self._share(call, self.site.draw(call.task) + call.toll, now)

    def carry_on(self, call: Call, now: float) -> None:
        """Share the workers again: nobody keeps one. What came before is no wait for this work."""
        self.site.touch(now)
        self._share(call, self.site.draw(call.task), now)
        call.size += now - call.arrived

    def withdraw(self, call: Call, now: float) -> bool:
        """Take a call out of those who share."""
        self.stop(call, now)
        return True

    def stop(self, call: Call, now: float) -> None:
        """Let the others share what a call had."""
        self._advance(now)
        self.site.touch(now)
        others = [entry for entry in self._jobs if entry is not call]
        self._jobs = []
        for entry in others:
            sift_up(self._jobs, entry)
        call.stage = DEAD
        if len(others) == 0:
            self._timer = None
        self._count()
        self._plan(now)

    def _share(self, call: Call, work: float, now: float) -> None:
        """Begin to work on a call, for so many seconds at the usual pace."""
        self._advance(now)
        work *= self.slow
        self._order += 1
        call.stage = WORKING
        call.size = work
        call.time = self._virtual + work
        call.seq = self._order
        sift_up(self._jobs, call)
        self._count()
        self._plan(now)

    def depart(self, timer: Timer, now: float) -> None:
        """A departure is due, or was until others came."""
        if timer is not self._timer:
            return
        self._timer = None
        if now < self._due:
            self._advance(now)
            self._plan(now)
            return
        site = self.site
        site.touch(now)
        call = pop_first(self._jobs)
        self._virtual = call.time
        self._since = now
        self._count()
        self._plan(now)
        if isinstance(call, Call):
            call.site.wait.add(max(0.0, now - call.arrived - call.size))
            call.site.worked(call, now)

    def release(self, call: Call, now: float) -> None:
        """Nothing to free: who is done has left. Queues may send the next message."""
        site = self.site
        if site.pulls:
            site.invite(self, now)

    def resize(self, workers: i64, now: float) -> None:
        """Have another number of workers: everybody's rate changes."""
        if workers == self.workers:
            return
        self._advance(now)
        self.workers = workers
        self.site.touch(now)
        self._count()
        self._plan(now)
        if self.site.pulls:
            self.site.invite(self, now)

    def clear(self, now: float) -> None:
        """Forget everybody."""
        self._advance(now)
        self.site.touch(now)
        self._jobs.clear()
        self._timer = None
        self._count()

    def _rate(self) -> float:
        """Virtual seconds a second."""
        inside: i64 = len(self._jobs)
        return 1.0 if inside <= self.workers else float(self.workers) / float(inside)

    def _advance(self, now: float) -> None:
        """Bring virtual time up to now; to be called before anybody comes or goes."""
        self._virtual += (now - self._since) * self._rate()
        self._since = now

    def _count(self) -> None:
        """Bring the numbers of busy workers and of those in excess up to date."""
        site = self.site
        inside: i64 = len(self._jobs)
        busy = min(self.workers, inside)
        waiting = inside - busy
        site.busy += float(busy - self.busy)
        site.waiting += float(waiting - self.waiting)
        self.busy_sum += float(busy - self.busy) * site.agenda.now
        self.wait_sum += float(waiting - self.waiting) * site.agenda.now
        self.busy = busy
        self.waiting = waiting

    def _plan(self, now: float) -> None:
        """Make an entry for the next departure, unless one is due earlier anyway."""
        if len(self._jobs) == 0:
            return
        self._due = now + max(0.0, self._jobs[0].time - self._virtual) / self._rate()
        timer = self._timer
        if timer is None or self._due < timer.time:
            timer = Timer(self._departures)
            self._timer = timer
            self.site.agenda.schedule_at(self._due, timer)
