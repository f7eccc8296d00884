"""Equal timeouts in one line: whoever starts first expires first, so one pending entry serves all.

`Expiry` watches attempts from the moment they are sent, for all who have a timeout; the calls themselves
are its chain. `Watch` watches spans that begin later, for the few that have to wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i64

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
        self._seen: i64 = 0
        """What was seen of those who are next; it means nothing."""

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
            self._look_ahead(first)
            self._expirer.expired(first, now)
            self.prune()
            first = self._first
        self._pending = False

    def _look_ahead(self, first: Call) -> None:
        """Glance at those who expire after the first, and at who waits for them.

        They were sent long ago, so that nothing of them is in the caches of a core. What is asked for here
        comes from memory all at once, and in time; asked for where it is needed, one comes after the other.
        Whoever is glanced at was found by a glance before.
        """
        second = first.later
        if second is None:
            return
        seen = i64(second.pool.inside.has(second))
        waiting = second.parent
        if waiting is not None:
            seen ^= i64(waiting.pool.inside.has(waiting))
            if waiting.parent is not None:
                seen ^= waiting.parent.glance()
        third = second.later
        if third is not None:
            if third.parent is not None:
                seen ^= third.parent.glance()
            if third.later is not None:
                seen ^= third.later.glance()
        self._seen = seen


class Watcher:
    """Somebody who is told when a span that is watched is over."""

    def lasts(self, call: Call, place: i64) -> bool:
        """Whether what is watched still goes on."""
        raise NotImplementedError

    def ran_out(self, call: Call, place: i64, now: float) -> None:
        """It has gone on for the whole span."""
        raise NotImplementedError


@final
class Watched:
    """A call, and what is watched of it."""

    def __init__(self, call: Call, place: i64, end: float) -> None:
        self.call = call
        self.place = place
        self.end = end
        self.following: Watched | None = None


@final
class Watch(Task):
    """Tells a watcher whose wait lasts longer than a fixed span (s), wherever and whenever it began."""

    def __init__(self, agenda: Agenda, watcher: Watcher, span: float) -> None:
        self.span = span
        self._agenda = agenda
        self._watcher = watcher
        self._first: Watched | None = None
        self._last: Watched | None = None
        self._timer = Timer(self)
        self._pending = False

    def add(self, call: Call, place: i64, now: float) -> None:
        """Watch a call from now on."""
        self.prune()
        watched = Watched(call, place, now + self.span)
        last = self._last
        if last is None:
            self._first = watched
            if not self._pending:
                self._pending = True
                self._agenda.schedule_at(watched.end, self._timer)
        else:
            last.following = watched
        self._last = watched

    def prune(self) -> None:
        """Forget those at the head whose wait is over."""
        first = self._first
        while first is not None and not self._watcher.lasts(first.call, first.place):
            first = first.following
        self._first = first
        if first is None:
            self._last = None

    def due(self, timer: Timer, now: float) -> None:
        """Tell of those whose span is over and wait for the next; the timer counts as pending meanwhile."""
        self.prune()
        first = self._first
        while first is not None:
            if first.end > now:
                self._agenda.schedule_at(first.end, timer)
                return
            self._watcher.ran_out(first.call, first.place, now)
            self.prune()
            first = self._first
        self._pending = False
