"""Sessions that another node keeps: each request asks for one first, and writes it back when it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.context import context_of
from engine.sim.lane.owners import client_of
from engine.sim.lane.sessions.table import SessionTable
from engine.sim.lane.user_session import CUT, ENDED, LIVE, LOST, NEW, SessionKeeper

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Site
    from engine.sim.lane.link import Link
    from engine.sim.lane.roles.store import StoreRole
    from engine.sim.lane.user_session import UserSession

FIRST: Final = 1 << 61
"""The first key of a session in a store: requests have smaller ones."""
SPACE: Final = 1 << 32
"""Keys that each node may use there."""


@final
class StoredSessions(SessionKeeper):
    """The sessions of one node that another one keeps, and the link to it."""

    def __init__(self, node: Site, place: i64) -> None:
        self.table = SessionTable(node, self)
        self.link: Link | None = None
        """The link to what keeps them; None where there is none."""
        self.role: StoreRole | None = None
        """What keeps them, where it may give them up by itself; None where they are safe."""
        self._keys: dict[int, UserSession] = {}
        """Those that the store has."""
        self._next: i64 = FIRST + place * SPACE

    def move(self, link: Link | None, role: StoreRole | None, now: float) -> None:
        """Have another node keep them, or nobody: that one knows nothing of them."""
        if link is self.link and role is self.role:
            return
        self.forget(now)
        self.link = link
        self.role = role
        if role is not None:
            role.tenants += 1
            self._next = FIRST + role.tenants * SPACE
            role.store.keepers.append(self)

    def forget(self, now: float) -> None:
        """Lose them all, and keep none there any more."""
        table = self.table
        if self.link is not None:
            table.lose_all(now)
        role = self.role
        if role is not None and self in role.store.keepers:
            role.store.keepers.remove(self)
            keys = list(self._keys)
            self._keys = {}
            for key in keys:
                role.drop_everywhere(key)
        for session in table.ledger.order.members():
            if session.state == NEW:
                session.key = 0
        self.link = None
        self.role = None

    def ask(self, job: Call, root: Call, number: int, now: float) -> bool:
        """Ask for the session of the user for whom a job is done; false where there is nobody to ask."""
        link = self.link
        if link is None:
            return False
        table = self.table
        table.tidy(now)
        shelf = table.shelf(client_of(root))
        session = shelf.get(number)
        if session is None:
            session = table.new(shelf, number, now)
        if session.key == 0:
            self._next += 1
            session.key = self._next
        context = context_of(job)
        context.session = session
        context.asks = True
        link.ask(job, now)
        return True

    def answered(self, session: UserSession, now: float, *, missed: bool) -> UserSession:
        """The store has answered: whoever it does not know begins anew; so does whom a follower has not heard of."""
        if not (missed and self.role is None) and not self._is_missing(session):
            return session
        self._next += 1
        fresh = self.table.replace(session, now)
        fresh.key = self._next
        return fresh

    def _is_missing(self, session: UserSession) -> bool:
        """Whether the store does not have what a user came with."""
        if session.state == NEW:
            return session.given and session.writes == 0
        return session.state != LIVE

    def write(self, job: Call, now: float) -> None:
        """Write back the session of a job that was answered; nobody waits for that."""
        context, link = job.context, self.link
        session = None if context is None else context.session
        if session is not None and link is not None and session.keeper is self:
            session.given = True
            link.fill(job, now)

    def stored(self, session: UserSession, now: float) -> None:
        """The store has a session, as it is now."""
        table = self.table
        table.tidy(now)
        if session.state in (NEW, ENDED, LOST, CUT):
            table.ledger.begin(session, now)
        number = int(session.number)
        if number not in session.shelf:
            session.shelf[number] = session
        table.ledger.order.use(session, now)
        if self.role is not None:
            self._keys[int(session.key)] = session

    def carried(self, session: UserSession, *, written: bool, now: float) -> None:
        """Count its bytes; what has no say in what it keeps has it as soon as it says so."""
        self.table.bytes += float(self.table.size)
        if written and self.role is None and self.link is not None:
            self.stored(session, now)

    def vanished(self, session: UserSession, now: float) -> None:
        """Whoever follows the machine that kept a session has never heard of it."""
        if session.state == LIVE:
            self.table.lose(session, now)

    def gone(self, key: i64) -> None:
        """The store has given up an entry, which may have been a session; of copies, the last one counts."""
        if self.role is not None and self.role.holds(key):
            return
        session = self._keys.pop(int(key), None)
        if session is not None and session.state == LIVE:
            table = self.table
            table.lose(session, table.node.agenda.now)

    def all_gone(self) -> None:
        """The store has given up all entries."""
        for key in self.kept():
            self.gone(key)

    def kept(self) -> list[int]:
        """Keys of the sessions that the store has."""
        return list(self._keys)

    def ended(self, session: UserSession) -> None:
        """A session is over: the store need not keep it any more."""
        role = self.role
        if role is not None and self._keys.pop(int(session.key), None) is not None:
            role.drop_everywhere(session.key)
