"""The book of a node's sessions: those that began are live, have ended, or are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.sessions.order import UseOrder
from engine.sim.lane.user_session import CUT, ENDED, LIVE, LOST

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.user_session import UserSession


@final
class Ledger:
    """Counts sessions and the time for which they were live. Counters are never reset.

    Who is over is found when the next request comes, and counts as ended from when its time was over.
    Looking changes nothing.
    """

    def __init__(self, ttl: float) -> None:
        self.order = UseOrder()
        """All that their users may come back with, lost ones included."""
        self.begun: i64 = 0
        self.ended: i64 = 0
        self.lost: i64 = 0
        self.live: i64 = 0
        """Of those whose end nobody has noticed so far."""
        self._ttl = ttl
        self._since = 0.0
        """Since when that is the time after which a session is over (s)."""
        self._begun_sum = 0.0
        """Sum of the starts of all that are live."""
        self._lived = 0.0
        """Seconds for which all others were."""

    def turn(self, ttl: float, now: float) -> None:
        """Have another time after which sessions are over; the caller has ended those that are by now."""
        if ttl != self._ttl:
            self._ttl = ttl
            self._since = now

    def begin(self, session: UserSession, now: float) -> None:
        """A session is live from now on."""
        session.state = LIVE
        session.begun = now
        self.begun += 1
        self.live += 1
        self._begun_sum += now

    def lose(self, session: UserSession, now: float) -> None:
        """A live one is gone with what kept it. Its user does not know that, so it stays in the order."""
        session.state = LOST
        self.lost += 1
        self._close(session, now)

    def cut(self, session: UserSession, now: float) -> None:
        """A live one is ended before its time. Its user does not know that, so it stays in the order."""
        session.state = CUT
        self.ended += 1
        self._close(session, now)

    def overdue(self, now: float) -> UserSession | None:
        """The next one that is over."""
        first = self.order.first
        return first if first is not None and first.used + self._ttl <= now else None

    def end(self, session: UserSession) -> None:
        """One is over."""
        if session.state == LIVE:
            self.ended += 1
            self._close(session, self._end_of(session))
        session.state = ENDED
        self.order.remove(session)

    def unnoticed(self, now: float) -> i64:
        """How many live ones are over by now, though nobody has noticed."""
        count: i64 = 0
        session = self.order.first
        while session is not None and session.used + self._ttl <= now:
            if session.state == LIVE:
                count += 1
            session = session.later
        return count

    def area(self, now: float) -> float:
        """Live sessions, integrated over time."""
        over = 0.0
        session = self.order.first
        while session is not None and session.used + self._ttl <= now:
            if session.state == LIVE:
                over += now - self._end_of(session)
            session = session.later
        return self._lived + float(self.live) * now - self._begun_sum - over

    def alive(self, now: float) -> float:
        """Seconds for which those that nobody has ended or lost have been live, together."""
        return float(self.live) * now - self._begun_sum

    def _end_of(self, session: UserSession) -> float:
        """When one is over, or was (s): not before anybody said after what time."""
        return max(session.used + self._ttl, self._since)

    def _close(self, session: UserSession, now: float) -> None:
        """One is not live any more."""
        self.live -= 1
        self._begun_sum -= session.begun
        self._lived += now - session.begun
