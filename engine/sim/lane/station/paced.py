"""Workers whose pace varies: with a waiting line, or shared by all calls inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import ERROR, UNLIMITED, WORKING
from engine.sim.lane.station.load import Load, Movable, Progress
from engine.sim.lane.station.queueing import Queueing
from engine.sim.lane.station.sharing import in_shares, whole_load

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.station.line import Line
    from engine.sim.lane.station.load import Move
    from engine.sim.lane.station.variable_rate import VariableRateServer


class PacedQueueing(Queueing):
    """Workers in front of which calls wait in a line, all working at one pace."""

    def __init__(self, pool: Pool, line: Line, server: VariableRateServer) -> None:
        super().__init__(pool, line)
        self.server = server

    def offer(self, call: Call, now: float) -> bool:
        """Start, wait, or refuse; mind the memory."""
        pool = self.pool
        memory = pool.memory
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
        if self.pool.holds:
            self.rest(now)

    def resize(self, workers: i64, now: float) -> None:
        """Have another number of workers, of which those at work are another share."""
        if workers == self.pool.workers:
            super().resize(workers, now)
            return
        self.server.catch_up(now)
        super().resize(workers, now)
        self.server.plan(now)

    def clear(self, now: float) -> None:
        """Forget everybody."""
        self.server.clear(now)
        super().clear(now)

    def _in_hand(self, move: Move, now: float) -> list[Progress]:
        """Stop all work."""
        return self.server.lift(now)

    def take_over(self, load: Load, now: float) -> None:
        """Go on with what is in hand; every call has a worker of its own."""
        self.server.workers = UNLIMITED
        super().take_over(load, now)


@final
class PacedSharing(Movable):
    """Workers shared by all calls inside, working at one pace."""

    def __init__(self, pool: Pool, server: VariableRateServer) -> None:
        super().__init__(pool)
        self.server = server

    def offer(self, call: Call, now: float) -> bool:
        """Share the workers at once, or refuse where all places are taken."""
        pool, work = self.pool, self.server
        memory = pool.memory
        inside: i64 = len(work.jobs)
        if memory is not None and not memory.admits_one(now):
            call.site.refuse(call, ERROR, now)
            return True
        if pool.limit < UNLIMITED and inside >= pool.workers + pool.limit:
            return False
        pool.site.touch(now)
        pool.enter(call, now)
        if call.span is not None:
            call.span.start(now)
        work.start(call, self._work_of(call), now)
        self._count(now)
        if memory is not None:
            memory.watch(now)
        return True

    def rejoin(self, call: Call, now: float) -> None:
        """Share the workers again."""
        site = self.pool.site
        site.touch(now)
        call.arrived = now
        if call.span is not None:
            call.span.go_on(now)
        self.server.start(call, site.draw(call.task), now)
        self._count(now)

    def carry_on(self, call: Call, now: float) -> None:
        """Share the workers again: nobody keeps one. What came before is no wait for this work."""
        site = self.pool.site
        site.touch(now)
        if call.span is not None:
            call.span.go_on(now)
        self.server.start(call, site.draw(call.task), now)
        call.size += now - call.arrived
        self._count(now)

    def withdraw(self, call: Call, now: float) -> bool:
        """Take a call out of those who share."""
        self.stop(call, now)
        return True

    def stop(self, call: Call, now: float) -> None:
        """Let the others share what a call had."""
        self.pool.site.touch(now)
        self.server.remove(call, now)
        self._count(now)

    def done(self, call: Call, now: float) -> None:
        """Waiting is what the work took beyond itself."""
        self.pool.site.touch(now)
        self._count(now)
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
        """Have another number of workers: everybody's share changes."""
        pool, work = self.pool, self.server
        if workers != pool.workers or workers != work.workers:
            work.catch_up(now)
            pool.site.touch(now)
            work.workers = workers
            pool.count(work.running(), pool.waiting, now)
            pool.employ(workers, now)
            self._count(now)
            work.plan(now)
        if pool.site.pulls:
            pool.site.invite(pool, now)

    def clear(self, now: float) -> None:
        """Forget everybody."""
        self.pool.site.touch(now)
        self.server.clear(now)
        self._count(now)

    def lift(self, move: Move, now: float) -> Load:
        """Give up what is worked on: everything."""
        return whole_load(self.server.lift(now), move, WORKING)

    def take_over(self, load: Load, now: float) -> None:
        """Go on with everything at once; nobody keeps a worker."""
        self.pool.count_resting(-self.pool.resting, now)
        self.server.workers = self.pool.workers
        for call, left in in_shares(load):
            size = call.size
            self.server.start(call, left, now)
            if load.shared:
                call.size = size
        for call in load.waiting:
            self.server.start(call, self._work_of(call), now)
        self._count(now)

    def _count(self, now: float) -> None:
        """Bring the numbers of busy workers and of those in excess up to date."""
        busy = self.server.running()
        self.pool.count(busy, len(self.server.jobs) - busy, now)
