"""Stations whose work slows down as more of it is done at once (universal scalability law)."""

from __future__ import annotations

import math

import numpy as np

from engine.plan.queueing.waits import ENDLESS, NONE, Wait, exponential_wait


def scaled_wait(
    servers: int, load: float, service: float, sigma: float, kappa: float
) -> tuple[Wait, float]:
    """M/M/c whose work takes 1 + σ(n-1) + κn(n-1) times as long while n are worked on.

    A process of births and deaths, exact for exponential work whose pace follows the number at work.

    Args:
        servers: c.
        load: arrivals a second times the mean service time of one alone, in erlangs.
        service: mean service time (s) of one alone.
        sigma: contention σ.
        kappa: coherency κ.

    Returns:
        The wait, and the factor by which work takes longer on average.
    """
    busy = np.arange(1, servers + 1, dtype=np.float64)
    slower = 1.0 + (busy - 1.0) * (sigma + kappa * busy)
    paces = busy / slower
    ratio = load / float(paces[-1])
    if ratio >= 1.0:
        return ENDLESS, float(slower[-1])
    if load <= 0.0:
        return NONE, 1.0
    logs = np.concatenate([[0.0], np.cumsum(np.log(load / paces))])
    states = np.exp(logs - logs.max())
    full = float(states[-1]) / (1.0 - ratio)
    whole = float(states[:-1].sum()) + full
    working = float(states[:-1] @ np.arange(servers, dtype=np.float64)) + servers * full
    chance = full / whole
    waiting = chance * ratio / (1.0 - ratio)
    wait = exponential_wait(chance, waiting / load * service)
    return wait, max(1.0, working / whole / load) if math.isfinite(whole) else 1.0
