"""One session: what a node remembers of one user between the requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.instance import Instance

# What has become of a session.
NEW: Final = 0
"""Its user was given a name for it, and no store has it yet."""
LIVE: Final = 1
ENDED: Final = 2
"""Not used for so long that it is over."""
LOST: Final = 3
"""Gone with what kept it; its user does not know that yet."""
CUT: Final = 4
"""Ended before its time; its user does not know that yet."""


class SessionKeeper:
    """Somebody who is told what becomes of the sessions that a store keeps."""

    size: i64 = 0
    """Bytes of an entry of the store for one."""

    def stored(self, session: UserSession, now: float) -> None:
        """The store has it, as it is now."""
        raise NotImplementedError

    def answered(self, session: UserSession, now: float, *, missed: bool) -> UserSession:
        """It has answered a job that asked for a session; returns the one with which that goes on."""
        raise NotImplementedError

    def vanished(self, session: UserSession, now: float) -> None:
        """Whoever follows what kept it has never heard of it."""
        raise NotImplementedError

    def carried(self, session: UserSession, *, written: bool, now: float) -> None:
        """A session came from the store, or went there and that is known."""
        raise NotImplementedError

    def ended(self, session: UserSession) -> None:
        """One is over, so that the store need not keep it any more."""
        raise NotImplementedError

    def gone(self, key: i64) -> None:
        """The store has given up an entry, which may have been a session."""
        raise NotImplementedError

    def all_gone(self) -> None:
        """The store has given up all entries."""
        raise NotImplementedError

    def kept(self) -> list[int]:
        """Keys of the sessions that the store has."""
        raise NotImplementedError


@final
class UserSession:
    """A session, in the order in which all of a node were used."""

    state: i64 = NEW
    key: i64 = 0
    """Under which a store keeps it."""
    writes: i64 = 0
    """Writes of it that are under way to a store."""
    given: bool = False
    """Whether its user was given it: an answer has named it."""
    recorded: bool = False
    """Whether the leader of a replicated database has written it down."""
    noted: bool = False
    """Whether a database has acknowledged it that may lose what it wrote last."""
    listed: bool = False
    """Whether it is in the order."""
    earlier: UserSession | None = None
    later: UserSession | None = None
    home: Instance | None = None
    """The instance where it began."""

    def __init__(
        self, keeper: SessionKeeper, shelf: dict[int, UserSession], number: int, now: float
    ) -> None:
        self.keeper = keeper
        self.shelf = shelf
        """The sessions of all users of its client, by their number."""
        self.number: i64 = number
        """Of its user."""
        self.begun = now
        self.used = now
        """When it was last used (s)."""
