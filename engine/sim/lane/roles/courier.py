"""Carries the messages of transactions between the leader of a node and those who take part."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i16, i64

from engine.sim.lane.call import Call
from engine.sim.lane.codes import ENGAGED, NEVER, OK
from engine.sim.lane.participation import UNDO
from engine.sim.lane.roles.steps import CALL, DETACHED, Frame, Step
from engine.sim.lane.tracing.tracer import settle
from engine.sim.lane.transactions.coordinator import Messenger

if TYPE_CHECKING:
    from engine.sim.lane.entry import Timer
    from engine.sim.lane.roles.flow import Program
    from engine.sim.lane.transactions.records import Transaction


@final
class Courier(Messenger):
    """Sends the messages of transactions as branches of a flow."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def tell(self, transaction: Transaction, place: i64, message: i64, now: float) -> None:
        """Send a message of a transaction: a branch that makes one call."""
        terms = transaction.terms
        link = terms.backward[place] if message == UNDO else terms.forward[place]
        pool = transaction.pool
        branch = Call(
            self.program.node, pool, transaction.job, i16(transaction.kind), transaction.key
        )
        branch.stage = ENGAGED
        tracer, above = self.program.tracer, transaction.span
        if tracer is not None and above is not None:
            branch.span = tracer.branch(above, now)
            if branch.span is not None:
                branch.span.awaited = False
        step = Step(CALL)
        step.link = link
        made = Frame(DETACHED, None, [step], NEVER)
        made.part = transaction.parts[place]
        made.message = message
        made.transaction = transaction
        made.place = place
        self.program.launch(branch, made, now)

    def inform(self, job: Call, by: Call, reason: i64, now: float) -> None:
        """Let a request go on, or fail, unless it is over."""
        if job.done:
            return
        if reason == OK:
            self.program.node.proceed(job, by, now)
        else:
            self.program.node.child_failed(job, reason, now)

    def later(self, seconds: float, timer: Timer) -> None:
        """Have a timer be due in so many seconds."""
        self.program.node.agenda.schedule(seconds, timer)

    def opened(self, transaction: Transaction, now: float) -> None:
        """Its instance stays until it is over."""
        transaction.pool.detached += 1
        tracer, above = self.program.tracer, transaction.job.span
        if tracer is not None and above is not None:
            span = tracer.branch(above, now)
            if span is not None:
                span.awaited = False
            transaction.span = span

    def closed(self, transaction: Transaction, now: float) -> None:
        """Its instance need not stay for it."""
        transaction.pool.detached -= 1
        span = transaction.span
        if span is not None:
            span.reply(OK, now)
            settle(span, OK, 0, now)
            transaction.span = None
