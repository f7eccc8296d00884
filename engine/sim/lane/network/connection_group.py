"""All connections of one caller instance to one callee instance: what closes them without their holders' doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import CRASHED
from engine.sim.lane.network.connection_pool import SHARED, ConnectionPool

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint, Pool
    from engine.sim.lane.network.connection import Connection
    from engine.sim.lane.network.connections import Connections


@final
class ConnectionGroup:
    """Holders and their connections. The death of either instance closes all, and idleness one after the other."""

    def __init__(self, keeper: Connections, caller: Pool, endpoint: Endpoint) -> None:
        self.keeper = keeper
        self.caller = caller
        self.callee = endpoint.pool
        self.open: i64 = 0
        """Connections that stand or are being set up."""
        self.era: i64 = 0
        """Grows whenever one of the two instances dies; connections of an earlier one are gone."""
        self._deaths = self._count_deaths()
        self._caller_deaths = caller.deaths
        self._shared: ConnectionPool | None = None
        self._users: dict[int, ConnectionPool] = {}
        self._strangers: i64 = SHARED
        self._eldest: Connection | None = None
        """The connection that has been idle for longest."""
        self._youngest: Connection | None = None

    def pools(self) -> list[ConnectionPool]:
        """Those of all holders."""
        shared = self._shared
        found = [] if shared is None else [shared]
        found.extend(self._users.values())
        return found

    def pool_of(self, call: Call) -> ConnectionPool:
        """The connections of whoever makes a call."""
        if self.keeper.rules.per_user:
            return self._of_user(call.parent)
        shared = self._shared
        if shared is None:
            shared = self._shared = ConnectionPool(self, SHARED)
        return shared

    def _of_user(self, request: Call | None) -> ConnectionPool:
        """The connections of the user of a request; those who ask once and never again are all different ones."""
        user = None if request is None else request.user
        if user is None:
            self._strangers -= 1
            number = int(self._strangers)
        else:
            number = int(user.number)
        pool = self._users.get(number)
        if pool is None:
            pool = ConnectionPool(self, number)
            self._users[number] = pool
        return pool

    def tidy(self, pool: ConnectionPool) -> None:
        """Forget a user who holds nothing."""
        if pool.holder != SHARED and pool.unused() and pool is self._users.get(int(pool.holder)):
            del self._users[int(pool.holder)]

    def look(self, now: float) -> None:
        """Close what a death has closed, and what has been idle for too long."""
        if self.died():
            self._begin_anew()
        self.expire(now)

    def expire(self, now: float) -> None:
        """Close what has been idle for too long. To do that earlier or later makes no difference."""
        rules = self.keeper.rules
        idle = min(rules.idle, rules.server_idle)
        eldest = self._eldest
        while eldest is not None and now - eldest.idle_since > idle:
            eldest.pool.close(eldest)
            self.tidy(eldest.pool)
            eldest = self._eldest

    def close_idle(self) -> None:
        """Close all connections without calls."""
        while (eldest := self._eldest) is not None:
            eldest.pool.close(eldest)
            self.tidy(eldest.pool)

    def died(self) -> bool:
        """Whether one of the instances died since the last look."""
        return self._count_deaths() != self._deaths

    def standing(self, now: float) -> i64:
        """Connections that stand or are being set up."""
        if self.died():
            return 0
        self.expire(now)
        return self.open

    def rest(self, connection: Connection) -> None:
        """A connection is idle from now on."""
        if connection.closed or connection.resting or connection.era != self.era:
            return
        connection.resting = True
        last = self._youngest
        connection.before = last
        if last is None:
            self._eldest = connection
        else:
            last.after = connection
        self._youngest = connection

    def wake(self, connection: Connection) -> None:
        """A connection is not idle any more."""
        if not connection.resting:
            return
        connection.resting = False
        before, after = connection.before, connection.after
        connection.before = connection.after = None
        if before is None:
            self._eldest = after
        else:
            before.after = after
        if after is None:
            self._youngest = before
        else:
            after.before = before

    def _begin_anew(self) -> None:
        """Begin anew after the death of one of the instances; with a caller dies what it wanted."""
        caller_died = self.caller.deaths != self._caller_deaths
        self._deaths = self._count_deaths()
        self._caller_deaths = self.caller.deaths
        while (eldest := self._eldest) is not None:
            self.wake(eldest)
            eldest.unpin()
        self.era += 1
        self.open = 0
        for pool in self.pools():
            pool.begin_anew()
            if caller_died:
                pool.give_up(CRASHED)
            self.tidy(pool)

    def _count_deaths(self) -> i64:
        """How often the two instances died."""
        return self.caller.deaths + self.callee.deaths
