"""How connections of a link are set up and kept, and what is counted of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.seams import BOARD, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.draws import Draws
    from engine.sim.lane.link import Link
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


class ConnectionCounts(Rule):
    """The rules of a link's connections, and their counters, which are never reset."""

    def __init__(self, link: Link, rules: ConnectionRules) -> None:
        self.moments = BOARD
        self.link = link
        self.rules = rules
        self.waiting: i64 = 0
        """Calls that wait for a connection."""
        self.riding: i64 = 0
        """Calls on connections."""
        self.opened: i64 = 0
        """Connections set up, or being so; those that are refused or lost on the way are none."""
        self.boarded: i64 = 0
        self.waited = 0.0
        """Time (s) that calls waited for their connection."""
        self.refused: i64 = 0
        """Calls that found no place to wait."""
        self.reconnects: i64 = 0
        """Connections begun to be set up to replace one that was lost."""
        self.resets: i64 = 0
        """Calls sent on connections that the callee had closed, or closed before they arrived."""
