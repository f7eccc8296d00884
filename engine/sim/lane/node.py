"""A node: takes calls in, has them worked on, and runs their flow of further calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.agenda import Timer
from engine.sim.lane.call import (
    CRASHED,
    DEAD,
    DEADLINE,
    ENGAGED,
    ERROR,
    NEVER,
    OK,
    QUEUE_FULL,
    RETURNING,
    UNAVAILABLE,
    Call,
    Context,
    DeferredReply,
    Parked,
    Pool,
    Site,
    chance,
)

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.link import Link


class Node(Site):
    """A station with a flow: work first, then groups of calls in order, then the answer."""

    def __init__(self, name: str, agenda: Agenda, errors: Draws) -> None:
        super().__init__(name, agenda)
        self.groups: i64 = 0
        """Number of groups of calls."""
        self.only: Link | None = None
        """The only call, where the flow is no more than that."""
        self.hold = False
        self.instant = False
        """Whether it passes everything on without work or workers."""
        self.error = 0.0
        """Probability that a request fails after its work."""
        self.errors = errors
        self._steps: list[list[Link]] = []

    def follow(self, steps: list[list[Link]]) -> None:
        """Follow another flow: groups of calls; those of a group are made at once."""
        self._steps = steps
        self.groups = len(steps)
        self.only = steps[0][0] if len(steps) == 1 and len(steps[0]) == 1 else None

    def arrive(self, call: Call, now: float) -> None:
        """Take a call in, or refuse it."""
        self.arrivals += 1
        pool = call.pool
        pool.coming -= 1
        if call.booked:
            call.booked = False
            pool.reserved -= 1
        context = call.context
        if context is not None and context.deadline <= now:
            self.refuse(call, DEADLINE, now)
        elif pool.down:
            self.refuse(call, UNAVAILABLE, now)
        elif self.instant:
            self.touch(now)
            pool.enter(call, now)
            self.pass_on(call, now)
        elif not pool.offer(call, now):
            self.refuse(call, QUEUE_FULL, now)

    def pass_on(self, call: Call, now: float) -> None:
        """Serve a call without work."""
        call.stage = ENGAGED
        self.wait.add_none()
        self.after_work(call, now)

    def drop(self, call: Call, now: float) -> None:
        """Whoever waited too long is not worked on."""
        self.finish(call, DEADLINE, now)

    def refuse(self, call: Call, reason: i64, now: float) -> None:
        """Answer at the door."""
        self.failed[reason] += 1
        self._reply(call, reason, now)

    def worked(self, call: Call, now: float) -> None:
        """A worker has done its work; it is free unless it is held until the answer."""
        call.stage = ENGAGED
        if self.hold:
            call.held = True
        else:
            call.pool.release(call, now)
        self.after_work(call, now)

    def after_work(self, call: Call, now: float) -> None:
        """Fail by fault, or serve."""
        if self.error > 0.0 and chance(self.errors, self.error):
            self.finish(call, ERROR, now)
        else:
            self.serve(call, now)

    def serve(self, job: Call, now: float) -> None:
        """What comes after the work: the flow."""
        self.advance(job, now)

    def advance(self, job: Call, now: float) -> None:
        """Make the calls of the next group in which there are any to wait for, or answer."""
        while job.step < self.groups:
            only = self.only
            if only is not None:
                job.step += 1
                self._call(only, job, now)
            else:
                group = self._steps[job.step]
                job.step += 1
                for link in group:
                    self._call(link, job, now)
            if job.pending > 0:
                return
        self.finish(job, OK, now)

    def _call(self, link: Link, job: Call, now: float) -> None:
        """Make a call if the job wants it."""
        if link.always or link.wants(job):
            if link.waits:
                job.pending += 1
            link.begin(job, now)

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """Go on when all calls of the group are answered."""
        if job.pool.halted:
            job.pool.parked.append(Parked(job, child, OK))
            return
        job.pending -= 1
        if job.pending == 0:
            self.advance(job, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """Fail at once, and with the same reason."""
        if job.pool.halted:
            job.pool.parked.append(Parked(job, None, reason))
            return
        self.finish(job, reason, now)

    def finish(self, job: Call, reason: i64, now: float) -> None:
        """The job is over: free what it holds, count it out, answer."""
        pool = job.pool
        if job.held:
            job.held = False
            pool.release(job, now)
        self.touch(now)
        pool.leave(job)
        self.conclude(job, reason, now)
        self._reply(job, reason, now)

    def conclude(self, job: Call, reason: i64, now: float) -> None:
        """Count the outcome of a job that was inside."""
        job.done = True
        context = job.context
        if context is not None:
            self.call_off(context, now)
        self.residence.add(now - job.arrived)
        if reason == OK:
            self.completed += 1
        else:
            self.failed[reason] += 1

    def call_off(self, context: Context, now: float) -> None:
        """Call off what a job no longer needs."""
        children = context.children
        context.children = []
        for child in children:
            path = child.path
            if path is not None:
                path.call_off(child, now)

    def deadline(self, job: Call) -> float:
        """What the job's caller said."""
        context = job.context
        return NEVER if context is None else context.deadline

    def cancel(self, call: Call, now: float) -> None:
        """Stop a call wherever it is: on its way, in line, worked on, or in its flow."""
        stage = call.stage
        if call.done or stage in (RETURNING, DEAD):
            return
        pool = call.pool
        if not pool.has(call):
            context = call.context
            if context is not None:
                context.deadline = -NEVER  # it is turned away when it arrives
            return
        if stage != ENGAGED:
            if not pool.withdraw(call, now):
                return
            call.held = False
        self.finish(call, DEADLINE, now)

    def _reply(self, call: Call, reason: i64, now: float) -> None:
        """Send the answer back."""
        call.reason = reason
        call.stage = RETURNING
        path = call.path
        if path is not None:
            path.answer(call, call, now)

    def kill(self, pool: Pool, now: float) -> None:
        """Take an instance down: whatever is inside fails at once."""
        self.touch(now)
        pool.down = True
        pool.deaths += 1
        pool.clear(now)
        jobs = pool.inside
        pool.inside = []
        for job in jobs:
            self.in_system -= 1.0
            self.arrived_sum -= job.arrived
            self.lose(job, now)

    def lose(self, job: Call, now: float) -> None:
        """A job died with its instance. Its own entry may still be due, so a courier goes."""
        self.conclude(job, CRASHED, now)
        job.held = False
        job.stage = DEAD
        job.reason = CRASHED
        path = job.path
        if path is not None and not job.settled:
            path.answer(job, Timer(DeferredReply(job, path)), now)

    def revive(self, pool: Pool, now: float) -> None:
        """Bring an instance up again, empty."""
        pool.down = False
        pool.starting = False
        if self.pulls:
            self.invite(pool, now)
