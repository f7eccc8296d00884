"""Erlang's formulas: loss and waiting of M/M/c, and the tail of its response time."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np

_CLOSE: Final = 1e-12
"""Relative difference of two probabilities that are the same."""
_FEW: Final = 64
"""Servers up to which the recursion is faster than the arrays."""

_NO_LOAD: Final = 1e-5
"""Load below which so many servers lose less than the smallest number there is: 10⁻⁵ to the power of 65, over 65!."""


@lru_cache(maxsize=4096)
def erlang_b(servers: int, load: float) -> float:
    """Share of requests that M/M/c/c loses (insensitive to the law of service).

    Args:
        servers: c.
        load: offered load a = λs in erlangs.
    """
    if load <= 0.0:
        return 0.0
    if servers <= _FEW:
        loss = 1.0
        for count in range(1, servers + 1):
            loss = load * loss / (count + load * loss)
        return loss
    if load < _NO_LOAD:  # what a division by it would overflow
        return 0.0
    # 1/B = Σ c!/(c-j)!/aʲ, summed by logarithms so that nothing overflows.
    terms = np.cumsum(np.log(np.arange(servers, 0, -1, dtype=np.float64) / load))
    largest = max(0.0, float(terms.max()))
    if largest > 700.0:
        return math.exp(-largest) / float(np.sum(np.exp(terms - largest)) + math.exp(-largest))
    return 1.0 / (1.0 + float(np.sum(np.exp(terms))))


def erlang_c(servers: int, load: float) -> float:
    """Probability of waiting in M/M/c; 1 where the load is more than the servers can do."""
    if load >= servers:
        return 1.0
    loss = erlang_b(servers, load)
    return loss / (1.0 - load / servers * (1.0 - loss))


def mmc_wait(servers: int, rate: float, service: float) -> float:
    """Mean wait in M/M/c; infinite where it is overloaded."""
    spare = servers / service - rate
    return erlang_c(servers, rate * service) / spare if spare > 0.0 else math.inf


def mmc_quantile(share: float, servers: int, rate: float, service: float) -> float:
    """Quantile of the response time in M/M/c, exact: a wait, exponential at cμ-λ where there is any, and the service."""
    mu, spare = 1.0 / service, servers / service - rate
    waiting = erlang_c(servers, rate * service)
    if math.isclose(mu, spare, rel_tol=1e-9):
        spare = mu * (1.0 + 1e-6)  # the double root, by its limit

    def tail(t: float) -> float:
        both = (mu * math.exp(-spare * t) - spare * math.exp(-mu * t)) / (mu - spare)
        return (1.0 - waiting) * math.exp(-mu * t) + waiting * both

    # The logarithm of the tail is nearly a straight line: regula falsi (Illinois) on it.
    wanted = math.log(1.0 - share)
    low, high = 0.0, (1.0 / mu + 1.0 / spare) * (2.0 - wanted)
    above, under, side = -wanted, math.log(max(tail(high), 1e-300)) - wanted, 0
    for _ in range(50):
        middle = (low * under - high * above) / (under - above)
        apart = math.log(max(tail(middle), 1e-300)) - wanted
        if abs(apart) < _CLOSE:
            return middle
        if apart > 0.0:
            low, above, under, side = middle, apart, under / 2.0 if side > 0 else under, 1
        else:
            high, under, above, side = middle, apart, above / 2.0 if side < 0 else above, -1
    return high


def wait_quantile(share: float, chance: float, mean: float) -> float:
    """Quantile of a wait that happens with a probability and is exponential then; exact for M/M/c."""
    if chance <= 1.0 - share or mean <= 0.0:
        return 0.0
    return mean / chance * math.log(chance / (1.0 - share))
