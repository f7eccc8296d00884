"""Queueing theory in closed form: what the simulator is measured against. Times in seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def erlang_b(servers: int, load: float) -> float:
    """Loss of M/M/c/c (insensitive to the law of service); `load` in erlangs."""
    loss = 1.0
    for count in range(1, servers + 1):
        loss = load * loss / (count + load * loss)
    return loss


def erlang_c(servers: int, load: float) -> float:
    """Probability of waiting in M/M/c."""
    loss = erlang_b(servers, load)
    return loss / (1.0 - load / servers * (1.0 - loss))


def mmc_response(servers: int, rate: float, service: float) -> float:
    """Mean time in M/M/c."""
    return erlang_c(servers, rate * service) / (servers / service - rate) + service


def mmc_quantile(share: float, servers: int, rate: float, service: float) -> float:
    """Quantile of the time in M/M/c: waiting, exponential at cμ-λ where there is any, plus service."""
    mu, spare = 1.0 / service, servers / service - rate
    waiting = erlang_c(servers, rate * service)

    def tail(t: float) -> float:
        if math.isclose(mu, spare):
            return math.exp(-mu * t) * (1.0 + waiting * mu * t)
        both = (mu * math.exp(-spare * t) - spare * math.exp(-mu * t)) / (mu - spare)
        return (1.0 - waiting) * math.exp(-mu * t) + waiting * both

    low, high = 0.0, 1e3 * service
    for _ in range(200):
        middle = (low + high) / 2.0
        low, high = (middle, high) if tail(middle) > 1.0 - share else (low, middle)
    return low


def mm1k_loss(utilization: float, places: int) -> float:
    """Loss of M/M/1/K; `places` include the one in service."""
    power = utilization**places
    return (1.0 - utilization) * power / (1.0 - power * utilization)


def mg1_wait(rate: float, mean: float, second_moment: float) -> float:
    """Pollaczek-Khinchine: mean wait in M/G/1."""
    return rate * second_moment / (2.0 * (1.0 - rate * mean))


def closed_network(users: int, think: float, demands: Sequence[float]) -> tuple[float, float]:
    """Exact mean value analysis: throughput and response time of a closed network."""
    queues = [0.0] * len(demands)
    throughput, response = 0.0, 0.0
    for population in range(1, users + 1):
        times = [demand * (1.0 + queue) for demand, queue in zip(demands, queues, strict=True)]
        response = sum(times)
        throughput = population / (think + response)
        queues = [throughput * time for time in times]
    return throughput, response


def zipf(count: int, alpha: float) -> list[float]:
    """Popularity of keys."""
    weights = [rank**-alpha for rank in range(1, count + 1)]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def lru_hit_ratio(shares: Sequence[float], capacity: int) -> float:
    """Che's approximation: a key is there if it was asked for within a time T that fills the cache."""
    low, high = 0.0, 1e12
    for _ in range(200):
        middle = (low + high) / 2.0
        filled = math.fsum(-math.expm1(-share * middle) for share in shares)
        low, high = (middle, high) if filled < capacity else (low, middle)
    return math.fsum(-share * math.expm1(-share * low) for share in shares)


def fifo_hit_ratio(shares: Sequence[float], capacity: int) -> float:
    """Che's approximation for FIFO and random eviction: p T / (1 + p T)."""
    low, high = 0.0, 1e12
    for _ in range(200):
        middle = (low + high) / 2.0
        filled = math.fsum(share * middle / (1.0 + share * middle) for share in shares)
        low, high = (middle, high) if filled < capacity else (low, middle)
    return math.fsum(share * share * low / (1.0 + share * low) for share in shares)


def round_robin_response(servers: int, utilization: float) -> float:
    """E_n/M/1 in units of the service time: what each of n servers sees behind a round robin."""
    sigma = 0.5
    for _ in range(10_000):
        sigma = (servers * utilization / (servers * utilization + 1.0 - sigma)) ** servers
    return 1.0 / (1.0 - sigma)


def mmpp_dispersion(calm: float, burst: float, leave_calm: float, leave_burst: float) -> float:
    """Variance over mean of the counts of a two-state MMPP in a long time; rates of arrivals and leaving."""
    both = leave_calm + leave_burst
    through = calm * leave_burst + burst * leave_calm
    return 1.0 + 2.0 * (burst - calm) ** 2 * leave_calm * leave_burst / (both**2 * through)


def mmpp_response(
    calm: float, burst: float, leave_calm: float, leave_burst: float, service: float
) -> float:
    """Mean time in MMPP/M/1, by the matrix-geometric solution of its quasi-birth-death process."""
    up = np.diag([calm, burst])
    down = np.eye(2) / service
    turn = np.array([[-leave_calm, leave_calm], [leave_burst, -leave_burst]])
    inverse = -np.linalg.inv(turn - up - down)
    ratio = np.zeros((2, 2))
    for _ in range(100_000):
        better = (up + ratio @ ratio @ down) @ inverse
        done = np.abs(better - ratio).max() < 1e-14
        ratio = better
        if done:
            break
    whole = np.linalg.inv(np.eye(2) - ratio)
    # Empty states balance, and all probabilities sum to one.
    balance = np.vstack([(turn - up + ratio @ down).T, whole.sum(axis=1)])
    empty = np.linalg.lstsq(balance, np.array([0.0, 0.0, 1.0]), rcond=None)[0]
    inside = float((empty @ ratio @ whole @ whole).sum())
    rate = (calm * leave_burst + burst * leave_calm) / (leave_calm + leave_burst)
    return inside / rate


def k_of_n(need: int, count: int, available: float) -> float:
    """Probability that at least `need` of `count` independent parts are available."""
    return sum(
        math.comb(count, up) * available**up * (1.0 - available) ** (count - up)
        for up in range(need, count + 1)
    )
