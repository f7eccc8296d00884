"""Stations that make a worker for each request that finds none idle: M/G/∞, and how many of them start cold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.model.prediction import TIMES
from engine.model.units import format_figure, format_quantity
from engine.plan.network.centers import Stay
from engine.plan.queueing.curves import normal_below
from engine.plan.queueing.erlang import erlang_b
from engine.plan.queueing.moments import law_of
from engine.plan.queueing.waits import Wait

if TYPE_CHECKING:
    from engine.plan.network.centers import Center

_SPREAD: Final = 12.0
"""Standard deviations around the mean number inside beyond which nobody looks."""
_WORTH: Final = 1e-3
"""Share of cold starts or refusals from which they matter."""
_MANY: Final = 1e6
"""Mean number inside from which it is taken as normal."""
_POINTS: Final = 6001
_SURE: Final = 700.0
"""Mean number of rises within an idle time from which there is one."""
_LONG: Final = 10.0
"""Times inside from which on an idle time is long: the number inside has forgotten where it began."""


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
    doubts: list[str] = []
    made = site.rate * share
    if made * elastic.per > 0.5 * elastic.ramp:
        doubts.append(
            f"{format_quantity(made, '/s')} cold starts are near the ramp, which is not modelled"
        )
    elif loss > _WORTH and share > _WORTH:
        doubts.append("cold starts at the limit of concurrency are approximate")
    if share > _WORTH and kept < _LONG * inside and load > 0.1:
        doubts.append(
            f"{TIMES}idle workers are kept for {format_figure(kept / inside, 2)} times inside only: cold starts are approximate"
        )
    if share > _WORTH and abs(site.cv2 - 1.0) > 1e-6:
        doubts.append(f"{TIMES}cold starts are counted as for Poisson arrivals")
    name = "M/G/∞" if loss < _WORTH else f"M/G/{most}/{most}"
    square = share * cold.square
    return Stay(
        f"{name}, {format_figure(100.0 * share, 3)} % cold",
        Wait(share, share * cold.mean, square, loss),
        load=load / most,
        doubts=tuple(doubts),
    )


def cold_share(rate: float, inside: float, kept: float, most: float = math.inf) -> float:
    """Share of the requests that find no idle worker.

    That used last is taken first. So there are as many workers as were busy at once at some time within the
    idle time, and whoever finds j busy starts cold if never more than j were within it. In M/M/∞ that has the
    probability with which the number rises from j to j + 1 later than that, taken as exponential with its mean
    F(j) / (λ π(j)): exact for j = 0, and near it where the idle time is long beside that inside.

    Args:
        rate: λ, requests a second.
        inside: seconds for which a request keeps a worker.
        kept: seconds for which an idle worker is kept.
        most: workers that there may be: who finds so many busy is refused.
    """
    load = rate * inside
    if rate <= 0.0:
        return 0.0
    if load < 1e-6:
        return math.exp(-rate * kept)
    if min(load, most) > _MANY:
        return _cold_share_of_many(rate, load, kept) if load < most else 0.0
    middle = min(load, most)
    spread = _SPREAD * math.sqrt(middle) + _SPREAD
    low, high = max(0, int(middle - spread)), int(min(load + 2.0 * spread, most - 1.0))
    found = np.arange(low, high + 1, dtype=np.float64)
    logs = np.cumsum(np.log(load / np.maximum(found, 1.0)))
    logs[1:] -= logs[0]
    logs[0] = 0.0
    states = np.exp(logs - logs.max())
    states /= states.sum()
    rising = rate * states / np.maximum(np.cumsum(states), 1e-300)
    return float(states @ np.exp(-kept * rising))


def _cold_share_of_many(rate: float, load: float, kept: float) -> float:
    """The same of so many inside that their number is as good as normal, with ρ as its mean and variance."""
    apart = np.linspace(-_SPREAD, 2.0 * _SPREAD, _POINTS)
    density = np.exp(-apart * apart / 2.0) / math.sqrt(2.0 * math.pi)
    below = np.maximum(normal_below(apart), 1e-300)
    rising = rate / math.sqrt(load) * (density / below)
    never = kept * np.minimum(rising, _SURE / max(kept, 1e-300))
    return float(density @ np.exp(-never) / density.sum())
