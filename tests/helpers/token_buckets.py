"""A token bucket told twice more, in the plainest words: what the simulator's is measured against."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from engine.model.policies.rate_limit import RateLimit
from engine.plan.primitives import NodePlan
from tests.helpers.plans import station

HAIR = 1e-9


def limited(name: str = "api", instances: int = 1, work: Any = 0.0, **limit: Any) -> NodePlan:
    """A station behind a rate limit, with any number of workers."""
    node = station(name, work, workers=None, instances=instances)
    return NodePlan(id=name, station=node.station, gates=(RateLimit(**limit),))


def poisson_times(rate: float, end: float, seed: int) -> list[float]:
    """Arrivals of a Poisson process."""
    random = np.random.default_rng(seed)
    times = np.cumsum(random.exponential(1.0 / rate, int(1.3 * rate * end) + 50))
    return [float(time) for time in times if time < end]


def admitted(
    arrivals: Iterable[tuple[float, Hashable]], rate: float, burst: float
) -> dict[Hashable, int]:
    """Calls of each owner that a bucket each lets in: tokens are counted at every arrival."""
    tokens: dict[Hashable, float] = defaultdict(lambda: burst)
    seen: dict[Hashable, float] = {}
    count: dict[Hashable, int] = defaultdict(int)
    for time, owner in arrivals:
        tokens[owner] = min(burst, tokens[owner] + rate * (time - seen.get(owner, time)))
        seen[owner] = time
        if tokens[owner] >= 1.0 - HAIR:
            tokens[owner] -= 1.0
            count[owner] += 1
    return count


def conforming(times: Iterable[float], rate: float, burst: float) -> list[bool]:
    """The generic cell rate algorithm (ITU-T I.371): a theoretical arrival time, and a tolerance of (b - 1)/r."""
    due, tolerance = -math.inf, (burst - 1.0) / rate
    found = []
    for time in times:
        conforms = time >= due - tolerance - HAIR
        if conforms:
            due = max(due, time) + 1.0 / rate
        found.append(conforms)
    return found


def waits(times: Iterable[float], rate: float, burst: float) -> list[float]:
    """Waits of all who may wait for their token: Lindley's recursion, of which (b - 1)/r is forgiven."""
    work, last = 0.0, -math.inf
    found = []
    for time in times:
        work = max(0.0, work - (time - last))
        last = time
        found.append(max(0.0, work - (burst - 1.0) / rate))
        work += 1.0 / rate
    return found


def md1k_loss(load: float, places: int) -> float:
    """Loss of M/D/1/K by its Markov chain embedded at departures; K places include the one in service.

    A bucket is that queue: its missing tokens are the customers, each made good in 1/rate.
    """
    came = [math.exp(-load)]
    for count in range(1, places + 1):
        came.append(came[-1] * load / count)
    chain = np.zeros((places, places))
    for left in range(places):
        stay = max(left - 1, 0)
        for count in range(places - 1 - stay):
            chain[left, stay + count] = came[count]
        chain[left, places - 1] += 1.0 - math.fsum(came[: places - 1 - stay])
    balance = np.vstack([(chain.T - np.eye(places)), np.ones(places)])
    empty = np.linalg.lstsq(balance, np.array([0.0] * places + [1.0]), rcond=None)[0][0]
    return float(1.0 - 1.0 / (empty + load))


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
