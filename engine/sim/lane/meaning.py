"""What a write is about where it is more than a value: the word of a transaction, or a session that begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.participation import Participation
    from engine.sim.lane.user_session import UserSession


class Meaning:
    """What hangs on a write that may be lost."""

    part: Participation | None = None
    """In what whoever wrote it takes part, where it is a message of a transaction."""
    message: i64 = 0
    """What that says."""
    session: UserSession | None = None
    """The session that it brings about; None where it changes one, or is about something else."""

    def forget(self, now: float) -> None:
        """Nobody knows any more what a transaction had it do, or of a session that began with it."""
        part, session = self.part, self.session
        if part is not None:
            part.forget(self.message, now)
        if session is not None:
            session.keeper.vanished(session, now)
