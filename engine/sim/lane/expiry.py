"""Equal timeouts in one line: whoever starts first expires first, so one pending entry serves all.

`Expiry` watches attempts from the moment they are sent, for all who have a timeout. `Watch` watches spans
that begin later, for the few that have to wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import vec

from engine.sim.lane.call import Call
from engine.sim.lane.entry import Task, Timer

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Expirer

ROOM: Final = 64
"""Calls that can be watched at first; a power of two, as its doubles are."""
GROUP: Final = 4
"""Calls that are glanced at in one turn; a power of two. More would not be had from memory at once."""


@final
class Expiry(Task):
    """Tells an expirer which calls were not settled within a fixed span (s)."""

    def __init__(self, agenda: Agenda, expirer: Expirer, span: float) -> None:
        self.span = span
        self._agenda = agenda
        self._expirer = expirer
        self._calls = vec[Call | None]([None] * ROOM)
        """A ring: whom to glance at is known without a look at those before."""
        self._mask: i64 = ROOM - 1
        self._first: i64 = 0
        """How many were ever taken out: the place of the first, but for whole rounds of the ring."""
        self._end: i64 = 0
        """How many ever came."""
        self._timer = Timer(self)
        self._pending = False
        self._expired: i64 = 0
        self._seen: i64 = 0
        """What was seen of those who are next; it means nothing."""

    def add(self, call: Call) -> None:
        """Watch a call that is sent now (`call.sent` is set)."""
        if self._end - self._first > self._mask:
            self._make_room()
        end = self._end
        self._calls[end & self._mask] = call
        self._end = end + 1
        if end == self._first and not self._pending:
            self._pending = True
            self._agenda.schedule_at(call.sent + self.span, self._timer)

    def _make_room(self) -> None:
        """Let go of those who are settled behind somebody who is not; have a larger ring where few are."""
        calls, mask = self._calls, self._mask
        end = self._first
        place = end
        while place < self._end:
            call = calls[place & mask]
            if call is not None and not call.settled:
                calls[end & mask] = call
                end += 1
            place += 1
        place = end
        while place < self._end:
            calls[place & mask] = None
            place += 1
        self._end = end
        if 2 * (end - self._first) > mask:
            self._double()

    def _double(self) -> None:
        """Have a ring twice as large."""
        calls, mask = self._calls, self._mask
        self._mask = 2 * mask + 1
        self._calls = vec[Call | None]([None] * int(2 * mask + 2))
        place = self._first
        while place < self._end:
            self._calls[place & self._mask] = calls[place & mask]
            place += 1

    def prune(self) -> None:
        """Forget the calls at the head that are settled."""
        calls = self._calls
        mask = self._mask
        place = self._first
        end = self._end
        while place < end:
            call = calls[place & mask]
            if call is not None and not call.settled:
                break
            calls[place & mask] = None
            place += 1
        self._first = place

    def due(self, timer: Timer, now: float) -> None:
        """Expire what is due and wait for the next.

        Whoever is told may at once send something else: the timer counts as pending meanwhile.
        """
        expires = False
        while self._first < self._end:
            first = self._calls[self._first & self._mask]
            if first is None or first.settled:
                self.prune()
                continue
            end = first.sent + self.span
            if end > now:
                if expires:
                    self._agenda.follow_up(end, timer)
                else:
                    self._agenda.schedule_at(end, timer)
                return
            expires = True
            if self._expired & (GROUP - 1) == 0:
                self._look_ahead()
            self._expired += 1
            self._expirer.expired(first, now)
        self._pending = False

    def _look_ahead(self) -> None:
        """Glance at some of those who expire soon, and at who waits for them.

        They were sent long ago, so that nothing of them is in the caches of a core. What is asked for here
        comes from memory all at once, and in time; asked for where it is needed, one comes after the other.
        Whoever is glanced at was found by a glance of a turn before: the calls of the group after the next are
        glanced at in this turn, who waits for them in the next, and who waits for those in the one after.
        """
        calls = self._calls
        mask = self._mask
        place = self._first + GROUP
        last = min(place + GROUP, self._end - 2 * GROUP)
        seen: i64 = 0
        while place < last:
            call = calls[(place + 2 * GROUP) & mask]
            if call is not None:
                seen ^= call.glance()
            call = calls[(place + GROUP) & mask]
            if call is not None and (above := call.parent) is not None:
                seen ^= above.glance()
            call = calls[place & mask]
            if call is not None and (above := call.parent) is not None:
                above = above.parent
                if above is not None:
                    seen ^= above.glance()
            place += 1
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
