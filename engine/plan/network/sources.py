"""What clients send just now: a rate, and how uneven it is."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from engine.model.units import format_quantity
from engine.plan.primitives import INFINITE, MOMENT
from engine.plan.queueing.moments import law_of
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import CrowdPlan, SessionPlan, TrafficPlan

EVEN: Final = 1.5
"""Index of dispersion from which arrivals are worth calling bursty."""
_CHANCE: Final = 3.0
"""Standard deviations of a count that are chance."""
_WINDOWS: Final = 50
"""Windows in which the arrivals of a trace are counted."""


@dataclass(frozen=True, slots=True)
class Source:
    """Requests of one client."""

    rate: float
    """Requests a second; 0 for a closed population, whose rate the solution says."""
    cv2: float = 1.0
    """Squared coefficient of variation of the gaps."""
    dispersion: float = 1.0
    """Index of dispersion for counts over long times; 1 is Poisson."""
    doubts: tuple[str, ...] = ()
    peak: float = 1.0
    """Rate in a burst over the mean rate."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When, and under which load, a plan is looked at."""

    start: float
    end: float
    """Equal to ``start`` for an instant; rates are averaged over a span."""
    load: float = 1.0
    """Factor on all traffic."""


def source_of(traffic: TrafficPlan, moment: Moment) -> Source:
    """What a client sends at a moment."""
    if traffic.process == "closed":
        return Source(0.0)
    if traffic.process == "trace":
        return _trace(traffic, moment)
    rate = _mean_rate(traffic.schedule, moment.start, moment.end) * moment.load
    return _by_rate(traffic, rate, _scheduled(traffic.schedule, rate, moment))


def _by_rate(traffic: TrafficPlan, rate: float, doubts: tuple[str, ...]) -> Source:
    """What a client sends that follows a rate."""
    if traffic.process == "deterministic":
        return Source(rate, 0.0, 0.0, doubts)
    if traffic.process == "mmpp":
        return _bursts(traffic, rate, doubts)
    if traffic.session is not None:
        return _sessions(traffic.session, rate, doubts)
    if traffic.crowd is not None:
        return _crowd(traffic.crowd, rate, doubts)
    return Source(rate, doubts=doubts)


def mix_of(traffic: TrafficPlan) -> tuple[float, ...]:
    """Share of each class; a recording may have its own."""
    if not traffic.kinds:
        return traffic.mix
    return tuple(traffic.kinds.count(kind) / len(traffic.kinds) for kind in range(len(traffic.mix)))


def think_of(traffic: TrafficPlan) -> float:
    """Mean think time (s) of a closed population."""
    return law_of(traffic.think).mean


def users_of(traffic: TrafficPlan, load: float) -> int:
    """How many users a closed population has under a load."""
    return int(traffic.users * load + 0.5)


def _scheduled(
    schedule: Sequence[tuple[float, float]], rate: float, moment: Moment
) -> tuple[str, ...]:
    """Whether the rate changes, and which value is used."""
    rates = [rps for _, rps in schedule]
    if min(rates) == max(rates):
        return ()
    used = "its present value" if moment.start == moment.end else "its mean"
    span = f"{format_quantity(min(rates), 'rps')} to {format_quantity(max(rates), 'rps')}"
    return (f"the rate is a schedule of {span}; {used}, {format_quantity(rate, 'rps')}, is used",)


def _mean_rate(schedule: Sequence[tuple[float, float]], start: float, end: float) -> float:
    """Mean of a piecewise-linear rate over a span, or its value at an instant."""
    if len(schedule) == 1:
        return schedule[0][1]
    if end <= start:
        return _rate_at(schedule, start)
    inner = [point for point in schedule if start < point[0] < end]
    last = [point for point in schedule if point[0] == end][:1] or [(end, _rate_at(schedule, end))]
    points = [(start, _rate_at(schedule, start)), *inner, *last]
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2.0 for a, b in pairwise(points))
    return area / (end - start)


def _rate_at(schedule: Sequence[tuple[float, float]], time: float) -> float:
    """Value of a piecewise-linear rate."""
    place = bisect_right(schedule, time, key=lambda point: point[0])
    if place == 0:
        return schedule[0][1]
    if place == len(schedule):
        return schedule[-1][1]
    (t0, r0), (t1, r1) = schedule[place - 1], schedule[place]
    return r0 + (r1 - r0) * (time - t0) / (t1 - t0)


