"""A node: gates, then instances with their workers, then a role. Every sort of node is composed of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i16, i64

from engine.sim.lane.call import Parked, calls_in
from engine.sim.lane.codes import (
    CRASHED,
    DEAD,
    DEADLINE,
    ENGAGED,
    ERROR,
    EXPIRED,
    NEVER,
    OK,
    RETURNING,
)
from engine.sim.lane.context import context_of
from engine.sim.lane.draws import chance
from engine.sim.lane.entrance import Entrance
from engine.sim.lane.entry import Timer
from engine.sim.lane.replies import DeferredReply
from engine.sim.lane.stores.versions import UNKNOWN, pass_on

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.seams import Role


@final
class Node(Entrance):
    """Takes calls in, has them worked on, and lets its roles decide what comes next.

    Its flow makes the calls that a request needs. A store may serve requests before the flow does, and
    a store or a client sees how they end.
    """

    flow: Role
    """What goes on with requests, and takes what their calls bring."""
    server: Role
    """What goes on with a request after its work: a store, else the flow."""
    witness: Role | None = None
    """What sees a job end before it is counted out: a store, or a client."""
    hold: bool = False
    """Whether a worker is held until the answer."""
    stepwise: bool = False
    """Whether its workers may do more than one work a request."""
    stepper: Role
    """What says what comes after a work then."""
    faulty: bool = False
    """Whether requests may fail by a fault."""
    failing: float = 0.0
    """Share of them that do without any event."""

    def __init__(self, name: str, agenda: Agenda, errors: Draws) -> None:
        super().__init__(name, agenda)
        self.errors = errors

    def play(self, flow: Role, before: Role | None, witness: Role | None) -> None:
        """Have roles: a flow, what serves before it, and what sees jobs end."""
        self.flow = flow
        self.aside = flow.aside
        self.server = flow if before is None else before
        self.witness = witness

    def pass_by(self, call: Call, now: float) -> None:
        """Tell a call the way, whatever has happened to the instance that it came to."""
        self.touch(now)
        call.pool.enter(call, now)
        call.stage = ENGAGED
        self.wait.add_none()
        self.flow.serve(call, now)

    def drop(self, call: Call, now: float) -> None:
        """Whoever waited too long is not worked on."""
        self.finish(call, DEADLINE, now)

    def worked(self, call: Call, now: float) -> None:
        """A worker has done its work; it is free unless it is held until the answer."""
        pool = call.pool
        if call.span is not None:
            call.span.worked = now
        if pool.holds:
            pool.discipline.rest(now)
        if self.stepwise:
            self.stepper.worked(call, now)
            return
        call.stage = ENGAGED
        if self.hold:
            call.held = True
        else:
            pool.discipline.release(call, now)
        self.after_work(call, now)

    def after_work(self, call: Call, now: float) -> None:
        """Fail by fault, or serve."""
        if self.faulty and self._fails(call):
            self.finish(call, ERROR, now)
        else:
            self.server.serve(call, now)

    def _fails(self, call: Call) -> bool:
        """Whether a request fails by a fault, as was known before its work or turns out now."""
        if call.doomed:
            call.doomed = False
            return True
        if self.failing > 0.0 and chance(self.errors, self.failing):
            return True
        pool = call.pool
        if pool.error > 0.0 and chance(self.errors, pool.error):
            return True
        if pool.wrong > 0.0 and chance(self.errors, pool.wrong):
            context_of(call).wrong = True
        return False

    def _is_silent(self, job: Call) -> bool:
        """Whether nobody is told how a request ended."""
        share = job.pool.omission
        if share <= 0.0 or not chance(self.errors, share):
            return False
        self.vitals.omitted += 1.0
        return True

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """A call that a job waited for succeeded; during a pause nobody notices."""
        context = child.context
        if context is not None:
            if context.wrong:
                context_of(job).wrong = True
            if context.version != UNKNOWN:
                pass_on(child, job)
        if job.pool.halted and not self.aside:
            job.pool.parked.append(Parked(job, child, OK))
        else:
            self.flow.proceed(job, child, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """A call that a job waited for failed for good."""
        if job.pool.halted and not self.aside:
            job.pool.parked.append(Parked(job, None, reason))
        else:
            self.flow.child_failed(job, reason, now)

    def finish(self, job: Call, reason: i64, now: float) -> None:
        """The job is over; who wants to see that sees it."""
        witness = self.witness
        if witness is None:
            self.end(job, reason, now)
        else:
            witness.finish(job, reason, now)

    def end(self, job: Call, reason: i64, now: float) -> None:
        """Free what a job holds, count it out, answer."""
        pool = job.pool
        if job.held:
            job.held = False
            pool.discipline.release(job, now)
        self.touch(now)
        pool.leave(job)
        self.conclude(job, reason, now)
        if self.faulty and not self.aside and self._is_silent(job):
            job.stage = RETURNING
            job.reason = i16(reason)
        else:
            self.reply(job, reason, now)

    def conclude(self, job: Call, reason: i64, now: float) -> None:
        """Count the outcome of a job that was inside."""
        job.done = True
        context = job.context
        if context is not None and context.part is not None and reason == OK:
            context.part.take(context.message, now)
        if job.entered:
            self.tell_gates(job, reason, now)
        if context is not None:
            self.flow.call_off(context, DEADLINE if reason == DEADLINE else EXPIRED, now)
            if context.wrong:
                context.wrong = reason == OK
                self.vitals.wrong += float(context.wrong)
        self.residence.add(now - job.arrived)
        if reason == OK:
            self.completed += 1
            job.pool.completed += 1
        else:
            self.failed[reason] += 1
            job.pool.failed += 1

    def deadline(self, job: Call) -> float:
        """What the job's caller said, or its user."""
        context = job.context
        limit = NEVER if context is None else context.deadline
        witness = self.witness
        return limit if witness is None else min(limit, witness.deadline(job))

    def cancel(self, call: Call, reason: i64, now: float) -> None:
        """Stop a call wherever it is: on its way, at a gate, in line, worked on, or in its flow."""
        stage = call.stage
        if call.done or stage in (RETURNING, DEAD):
            return
        witness = self.witness
        if witness is not None and witness.keeps(call):
            return
        if call.at_gate:
            self.leave_gate(call, reason, now)
            return
        pool = call.pool
        if not pool.inside.has(call):
            context = call.context
            if context is not None:
                context.deadline = -NEVER  # it is turned away when it comes in
                call.reason = i16(reason)
            return
        if stage != ENGAGED:
            if not pool.discipline.withdraw(call, now):
                return
            call.held = False
        self.finish(call, reason, now)

    def give_up(self, call: Call, reason: i64, now: float) -> None:
        """Take a call out of the line for a worker, or of that at a gate."""
        if call.at_gate:
            self.leave_gate(call, reason, now)
        elif call.pool.inside.has(call) and call.pool.discipline.withdraw(call, now):
            self.finish(call, reason, now)

    def kill(self, pool: Pool, now: float) -> None:
        """Take an instance down: whatever is inside, or at a gate to it, fails at once; who passed it by goes on."""
        self.touch(now)
        pool.down = True
        if self.aside:
            return
        pool.deaths += 1
        pool.discipline.clear(now)
        if pool.rule is not None:
            pool.rule.clear()
        jobs = calls_in(pool.inside)
        pool.inside.clear()
        for job in jobs:
            self.in_system -= 1.0
            self.arrived_sum -= job.arrived
            self._lose(job, now)
        for gate in self.gates:
            for call in gate.give_back(pool):
                pool.coming -= 1
                self.refuse_at(gate, call, CRASHED, now)
        self.flow.killed(pool, now)
        witness = self.witness
        if witness is not None:
            witness.killed(pool, now)
        if pool.watchers is not None:
            pool.mourn(now)

    def _lose(self, job: Call, now: float) -> None:
        """A job died with its instance. Its own entry may still be due, so another one brings the news."""
        self.conclude(job, CRASHED, now)
        job.held = False
        job.stage = DEAD
        job.reason = CRASHED
        if job.span is not None:
            job.span.reply(CRASHED, now)
        path = job.path
        if path is not None and not job.settled:
            path.answer(job, Timer(DeferredReply(job, path)), now)
        witness = self.witness
        if witness is not None:
            witness.lost(job, now)

    def revive(self, pool: Pool, now: float) -> None:
        """Bring an instance up again, empty."""
        if pool.down:
            pool.since = now
        pool.down = False
        pool.starting = False
        if self.pulls:
            self.invite(pool, now)
        self.flow.revived(pool, now)
