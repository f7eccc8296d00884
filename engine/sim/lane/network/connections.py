"""Keep-alive connections of one caller instance to one callee instance, and who waits for them.

That calls need one is a rule of their link, `Connections`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, final

from engine.sim.lane.agenda import Task, Timer
from engine.sim.lane.call import Call, ConnectionLease
from engine.sim.lane.codes import (
    CRASHED,
    HELD,
    NETWORK,
    OK,
    QUEUE_FULL,
    RETURNING,
    UNAVAILABLE,
    UNLIMITED,
    UNSENT,
)
from engine.sim.lane.network.bandwidth import Window
from engine.sim.lane.seams import BOARD, Rule
from engine.sim.lane.station.line import Fifo

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Endpoint, Pool
    from engine.sim.lane.link import Link


@final
class ConnectionRules:
    """How connections are set up and kept."""

    def __init__(self) -> None:
        self.round_trips: i64 = 0
        """There and back so many times before the first call."""
        self.streams: i64 = 1
        """Calls under way at a time on a connection."""
        self.most: i64 = 1
        """Connections at a time."""
        self.uses: i64 = 1
        """Calls after which a connection is closed."""
        self.idle = math.inf
        """Time (s) without calls after which it is."""
        self.pending: i64 = UNLIMITED
        """Calls that may wait for one, beyond those for which some are being set up."""
        self.slow_start = False
        self.restart = False
        """Whether slow start begins anew after an idle time."""
        self.ordered = True
        """Whether a loss holds up everything behind it on the connection (TCP)."""


@final
class Connection(ConnectionLease):
    """Carries some calls at a time; it is set up, used, and closed."""

    def __init__(self, pool: ConnectionPool) -> None:
        self.granted = True
        self.pool = pool
        self.era = pool.era
        self.active: i64 = 0
        self.used: i64 = 0
        self.idle_since = 0.0
        self.answered = math.inf
        """When the answer to the latest call is there."""
        self.failure: i64 = OK
        """Why setting it up fails, if it does."""
        self.listed = False
        """Whether the pool offers it."""
        self.closed = False
        self.leads_to: Endpoint | None = None
        """Where a balancer sends all that comes over it."""
        self.there = Window()
        self.back = Window()

    def settled(self, call: Call, now: float) -> None:
        """A call is over."""
        self.pool.leave(self, call, now)


@final
class SetUp(Task):
    """Tells a pool that a connection stands, or does not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, timer: Timer, now: float) -> None:
        """The last round trip is over."""
        self._connection.pool.stands(self._connection, now)


