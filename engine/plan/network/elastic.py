"""Stations that make a worker for each request that finds none idle: M/G/∞, and how many of them start cold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.model.prediction import TIMES
from engine.model.units import format_figure, format_quantity
from engine.plan.network.centers import Stay
from engine.plan.network.sources import EVEN
from engine.plan.queueing.erlang import erlang_b
from engine.plan.queueing.moments import law_of
from engine.plan.queueing.waits import Wait
from engine.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.plan.network.centers import Center
    from engine.plan.primitives import ElasticPlan

    Numbers = NDArray[np.float64]

_SPREAD: Final = 12.0
"""Standard deviations around the mean number inside beyond which nobody looks."""
_WORTH: Final = 1e-3
"""Share of cold starts or refusals from which they matter."""
_SOME: Final = 1e-5
"""Share of cold starts from which the wait for them is more than nothing."""
_MANY: Final = 1e4
"""Mean number inside from which shares follow from those of so many."""
_LONG: Final = 10.0
"""Times inside from which on an idle time is long for work of any spread: within 5 % in runs."""
_MIDDLING: Final = 2.0
"""The same for work with little more spread than the exponential has, or less: constant work was 19 % off at one."""
_UNEVEN: Final = 2.0
"""cv² up to which that is so: at 8 it was 14 % off at four."""
_BURSTS: Final = 2.0
"""Standard deviations of a rise that may be met by new workers at once."""
_RARE: Final = 1e-9
"""Chance of a number inside that is too rare to look at."""
_NO_TIME: Final = 1e-9
"""Share of a gap between arrivals, and of a stay, below which nothing is kept for any time."""
_TERMS: Final = 16
"""Terms of Euler's method: it is right to nine digits."""
_BEFORE: Final = 40
"""Rises before the first that matters from which on it does not matter how they began."""


def elastic_stay(site: Center) -> Stay:
    """Nobody waits but for the start of a worker, and nobody is refused below the limit."""
    station = site.plan.station
    elastic, most = station.elastic, station.workers
    if elastic is None or most is None or not math.isfinite(site.hold.mean):
        return Stay("M/G/∞")
    cold, kept = law_of(elastic.cold), min(elastic.idle, site.since)
    inside, share = site.hold.mean, 0.0
    for _ in range(3):  # cold starts keep workers as well: they are few, or they are all there is
        share = cold_share(site.rate, inside, kept, most)
        inside = site.hold.mean + share * cold.mean
    load = site.rate * inside
    loss = erlang_b(most, load)
    doubts = _doubts(site, elastic, _Cold(share, inside, kept, load, loss))
    name = "M/G/∞" if loss < _WORTH else f"M/G/{most}/{most}"
    square = share * cold.square
    return Stay(
        f"{name}, {format_figure(100.0 * share, 3)} % cold",
        Wait(share, share * cold.mean, square, loss),
        load=load / most,
        doubts=tuple(doubts),
    )


@dataclass(frozen=True, slots=True)
class _Cold:
    """What is found of cold starts."""

    share: float
    """Of the requests."""
    inside: float
    """Seconds for which a request keeps a worker."""
    kept: float
    """Seconds for which an idle worker is."""
    load: float
    """Mean number inside."""
    loss: float


def _doubts(site: Center, elastic: ElasticPlan, cold: _Cold) -> list[str]:
    """What is to be said against that."""
    share, inside, kept, load, loss = cold.share, cold.inside, cold.kept, cold.load, cold.loss
    most = site.plan.station.workers or 1
    doubts = list[str]()
    made = site.rate * share
    if made * elastic.per > 0.5 * elastic.ramp:
        doubts.append(
            f"{format_quantity(made, '/s')} cold starts are near the ramp, which is not modelled"
        )
    elif loss > _WORTH and share > _WORTH:
        doubts.append("cold starts at the limit of concurrency are approximate")
    elif loss > _WORTH and share > _SOME:
        doubts.append(f"{TIMES}cold starts at the limit of concurrency are approximate")
    elif share > _WORTH and elastic.ramp < _BURSTS * _rises_by(load, elastic.per / inside):
        doubts.append(f"{TIMES}cold starts come together, which the ramp bounds")
    unlike = abs(site.cv2 - 1.0) > 1e-6 or _is_dealt_to(site)
    uneven = unlike or site.dispersion > EVEN
    if uneven and max(loss, erlang_b(most, load * site.peak)) > _WORTH:
        doubts.append("how many are refused is counted as for Poisson arrivals")
    climb = (load / elastic.ramp - 1.0) * elastic.per
    if climb > site.since:
        doubts.append(
            f"the {format_figure(load, 2)} workers that it needs take {format_quantity(climb, 's')} to be made, and it is "
            "looked at before"
        )
    if share > _WORTH and kept < _short(site.hold.cv2) * inside and load > 0.1:
        doubts.append(
            f"{TIMES}idle workers are kept for {format_figure(kept / inside, 2)} times inside only: cold starts are approximate"
        )
    if share > _WORTH and unlike:
        doubts.append(f"{TIMES}cold starts are counted as for Poisson arrivals")
    return doubts


