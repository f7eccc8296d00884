"""Workers that are shared by all calls inside (processor sharing).

Everybody inside is served at the same rate min(1, c/n). Virtual time runs at that rate, so each
call is due at the virtual time at which it came plus its work, whoever else comes or goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.call import Call, Pool
from engine.sim.lane.codes import DEAD, UNLIMITED, WORKING
from engine.sim.lane.entry import Entry, Task, Timer
from engine.sim.lane.heaps import pop_first, sift_up
from engine.sim.lane.station.load import Load, Movable, Progress, keeping

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.station.load import Move


@final
class Departures(Task):
    """Tells a discipline that a call may be done."""

    def __init__(self, sharing: Sharing) -> None:
        self._sharing = sharing

    def due(self, timer: Timer, now: float) -> None:
        """Let it see who is done."""
        self._sharing.depart(timer, now)


@final
class Sharing(Movable):
    """Workers shared by all calls inside. Waiting is counted as what the sharing costs."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
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
        pool = self.pool
        inside: i64 = len(self._jobs)
        if pool.limit < UNLIMITED and inside >= pool.workers + pool.limit:
            return False
        pool.site.touch(now)
        pool.enter(call, now)
        if call.span is not None:
            call.span.start(now)
        self._share(call, self._work_of(call), now)
        return True

    def rejoin(self, call: Call, now: float) -> None:
        """Share the workers again."""
        self.pool.site.touch(now)
        call.arrived = now
        if call.span is not None:
            call.span.go_on(now)
        self._share(call, self.pool.site.draw(call.task) + call.size, now)

    def carry_on(self, call: Call, now: float) -> None:
        """Share the workers again: nobody keeps one. What came before is no wait for this work."""
        site = self.pool.site
        site.touch(now)
        if call.span is not None:
            call.span.go_on(now)
        self._share(call, site.draw(call.task), now)
        call.size += now - call.arrived

    def withdraw(self, call: Call, now: float) -> bool:
        """Take a call out of those who share."""
        self.stop(call, now)
        return True

    def stop(self, call: Call, now: float) -> None:
        """Let the others share what a call had."""
        self._advance(now)
        self.pool.site.touch(now)
        others = [entry for entry in self._jobs if entry is not call]
        self._jobs = []
        for entry in others:
            sift_up(self._jobs, entry)
        call.stage = DEAD
        if len(others) == 0:
            self._timer = None
        self._count(now)
        self._plan(now)

    def _share(self, call: Call, work: float, now: float) -> None:
        """Begin to work on a call for so many seconds."""
        self._advance(now)
        call.size = work
        self._push(call, work)
        self._count(now)
        self._plan(now)

    def _push(self, call: Call, work: float) -> None:
        """Have so much work of a call done from now on."""
        self._order += 1
        call.stage = WORKING
        call.time = self._virtual + work
        call.seq = self._order
        sift_up(self._jobs, call)

    def depart(self, timer: Timer, now: float) -> None:
        """A departure is due, or was until others came."""
        if timer is not self._timer:
            return
        self._timer = None
        if now < self._due:
            self._advance(now)
            self._plan(now)
            return
        self.pool.site.touch(now)
        call = pop_first(self._jobs)
        self._virtual = call.time
        self._since = now
        self._count(now)
        self._plan(now)
        if isinstance(call, Call):
            wait = max(0.0, now - call.arrived - call.size)
            call.site.wait.add(wait)
            if call.span is not None:
                call.span.share(wait, now)
            call.site.worked(call, now)

    def release(self, call: Call, now: float) -> None:
        """Nothing to free: who is done has left. Queues may send the next message."""
        site = self.pool.site
        if site.pulls:
            site.invite(self.pool, now)

    def resize(self, workers: i64, now: float) -> None:
        """Have another number of workers: everybody's rate changes."""
        pool = self.pool
        if workers == pool.workers:
            return
        self._advance(now)
        pool.site.touch(now)
        pool.count(min(workers, pool.busy), pool.waiting, now)
        pool.employ(workers, now)
        self._count(now)
        self._plan(now)
        if pool.site.pulls:
            pool.site.invite(pool, now)

    def clear(self, now: float) -> None:
        """Forget everybody."""
        self._advance(now)
        self.pool.site.touch(now)
        self._jobs.clear()
        self._timer = None
        self._count(now)

    def lift(self, move: Move, now: float) -> Load:
        """Give up what is worked on: everything."""
        self._advance(now)
        working: list[Progress] = []
        while len(self._jobs) > 0:
            call = pop_first(self._jobs)
            if isinstance(call, Call):
                working.append(Progress([call], max(0.0, call.time - self._virtual)))
        self._timer = None
        return whole_load(working, move, WORKING)

    def take_over(self, load: Load, now: float) -> None:
        """Go on with everything at once; nobody keeps a worker."""
        self.pool.count_resting(-self.pool.resting, now)
        self._since = now
        for call, left in in_shares(load):
            if not load.shared:
                call.size = left
            self._push(call, left)
        for call in load.waiting:
            call.size = self._work_of(call)
            self._push(call, call.size)
        self._count(now)
        self._plan(now)

    def _rate(self) -> float:
        """Virtual seconds a second."""
        inside: i64 = len(self._jobs)
        workers = self.pool.workers
        return 1.0 if inside <= workers else float(workers) / float(inside)

    def _advance(self, now: float) -> None:
        """Bring virtual time up to now; to be called before anybody comes or goes."""
        self._virtual += (now - self._since) * self._rate()
        self._since = now

    def _count(self, now: float) -> None:
        """Bring the numbers of busy workers and of those in excess up to date."""
        inside: i64 = len(self._jobs)
        busy = min(self.pool.workers, inside)
        self.pool.count(busy, inside - busy, now)

    def _plan(self, now: float) -> None:
        """Make an entry for the next departure, unless one is due earlier anyway."""
        if len(self._jobs) == 0:
            return
        self._due = now + max(0.0, self._jobs[0].time - self._virtual) / self._rate()
        timer = self._timer
        if timer is None or self._due < timer.time:
            timer = Timer(self._departures)
            self._timer = timer
            self.pool.site.agenda.schedule_at(self._due, timer)


def whole_load(working: list[Progress], move: Move, stage: i64) -> Load:
    """What workers have in hand that everybody shares, and how many it takes where each has its own.

    Args:
        working: what is worked on.
        move: who is inside.
        stage: that of calls that are worked on.
    """
    load = Load()
    load.shared = True
    load.working = working
    load.keeping = keeping(move.parts, stage)
    load.busy = len(load.keeping)
    for progress in working:
        progress.carried = any(call is progress.calls[0] for call in move.carried)
        if not progress.carried:
            load.busy += 1
    return load


def in_shares(load: Load) -> list[tuple[Call, float]]:
    """The calls in hand with the work (s) that is left of each, those of a batch sharing what it has."""
    return [
        (call, progress.left / float(len(progress.calls)))
        for progress in load.working
        for call in progress.calls
    ]