@final
class ConnectionPool(ConnectionLease):
    """Connections from one instance to another. Calls without one wait, first come, first served."""

    def __init__(
        self, keeper: Connections, caller: Pool, endpoint: Endpoint, rules: ConnectionRules
    ) -> None:
        self.keeper = keeper
        self.caller = caller
        self.callee = endpoint.pool
        self.endpoint = endpoint
        self.rules = rules
        self.open: i64 = 0
        """Connections that stand or are being set up."""
        self.pending: i64 = 0
        """Those that are being set up."""
        self.waiting: i64 = 0
        self.riding: i64 = 0
        """Calls on connections."""
        self.era: i64 = 0
        """Grows whenever one of the two instances dies; connections of an earlier one are gone."""
        self._deaths = self._count_deaths()
        self._caller_deaths = caller.deaths
        self._line = Fifo()
        self._free: list[Connection] = []
        """Those with room for a call, the last one used on top."""

    def admit(self, call: Call, now: float) -> i64:
        """Let a call board a connection: OK, HELD until there is one, or no place to wait."""
        self._renew()
        connection = self._take(now)
        if connection is not None:
            self._board(connection, call, now)
            return OK
        if self._crowded():
            self.keeper.refused += 1
            return QUEUE_FULL
        call.lease = self
        self.waiting += 1
        self._line.push(call)
        self._open()
        return HELD

    def _crowded(self) -> bool:
        """Whether there is neither a connection to be set up for one more call, nor a place to wait."""
        rules = self.rules
        room = max(0, rules.most - self.open)
        coming = (self.pending + room) * rules.streams if rules.most < UNLIMITED else UNLIMITED
        return self.waiting - coming >= rules.pending

    def settled(self, call: Call, now: float) -> None:
        """A call was given up before it got a connection; its place in the line stays behind."""
        self._forget(call)

    def stands(self, connection: Connection, now: float) -> None:
        """Setting a connection up is over."""
        self._renew()
        if connection.era == self.era:
            self.pending -= 1
            if self.callee.down and self.rules.round_trips > 0:
                connection.failure = UNAVAILABLE
            if connection.failure == OK:
                self._offer(connection, now)
            else:
                self._close(connection)
                self._refuse(self.rules.streams, connection.failure)
        self.serve(now)

    def leave(self, connection: Connection, call: Call, now: float) -> None:
        """A call on a connection is over: keep the connection, or close it."""
        self._renew()
        rules = self.rules
        connection.active -= 1
        self.riding -= 1
        # A request cannot be taken back where nothing else runs beside it, so the connection goes.
        cut_short = rules.streams == 1 and now < connection.answered
        if call.reason == NETWORK or cut_short:
            self._close(connection)
        elif connection.used >= rules.uses or self.open > rules.most:
            if connection.active == 0:
                self._close(connection)
        elif not connection.listed:
            self._offer(connection, now)
        if connection.active == 0:
            connection.idle_since = now
        self.serve(now)

    def serve(self, now: float) -> None:
        """Let those in line board for whom there is room, and open connections for the others."""
        while self.waiting > 0:
            connection = self._take(now)
            if connection is None:
                break
            call = self._next()
            if call is None:
                break
            self.waiting -= 1
            self._board(connection, call, now)
            self.keeper.link.release(call, self.keeper, now)
        self._open()

    def standing(self, now: float) -> i64:
        """Connections that stand or are being set up, without those that were idle for too long."""
        if self._died():
            return 0
        expired: i64 = 0
        for each in self._free:
            if not each.closed and self._expired(each, now):
                expired += 1
        return self.open - expired

    def in_line(self) -> i64:
        """Calls in the line that were not given up, counted."""
        count: i64 = 0
        call = self._line.first
        while call is not None:
            if not call.settled:
                count += 1
            call = call.behind
        return count

    def unused(self, now: float) -> bool:
        """Whether nobody would notice if it were forgotten."""
        return self.waiting == 0 and self.riding == 0 and self.standing(now) == 0

    def _board(self, connection: Connection, call: Call, now: float) -> None:
        """Send a call on the connection that is on top."""
        rules = self.rules
        keeper = self.keeper
        fresh = connection.used == 0
        idle = 0.0 if connection.active > 0 or fresh else now - connection.idle_since
        if rules.restart and idle > keeper.link.retransmit:
            connection.there.restart()
            connection.back.restart()
        connection.active += 1
        connection.used += 1
        connection.answered = math.inf
        if connection.active >= rules.streams or connection.used >= rules.uses:
            self._free.pop()
            connection.listed = False
        self.riding += 1
        call.lease = connection
        keeper.boarded += 1
        keeper.waited += now - call.sent

    def _take(self, now: float) -> Connection | None:
        """The connection with room that was used last."""
        free = self._free
        while len(free) > 0:
            connection = free[-1]
            if not connection.closed:
                surplus = self.open > self.rules.most and connection.active == 0
                if not surplus and not self._expired(connection, now):
                    return connection
                self._close(connection)
            free.pop()
            connection.listed = False
        return None

    def _expired(self, connection: Connection, now: float) -> bool:
        """Whether a connection was idle for too long."""
        return connection.active == 0 and now - connection.idle_since > self.rules.idle

    def _offer(self, connection: Connection, now: float) -> None:
        """Put a connection on top of those with room."""
        if connection.closed or connection.era != self.era:
            return
        connection.listed = True
        connection.idle_since = now
        self._free.append(connection)

    def _close(self, connection: Connection) -> None:
        """Use a connection no more."""
        if not connection.closed and connection.era == self.era:
            self.open -= 1
        connection.closed = True

    def _open(self) -> None:
        """Set up connections for those that wait and will not be served by one under way."""
        rules = self.rules
        while self.waiting > self.pending * rules.streams and self.open < rules.most:
            connection = Connection(self)
            self.open += 1
            self.pending += 1
            self._set_up(connection)

    def _set_up(self, connection: Connection) -> None:
        """Go there and back; a dead instance refuses at once, and what nobody answers is given up."""
        link = self.keeper.link
        legs = 2 * self.rules.round_trips
        if legs > 0 and self.callee.down:
            connection.failure = UNAVAILABLE
            legs = 2
        span = 0.0
        while legs > 0:
            leg = link.crossing()
            span += abs(leg)
            if leg < 0.0:
                connection.failure = NETWORK
                break
            legs -= 1
        self.keeper.opened += 1
        link.agenda.schedule(span, Timer(SetUp(connection)))

    def _next(self) -> Call | None:
        """Take the first in line who is still there."""
        while True:
            call = self._line.pop()
            if call is None:
                return None
            if not call.settled:
                return call

    def _refuse(self, count: i64, reason: i64) -> None:
        """Tell the first in line that there is no connection for them."""
        while count > 0 and self.waiting > 0:
            count -= 1
            call = self._next()
            if call is None:
                return
            self._forget(call)
            call.lease = None
            call.given_up = UNSENT
            call.reason = reason
            call.stage = RETURNING
            self.keeper.link.agenda.schedule(0.0, call)

    def _forget(self, call: Call) -> None:
        """Nobody is coming, and no worker need be kept."""
        self.waiting -= 1
        pool = call.pool
        pool.coming -= 1
        if call.booked:
            call.booked = False
            pool.reserved -= 1

    def _renew(self) -> None:
        """Begin anew after the death of one of the instances; with a caller dies what it wanted."""
        if not self._died():
            return
        caller_died = self.caller.deaths != self._caller_deaths
        self._deaths = self._count_deaths()
        self._caller_deaths = self.caller.deaths
        self.era += 1
        self.open = 0
        self.pending = 0
        self._free = []
        if caller_died:
            self._refuse(self.waiting, CRASHED)

    def _died(self) -> bool:
        """Whether one of the instances died since the last look."""
        return self._count_deaths() != self._deaths

    def _count_deaths(self) -> i64:
        """How often the two instances died."""
        return self.caller.deaths + self.callee.deaths


