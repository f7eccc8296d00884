"""Closed networks: exact for product form, Bard and Schweitzer's approximation beyond, and bounds."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.plan.queueing.stages import stages_of
from engine.plan.queueing.waits import NONE, Wait, exponential_wait
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_USERS: Final = 400
"""Population up to which the exact solution is affordable on every edit."""
_MOST_WORK: Final = 4e6
"""Multiplications of the exact solution that are affordable."""


_NOTHING: Final = 1e-100
"""Demand relative to the bottleneck's below which there is none."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A station of a closed network."""

    demand: float
    """Visits times service time (s) of one request, at one of the copies."""
    servers: int = 1
    copies: int = 1
    """Identical stations between which requests are split evenly."""


@dataclass(frozen=True, slots=True)
class ClosedSolution:
    """Steady state of a closed network."""

    throughput: float
    """Requests a second, of the whole population."""
    response: float
    """Mean time (s) of a request at all stations."""
    times: tuple[float, ...]
    """Mean time (s) of a request at each station, all its visits together, at whichever copy."""
    waits: tuple[Wait, ...]
    """What one visit waits at each station, in units of the service time of a visit."""
    exact: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """What no closed system can pass (asymptotic bounds)."""

    throughput: float
    """min(N/(D+Z), 1/Dmax) requests a second."""
    knee: float
    """Users N* = (D+Z)/Dmax from which somebody always waits."""


def bounds_of(users: float, think: float, queues: Sequence[Queue]) -> Bounds:
    """Bottleneck law and asymptotic bounds."""
    whole = sum(queue.demand * queue.copies for queue in queues)
    largest = max((queue.demand / queue.servers for queue in queues), default=0.0)
    idle = users / (whole + think) if whole + think > 0.0 else math.inf
    if largest <= 0.0:
        return Bounds(idle, math.inf)
    return Bounds(min(idle, 1.0 / largest), (whole + think) / largest)


def solve(users: int, think: float, queues: Sequence[Queue]) -> ClosedSolution:
    """One population: exact where that is affordable, else approximate.

    Args:
        users: N.
        think: mean think time and everything else that nobody queues for (s).
        queues: the stations.
    """
    used = tuple(queue for queue in queues if queue.demand > 0.0)
    if users <= 0 or not used:
        times, waits = (0.0,) * len(queues), (NONE,) * len(queues)
        return ClosedSolution(users / think if think > 0.0 else 0.0, 0.0, times, waits, exact=True)
    work = 4.0 * len(used) * users * users
    solution = None
    if users <= MOST_USERS and work <= _MOST_WORK:
        solution = _exact(users, think, used)
    if solution is None:
        solution = _approximate(users, think, used)
    found = iter(zip(solution.times, solution.waits, strict=True))
    pairs = [next(found) if queue.demand > 0.0 else (0.0, NONE) for queue in queues]
    times, waits = tuple(time for time, _ in pairs), tuple(wait for _, wait in pairs)
    return ClosedSolution(solution.throughput, solution.response, times, waits, solution.exact)


@lru_cache(maxsize=64)
def _exact(users: int, think: float, queues: tuple[Queue, ...]) -> ClosedSolution | None:
    """Buzen's convolution, with load-dependent stations for several servers; None where numbers overflow.

    Kept, since the sweeps through a network ask for the same again.
    """
    largest = max(queue.demand / queue.servers for queue in queues)
    scale = 1.0 / max(largest, think / users)
    alone = [_states(queue.demand * scale, queue.servers, users) for queue in queues]
    others = [_power(one, queue.copies - 1) for one, queue in zip(alone, queues, strict=True)]
    groups = [_convolve(one, rest) for one, rest in zip(alone, others, strict=True)]
    thinking = _states(think * scale, users, users)
    before = [thinking]
    for group in groups:
        before.append(_convolve(before[-1], group))
    whole = before[-1]
    if not np.all(np.isfinite(whole)) or whole[users] <= 0.0:
        return None
    throughput = float(whole[users - 1] / whole[users]) * scale
    after = np.zeros(users + 1)
    after[0] = 1.0
    lengths, waits = [0.0] * len(queues), [NONE] * len(queues)
    inside = np.arange(users + 1, dtype=np.float64)
    for place in range(len(queues) - 1, -1, -1):
        queue = queues[place]
        rest = _convolve(_convolve(before[place], after), others[place])
        states = alone[place] * rest[::-1] / whole[users]
        lengths[place] = float(states @ inside) * queue.copies
        # Who arrives sees the network with one user less (Sevcik and Mitrani; Lavenberg and Reiser).
        seen = alone[place][:users] * rest[users - 1 :: -1] / whole[users - 1]
        waits[place] = _wait(seen, queue.servers)
        after = _convolve(after, groups[place])
    times = tuple(length / throughput for length in lengths)
    if not all(math.isfinite(time) for time in times):
        return None
    return ClosedSolution(throughput, sum(times), times, tuple(waits), exact=True)


