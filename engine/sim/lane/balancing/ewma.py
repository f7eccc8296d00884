"""By how long answers took lately."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.balancing.power_of_two import TwoChoices
from engine.sim.lane.codes import CALLED_OFF
from engine.sim.lane.seams import SETTLE, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint
    from engine.sim.lane.draws import Draws

DECAY: Final = 10.0
"""Seconds after which a latency counts for 1/e (Finagle, ingress-nginx: 10 s)."""
UNKNOWN: Final = 1e9
"""Cost of an instance of which nothing is known, and which has calls under way already (Finagle's penalty)."""


@final
class Latency:
    """A moving mean that follows a peak at once and forgets it slowly (Finagle's Peak EWMA)."""

    def __init__(self) -> None:
        self.cost = 0.0
        """Seconds; 0 where nothing is known."""
        self._at = 0.0

    def hear(self, took: float, now: float) -> None:
        """Take a latency in."""
        if took > self.cost:
            self.cost = took
        else:
            weight = math.exp(-(now - self._at) / DECAY)
            self.cost = self.cost * weight + took * (1.0 - weight)
        self._at = now


@final
class Latencies:
    """What is known of the instances that a caller chooses among."""

    def __init__(self) -> None:
        self.known: dict[Endpoint, Latency] = {}

    def cost(self, endpoint: Endpoint) -> float:
        """What one more call there is expected to take: the latency, for each under way and this one."""
        latency = self.known.get(endpoint)
        if latency is None or latency.cost <= 0.0:
            return UNKNOWN * float(endpoint.outstanding)
        return latency.cost * float(endpoint.outstanding + 1)

    def hear(self, endpoint: Endpoint, took: float, now: float) -> None:
        """An instance has answered, or was given up, after so long."""
        latency = self.known.get(endpoint)
        if latency is None:
            latency = Latency()
            self.known[endpoint] = latency
        latency.hear(took, now)


@final
class LatencyWatch(Rule):
    """Tells how long the calls of a link took. It refuses nobody."""

    def __init__(self) -> None:
        self.moments = SETTLE
        self.latencies: Latencies | None = None

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """Take a call in, unless it was called off: nobody knows how long it would have taken."""
        endpoint, latencies = call.endpoint, self.latencies
        if endpoint is not None and latencies is not None and call.given_up != CALLED_OFF:
            latencies.hear(endpoint, now - call.sent, now)


@final
class Ewma(TwoChoices):
    """The cheaper of the two."""

    def __init__(self, endpoints: list[Endpoint], uniforms: Draws, latencies: Latencies) -> None:
        super().__init__(endpoints, uniforms)
        self._latencies = latencies

    def prefers(self, other: Endpoint, one: Endpoint) -> bool:
        """Whether a call there is expected to take less."""
        latencies = self._latencies
        return latencies.cost(other) < latencies.cost(one)
