"""Stations whose work slows down as more of it is done at once (universal scalability law, or a curve)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.plan.queueing.waits import ENDLESS, NONE, Wait

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.plan.primitives import ScalingPlan

_DEEP: Final = 20_000
"""Waiting places counted."""
_FAR: Final = 40.0
"""Exponents of e by which a state is too rare to count."""


def slowing(scaling: ScalingPlan, workers: int) -> NDArray[np.float64]:
    """How many times as long work takes while 1, 2, … of so many workers work (Gunther 1993; a curve)."""
    busy = np.arange(1, workers + 1, dtype=np.float64)
    found = 1.0 + (busy - 1.0) * (scaling.contention + scaling.coherency * busy)
    curve = scaling.curve
    if curve is None:
        return found
    shares = busy / workers
    if curve.law == "table":
        points = np.asarray(curve.points, dtype=np.float64)
        return found * np.interp(shares, points[:, 0], points[:, 1])
    if curve.law == "exponential":
        return found * np.exp(curve.a * shares)
    return found * (1.0 + curve.a * shares ** (1.0 if curve.law == "linear" else curve.power))


def fastest(scaling: ScalingPlan, workers: int, work: float, waits: float) -> float:
    """How many of so many workers come free a second, at best.

    Args:
        scaling: how work slows down.
        workers: how many there are.
        work: mean work (s) of a request where nothing slows it down.
        waits: time (s) for which a request keeps its worker beside that, at any pace.
    """
    return float((np.arange(1, workers + 1) / (work * slowing(scaling, workers) + waits)).max())


def scaled_wait(
    servers: int,
    load: float,
    service: float,
    slower: NDArray[np.float64],
    places: int | None = None,
) -> tuple[Wait, float]:
    """M/M/c(/K) whose work takes longer or shorter by a factor that follows how many are worked on.

    A process of births and deaths, exact for exponential work whose pace follows the number at work.

    Args:
        servers: c.
        load: arrivals a second times the mean service time at the factor 1, in erlangs.
        service: mean service time (s) at the factor 1.
        slower: the factors while 1, 2, … c are worked on.
        places: waiting places; None is any number.

    Returns:
        The wait, and the factor by which work takes longer on average.
    """
    busy = np.arange(1, servers + 1, dtype=np.float64)
    paces = busy / slower
    ratio = load / float(paces[-1])
    if load <= 0.0:
        return NONE, float(slower[0])
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
    return wait, max(float(slower.min()), working / whole / admitted)
