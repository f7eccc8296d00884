"""Workers that serve one call each, with a waiting line of bounded length in front of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.codes import DEAD, OUTBOUND, WORKING
from engine.sim.lane.station.cancellable import CancellableQueue
from engine.sim.lane.station.load import Load, Movable, Progress, keeping
from engine.sim.lane.station.special_work import interrupt

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.station.line import Line
    from engine.sim.lane.station.load import Move


class Queueing(Movable):
    """Workers in front of which calls wait in a line."""

    def __init__(self, pool: Pool, line: Line) -> None:
        super().__init__(pool)
        self.line = line

    def offer(self, call: Call, now: float) -> bool:
        """Start at once, wait in line, or refuse where the line is full."""
        pool = self.pool
        site = pool.site
        if pool.busy < pool.workers:
            site.touch(now)
            pool.enter(call, now)
            pool.occupy(now)
            self._begin(call, now)
            return True
        if pool.waiting >= pool.limit:
            return False
        site.touch(now)
        pool.enter(call, now)
        pool.line_up(now)
        self.line.push(call)
        return True

    def _begin(self, call: Call, now: float) -> None:
        """A worker takes up a call; the wait of one that is no request is its own site's."""
        site = call.site
        wait = now - call.arrived
        if wait > 0.0:
            site.wait.add(wait)
        else:
            site.wait.add_none()
        if call.span is not None:
            call.span.start(now)
        self._work_on(call, self._work_of(call), now)

    def rejoin(self, call: Call, now: float) -> None:
        """Start at once or wait in line, however long it is."""
        pool = self.pool
        site = pool.site
        site.touch(now)
        call.arrived = now
        if call.span is not None:
            call.span.queue(now)
        if pool.busy < pool.workers:
            pool.occupy(now)
            self._begin(call, now)
            return
        pool.line_up(now)
        call.stage = OUTBOUND
        call.seq = site.agenda.seq
        self.line.push(call)

    def carry_on(self, call: Call, now: float) -> None:
        """The worker goes on without a wait."""
        pool = self.pool
        if pool.holds:
            pool.count_resting(-1, now)
        if call.span is not None:
            call.span.go_on(now)
        self._work_on(call, pool.site.draw(call.task), now)

    def given_up(self, call: Call) -> None:
        """Let the line know."""
        self.line.given_up(call)

    def withdraw(self, call: Call, now: float) -> bool:
        """Leave the line, or let go of the worker."""
        pool = self.pool
        if call.stage == WORKING:
            self.stop(call, now)
            self.release(call, now)
            return True
        if not isinstance(self.line, CancellableQueue):
            return False
        call.stage = DEAD
        pool.site.touch(now)
        pool.leave_line(now)
        if pool.site.pulls:
            pool.site.invite(pool, now)  # where messages wait here, that was a place for one
        return True

    def stop(self, call: Call, now: float) -> None:
        """Work on a call no more; its entry then means nothing."""
        call.stage = DEAD
        if self.pool.holds:
            self.rest(now)

    def _work_on(self, call: Call, work: float, now: float) -> None:
        """Work on a call for so many seconds."""
        call.stage = WORKING
        self.pool.site.agenda.schedule(work, call)

    def release(self, call: Call, now: float) -> None:
        """Serve the next in line, or stand idle."""
        pool = self.pool
        site = pool.site
        site.touch(now)
        pool.vacate(now)
        if pool.holds:
            pool.count_resting(-1, now)
        self._serve(now)
        if site.pulls:
            site.invite(pool, now)

    def rest(self, now: float) -> None:
        """The worker of a call is held, and has nothing to do for now."""
        self.pool.count_resting(1, now)

    def resize(self, workers: i64, now: float) -> None:
        """Have another number of workers."""
        pool = self.pool
        pool.employ(workers, now)
        self._serve(now)
        if pool.site.pulls:
            pool.site.invite(pool, now)

    def _serve(self, now: float) -> None:
        """Let those in line begin for whom there are workers."""
        pool = self.pool
        site = pool.site
        while pool.waiting > 0 and pool.busy < pool.workers:
            call = self.line.pop()
            if call is None:
                return
            site.touch(now)
            pool.leave_line(now)
            if site.queue_manager is not None and site.sheds(call, now):
                continue
            pool.occupy(now)
            self._begin(call, now)

    def reline(self, line: Line) -> None:
        """Change the order of service; those who wait move over in the order in which they lined up."""
        for each in self.line.empty():
            line.push(each)
        self.line = line

    def clear(self, now: float) -> None:
        """Forget everybody."""
        pool = self.pool
        pool.site.touch(now)
        while self.line.pop() is not None:
            pass
        pool.count(0, 0, now)
        pool.count_resting(-pool.resting, now)

    def lift(self, move: Move, now: float) -> Load:
        """Give up the line and what is worked on."""
        load = Load()
        load.waiting = self.line.empty()
        load.working = self._in_hand(move, now)
        load.keeping = self._kept(move)
        load.busy = self.pool.busy
        return load

    def _in_hand(self, move: Move, now: float) -> list[Progress]:
        """Stop all work: what was on the agenda had the time left until it was due."""
        return [Progress([call], call.time - now) for call in move.due]

    def _kept(self, move: Move) -> list[list[Call]]:
        """Who keeps a worker while others do something."""
        return keeping(move.parts, WORKING)

    def take_over(self, load: Load, now: float) -> None:
        """Go on with what is in hand, as far as there are workers, and let the others wait."""
        pool = self.pool
        pool.count(load.busy, 0, now)
        first = self._interrupt_the_last(load, now) if load.shared else []
        for progress in load.working:
            self._go_on(progress, first, now)
        for calls in load.keeping:
            self._keep(calls)
        first.sort(key=_came)
        waiting = first + load.waiting  # whose work has begun is in front of whose has not
        for call in waiting:
            self.line.push(call)
        pool.count(pool.busy, len(waiting), now)
        pool.count_resting(pool.busy - len(load.working) - pool.resting, now)
        self._serve(now)

    def _go_on(self, progress: Progress, first: list[Call], now: float) -> None:
        """A worker goes on with what it has in hand, one call after the other: the others wait as the first in line."""
        calls = progress.calls
        left = progress.left / float(len(calls))
        self._work_on(calls[0], left, now)
        for call in calls[1:]:
            interrupt(self.pool, call, left)
            first.append(call)

    def _keep(self, calls: list[Call]) -> None:
        """One worker is kept by one call."""
        for call in calls[1:]:
            call.held = False

    def _interrupt_the_last(self, load: Load, now: float) -> list[Call]:
        """Where more was worked on at once than there are workers, let those wait who came last; returns them."""
        pool = self.pool
        interrupted: list[Call] = []
        free = [each for each in load.working if not each.carried and not each.calls[0].held]
        free.sort(key=_came_first)
        while len(free) > 0 and pool.busy > pool.workers + pool.excess:
            progress = free.pop()
            load.working.remove(progress)
            call = progress.calls[0]
            interrupt(pool, call, progress.left)
            interrupted.append(call)
            pool.count(pool.busy - 1, 0, now)
        pool.overcommit(now)
        return interrupted


def _came_first(progress: Progress) -> tuple[float, int]:
    """When the first call in hand came."""
    return _came(progress.calls[0])


def _came(call: Call) -> tuple[float, int]:
    """When a call came, of those at one time by their places on the agenda."""
    return (call.arrived, call.seq)