def _is_dealt_to(site: Center) -> bool:
    """Whether a router gives a node its share in turn, or by who is busy, and not by chance."""
    return any(
        edge.rate > 0.0
        and edge.source.plan.router is not None
        and len(edge.source.leaving) > 1
        and edge.source.plan.router.picker not in ("random", "weighted")
        for edge in site.entering
    )


def _rises_by(load: float, span: float) -> float:
    """By how many the number inside rises within so many times inside, where it does: a standard deviation."""
    return math.sqrt(2.0 * load * min(1.0, span))


def _short(cv2: float) -> float:
    """Times inside below which an idle time is short for work with a cv²; none is for exponential work."""
    if abs(cv2 - 1.0) < 1e-6:
        return 0.0
    return _MIDDLING if cv2 <= _UNEVEN else _LONG


def cold_share(rate: float, inside: float, kept: float, most: float = math.inf) -> float:
    """Share of the requests that find no idle worker.

    That used last is taken first. So there are as many workers as were busy at once at some time within the
    idle time, and whoever finds j busy starts cold if never more than j were within it. M/M/∞ looks the same
    backwards, so that has the probability with which the number rises from j to j + 1 later than that.

    Args:
        rate: λ, requests a second.
        inside: seconds for which a request keeps a worker.
        kept: seconds for which an idle worker is kept.
        most: workers that there may be: who finds so many busy is refused.
    """
    load = rate * inside
    if rate <= 0.0:
        return 0.0
    if kept * max(rate, 1.0 / inside if inside > 0.0 else 0.0) < _NO_TIME:
        return 1.0
    if load < 1e-6:
        return math.exp(-rate * kept)
    if min(load, most) > _MANY:
        # Of very many each is a smaller step of what their number goes up and down by, its standard deviation.
        several = cold_share(_MANY / inside, inside, kept)
        return min(1.0, several * math.sqrt(_MANY / load)) if load < most else 0.0
    middle = min(load, most)
    spread = _SPREAD * math.sqrt(middle) + _SPREAD
    low, high = max(0, int(middle - spread)), int(min(load + 2.0 * spread, most - 1.0))
    found = np.arange(low, high + 1, dtype=np.float64)
    logs = np.cumsum(np.log(load / np.maximum(found, 1.0)))
    logs[1:] -= logs[0]
    logs[0] = 0.0
    states = np.exp(logs - logs.max())
    states /= states.sum()
    seen = np.flatnonzero(states > _RARE)
    first, last = int(seen[0]), int(seen[-1])
    stays = _stays_below(rate, inside, kept, low + first, low + last)
    return float(states[first : last + 1] @ stays)


def _stays_below(rate: float, inside: float, span: float, low: int, high: int) -> Numbers:
    """Chance that the number inside does not rise from j to j + 1 within a span, for each j from low to high.

    The transform of the time until then follows from that of the rise before it: it takes an arrival before one
    of j goes, or else a rise from j − 1 first. It is inverted by Euler's method (Abate and Whitt 2006).
    """
    points = _NODES / span
    rise = rate / (rate + points)
    chances = np.empty(high - low + 1)
    for number in range(max(0, low - _BEFORE), high + 1):
        leaves = number / inside
        rise = rate / (rate + points + leaves * (1.0 - rise))
        if number >= low:
            chances[number - low] = _WEIGHTS @ ((1.0 - rise) / points).real
    found: Numbers = np.clip(chances / span, 0.0, 1.0)
    return found


def _euler() -> tuple[NDArray[np.complex128], Numbers]:
    """Where Euler's method wants a transform, and the weights of its real parts there."""
    shift = _TERMS * math.log(10.0) / 3.0
    weights = np.ones(2 * _TERMS + 1)
    weights[0] = 0.5
    weights[-1] = 0.5**_TERMS
    for step in range(1, _TERMS):
        weights[-1 - step] = weights[-step] + 0.5**_TERMS * math.comb(_TERMS, step)
    weights[1::2] *= -1.0
    nodes = np.array([complex(shift, math.pi * step) for step in range(2 * _TERMS + 1)])
    return nodes, np.float64(10.0 ** (_TERMS / 3.0)) * weights


_NODES, _WEIGHTS = _euler()
