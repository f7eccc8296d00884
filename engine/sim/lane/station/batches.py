"""Instances whose workers take several waiting calls at once (batches)."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import ERROR, UNLIMITED, WORKING
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.station.queueing import Queueing

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.station.line import Line
    from engine.sim.lane.station.load import Load, Move, Progress
    from engine.sim.lane.station.variable_rate import VariableRateServer


@final
class Batch:
    """Calls that are worked on together."""

    def __init__(self, calls: list[Call], fixed: float) -> None:
        self.calls = calls
        """Those that are worked on; none when that is done."""
        self.fixed = fixed
        """Share of the work that is the same however many there are."""
        self.left: i64 = len(calls)
        """How many still keep the worker."""


@final
class Linger(Task):
    """Tells a discipline that the oldest call has waited for others long enough."""

    def __init__(self, batching: Batching) -> None:
        self._batching = batching

    def due(self, timer: Timer, now: float) -> None:
        """Let it see whether a batch is ready."""
        self._batching.gather(now)


@final
class Batching(Queueing):
    """Workers that take up to so many calls at once; a part of a batch waits for more a while.

    A batch takes a fixed time and some for each call in it. The worker is free when all are.
    """

    def __init__(self, pool: Pool, line: Line, server: VariableRateServer) -> None:
        super().__init__(pool, line)
        self.server = server
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
        pool = self.pool
        room = UNLIMITED
        if pool.workers < UNLIMITED:
            room = (pool.workers - pool.busy) * self.size + pool.prefetch
        return not pool.down and not pool.frozen and pool.waiting + pool.reserved < room

    def offer(self, call: Call, now: float) -> bool:
        """Wait for a batch to be full or due, or refuse where there is no place."""
        pool = self.pool
        memory, site = pool.memory, pool.site
        if memory is not None and not memory.admits_one(now):
            call.site.refuse(call, ERROR, now)
            return True
        forming = self.size if pool.busy < pool.workers else 0
        if pool.limit < UNLIMITED and pool.waiting >= pool.limit + forming:
            return False
        site.touch(now)
        pool.enter(call, now)
        pool.line_up(now)
        self.line.push(call)
        self.gather(now)
        if memory is not None:
            memory.watch(now)
        return True

    def gather(self, now: float) -> None:
        """Begin the batches that are full or due, as far as there are workers."""
        pool = self.pool
        if pool.discipline is not self:
            return
        while pool.waiting > 0 and pool.busy < pool.workers:
            if pool.waiting < self.size:
                ready = self.line.oldest() + self.linger
                if now < ready:
                    self._await(ready)
                    return
            self._take(now)

    def done(self, call: Call, now: float) -> None:
        """A batch is done, and so is every call in it."""
        batch = self._batches[call]
        calls = batch.calls
        batch.calls = []
        if self.pool.holds:
            self.pool.count_resting(1, now)
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
        self._batches.clear()
        super().clear(now)

    def _serve(self, now: float) -> None:
        """Let those in line begin for whom there are workers."""
        self.gather(now)

    def _await(self, ready: float) -> None:
        """Look again when the oldest has waited long enough, unless that is settled already."""
        if self._ready != ready:
            self._ready = ready
            self.pool.site.agenda.schedule_at(ready, Timer(self._linger))

    def _in_hand(self, move: Move, now: float) -> list[Progress]:
        """Stop all work; the calls of a batch stay together."""
        working = self.server.lift(now)
        for progress in working:
            batch = self._batches[progress.calls[0]]
            progress.calls = batch.calls
            progress.fixed = batch.fixed
        return working

    def _kept(self, move: Move) -> list[list[Call]]:
        """Calls that keep the worker of a batch that is done."""
        kept: dict[Batch, list[Call]] = {}
        for call, batch in self._batches.items():
            if call.stage != WORKING:
                kept.setdefault(batch, []).append(call)
        self._batches.clear()
        return list(kept.values())

    def take_over(self, load: Load, now: float) -> None:
        """Go on with what is in hand, as batches of those that are in it."""
        self.server.workers = UNLIMITED
        super().take_over(load, now)

    def _go_on(self, progress: Progress, first: list[Call], now: float) -> None:
        """A worker goes on with what it has in hand: all of it."""
        for call in progress.calls:
            call.stage = WORKING
        self._put(Batch(progress.calls, progress.fixed), progress.calls)
        self.server.start(progress.calls[0], progress.left, now)

    def _keep(self, calls: list[Call]) -> None:
        """Some calls keep one worker."""
        batch = Batch([], 0.0)
        batch.left = len(calls)
        self._put(batch, calls)

    def _put(self, batch: Batch, calls: list[Call]) -> None:
        """Know the batch of some calls."""
        for call in calls:
            self._batches[call] = batch

    def _take(self, now: float) -> None:
        """A worker takes up a batch."""
        pool = self.pool
        site = pool.site
        calls: list[Call] = []
        work = self.fixed
        while pool.waiting > 0 and len(calls) < self.size:
            call = self.line.pop()
            if call is None:
                break
            site.touch(now)
            pool.leave_line(now)
            if site.queue_manager is not None and site.sheds(call, now):
                continue
            call.site.wait.add(now - call.arrived)
            call.stage = WORKING
            if call.span is not None:
                call.span.start(now)
            work += self._share_of(call)
            calls.append(call)
        if len(calls) == 0:
            return
        self._put(Batch(calls, self._fixed_share(work)), calls)
        pool.occupy(now)
        site.vitals.batches += 1.0
        site.vitals.batched += float(len(calls))
        self.server.start(calls[0], work, now)

    def _share_of(self, call: Call) -> float:
        """Work (s) that a call adds to its batch."""
        if self.per_item < 0.0:
            return self._work_of(call)
        rule = self.pool.rule
        special = -1.0 if rule is None else rule.work_of(call)
        return special if special >= 0.0 else self.per_item

    def _fixed_share(self, work: float) -> float:
        """Share of a batch's work that is the same at any speed: that of its calls is not."""
        if self.per_item >= 0.0:
            return 1.0
        return self.fixed / work if work > 0.0 else 0.0