@final
class Connections(Rule):
    """Every call of a link goes on a connection, kept for each pair of instances."""

    def __init__(self, link: Link, rules: ConnectionRules) -> None:
        self.moments = BOARD
        self.link = link
        self.rules = rules
        self.pools: dict[tuple[Pool, Endpoint], ConnectionPool] = {}
        self.opened: i64 = 0
        """Connections begun to be set up."""
        self.boarded: i64 = 0
        self.waited = 0.0
        """Time (s) that calls waited for their connection."""
        self.refused: i64 = 0
        """Calls that found no place to wait."""

    def admit(self, call: Call, now: float) -> i64:
        """Board a connection, now or when there is one."""
        endpoint = call.endpoint
        if endpoint is None:
            return OK
        parent = call.parent
        caller = call.pool if parent is None else parent.pool
        pool = self.pools.get((caller, endpoint))
        if pool is None:
            pool = ConnectionPool(self, caller, endpoint, self.rules)
            self.pools[(caller, endpoint)] = pool
        return pool.admit(call, now)

    def follow(self, rules: ConnectionRules, now: float) -> None:
        """Keep connections by other rules; pools that nobody uses are forgotten."""
        self.rules = rules
        self.pools = {key: pool for key, pool in self.pools.items() if not pool.unused(now)}
        for pool in self.pools.values():
            pool.rules = rules
            pool.serve(now)
