"""Instances whose pace varies: with a waiting line, or shared by all calls inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.call import Call, Pool, Site
from engine.sim.lane.codes import ERROR, UNLIMITED
from engine.sim.lane.station.pool import QueuePool
from engine.sim.lane.station.variable_rate import VariableRateServer

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.station.line import Line


@final
class PacedPool(QueuePool):
    """Workers in front of which calls wait in a line, all working at one pace."""

    def __init__(self, site: Site, index: int, line: Line) -> None:
        super().__init__(site, index, line)
        self.server = VariableRateServer(self, site.agenda.now)

    def offer(self, call: Call, now: float) -> bool:
        """Start, wait, or refuse; mind the memory."""
        memory = self.memory
        if memory is None:
            return super().offer(call, now)
        if not memory.admits_one(now):
            call.site.refuse(call, ERROR, now)
            return True
        taken = super().offer(call, now)
        memory.watch(now)
        return taken

    def _work_on(self, call: Call, work: float, now: float) -> None:
        """Work on a call for so many seconds at full pace."""
        self.server.start(call, work, now)

    def stop(self, call: Call, now: float) -> None:
        """Take a call off the server."""
        self.server.remove(call, now)
        if self.holds:
            self.rest(now)

    def clear(self, now: float) -> None:
        """Forget everybody."""
        self.server.clear(now)
        super().clear(now)


@final
class PacedSharedPool(Pool):
    """Workers shared by all calls inside, working at one pace."""

    def __init__(self, site: Site, index: int) -> None:
        super().__init__(site, index)
        self.server = VariableRateServer(self, site.agenda.now)

    def offer(self, call: Call, now: float) -> bool:
        """Share the workers at once, or refuse where all places are taken."""
        memory, work = self.memory, self.server
        inside: i64 = len(work.jobs)
        if memory is not None and not memory.admits_one(now):
            call.site.refuse(call, ERROR, now)
            return True
        if self.limit < UNLIMITED and inside >= self.workers + self.limit:
            return False
        site = self.site
        site.touch(now)
        self.enter(call, now)
        work.start(call, (site.draw(call.task) + call.toll) * self.slow, now)
        self._count()
        if memory is not None:
            memory.watch(now)
        return True

    def rejoin(self, call: Call, now: float) -> None:
        """Share the workers again."""
        site = self.site
        site.touch(now)
        call.arrived = now
        self.server.start(call, site.draw(call.task) * self.slow, now)
        self._count()

    def carry_on(self, call: Call, now: float) -> None:
        """Share the workers again: nobody keeps one. What came before is no wait for this work."""
        self.site.touch(now)
        self.server.start(call, self.site.draw(call.task) * self.slow, now)
        call.size += now - call.arrived
        self._count()

    def withdraw(self, call: Call, now: float) -> bool:
        """Take a call out of those who share."""
        self.stop(call, now)
        return True

    def stop(self, call: Call, now: float) -> None:
        """Let the others share what a call had."""
        self.site.touch(now)
        self.server.remove(call, now)
        self._count()

    def done(self, call: Call, now: float) -> None:
        """Waiting is what the work took beyond itself."""
        site = self.site
        site.touch(now)
        self._count()
        call.site.wait.add(max(0.0, now - call.arrived - call.size))
        call.site.worked(call, now)

    def release(self, call: Call, now: float) -> None:
        """Nothing to free: who is done has left. Queues may send the next message."""
        site = self.site
        if site.pulls:
            site.invite(self, now)

    def resize(self, workers: i64, now: float) -> None:
        """Have another number of workers: everybody's share changes."""
        work = self.server
        work.catch_up(now)
        self.workers = workers
        work.workers = workers
        self.site.touch(now)
        self._count()
        work.plan(now)
        if self.site.pulls:
            self.site.invite(self, now)

    def clear(self, now: float) -> None:
        """Forget everybody."""
        self.site.touch(now)
        self.server.clear(now)
        self._count()

    def _count(self) -> None:
        """Bring the numbers of busy workers and of those in excess up to date."""
        site = self.site
        busy = self.server.running()
        inside: i64 = len(self.server.jobs)
        waiting = inside - busy
        site.busy += float(busy - self.busy)
        site.waiting += float(waiting - self.waiting)
        self.busy_sum += float(busy - self.busy) * site.agenda.now
        self.wait_sum += float(waiting - self.waiting) * site.agenda.now
        self.busy = busy
        self.waiting = waiting
