"""The sessions of a node: whom it knows, where, and what becomes of them when instances come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.owners import client_of, root_of
from engine.sim.lane.sessions.ledger import Ledger
from engine.sim.lane.user_session import ENDED, LIVE, NEW, UserSession

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool, Site
    from engine.sim.lane.seams import Listener
    from engine.sim.lane.user_session import SessionKeeper

# Where sessions are kept.
MEMORY: Final = 0
"""In the instance where each began."""
REPLICATED: Final = 1
"""In all instances."""
STORE: Final = 2
"""In another node."""
COOKIE: Final = 3
"""With the user."""


@final
class SessionTable:
    """Who has a session here."""

    def __init__(self, node: Site, stored: SessionKeeper) -> None:
        self.node = node
        self.place: i64 = MEMORY
        self.ttl = 1800.0
        """Seconds after its last use at which a session is over."""
        self.size: i64 = 0
        """Bytes of one."""
        self.delay = 0.0
        """Seconds until the other instances know what one of them knows."""
        self.ledger = Ledger(self.ttl)
        self.logged_out: i64 = 0
        """Requests that came with a session which nobody there knew any more."""
        self.bytes = 0.0
        """What was sent because of sessions: copies, cookies, and what goes to a store and comes back."""
        self.listener: Listener | None = None
        """Told when sessions are lost with an instance."""
        self.stored = stored
        """Those that another node keeps."""
        self._users: dict[str, dict[int, UserSession]] = {}
        self._instances: i64 = 0

    def turn(self, place: i64, ttl: float, size: i64, delay: float, now: float) -> None:
        """Keep sessions in another way from now on: who moves them elsewhere loses all."""
        self.tidy(now)
        if place != self.place:
            self.lose_all(now)
        same = place == self.place and size == self.size
        self.place = place
        self.ttl = ttl
        self.size = self.stored.size = size
        self.delay = delay
        self.ledger.turn(ttl, now)
        self.tidy(now)
        if not same:
            self.weigh()

    def knows(self, call: Call, now: float) -> bool:
        """Whether the user for whom a call is made has a session at the instance that it came to."""
        root = root_of(call)
        user = root.user
        if user is None:
            return False
        session = self.shelf(client_of(root)).get(int(user.number))
        if session is None or session.used + self.ttl <= now:
            return False
        return self._is_known(session, call.pool, now)

    def shelf(self, client: str) -> dict[int, UserSession]:
        """The sessions that the users of a client were given last."""
        shelf = self._users.get(client)
        if shelf is None:
            shelf = {}
            self._users[client] = shelf
        return shelf

    def meet(self, client: str, number: int, pool: Pool, now: float) -> None:
        """A request of a user is served in an instance: go on with its session there, or begin one."""
        self.tidy(now)
        shelf = self.shelf(client)
        session = shelf.get(number)
        if session is None:
            session = self.new(shelf, number, now)
            self._begin(session, pool, now)
        elif self._is_known(session, pool, now):
            self.ledger.order.use(session, now)
        else:
            session = self.replace(session, now)
            self._begin(session, pool, now)
        if self.place == REPLICATED:
            self.bytes += float(self.size * self._others(pool))
        elif self.place == COOKIE:
            self.bytes += float(self.size)

    def new(self, shelf: dict[int, UserSession], number: int, now: float) -> UserSession:
        """A session that a user is given, whatever it had before; it is not live yet."""
        session = UserSession(self.stored, shelf, number, now)
        shelf[number] = session
        self.ledger.order.add(session, now)
        return session

    def replace(self, session: UserSession, now: float) -> UserSession:
        """A user came with a session that is not known here: it has to begin anew.

        An instance that still keeps the old one does so until that is over.
        """
        if session.state != ENDED and (session.given or session.state != NEW):
            self.logged_out += 1
        if session.listed and session.state != LIVE:
            self.ledger.order.remove(session)
        return self.new(session.shelf, int(session.number), now)

    def _begin(self, session: UserSession, pool: Pool, now: float) -> None:
        """A session begins in an instance; one that was taken away forgets it at once."""
        session.home = pool
        self.ledger.begin(session, now)
        self._weigh_one(session, float(self.size))
        self._watch(pool, now)
        if self.place == MEMORY and pool.leaving:
            self.lose(session, now)

    def _is_known(self, session: UserSession, pool: Pool, now: float) -> bool:
        """Whether a session is known in an instance."""
        if session.state != LIVE:
            return False
        if self.place == MEMORY:
            return session.home is pool
        if self.place == REPLICATED:
            return session.home is pool or session.begun + self.delay <= now
        return True

    def _others(self, pool: Pool) -> i64:
        """Instances that are up beside one."""
        count: i64 = 0
        for other in self.node.pools:
            if other is not pool and not other.down:
                count += 1
        return count

    def tidy(self, now: float) -> None:
        """End the sessions that are over."""
        session = self.ledger.overdue(now)
        while session is not None:
            if session.state == LIVE:
                self._weigh_one(session, -float(self.size))
            self.ledger.end(session)
            number = int(session.number)
            if session.shelf.get(number) is session:
                del session.shelf[number]
            self.stored.ended(session)
            session = self.ledger.overdue(now)

    def lose(self, session: UserSession, now: float) -> None:
        """A live session is gone."""
        self._weigh_one(session, -float(self.size))
        self.ledger.lose(session, now)

    def lose_all(self, now: float) -> None:
        """Whatever keeps the sessions is gone."""
        self.tidy(now)
        for session in self.ledger.order.live():
            self.lose(session, now)

    def expire_all(self, now: float) -> None:
        """All sessions end before their time: their users have to begin anew."""
        self.tidy(now)
        self._cut(self.ledger.order.live(), now)

    def expire_at(self, pools: list[Pool], now: float) -> None:
        """The same for those that began at some instances."""
        self.tidy(now)
        self._cut([each for each in self.ledger.order.live() if each.home in pools], now)

    def _cut(self, sessions: list[UserSession], now: float) -> None:
        """End sessions before their time."""
        for session in sessions:
            self._weigh_one(session, -float(self.size))
            self.ledger.cut(session, now)
            self.stored.ended(session)
        listener = self.listener
        if listener is not None and sessions:
            listener.changed("ended", now)

    def fell(self, pool: Pool, now: float) -> None:
        """An instance died: what it alone kept is lost."""
        if self.place not in (MEMORY, REPLICATED):
            return
        self.tidy(now)
        whole = self.place == REPLICATED and self._others(pool) == 0
        before = self.ledger.lost
        for session in self.ledger.order.live():
            alone = self.place == MEMORY or session.begun + self.delay > now
            if whole or (alone and session.home is pool):
                self.lose(session, now)
        listener = self.listener
        if listener is not None and self.ledger.lost > before:
            listener.changed("lost", now)

    def leave(self, now: float) -> None:
        """There are other instances: what those that were taken away alone kept is lost, for nobody goes there again."""
        before: i64 = self._instances
        self._instances = len(self.node.pools)
        if self.place != MEMORY or self._instances >= before:
            return
        self.tidy(now)
        for session in self.ledger.order.live():
            home = session.home
            if home is not None and home.leaving:
                self.lose(session, now)

    def weigh(self) -> None:
        """Count anew what sessions take of the memory of instances."""
        node = self.node
        node.kept = 0.0
        for pool in node.pools:
            pool.kept = 0.0
        for session in self.ledger.order.live():
            self._weigh_one(session, float(self.size))
        for pool in node.pools:
            self._watch(pool, node.agenda.now)

    def _watch(self, home: Pool, now: float) -> None:
        """Sessions take more memory than before: see whether there is enough of it, wherever that is."""
        if self.place == MEMORY:
            if home.memory is not None:
                home.memory.watch(now)
        elif self.place == REPLICATED:
            for pool in self.node.pools:
                if pool.memory is not None:
                    pool.memory.watch(now)

    def _weigh_one(self, session: UserSession, size: float) -> None:
        """A session takes memory from now on, or gives it back."""
        home = session.home
        if self.place == MEMORY and home is not None:
            home.kept += size
        elif self.place == REPLICATED:
            self.node.kept += size
