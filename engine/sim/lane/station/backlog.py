"""A listen backlog that is full: who finds no place is not told, and comes again as TCP has it.

The opening segment of a connection (SYN) that gets no answer is sent again after 1 s, and then after twice
the time before (RFC 6298), six times (Linux: ``tcp_syn_retries``): 1, 3, 7, 15, 31 and 63 s after the first.
After 127 s the caller's system gives up (``ETIMEDOUT``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.codes import LOST, RETURNING, TIMEOUT
from engine.sim.lane.entry import Task, Timer

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Site

FIRST_WAIT: Final = 1.0
"""Retransmission time-out (s) where no round trip was measured yet (RFC 6298, 2.1)."""
RESENDS: Final = 6
"""How often it is sent again."""


@final
class Resend(Task):
    """Has a call come again."""

    def __init__(self, backlog: Backlog, call: Call) -> None:
        self.call = call
        self.tries: i64 = 0
        """How often it came in vain."""
        self._backlog = backlog

    def due(self, timer: Timer, now: float) -> None:
        """The time-out is over."""
        self._backlog.again(self, timer, now)


@final
class Backlog:
    """Calls to the instances of a site that found no place. They are on their way, and not at the site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._coming: Resend | None = None
        """Who comes again right now."""
        self._timer: Timer | None = None
        """Its timer, to be used once more."""

    def drop(self, call: Call, now: float) -> None:
        """A call finds no place, for the first time or once more."""
        call.pool.coming += 1
        resend, timer = self._coming, self._timer
        if resend is None or timer is None or resend.call is not call:
            resend = Resend(self, call)
            timer = Timer(resend)
        self._wait(resend, timer)

    def _wait(self, resend: Resend, timer: Timer) -> None:
        """Wait twice as long as before."""
        wait = FIRST_WAIT * float(1 << resend.tries)
        resend.tries += 1
        self._site.agenda.schedule(wait, timer)

    def again(self, resend: Resend, timer: Timer, now: float) -> None:
        """Come again, unless the caller has given up, or its system does."""
        call = resend.call
        if call.settled:
            call.pool.coming -= 1
            return
        if resend.tries > RESENDS:
            call.pool.coming -= 1
            call.reason = TIMEOUT
            call.given_up = LOST
            call.stage = RETURNING
            self._site.agenda.schedule(0.0, call)
            return
        self._site.vitals.resent += 1.0
        path = call.path
        parent = call.parent
        caller = None if parent is None else parent.pool
        if path is not None and path.cut_between(caller, call.pool):
            self._wait(resend, timer)
            return
        self._coming, self._timer = resend, timer
        self._site.arrive(call, now)
        self._coming = self._timer = None
