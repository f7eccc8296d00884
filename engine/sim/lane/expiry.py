"""Equal timeouts in one line: whoever starts first expires first, so one pending entry serves all."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.agenda import Agenda, Task, Timer

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Expirer


@final
class Expiry(Task):
    """Tells an expirer which calls were not settled within a fixed span (s)."""

    def __init__(self, agenda: Agenda, expirer: Expirer, span: float) -> None:
        self.span = span
        self._agenda = agenda
        self._expirer = expirer
        self._first: Call | None = None
        self._last: Call | None = None
        self._timer = Timer(self)
        self._pending = False

    def add(self, call: Call) -> None:
        """Watch a call that is sent now (`call.sent` is set)."""
        last = self._last
        if last is None:
            self._first = call
            if not self._pending:
                self._pending = True
                self._agenda.schedule_at(call.sent + self.span, self._timer)
        else:
            last.later = call
        self._last = call

    def prune(self) -> None:
        """Forget the calls at the head that are settled."""
        first = self._first
        while first is not None and first.settled:
            following = first.later
            first.later = None
            first = following
        self._first = first
        if first is None:
            self._last = None

    def due(self, timer: Timer, now: float) -> None:
        """Expire what is due and wait for the next.

        Whoever is told may at once send something else: the timer counts as pending meanwhile.
        """
        self.prune()
        first = self._first
        while first is not None:
            end = first.sent + self.span
            if end > now:
                self._agenda.schedule_at(end, timer)
                return
            self._expirer.expired(first, now)
            self.prune()
            first = self._first
        self._pending = False
