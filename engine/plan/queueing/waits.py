"""Waits of stations with an unbounded queue: M/G/1, GI/M/1, G/G/c; FIFO and LIFO."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.plan.queueing.erlang import erlang_c
from engine.plan.queueing.moments import Moments
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.queueing.moments import LawMoments
    from engine.plan.queueing.stages import Stages


@dataclass(frozen=True, slots=True)
class Wait:
    """The wait of those who are served, and how many are not."""

    chance: float = 0.0
    """Probability of having to wait at all."""
    mean: float = 0.0
    """Mean (s) over all, also those who do not wait; infinite where the queue grows without bound."""
    square: float = 0.0
    """Second moment (s²)."""
    loss: float = 0.0
    """Share of requests that find no place."""
    stages: Stages | None = None
    """All that is known of it, where it is a number of exponential stages."""

    @property
    def moments(self) -> Moments:
        """Mean and variance."""
        return Moments(self.mean, max(0.0, self.square - self.mean * self.mean))

    @property
    def is_exponential(self) -> bool:
        """Whether it is exponential where there is any, as far as two moments say."""
        twice = 2.0 * self.mean * self.mean
        return abs(self.square * self.chance - twice) <= 1e-6 * twice

    def of_mean(self, mean: float) -> Wait:
        """A wait as likely as this one, of another mean: that of one class among several."""
        return exponential_wait(self.chance, mean)


NONE = Wait()
ENDLESS = Wait(1.0, math.inf, math.inf)


def exponential_wait(chance: float, mean: float) -> Wait:
    """A wait that is exponential where there is any."""
    return Wait(chance, mean, 2.0 * mean * mean / chance if chance > 0.0 else 0.0)


def mg1_wait(rate: float, law: LawMoments) -> Wait:
    """M/G/1 (Pollaczek-Khinchine; second moment by Takács)."""
    busy = rate * law.mean
    if busy >= 1.0:
        return ENDLESS
    mean = rate * law.square / (2.0 * (1.0 - busy))
    if math.isinf(mean):
        return Wait(busy, math.inf, math.inf)
    square = 2.0 * mean * mean + rate * law.cube / (3.0 * (1.0 - busy))
    if math.isinf(square):
        return exponential_wait(busy, mean)
    return Wait(busy, mean, square)


def mgc_wait(servers: int, rate: float, service: Moments) -> Wait:
    """M/G/c: between M/M/c and M/D/c, which is that of Cosmetatos (Kimura 1986). Exact for M/M/c and one server.

    Args:
        servers: c.
        rate: arrivals a second.
        service: the time that a request keeps a server.
    """
    load = rate * service.mean
    if load >= servers:
        return ENDLESS
    if load / servers <= 0.0:  # which is no number any more where the load is next to nothing
        return NONE
    chance, spread = erlang_c(servers, load), service.cv2
    exponential = chance * service.mean / (servers - load)
    if not math.isfinite(spread):
        return Wait(chance, math.inf, math.inf)
    busy = load / servers
    uneven = (1.0 - busy) * (servers - 1) * (math.sqrt(4.0 + 5.0 * servers) - 2.0)
    even = 0.5 * (1.0 + min(uneven / (16.0 * busy * servers), 1.0 - 1e-6))
    mean = exponential * (1.0 + spread) / (spread * (2.0 - 1.0 / even) + 1.0 / even)
    return exponential_wait(chance, mean)


def gg_wait(servers: int, rate: float, service: Moments, arrivals_cv2: float) -> Wait:
    """G/G/c (Allen-Cunneen; for arrivals more even than Poisson with the correction of Kraemer and Langenbach-Belz).

    Exact for M/M/c. The wait is taken as exponential where there is any.

    Args:
        servers: c.
        rate: arrivals a second.
        service: the time that a request keeps a server.
        arrivals_cv2: squared coefficient of variation of the gaps between arrivals.
    """
    load = rate * service.mean
    if load >= servers:
        return ENDLESS
    chance = erlang_c(servers, load)
    spread = (arrivals_cv2 + service.cv2) / 2.0
    mean = chance * service.mean / (servers - load) * spread
    if arrivals_cv2 < 1.0 and spread > 0.0:
        busy = load / servers
        gap = (1.0 - arrivals_cv2) ** 2 / (2.0 * spread)
        mean *= math.exp(-2.0 * (1.0 - busy) / (3.0 * busy) * gap) if busy > 0.0 else 0.0
    return exponential_wait(chance, mean)


def with_tail_of(wait: Wait, busy: float, law: LawMoments) -> Wait:
    """A wait at several servers whose spread is as that of M/G/1 with the same law and load.

    The mean stays; the second moment of those who wait is as many times that of an exponential as it is for one server.
    """
    if not 0.0 < busy < 1.0 or law.mean <= 0.0 or wait.mean <= 0.0:
        return wait
    single = mg1_wait(busy / law.mean, law)
    squared = single.mean * single.mean  # which may be nothing where the mean is next to nothing
    if not math.isfinite(single.mean) or squared <= 0.0:
        return wait
    longer = single.square * single.chance / (2.0 * squared)
    return Wait(wait.chance, wait.mean, wait.square * longer, wait.loss)


def last_come(wait: Wait, busy: float) -> Wait:
    """Last come, first served: the mean of FIFO, the second moment 1/(1-ρ) times as large (Takács)."""
    if math.isinf(wait.mean) or busy >= 1.0:
        return wait
    return Wait(wait.chance, wait.mean, wait.square / (1.0 - busy), wait.loss)
