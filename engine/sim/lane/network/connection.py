"""A keep-alive connection: it is set up, carries some calls at a time, and is closed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, final

from engine.sim.lane.agenda import Task, Timer
from engine.sim.lane.call import Call, ConnectionLease
from engine.sim.lane.codes import OK, UNLIMITED
from engine.sim.lane.network.bandwidth import Window

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Endpoint, Pool
    from engine.sim.lane.network.connection_pool import ConnectionPool
    from engine.sim.lane.network.reconnecting import Reconnecting


@final
class ConnectionRules:
    """How connections are set up and kept."""

    def __init__(self) -> None:
        self.round_trips: i64 = 0
        """There and back so many times before the first call."""
        self.streams: i64 = 1
        """Calls under way at a time on a connection."""
        self.most: i64 = 1
        """Connections at a time, of whoever holds them."""
        self.uses: i64 = 1
        """Calls after which a connection is closed."""
        self.idle = math.inf
        """Time (s) without calls after which the caller closes it."""
        self.server_idle = math.inf
        """Time (s) without calls after which the callee does, of which the caller hears one crossing later."""
        self.reconnect: Reconnecting | None = None
        """When whoever has lost one sets up another; None is with the next call."""
        self.pending: i64 = UNLIMITED
        """Calls that may wait for one, beyond those for which some are being set up."""
        self.per_user = False
        """Whether each user of a client holds connections of its own."""
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
        self.era = pool.group.era
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
        endpoint.pool.watch(self.pool.group)

    def unpin(self) -> None:
        """Lead nowhere any more."""
        pinned = self.pinned
        if pinned is not None:
            self.pinned = None
            pinned.pinned -= 1

    def is_cut(self) -> bool:
        """Whether the instance that it leads to is not there any more."""
        end = self.leads_to
        return end is not None and end.pool.deaths != self.end_deaths


@final
class SetUp(Task):
    """Tells a pool that a connection stands, or does not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, timer: Timer, now: float) -> None:
        """The last round trip is over."""
        self._connection.pool.stands(self._connection, now)
