"""The connections of one caller instance to one callee instance, as whoever holds some knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.instance import DeathWatch

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Endpoint, Pool
    from engine.sim.lane.network.connection import Connection, ConnectionHolder
    from engine.sim.lane.network.connection_rules import ConnectionCounts


class ConnectionList(DeathWatch):
    """Counts connections, and knows which have been idle for longest."""

    def __init__(self, keeper: ConnectionCounts, caller: Pool, endpoint: Endpoint) -> None:
        self.keeper = keeper
        self.caller = caller
        self.endpoint = endpoint
        self.callee = endpoint.pool
        self.open: i64 = 0
        """Connections that stand or are being set up."""
        self.era: i64 = 0
        """Grows whenever one of the two instances dies; connections of an earlier one are gone."""
        self.forgotten = False
        """Whether nobody keeps these any more."""
        self.eldest: Connection | None = None
        """The connection that has been idle for longest."""
        self._youngest: Connection | None = None

    def look(self, now: float) -> None:
        """Close what a death has closed, and what has been idle for too long."""
        raise NotImplementedError

    def tidy(self, holder: ConnectionHolder) -> None:
        """Forget a user who holds nothing."""
        raise NotImplementedError

    def come_back(self, holder: i64, tries: i64) -> None:
        """A holder has lost a connection, or could not set one up again."""
        raise NotImplementedError

    def reconnect(self, holder: i64, tries: i64, now: float) -> None:
        """A holder sets up a connection again."""
        raise NotImplementedError

    def shakes(self, connection: Connection, now: float) -> bool:
        """Have the callee do the work of a handshake, if it is not done with the first call."""
        raise NotImplementedError

    def refuses(self) -> bool:
        """Whether nobody takes connections there; those past a DNS server lead elsewhere."""
        return self.callee.down and not self.callee.site.aside

    def rest(self, connection: Connection) -> None:
        """A connection is idle from now on."""
        if connection.closed or connection.resting or connection.era != self.era:
            return
        connection.resting = True
        last = self._youngest
        connection.before = last
        if last is None:
            self.eldest = connection
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
            self.eldest = after
        else:
            before.after = after
        if after is None:
            self._youngest = before
        else:
            after.before = before


@final
class Reconnect(Task):
    """Somebody who waits to set up a connection again."""

    def __init__(self, group: ConnectionList, holder: i64, tries: i64) -> None:
        self._group = group
        self._holder: i64 = holder
        self._tries: i64 = tries

    def due(self, timer: Timer, now: float) -> None:
        """Try."""
        self._group.reconnect(self._holder, self._tries, now)
