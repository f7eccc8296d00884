"""How attempts end: answered, lost on the way, or given up by their caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import i32, i64

from engine.sim.lane.booking import unbook
from engine.sim.lane.codes import (
    ABANDONED,
    AT_SITE,
    CALLED_OFF,
    DEADLINE,
    LOST,
    NETWORK,
    OK,
    REFUSED,
    RETURNING,
    TIMEOUT,
)
from engine.sim.lane.network_path import ANSWER, FAILURE
from engine.sim.lane.ruled_path import RuledPath
from engine.sim.lane.tracing.tracer import settle

if TYPE_CHECKING:
    from engine.sim.lane.call import Call
    from engine.sim.lane.entry import Entry


class SettlingPath(RuledPath):
    """Counts every attempt out, once, and tells the rules; what follows is up to the link."""

    def lose(self, call: Call, delay: float) -> None:
        """Let the caller find out that nothing gets through; a worker kept for the call is free."""
        if call.booked:
            unbook(call)
        call.reason = NETWORK
        call.given_up = LOST
        call.stage = RETURNING
        self.agenda.schedule(delay, call)

    def answer(self, call: Call, entry: Entry, now: float) -> None:
        """Send an answer back; nobody listens for a call that was given up."""
        if call.settled:
            self._note_late(call)
            return
        delay = self.fixed
        if delay < 0.0:
            network = self.network
            delay = self.crossing() if network is None else network.back(call, now)
        if delay < 0.0:
            call.reason = NETWORK
            call.given_up = LOST
            delay = -delay
        elif self.dots > 0:
            self.see(ANSWER if call.reason == OK else FAILURE, now, delay)
        if self.fixed >= 0.0:
            self.agenda.convey(delay, entry)
        else:
            self.agenda.schedule(delay, entry)

    def expired(self, call: Call, now: float) -> None:
        """Give a call up; the callee works on unless it is told."""
        call.given_up = ABANDONED
        self._give_up(call, TIMEOUT, now)
        self._after_failure(call, TIMEOUT, now)
        if self.source is None:
            call.forsake()  # of a message it matters whether it takes effect all the same
        if call.endpoint is not None:
            call.pool.discipline.given_up(call)

    def impatient(self, call: Call, place: i64, now: float) -> None:
        """Give a call up that has waited for too long before anybody worked on it; it leaves where it waits."""
        call.given_up = ABANDONED
        self._give_up(call, TIMEOUT, now)
        if place == AT_SITE:
            call.site.give_up(call, TIMEOUT, now)
        self._after_failure(call, TIMEOUT, now)

    def overdue(self, call: Call, now: float) -> None:
        """Give a call up since nobody wants the answer of whoever made it."""
        if not call.settled:
            call.given_up = ABANDONED
            self._give_up(call, DEADLINE, now)
            self._after_failure(call, DEADLINE, now)

    def call_off(self, call: Call, reason: i64, now: float) -> None:
        """Give a call up that is not needed any more."""
        if not call.settled:
            call.given_up = CALLED_OFF
            self._give_up(call, reason, now)

    def _note_late(self, call: Call) -> None:
        """Count work that was done in vain."""
        if call.reason == OK:
            self.late += 1

    def _give_up(self, call: Call, reason: i64, now: float) -> None:
        """Count an attempt out whose answer nobody waits for."""
        context = call.context
        holder = None if context is None else context.held_by
        if context is not None and holder is not None:
            context.held_by = None
            self._tell_before(holder, call, reason, now)
            call.given_up = REFUSED
            holder.withdrawn(call, now)
        self._settle(call, reason, now)
        self.failed[reason] += 1
        self.blame.note(i64(call.given_up), reason)
        if call.at_gate:
            call.site.give_up(call, reason, now)

    def _settle(self, call: Call, reason: i64, now: float) -> None:
        """Count an attempt out, and tell the rules."""
        call.settled = True
        self._touch(now)
        self.in_flight -= 1.0
        self.sent_sum -= call.sent
        self.settled_sum += now - call.sent
        if call.span is not None:
            span = call.span
            if span.arrived < 0.0 and call.endpoint is not None:
                span.instance = i32(call.pool.index)
            if settle(span, reason, i64(call.given_up), now):
                call.span = None
        endpoint = call.endpoint
        if endpoint is not None:
            endpoint.outstanding -= 1
        lease = call.lease
        if lease is not None:
            call.lease = None
            lease.settled(call, now)
        if call.given_up == REFUSED:
            return
        rule = self.settling
        while rule is not None:
            rule.settled(call, reason, now)
            rule = rule.next_settle

    def _after_failure(self, call: Call, reason: i64, now: float) -> None:
        """Go on after an attempt that has failed."""
        raise NotImplementedError
