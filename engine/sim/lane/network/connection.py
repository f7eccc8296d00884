"""A keep-alive connection: it is set up, carries some calls at a time, and is closed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, final

from mypy_extensions import i64

from engine.sim.lane.call import Call, CallPath, ConnectionLease, Endpoint
from engine.sim.lane.codes import OK, OUTBOUND
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.network.bandwidth import Window

if TYPE_CHECKING:
    from engine.sim.lane.call import Pool
    from engine.sim.lane.entry import Entry
    from engine.sim.lane.network.connection_rules import ConnectionCounts
    from engine.sim.lane.probes import WorkingHandler


class ConnectionHolder(ConnectionLease):
    """Whoever holds connections to an instance, as these know it."""

    def __init__(self, keeper: ConnectionCounts, number: i64) -> None:
        self.keeper = keeper
        self.number: i64 = number
        """Of the user, `SHARED`, or less where the user asks once and never again."""

    def leave(self, connection: Connection, call: Call, now: float) -> None:
        """A call on a connection is over."""
        raise NotImplementedError

    def stands(self, connection: Connection, now: float) -> None:
        """Setting a connection up is over."""
        raise NotImplementedError

    def shaken(self, connection: Connection, reason: i64, now: float) -> None:
        """The callee has done the work of a handshake, or refused to."""
        raise NotImplementedError

    def close(self, connection: Connection) -> None:
        """Use a connection no more."""
        raise NotImplementedError

    def follow_to(self, instance: Pool) -> None:
        """A balancer leads a connection to an instance, whose death will close it."""
        raise NotImplementedError


@final
class Connection(ConnectionLease):
    """Carries some calls at a time; it is set up, used, and closed."""

    def __init__(self, pool: ConnectionHolder, era: i64) -> None:
        self.granted = True
        self.pool = pool
        self.era: i64 = era
        self.active: i64 = 0
        self.used: i64 = 0
        self.idle_since = 0.0
        self.answered = math.inf
        """When the answer to the latest call is there."""
        self.closes = math.inf
        """When its caller hears that the callee has closed it, where calls were sent in spite of that."""
        self.tries: i64 = 0
        """How many it took to replace one that was lost, so far; 0 where it replaces none."""
        self.shaken = False
        """Whether the callee has done the work of the handshake already."""
        self.failure: i64 = OK
        """Why setting it up fails, if it does."""
        self.listed = False
        """Whether the pool offers it."""
        self.closed = False
        self.resting = False
        """Whether it is among the idle ones of its group."""
        self.before: Connection | None = None
        """The one there that has been idle for longer."""
        self.after: Connection | None = None
        self.leads_to: Endpoint | None = None
        """Where a balancer sends all that comes over it."""
        self.end_deaths: i64 = 0
        """How often that instance had died by then: its death closes the connection."""
        self.known_at = 0.0
        """When the round trips of its set-up have gone on to that instance."""
        self.greeted = True
        """Whether that instance has done the work of a handshake, where TLS is ended there."""
        self.pinned: Pool | None = None
        """The instance that it keeps from being gone while it drains."""
        self.there = Window()
        self.back = Window()

    def settled(self, call: Call, now: float) -> None:
        """A call is over."""
        self.pool.leave(self, call, now)

    def lead(self, endpoint: Endpoint) -> None:
        """Lead to an instance behind a balancer from now on."""
        self.leads_to = endpoint
        self.end_deaths = endpoint.pool.deaths
        self.known_at = math.inf
        self.greeted = False
        self.unpin()
        self.pinned = endpoint.pool
        endpoint.pool.pinned += 1
        self.pool.follow_to(endpoint.pool)

    def unpin(self) -> None:
        """Lead nowhere any more."""
        pinned = self.pinned
        if pinned is not None:
            self.pinned = None
            pinned.pinned -= 1

    def is_cut(self) -> bool:
        """Whether the instance that it leads to is not there any more."""
        end = self.leads_to
        if end is None:
            return False
        pool = end.pool
        return pool.deaths != self.end_deaths or (pool.down and not pool.dormant)


@final
class SetUp(Task):
    """Tells a pool that a connection stands, or does not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, timer: Timer, now: float) -> None:
        """The last round trip is over."""
        self._connection.pool.stands(self._connection, now)


@final
class Handshake(CallPath):
    """The work of a handshake at the callee, which takes its turn there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, handler: WorkingHandler, endpoint: Endpoint, work: float, now: float) -> None:
        """Have it done."""
        call = handler.probe(endpoint, self, work)
        call.stage = OUTBOUND
        call.pool.coming += 1
        handler.arrive(call, now)

    def answer(self, call: Call, entry: Entry, now: float) -> None:
        """It is done, or refused."""
        self._connection.pool.shaken(self._connection, i64(call.reason), now)

    def deliver(self, call: Call, now: float) -> None:
        """It found no place for so long that the caller gave it up."""
        self._connection.pool.shaken(self._connection, i64(call.reason), now)


def connection_of(call: Call) -> Connection | None:
    """The connection over which its caller came; None where that has none."""
    parent = call.parent
    lease = None if parent is None else parent.lease
    return lease if isinstance(lease, Connection) else None
