"""Sessions in the order in which they were last used: whoever is over stands first, without a timer for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.user_session import LIVE

if TYPE_CHECKING:
    from engine.sim.lane.user_session import UserSession


@final
class UseOrder:
    """A chain, from the one that was not used for longest to the one that was used last."""

    first: UserSession | None = None
    last: UserSession | None = None

    def add(self, session: UserSession, now: float) -> None:
        """A session that is not in the order was used now."""
        last = self.last
        session.used = now
        session.listed = True
        session.earlier = last
        session.later = None
        if last is None:
            self.first = session
        else:
            last.later = session
        self.last = session

    def remove(self, session: UserSession) -> None:
        """Take a session out."""
        earlier, later = session.earlier, session.later
        if earlier is None:
            self.first = later
        else:
            earlier.later = later
        if later is None:
            self.last = earlier
        else:
            later.earlier = earlier
        session.earlier = None
        session.later = None
        session.listed = False

    def use(self, session: UserSession, now: float) -> None:
        """A session was used now."""
        if session is self.last:
            session.used = now
            return
        if session.listed:
            self.remove(session)
        self.add(session, now)

    def members(self) -> list[UserSession]:
        """All of them."""
        found: list[UserSession] = []
        session = self.first
        while session is not None:
            found.append(session)
            session = session.later
        return found

    def live(self) -> list[UserSession]:
        """Those that nobody has ended or lost so far."""
        return [session for session in self.members() if session.state == LIVE]