def _bursts(traffic: TrafficPlan, base: float, doubts: tuple[str, ...]) -> Source:
    """A Markov-modulated Poisson process: its mean rate, and its index of dispersion."""
    calm, burst, factor = traffic.calm_mean, traffic.burst_mean, traffic.burst_factor
    share = burst / (calm + burst)
    mean = base * (1.0 + share * (factor - 1.0))
    if mean <= 0.0:
        return Source(0.0, doubts=doubts)
    # 1 + 2 (λ1-λ2)² r1 r2 / ((r1+r2)² (λ1 r2 + λ2 r1)), by shares of time and the relaxation time.
    relax = calm * burst / (calm + burst)
    difference = base * (factor - 1.0)
    dispersion = 1.0 + 2.0 * difference**2 * share * (1.0 - share) * relax / mean
    return Source(mean, 1.0, dispersion, doubts, base * max(1.0, factor) / mean)


@lru_cache(maxsize=16)
def _shape(times: tuple[float, ...]) -> tuple[float, float, float]:
    """Squared coefficient of variation of the gaps of a trace, its index of dispersion, and its peak over its mean.

    Of the fullest window three standard deviations are chance.
    """
    gaps = [b - a for a, b in pairwise((0.0, *times))]
    mean = times[-1] / len(times)
    cv2 = sum((gap - mean) ** 2 for gap in gaps) / len(gaps) / mean**2
    windows = max(1, min(_WINDOWS, len(times) // 10))
    counts = [0] * windows
    for time in times:
        counts[min(windows - 1, int(time / times[-1] * windows))] += 1
    average = len(times) / windows
    variance = sum((count - average) ** 2 for count in counts) / windows
    most = max(counts)
    peak = (most - _CHANCE * math.sqrt(most)) / average if variance > EVEN * average else 1.0
    return cv2, variance / average, max(1.0, peak)


def _sessions(session: SessionPlan, begun: float, doubts: tuple[str, ...]) -> Source:
    """Sessions that begin at a rate: over long times their requests come in clusters of E[N²]/E[N]."""
    mean = session.mean
    square = {"geometric": mean * (2.0 * mean - 1.0), "poisson": mean + mean * mean - 1.0}
    dispersion = square.get(session.law, mean * mean) / mean if mean > 0.0 else 1.0
    return Source(begun * mean, 1.0, max(1.0, dispersion), doubts)


def _crowd(crowd: CrowdPlan, rate: float, doubts: tuple[str, ...]) -> Source:
    """Active users, drawn anew each window: the variance of a window's rate comes on top of Poisson's."""
    if crowd.mean <= 0.0:
        return Source(0.0, doubts=doubts)
    variance = crowd.mean if crowd.law == "poisson" else crowd.variance
    spread = variance / crowd.mean**2
    return Source(rate, 1.0, 1.0 + rate * crowd.window * spread, doubts)


def _trace(traffic: TrafficPlan, moment: Moment) -> Source:
    """A recorded trace: how many come in the span, where that is one, and what its gaps are like."""
    times = traffic.times
    length = traffic.period if traffic.period < INFINITE else (times[-1] if times else 0.0)
    if not times or length < MOMENT:
        return Source(0.0)
    # All at once, time after time, is one gap and then none.
    at_once = float(len(times) - 1)
    together = times[-1] < MOMENT
    cv2, dispersion, peak = (at_once, at_once, 1.0) if together else _shape(times)
    rate = len(times) / length
    if moment.load == 1.0 and moment.end > moment.start:
        counted = _until(traffic, moment.end) - _until(traffic, moment.start)
        return Source(counted / (moment.end - moment.start), cv2, dispersion, peak=peak)
    doubt = f"arrivals replay a trace of {format_quantity(length, 's')}; its mean rate is used"
    return Source(rate * moment.load, cv2, dispersion, (doubt,))


def _until(traffic: TrafficPlan, time: float) -> int:
    """How many arrivals of a trace come before a time."""
    if traffic.period == INFINITE:
        return bisect_left(traffic.times, time)
    rounds, left = divmod(time, traffic.period)
    return int(rounds) * len(traffic.times) + bisect_left(traffic.times, left)
