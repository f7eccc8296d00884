"""Queues that everybody leaves who has waited for so long: M/M/c + D and M/G/1 + D, both exact.

Who comes waits for what the workers still have to do, and leaves after a time D. So the work ahead behaves up to D as
it does without anybody leaving, and beyond D nothing is added to it (Barrer 1957; Baccelli and Hebuterne 1981).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.plan.queueing.curves import Curve, below
from engine.plan.queueing.erlang import erlang_b
from engine.plan.queueing.waits import NONE, Wait
from engine.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.plan.queueing.compound import Shares

    Floats = NDArray[np.float64]

_POINTS: Final = 768
"""Points of time up to D: shares are right to a few in a thousand, also where work is constant."""
_FINER: Final = 16
"""Points at which a law of work is looked at between two of them."""
_ENDLESS: Final = 600.0
"""Exponent beyond which a share is all there is."""
_LEVEL: Final = 1e-9
"""Exponent up to which nothing grows."""
_CROWD: Final = 0.25
"""Arrivals between two points from which they are too far apart."""
_COARSE: Final = 0.25
"""Part of the mean work that may lie between two points."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaving:
    """A queue that everybody leaves who has waited for so long."""

    wait: Wait
    """Of those who are served; its loss is the share that leaves."""
    curve: Curve
    """The distribution of that wait."""


@lru_cache(maxsize=512)
def leaving_many(servers: int, rate: float, service: float, patience: float) -> Leaving:
    """M/M/c + D.

    Args:
        servers: c.
        rate: arrivals a second, which may be more than c servers can do.
        service: mean of the exponential work (s).
        patience: D (s), above 0.
    """
    load = rate * service
    without = erlang_b(servers - 1, load) if servers > 1 else 1.0
    if load <= 0.0 or without < 1e-200:
        return _of(NONE, patience, np.ones(_POINTS + 1))
    times = np.linspace(0.0, patience, _POINTS + 1)
    drift = rate - servers / service
    # Weights relative to the largest density, so that nothing overflows.
    largest = max(0.0, drift * patience)
    at_once = math.exp(-min(largest, _ENDLESS)) / without
    sums = at_once + rate * _grown(drift, times, largest)
    left = rate * math.exp(max(drift * patience - largest, -_ENDLESS)) * service / servers
    served = float(sums[-1])
    wait = _moments(times, sums / served)
    return _of(Wait(*wait, loss=left / (served + left)), patience, sums / served)


@lru_cache(maxsize=512)
def leaving_one(laws: Shares, rate: float, patience: float) -> Leaving | None:
    """M/G/1 + D, by the renewal equation of the work ahead; None where D is too long for its points.

    Args:
        laws: the laws of work by their shares of the requests.
        rate: arrivals a second, which may be more than the server can do.
        patience: D (s), above 0.
    """
    step = patience / _POINTS
    mean = sum(share * law.mean for share, law in laws)
    if rate * step > _CROWD or step > _COARSE * mean:
        return None
    middles = (np.arange(_POINTS * _FINER, dtype=np.float64) + 0.5) * step / _FINER
    longer = np.zeros(_POINTS)
    for share, law in laws:
        longer += share * (1.0 - below(law, middles).reshape(_POINTS, _FINER).mean(axis=1))
    load = rate * mean
    sums = _renewals(rate * step * longer)
    # Up to D the work ahead is as without anybody leaving; the server idles as long as those who stay leave it to.
    idle = 1.0 / (1.0 + load * float(sums[-1]))
    wait = _moments(np.linspace(0.0, patience, _POINTS + 1), sums / sums[-1])
    left = idle * max(0.0, 1.0 - (1.0 - load) * float(sums[-1]))
    return _of(Wait(*wait, loss=left), patience, sums / sums[-1])


def _renewals(masses: Floats) -> Floats:
    """Solves H(x) = 1 + ∫ H(x - y) dF(y) at even steps from 0, F given by its masses in the middle of each step.

    Half a step between is taken as the mean of both ends, which makes it implicit.
    """
    found = np.ones(len(masses) + 1)
    own = 1.0 - masses[0] / 2.0
    for place in range(1, len(found)):
        before = found[:place][::-1]
        both = float(masses[:place] @ before) + float(masses[1:place] @ before[:-1])
        found[place] = (1.0 + both / 2.0) / own
    return found


def _grown(drift: float, times: Floats, scale: float) -> Floats:
    """exp(-scale) times the integral of exp(drift x) up to each of some times."""
    if abs(drift) * float(times[-1]) < _LEVEL:
        return times
    if scale > _ENDLESS:
        return np.asarray(np.exp(np.maximum(drift * times - scale, -_ENDLESS)) / drift)
    return np.asarray(np.expm1(drift * times) * (math.exp(-scale) / drift))


def _moments(times: Floats, sums: Floats) -> tuple[float, float, float]:
    """Chance, mean and second moment of a wait from its distribution, which begins with who does not wait."""
    above = 1.0 - sums
    mean = float(np.trapezoid(above, times))
    square = 2.0 * float(np.trapezoid(above * times, times))
    return float(above[0]), mean, square


def _of(wait: Wait, patience: float, sums: Floats) -> Leaving:
    """The wait, and its distribution as a curve."""
    step = patience / _POINTS
    # The share of a point lies within half a step around it.
    edges = np.concatenate([(sums[1:] + sums[:-1]) / 2.0, sums[-1:]])
    return Leaving(wait, Curve(step, np.diff(edges, prepend=0.0)))
