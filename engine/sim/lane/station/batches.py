"""Instances whose workers take several waiting calls at once (batches)."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.agenda import Task, Timer
from engine.sim.lane.codes import ERROR, UNLIMITED, WORKING
from engine.sim.lane.station.pool import QueuePool
from engine.sim.lane.station.variable_rate import VariableRateServer

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Site
    from engine.sim.lane.station.line import Line


@final
class Batch:
    """Calls that are worked on together."""

    def __init__(self, calls: list[Call]) -> None:
        self.calls = calls
        self.left: i64 = len(calls)
        """How many still keep the worker."""


@final
class Linger(Task):
    """Tells a pool that its oldest call has waited for others long enough."""

    def __init__(self, pool: BatchPool) -> None:
        self._pool = pool

    def due(self, timer: Timer, now: float) -> None:
        """Let the pool see whether a batch is ready."""
        self._pool.gather(now)


@final
class BatchPool(QueuePool):
    """Workers that take up to so many calls at once; a part of a batch waits for more a while.

    A batch takes a fixed time and some for each call in it. The worker is free when all are.
    """

    def __init__(self, site: Site, index: int, line: Line) -> None:
        super().__init__(site, index, line)
        self.server = VariableRateServer(self, site.agenda.now)
        self.size: i64 = 1
        self.linger = 0.0
        self.fixed = 0.0
        self.per_item = -1.0
        """Work (s) for each call; negative where it is that of its class."""
        self._batches: dict[Call, Batch] = {}
        """The batch of each call that keeps a worker."""
        self._linger = Linger(self)
        self._ready = -1.0
        """For when a timer is set last."""

    def idle(self) -> bool:
        """Whether an idle worker has room for one more in its next batch."""
        room = (self.workers - self.busy) * self.size if self.workers < UNLIMITED else UNLIMITED
        return not self.down and self.waiting + self.reserved < room

    def offer(self, call: Call, now: float) -> bool:
        """Wait for a batch to be full or due, or refuse where there is no place."""
        memory, site = self.memory, self.site
        if memory is not None and not memory.admits_one(now):
            call.site.refuse(call, ERROR, now)
            return True
        forming = self.size if self.busy < self.workers else 0
        if self.limit < UNLIMITED and self.waiting >= self.limit + forming:
            return False
        site.touch(now)
        self.enter(call, now)
        self.waiting += 1
        self.wait_sum += now
        site.waiting += 1.0
        self._line.push(call)
        self.gather(now)
        if memory is not None:
            memory.watch(now)
        return True

    def gather(self, now: float) -> None:
        """Begin the batches that are full or due, as far as there are workers."""
        while self.waiting > 0 and self.busy < self.workers:
            if self.waiting < self.size:
                ready = self._line.oldest() + self.linger
                if now < ready:
                    self._await(ready)
                    return
            self._take(now)

    def done(self, call: Call, now: float) -> None:
        """A batch is done, and so is every call in it."""
        batch = self._batches[call]
        calls = batch.calls
        batch.calls = []
        if self.holds:
            self._count_resting(1, now)
        for each in calls:
            each.site.worked(each, now)

    def rest(self, now: float) -> None:
        """Of a batch that is done the worker has been counted already."""

    def release(self, call: Call, now: float) -> None:
        """Of the worker of a call: it is free with the last of the batch."""
        batch = self._batches.pop(call)
        batch.left -= 1
        if batch.left == 0:
            super().release(call, now)

    def withdraw(self, call: Call, now: float) -> bool:
        """Leave the line; a batch that is worked on is done as a whole."""
        return call.stage != WORKING and super().withdraw(call, now)

    def clear(self, now: float) -> None:
        """Forget everybody."""
        self.server.clear(now)
        self._batches.clear()
        super().clear(now)

    def _serve(self, now: float) -> None:
        """Let those in line begin for whom there are workers."""
        self.gather(now)

    def _await(self, ready: float) -> None:
        """Look again when the oldest has waited long enough, unless that is settled already."""
        if self._ready != ready:
            self._ready = ready
            self.site.agenda.schedule_at(ready, Timer(self._linger))

    def _take(self, now: float) -> None:
        """A worker takes up a batch."""
        site = self.site
        calls: list[Call] = []
        work = self.fixed
        while self.waiting > 0 and len(calls) < self.size:
            call = self._line.pop()
            if call is None:
                break
            site.touch(now)
            self.waiting -= 1
            self.wait_sum -= now
            site.waiting -= 1.0
            call.site.wait.add(now - call.arrived)
            call.stage = WORKING
            work += self.per_item if self.per_item >= 0.0 else self._work_of(call)
            calls.append(call)
        if len(calls) == 0:
            return
        batch = Batch(calls)
        for call in calls:
            self._batches[call] = batch
        self.busy += 1
        self.busy_sum += now
        site.busy += 1.0
        site.vitals.batches += 1.0
        site.vitals.batched += float(len(calls))
        self.server.start(calls[0], work * self.slow, now)
