"""The connections that somebody holds, and who waits for them: those of one caller, or of one of its users."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, cast, final

from mypy_extensions import i16, i64

from engine.sim.lane.booking import unbook
from engine.sim.lane.codes import (
    HELD,
    NETWORK,
    OK,
    QUEUE_FULL,
    RETURNING,
    UNAVAILABLE,
    UNLIMITED,
    UNSENT,
)
from engine.sim.lane.entry import Timer
from engine.sim.lane.network.connection import Connection, ConnectionHolder, SetUp
from engine.sim.lane.station.line import Fifo

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.network.connection_list import ConnectionList

SHARED: Final = -1
"""Number of the holder where all users of a caller are one."""


@final
class ConnectionPool(ConnectionHolder):
    """Connections of one holder to one instance. Calls without one wait, first come, first served."""

    def __init__(self, group: ConnectionList, number: i64) -> None:
        super().__init__(group.keeper, number)
        self.group = group
        self.open: i64 = 0
        """Connections that stand or are being set up."""
        self.pending: i64 = 0
        """Those that are being set up."""
        self.waiting: i64 = 0
        self.riding: i64 = 0
        """Calls on connections."""
        self._line = Fifo()
        self._free: list[Connection] = []
        """Those with room for a call, the last one used on top."""

    def admit(self, call: Call, now: float) -> i64:
        """Let a call board a connection: OK, HELD until there is one, or no place to wait."""
        connection = self._take(now)
        if connection is not None:
            self._board(connection, call, now)
            return OK
        keeper = self.keeper
        if self._crowded():
            keeper.refused += 1
            self.group.tidy(self)
            return QUEUE_FULL
        call.lease = self
        self.waiting += 1
        keeper.waiting += 1
        self._line.push(call)
        self._open()
        return HELD

    def _crowded(self) -> bool:
        """Whether there is neither a connection to be set up for one more call, nor a place to wait."""
        rules = self.keeper.rules
        room = max(0, rules.most - self.open)
        coming = (self.pending + room) * rules.streams if rules.most < UNLIMITED else UNLIMITED
        return self.waiting - coming >= rules.pending

    def settled(self, call: Call, now: float) -> None:
        """A call was given up before it got a connection; its place in the line stays behind."""
        self._forget(call)
        self.group.tidy(self)

    def stands(self, connection: Connection, now: float) -> None:
        """Setting a connection up is over."""
        group = self.group
        group.look(now)
        if connection.era == group.era:
            if group.refuses() and self.keeper.rules.round_trips > 0:
                connection.failure = UNAVAILABLE
            if connection.tries > 0 and connection.failure == OK and group.shakes(connection, now):
                return
            self._decide(connection, now)
        self.serve(now)
        group.tidy(self)

    def shaken(self, connection: Connection, reason: i64, now: float) -> None:
        """The callee has done the work of a handshake, or refused to."""
        group = self.group
        group.look(now)
        if connection.era == group.era:
            connection.shaken = True
            connection.failure = reason
            self._decide(connection, now)
        self.serve(now)
        group.tidy(self)

    def _decide(self, connection: Connection, now: float) -> None:
        """Offer a connection that stands; whoever waits for one that does not is refused."""
        group = self.group
        self.pending -= 1
        if connection.failure == OK:
            self._offer(connection, now)
            group.rest(connection)
            return
        self.close(connection)
        self._refuse(self.keeper.rules.streams, connection.failure)
        if connection.tries > 0:
            group.come_back(self.number, connection.tries)

    def leave(self, connection: Connection, call: Call, now: float) -> None:
        """A call on a connection is over: keep the connection, or close it."""
        group = self.group
        group.look(now)
        rules = self.keeper.rules
        connection.active -= 1
        self.riding -= 1
        self.keeper.riding -= 1
        # A request cannot be taken back where nothing else runs beside it, so the connection goes.
        cut_short = rules.streams == 1 and now < connection.answered
        cut = connection.leads_to is not None and connection.is_cut()
        gone = cut or connection.era != group.era
        if cut and not connection.closed:
            group.come_back(self.number, 0)
        if call.reason == NETWORK or cut_short or gone:
            self.close(connection)
        elif connection.used >= rules.uses or self.open > rules.most or self.number < SHARED:
            if connection.active == 0:
                self.close(connection)
        elif not connection.listed:
            self._offer(connection, now)
        if connection.active == 0:
            connection.idle_since = now
            group.rest(connection)
        if self.waiting > 0:
            self.serve(now)
        if self.number != SHARED:
            group.tidy(self)

    def serve(self, now: float) -> None:
        """Let those in line board for whom there is room, and open connections for the others."""
        keeper = self.keeper
        while self.waiting > 0:
            connection = self._take(now)
            if connection is None:
                break
            call = self._next()
            if call is None:
                break
            self.waiting -= 1
            keeper.waiting -= 1
            self._board(connection, call, now)
            keeper.link.release(call, keeper, now)
        self._open()

    def in_line(self) -> i64:
        """Calls in the line that were not given up, counted."""
        count: i64 = 0
        call = self._line.first
        while call is not None:
            if not call.settled:
                count += 1
            call = cast("Call | None", call.after)
        return count

    def unused(self) -> bool:
        """Whether nobody would notice if it were forgotten."""
        return self.waiting == 0 and self.riding == 0 and self.open == 0

    def busy(self) -> bool:
        """Whether somebody waits for something here."""
        return self.waiting + self.riding + self.pending > 0

    def close(self, connection: Connection) -> None:
        """Use a connection no more."""
        group = self.group
        if not connection.closed and connection.era == group.era:
            self.open -= 1
            group.open -= 1
            group.wake(connection)
        connection.unpin()
        connection.closed = True

    def follow_to(self, instance: Pool) -> None:
        """Hear of the death of an instance to which a balancer leads a connection."""
        instance.watch(self.group)

    def begin_anew(self) -> None:
        """Have no connections: an instance died, at one end of them."""
        self.open = 0
        self.pending = 0
        self._free = []

    def give_up(self, reason: i64) -> None:
        """Tell all who wait that there is no connection for them."""
        self._refuse(self.waiting, reason)

    def _board(self, connection: Connection, call: Call, now: float) -> None:
        """Send a call on the connection that is on top."""
        group = self.group
        keeper = self.keeper
        rules = keeper.rules
        fresh = connection.used == 0
        idle = 0.0 if connection.active > 0 or fresh else now - connection.idle_since
        if rules.restart and idle > keeper.link.retransmit:
            connection.there.restart()
            connection.back.restart()
        if connection.active == 0:
            group.wake(connection)
            if now - connection.idle_since > rules.server_idle - keeper.link.round_trip:
                connection.closes = connection.idle_since + rules.server_idle
        if connection.closes < math.inf:
            keeper.resets += 1
        connection.active += 1
        connection.used += 1
        connection.answered = math.inf
        if connection.active >= rules.streams or connection.used >= rules.uses:
            self._free.pop()
            connection.listed = False
        self.riding += 1
        keeper.riding += 1
        call.lease = connection
        keeper.boarded += 1
        keeper.waited += now - call.sent

    def _take(self, now: float) -> Connection | None:
        """The connection with room that was used last."""
        free = self._free
        while len(free) > 0:
            connection = free[-1]
            if not connection.closed:
                surplus = self.open > self.keeper.rules.most and connection.active == 0
                cut = connection.leads_to is not None and connection.is_cut()
                if not (surplus or connection.closes <= now or cut):
                    return connection
                self.close(connection)
            free.pop()
            connection.listed = False
        return None

    def _offer(self, connection: Connection, now: float) -> None:
        """Put a connection on top of those with room."""
        if connection.closed or connection.era != self.group.era:
            return
        connection.listed = True
        connection.idle_since = now
        self._free.append(connection)

    def _open(self) -> None:
        """Set up connections for those that wait and will not be served by one under way."""
        rules = self.keeper.rules
        while self.waiting > self.pending * rules.streams and self.open < rules.most:
            self.begin(0)

    def begin(self, tries: i64) -> None:
        """Begin to set up a connection: for those that wait, or at some try to replace one."""
        connection = Connection(self, self.group.era)
        connection.tries = tries
        self.open += 1
        self.group.open += 1
        self.pending += 1
        self._set_up(connection)

    def _set_up(self, connection: Connection) -> None:
        """Go there and back; a dead instance refuses at once, and what nobody answers is given up."""
        keeper = self.keeper
        link = keeper.link
        legs = 2 * keeper.rules.round_trips
        if legs > 0 and self.group.refuses():
            connection.failure = UNAVAILABLE
            legs = 2
        span = 0.0
        while legs > 0:
            leg = link.leg(self.group.caller, self.group.callee)
            span += abs(leg)
            if leg < 0.0:
                connection.failure = NETWORK
                break
            legs -= 1
        if connection.failure == OK:
            keeper.opened += 1
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
            call.reason = i16(reason)
            call.stage = RETURNING
            self.keeper.link.agenda.schedule(0.0, call)

    def _forget(self, call: Call) -> None:
        """Nobody is coming, and no worker need be kept."""
        self.waiting -= 1
        self.keeper.waiting -= 1
        pool = call.pool
        pool.coming -= 1
        if call.booked:
            unbook(call)