@dataclass(frozen=True, slots=True, eq=False)
class Staircase:
    """A closed network for every population up to some number; index is the population."""

    throughput: Floats
    waits: tuple[tuple[Floats, Floats, Floats], ...]
    """Of each queue: chance, mean and second moment of a visit's wait, in service times."""


@lru_cache(maxsize=256)
def staircase(users: int, think: float, queues: tuple[Queue, ...]) -> Staircase | None:
    """Solve for all populations at once; None where numbers overflow.

    That is what a server does whose workers are held while the network works for them: with k of them at work,
    it finishes as many requests a second as the network with k users (Norton's theorem).
    """
    largest = max(queue.demand / queue.servers for queue in queues)
    scale = 1.0 / max(largest, think / users)
    alone = [_states(queue.demand * scale, queue.servers, users) for queue in queues]
    groups = [_power(one, queue.copies) for one, queue in zip(alone, queues, strict=True)]
    whole = _states(think * scale, users, users)
    for group in groups:
        whole = _convolve(whole, group)
    if not np.all(np.isfinite(whole)) or float(whole.min()) <= 0.0:
        return None
    throughput = np.zeros(users + 1)
    throughput[1:] = whole[:-1] / whole[1:] * scale
    waits = []
    for place, (queue, one) in enumerate(zip(queues, alone, strict=True)):
        rest = _convolve(_states(think * scale, users, users), _power(one, queue.copies - 1))
        for other, group in enumerate(groups):
            if other != place:
                rest = _convolve(rest, group)
        waits.append(_seen_by_population(queue.servers, one, rest, whole))
    return Staircase(throughput, tuple(waits))


def _seen_by_population(
    servers: int, alone: Floats, rest: Floats, whole: Floats
) -> tuple[Floats, Floats, Floats]:
    """Chance, mean and second moment of the wait of one who sees the network with one user less."""
    ahead = np.maximum(0.0, np.arange(len(alone)) - servers + 1.0)

    def seen(weights: Floats) -> Floats:
        values = np.zeros(len(alone))
        values[1:] = (_convolve(alone * weights, rest) / whole)[:-1]
        return values

    chance, mean = seen((ahead > 0.0).astype(np.float64)), seen(ahead) / servers
    return np.minimum(chance, 1.0), mean, seen(ahead * (ahead + 1.0)) / servers**2


def _wait(seen: Floats, servers: int) -> Wait:
    """The wait of one who sees 0, 1, 2 … others, in service times."""
    met = seen[servers:]
    ahead = np.arange(1, len(met) + 1, dtype=np.float64)
    mean, square = float(met @ ahead), float(met @ (ahead * (ahead + 1.0)))
    stages = stages_of(1.0 / servers, met)
    return Wait(min(1.0, float(met.sum())), mean / servers, square / servers**2, stages=stages)


def _states(demand: float, servers: int, users: int) -> Floats:
    """Weights of 0 … N requests at a station: Π D/min(j, c)."""
    weights = np.ones(users + 1)
    if demand < _NOTHING:
        weights[1:] = 0.0
        return weights
    rates = demand / np.minimum(np.arange(1, users + 1, dtype=np.float64), float(servers))
    weights[1:] = np.exp(np.cumsum(np.log(rates)))
    return weights


def _convolve(first: Floats, second: Floats) -> Floats:
    """Two groups of stations together, up to the same population."""
    return np.convolve(first, second)[: len(first)]


def _power(one: Floats, copies: int) -> Floats:
    """So many identical stations together."""
    whole = np.zeros_like(one)
    whole[0] = 1.0
    while copies > 0:
        if copies % 2:
            whole = _convolve(whole, one)
        one = _convolve(one, one)
        copies //= 2
    return whole


def _approximate(users: int, think: float, queues: Sequence[Queue]) -> ClosedSolution:
    """Bard and Schweitzer's fixed point, several servers by Seidmann: one of D/c and a delay of D(c-1)/c."""
    servers = np.array([float(queue.servers) for queue in queues])
    copies = np.array([float(queue.copies) for queue in queues])
    demands = np.array([queue.demand for queue in queues])
    shared, delay = demands / servers, demands * (servers - 1.0) / servers
    lengths = np.full(len(queues), users / max(1.0, float(copies.sum())))
    throughput, times = 0.0, shared
    for _ in range(2000):
        times = shared * (1.0 + lengths * (users - 1.0) / users)
        response = float(((times + delay) * copies).sum())
        before, throughput = throughput, users / (think + response)
        lengths = throughput * times
        if abs(throughput - before) <= 1e-9 * throughput:
            break
    whole = tuple(float(time) for time in (times + delay) * copies)
    met = np.minimum(1.0, throughput * shared)
    waits = tuple(
        exponential_wait(float(chance), max(0.0, float(time / demand - 1.0 + extra / demand)))
        for chance, time, demand, extra in zip(met, times, demands, delay, strict=True)
    )
    return ClosedSolution(throughput, sum(whole), whole, waits, exact=False)
