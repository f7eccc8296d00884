"""Deadlines that travel with the calls of a link, and cancels that follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import DEADLINE, EXPIRED, LOST, NEVER, UNSENT
from engine.sim.lane.context import context_of
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.seams import RETRY, SETTLE, START, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.link import Link


@final
class DeadlineRule(Rule):
    """What a caller tells its callees of its patience: until when it waits, and that it waits no more."""

    def __init__(self, link: Link) -> None:
        self.moments = START + SETTLE + RETRY
        self.link = link
        self.propagates = False
        self.cancels = False
        self.span = NEVER
        """The link's timeout (s)."""
        self.patience = NEVER
        """Seconds after which nobody wants the answer of a call whose class the link says."""

    def started(self, call: Call, now: float) -> None:
        """It may take until the caller's own deadline, and the link's timeout."""
        limit = min(self._limit(call), now + self.patience)
        own = now + self.span
        context = context_of(
            call
        )  # what else it carries stays: its part in a transaction, what it knows
        context.deadline = min(limit, own) if self.propagates else NEVER
        context.ends_it = False
        if self.cancels:
            self._remember(call)
        if limit < own:
            context.ends_it = True
            self.link.agenda.schedule_at(limit, Timer(Overdue(call, self.link)))

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """Send a cancel after a call that the caller has given up."""
        if not self.cancels or call.given_up in (0, UNSENT, LOST):
            return
        parent = call.parent
        delay = self.link.leg(None if parent is None else parent.pool, call.pool)
        if delay >= 0.0:
            why = EXPIRED if reason == EXPIRED else DEADLINE
            self.link.agenda.schedule(delay, Timer(Cancel(call, why)))

    def retry_in(self, call: Call, reason: i64, wait: float, now: float) -> float:
        """No try that would come too late."""
        return NEVER if self._limit(call) <= now + wait else wait

    def _limit(self, call: Call) -> float:
        """Time (s) after which whoever waits for a call has no use for it."""
        parent = call.parent
        if not self.propagates or not call.waits or parent is None:
            return NEVER
        return parent.site.deadline(parent)

    def _remember(self, call: Call) -> None:
        """Have a call called off when its caller is over, which may be before it is."""
        parent = call.parent
        if parent is None or not call.waits:
            return
        above = context_of(parent)
        children = above.children
        size: i64 = len(children)
        if size >= 16 and size & (size - 1) == 0:
            children = [each for each in children if not each.settled and not each.done]
            above.children = children
        children.append(call)


@final
class Overdue(Task):
    """Ends an attempt at the deadline of its caller."""

    def __init__(self, call: Call, link: Link) -> None:
        self._call = call
        self._link = link

    def due(self, timer: Timer, now: float) -> None:
        """The caller's time is up."""
        self._link.overdue(self._call, now)


@final
class Cancel(Task):
    """Tells a callee that nobody wants its answer any more."""

    def __init__(self, call: Call, reason: i64) -> None:
        self._call = call
        self._reason: i64 = reason

    def due(self, timer: Timer, now: float) -> None:
        """It has crossed the link."""
        call = self._call
        call.site.cancel(call, self._reason, now)
