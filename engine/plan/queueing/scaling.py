"""Stations whose work slows down as more of it is done at once (universal scalability law)."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from engine.plan.queueing.waits import ENDLESS, NONE, Wait

_DEEP: Final = 20_000
"""Waiting places counted."""
_FAR: Final = 40.0
"""Exponents of e by which a state is too rare to count."""


def scaled_wait(
    servers: int,
    load: float,
    service: float,
    slowing: tuple[float, float],
    places: int | None = None,
) -> tuple[Wait, float]:
    """M/M/c(/K) whose work takes 1 + σ(n-1) + κn(n-1) times as long while n are worked on.

    A process of births and deaths, exact for exponential work whose pace follows the number at work.

    Args:
        servers: c.
        load: arrivals a second times the mean service time of one alone, in erlangs.
        service: mean service time (s) of one alone.
        slowing: contention σ and coherency κ.
        places: waiting places; None is any number.

    Returns:
        The wait, and the factor by which work takes longer on average.
    """
    sigma, kappa = slowing
    busy = np.arange(1, servers + 1, dtype=np.float64)
    slower = 1.0 + (busy - 1.0) * (sigma + kappa * busy)
    paces = busy / slower
    ratio = load / float(paces[-1])
    if load <= 0.0:
        return NONE, 1.0
    if not math.isfinite(ratio) or (ratio >= 1.0 and places is None):
        return ENDLESS, float(slower[-1])
    logs = np.concatenate([[0.0], np.cumsum(np.log(load / paces))])
    count = _DEEP if places is None else min(places, _DEEP)
    if places is None:
        count = min(_DEEP, int(_FAR / max(-math.log(ratio), 1e-9)) + 1)
    behind = np.arange(1.0, count + 1.0)
    more = logs[-1] + behind * math.log(ratio)
    largest = max(float(logs.max()), float(more[-1]) if count else -math.inf)
    states, waiting = np.exp(logs - largest), np.exp(more - largest)
    whole = float(states.sum() + waiting.sum())
    loss = 0.0
    if places is not None:
        loss = float(waiting[-1] if count else states[-1]) / whole
    admitted = load * (1.0 - loss)
    working = float(states @ np.arange(servers + 1.0)) + servers * float(waiting.sum())
    # Who is let in and finds j waiting waits for j+1 to end, each at the full pace.
    met = np.concatenate([states[-1:], waiting])
    if places is not None:
        met = met[:-1]
    met = met / (whole * (1.0 - loss))
    ahead = np.arange(1.0, len(met) + 1.0)
    leave = service / float(paces[-1])
    wait = Wait(
        min(1.0, float(met.sum())),
        leave * float(met @ ahead),
        leave**2 * float(met @ (ahead * (ahead + 1.0))),
        loss,
    )
    return wait, max(1.0, working / whole / admitted)
