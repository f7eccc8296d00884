"""An instance whose workers serve one call each, with a waiting line of bounded length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.call import Call, Pool, Site
from engine.sim.lane.codes import DEAD, OUTBOUND, WORKING
from engine.sim.lane.station.cancellable import CancellableQueue
from engine.sim.lane.station.line import came

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.station.line import Line


class QueuePool(Pool):
    """Workers in front of which calls wait in a line."""

    def __init__(self, site: Site, index: int, line: Line) -> None:
        super().__init__(site, index)
        self._line = line

    def offer(self, call: Call, now: float) -> bool:
        """Start at once, wait in line, or refuse where the line is full."""
        site = self.site
        if self.busy < self.workers:
            site.touch(now)
            self.enter(call, now)
            self.busy += 1
            self.busy_sum += now
            site.busy += 1.0
            self._begin(call, now)
            return True
        if self.waiting >= self.limit:
            return False
        site.touch(now)
        self.enter(call, now)
        self.waiting += 1
        self.wait_sum += now
        site.waiting += 1.0
        self._line.push(call)
        return True

    def _begin(self, call: Call, now: float) -> None:
        """A worker takes up a call; the wait of one that is no request is its own site's."""
        site = call.site
        wait = now - call.arrived
        if wait > 0.0:
            site.wait.add(wait)
        else:
            site.wait.add_none()
        self._work_on(call, self._work_of(call) * self.slow, now)

    def _work_of(self, call: Call) -> float:
        """How much work (s) a call brings."""
        return self.site.draw(call.task) + call.toll

    def rejoin(self, call: Call, now: float) -> None:
        """Start at once or wait in line, however long it is."""
        site = self.site
        site.touch(now)
        call.arrived = now
        if self.busy < self.workers:
            self.busy += 1
            self.busy_sum += now
            site.busy += 1.0
            self._begin(call, now)
            return
        self.waiting += 1
        self.wait_sum += now
        site.waiting += 1.0
        call.stage = OUTBOUND
        call.seq = site.agenda.seq
        self._line.push(call)

    def carry_on(self, call: Call, now: float) -> None:
        """The worker goes on without a wait."""
        if self.holds:
            self._count_resting(-1, now)
        self._work_on(call, self.site.draw(call.task) * self.slow, now)

    def withdraw(self, call: Call, now: float) -> bool:
        """Leave the line, or let go of the worker."""
        if call.stage == WORKING:
            self.stop(call, now)
            self.release(call, now)
            return True
        if not isinstance(self._line, CancellableQueue):
            return False
        call.stage = DEAD
        site = self.site
        site.touch(now)
        self.waiting -= 1
        self.wait_sum -= now
        site.waiting -= 1.0
        return True

    def stop(self, call: Call, now: float) -> None:
        """Work on a call no more; its entry then means nothing."""
        call.stage = DEAD
        if self.holds:
            self.rest(now)

    def _work_on(self, call: Call, work: float, now: float) -> None:
        """Work on a call for so many seconds."""
        call.stage = WORKING
        self.site.agenda.schedule(work, call)

    def release(self, call: Call, now: float) -> None:
        """Serve the next in line, or stand idle."""
        site = self.site
        site.touch(now)
        self.busy -= 1
        self.busy_sum -= now
        site.busy -= 1.0
        if self.holds:
            self._count_resting(-1, now)
        self._serve(now)
        if site.pulls:
            site.invite(self, now)

    def rest(self, now: float) -> None:
        """The worker of a call is held, and has nothing to do for now."""
        self._count_resting(1, now)

    def _count_resting(self, more: i64, now: float) -> None:
        """Count workers that have nothing to do although they are held."""
        vitals = self.site.vitals
        self.resting += more
        self.resting_sum += float(more) * now
        vitals.resting += float(more)
        vitals.resting_sum += float(more) * now

    def resize(self, workers: i64, now: float) -> None:
        """Have another number of workers."""
        self.workers = workers
        self._serve(now)
        if self.site.pulls:
            self.site.invite(self, now)

    def _serve(self, now: float) -> None:
        """Let those in line begin for whom there are workers."""
        site = self.site
        while self.waiting > 0 and self.busy < self.workers:
            call = self._line.pop()
            if call is None:
                return
            site.touch(now)
            self.waiting -= 1
            self.wait_sum -= now
            site.waiting -= 1.0
            self.busy += 1
            self.busy_sum += now
            site.busy += 1.0
            self._begin(call, now)

    def reline(self, line: Line) -> None:
        """Change the discipline; those who wait move over in the order in which they came."""
        waiting: list[Call] = []
        call = self._line.pop()
        while call is not None:
            waiting.append(call)
            call = self._line.pop()
        waiting.sort(key=came)
        for each in waiting:
            line.push(each)
        self._line = line

    def clear(self, now: float) -> None:
        """Forget everybody."""
        site = self.site
        site.touch(now)
        while self._line.pop() is not None:
            pass
        site.busy -= float(self.busy)
        site.waiting -= float(self.waiting)
        self.busy_sum -= float(self.busy) * now
        self.wait_sum -= float(self.waiting) * now
        self._count_resting(-self.resting, now)
        self.busy = 0
        self.waiting = 0
