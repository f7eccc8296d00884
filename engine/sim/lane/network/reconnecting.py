"""Whoever has lost a connection sets up another, whether or not there is anything to send."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.agenda import Task, Timer
from engine.sim.lane.call import Call, CallPath, Endpoint
from engine.sim.lane.codes import OUTBOUND

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Entry
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.network.connection import Connection
    from engine.sim.lane.network.connection_group import ConnectionGroup
    from engine.sim.lane.probes import WorkingHandler


@final
class Reconnecting:
    """Waits that grow, and what does the work of handshakes at the callee."""

    def __init__(self, uniforms: Draws) -> None:
        self.base = 1.0
        """First wait (s)."""
        self.factor = 1.6
        self.cap = 120.0
        self.least_share = 0.0
        """Share of a wait that is not left to chance (jitter none 1, equal .5, full 0)."""
        self.handler: WorkingHandler | None = None
        """None where no workers are charged."""
        self._uniforms = uniforms

    def wait(self, tries: i64) -> float:
        """Time (s) until the next try after so many."""
        longest = self.base
        while tries > 0 and longest < self.cap:
            longest *= self.factor
            tries -= 1
        longest = min(longest, self.cap)
        if self.least_share >= 1.0:
            return longest
        return longest * (self.least_share + (1.0 - self.least_share) * self._uniforms.draw())


@final
class Reconnect(Task):
    """Somebody who waits to set up a connection again."""

    def __init__(self, group: ConnectionGroup, holder: i64, tries: i64) -> None:
        self._group = group
        self._holder: i64 = holder
        self._tries: i64 = tries

    def due(self, timer: Timer, now: float) -> None:
        """Try."""
        self._group.reconnect(self._holder, self._tries, now)


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
        self._connection.pool.shaken(self._connection, call.reason, now)

    def deliver(self, call: Call, now: float) -> None:
        """It found no place for so long that the caller gave it up."""
        self._connection.pool.shaken(self._connection, call.reason, now)
