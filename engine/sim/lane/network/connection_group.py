"""All connections of one caller instance to one callee instance: what closes them without their holders' doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import CRASHED
from engine.sim.lane.entry import Timer
from engine.sim.lane.network.connection import Connection, ConnectionHolder, Handshake
from engine.sim.lane.network.connection_list import ConnectionList, Reconnect
from engine.sim.lane.network.connection_pool import SHARED, ConnectionPool

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint, Pool
    from engine.sim.lane.instance import Instance
    from engine.sim.lane.network.connection_rules import ConnectionCounts


@final
class ConnectionGroup(ConnectionList):
    """Holders and their connections. The death of either instance closes all, and idleness one after the other."""

    def __init__(self, keeper: ConnectionCounts, caller: Pool, endpoint: Endpoint) -> None:
        super().__init__(keeper, caller, endpoint)
        self._deaths = self._count_deaths()
        self._caller_deaths = caller.deaths
        self._shared: ConnectionPool | None = None
        self._users: dict[int, ConnectionPool] = {}
        self._strangers: i64 = SHARED
        self.follow()

    def follow(self) -> None:
        """Hear of the death of the callee at once, where that matters."""
        if self.keeper.rules.reconnect is not None:
            self.callee.watch(self)

    def pools(self) -> list[ConnectionPool]:
        """Those of all holders."""
        shared = self._shared
        found = [] if shared is None else [shared]
        found.extend(self._users.values())
        return found

    def pool_of(self, call: Call) -> ConnectionPool:
        """The connections of whoever makes a call."""
        if not self.keeper.rules.per_user:
            return self._of(SHARED)
        request = call.parent
        user = None if request is None else request.user
        if user is not None:
            return self._of(user.number)
        self._strangers -= 1  # who asks once and never again is nobody who was there before
        return self._of(self._strangers)

    def _of(self, holder: i64) -> ConnectionPool:
        """The connections of a holder."""
        if holder == SHARED:
            shared = self._shared
            if shared is None:
                shared = self._shared = ConnectionPool(self, SHARED)
            return shared
        number = int(holder)
        pool = self._users.get(number)
        if pool is None:
            pool = ConnectionPool(self, number)
            self._users[number] = pool
        return pool

    def tidy(self, holder: ConnectionHolder) -> None:
        """Forget a user who holds nothing."""
        if holder.number == SHARED:
            return
        number = int(holder.number)
        pool = self._users.get(number)
        if pool is holder and pool.unused():
            del self._users[number]
            pool.begin_anew()  # it holds closed ones that know of it, which only a collector would free

    def look(self, now: float) -> None:
        """Close what a death has closed, and what has been idle for too long."""
        if self.died():
            self._begin_anew()
        self.expire(now)

    def expire(self, now: float) -> None:
        """Close what has been idle for too long. To do that earlier or later makes no difference."""
        eldest = self.eldest
        if eldest is None:
            return
        rules = self.keeper.rules
        idle = min(rules.idle, rules.server_idle)
        while eldest is not None and now - eldest.idle_since > idle:
            eldest.pool.close(eldest)
            self.tidy(eldest.pool)
            eldest = self.eldest

    def close_idle(self) -> None:
        """Close all connections without calls."""
        while (eldest := self.eldest) is not None:
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

    def lost(self, instance: Instance, now: float) -> None:
        """The callee has died, or an instance to which a balancer leads connections."""
        if instance is not self.callee:
            self._cut(now)
            return
        self.expire(now)
        if self.died() and self.keeper.rules.reconnect is not None:
            for pool in self.pools():
                lost = min(pool.open, 1) if pool.number != SHARED else pool.open
                while lost > 0:
                    lost -= 1
                    self.come_back(pool.number, 0)
        self.look(now)

    def _cut(self, now: float) -> None:
        """Close the idle connections that lead to an instance which is gone; those in use end with their calls."""
        self.look(now)
        connection = self.eldest
        while connection is not None:
            following = connection.after
            if connection.is_cut():
                pool = connection.pool
                pool.close(connection)
                self.come_back(pool.number, 0)
                self.tidy(pool)
            connection = following

    def come_back(self, holder: i64, tries: i64) -> None:
        """A holder has lost a connection, or could not set one up again: it tries that by itself, if it does."""
        keeper = self.keeper
        rules = keeper.rules.reconnect
        if rules is not None and holder >= SHARED:
            wait = rules.wait(tries)
            keeper.link.agenda.schedule(wait, Timer(Reconnect(self, holder, tries + 1)))

    def reconnect(self, holder: i64, tries: i64, now: float) -> None:
        """A holder sets up a connection again, unless it has one by now, or nobody keeps any more."""
        self.look(now)
        keeper = self.keeper
        off = keeper.rules.reconnect is None or keeper not in keeper.link.rules
        if off or self.caller.down or self.forgotten:
            return
        pool = self._of(holder)
        if pool.open < (keeper.rules.most if holder == SHARED else 1):
            keeper.reconnects += 1
            pool.begin(tries)

    def shakes(self, connection: Connection, now: float) -> bool:
        """Have the callee do the work of a handshake, if it is not done with the first call."""
        network = self.keeper.link.network
        rules = self.keeper.rules.reconnect
        if rules is None or network is None or network.passes or network.handshake <= 0.0:
            return False
        handler = rules.handler
        if handler is None:
            return False
        Handshake(connection).begin(handler, self.endpoint, network.handshake, now)
        return True

    def _begin_anew(self) -> None:
        """Begin anew after the death of one of the instances; with a caller dies what it wanted."""
        caller_died = self.caller.deaths != self._caller_deaths
        self._deaths = self._count_deaths()
        self._caller_deaths = self.caller.deaths
        while (eldest := self.eldest) is not None:
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
