"""Sessions: visits that begin at a rate, and ask, wait for the answer and think until they leave."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, final

from mypy_extensions import i64

from engine.sim.lane.entry import Timer
from engine.sim.lane.traffic.arrivals import Rated
from engine.sim.lane.traffic.visits import Visits
from engine.sim.lane.user import User

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.samplers import Sampler
    from engine.sim.lane.traffic.client import Client


class Length:
    """Sampler of the number of requests in a session."""

    def draw(self) -> i64:
        """The number for the next session, at least 1."""
        raise NotImplementedError


@final
class Fixed(Length):
    """Always the mean, or one of the two whole numbers beside it."""

    def __init__(self, mean: float, uniforms: Draws) -> None:
        self._whole: i64 = i64(math.floor(mean))
        self._rest = mean - math.floor(mean)
        self._uniforms = uniforms

    def draw(self) -> i64:
        """The mean, rounded up as often as its fraction says."""
        if self._rest > 0.0 and self._uniforms.draw() < self._rest:
            return self._whole + 1
        return self._whole


@final
class Geometric(Length):
    """The user leaves after each answer with probability 1/mean: P(N > n) = (1 - 1/mean)^n."""

    def __init__(self, mean: float, exponentials: Draws) -> None:
        self._rate = -math.log1p(-1.0 / mean) if mean > 1.0 else math.inf
        self._exponentials = exponentials

    def draw(self) -> i64:
        """An exponential, rounded up."""
        return 1 + i64(math.floor(self._exponentials.draw() / self._rate))


@final
class OnePlusPoisson(Length):
    """One request, and a Poisson number more: as many as exponential gaps fit into mean - 1."""

    def __init__(self, mean: float, exponentials: Draws) -> None:
        self._more = mean - 1.0
        self._exponentials = exponentials

    def draw(self) -> i64:
        """Count the gaps."""
        count: i64 = 1
        left = self._more - self._exponentials.draw()
        while left > 0.0:
            count += 1
            left -= self._exponentials.draw()
        return count


@final
class Sessions(Rated):
    """Each arrival is a session. A factor multiplies the rate at which they begin; at zero all leave."""

    def __init__(
        self, client: Client, agenda: Agenda, starts: Draws, length: Length, think: Sampler
    ) -> None:
        super().__init__(client, agenda, starts)
        self.length = length
        self.think = think
        visits = client.visits
        if visits is None:
            visits = client.visits = Visits()
        self.visits = visits

    def due(self, timer: Timer, now: float) -> None:
        """Begin a session."""
        if self.comes(timer, now):
            self.visits.begin(now)
            visitor = Visitor(self, self.length.draw(), now)
            self.client.issue(visitor, now)


@final
class Visitor(User):
    """One session."""

    def __init__(self, source: Sessions, left: i64, now: float) -> None:
        self._source = source
        self._left: i64 = left
        """Requests that are not answered yet."""
        self._begun = now
        source.client.number(self)

    def due(self, timer: Timer, now: float) -> None:
        """Ask, or leave where there is no traffic any more."""
        if self._source.factor > 0.0:
            self._source.client.issue(self, now)
        else:
            self._source.visits.end(self._begun, now)

    def answered(self, now: float) -> None:
        """Think, then ask again; or leave."""
        source = self._source
        self._left -= 1
        if self._left > 0 and source.factor > 0.0:
            # A timer for each wait: one that is kept would be kept by its visitor, and keep it, for a collector.
            source.agenda.schedule(source.think.draw(), Timer(self))
        else:
            source.visits.end(self._begun, now)
