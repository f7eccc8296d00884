"""Queues that callers leave: M/M/c with patience of one length, and a listen backlog, each by itself."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Reneging:
    """What M/M/c + D gives."""

    abandoned: float
    """Share of arrivals that leave before a worker is free."""
    waiting: float
    """Share of arrivals that find all workers busy."""


def reneging(rate: float, service: float, workers: int, patience: float) -> Reneging:
    """M/M/c + D, exactly (Baccelli and Hebuterne 1981; Zeltyn and Mandelbaum 2005, M/M/n + G)."""
    done, load = 1.0 / service, rate * service
    drift = rate - workers * done
    grown = patience if abs(drift) < 1e-12 else math.expm1(drift * patience) / drift
    integral = grown + math.exp(drift * patience) / (workers * done)
    terms = [load**count / math.factorial(count) for count in range(workers)]
    idle = sum(terms) / terms[-1]
    whole = idle + rate * integral
    return Reneging((1.0 + drift * integral) / whole, rate * integral / whole)


@dataclass(frozen=True)
class Resent:
    """What a station with a backlog that drops, and is tried again, did."""

    latencies: tuple[float, ...]
    """Of those that were answered, from the first try (s)."""
    resent: int
    failed: int


def resending(arrivals: Sequence[float], work: float, workers: int, places: int) -> Resent:
    """Workers of constant work with so many waiting places; who finds none comes again as TCP does.

    The waits are 1, 2, 4 … 64 s, and there is no try after the last. It runs until everybody is through.
    """
    order = itertools.count()
    events = [(time, next(order), "come", time, 0) for time in arrivals]
    heapq.heapify(events)
    line: deque[float] = deque()
    busy = resent = failed = 0
    latencies: list[float] = []
    while events:
        now, _, what, first, tries = heapq.heappop(events)
        if what == "done":
            latencies.append(now - first)
            if line:
                heapq.heappush(events, (now + work, next(order), "done", line.popleft(), 0))
            else:
                busy -= 1
        elif tries == 7:
            failed += 1
        else:
            resent += tries > 0
            if busy < workers:
                busy += 1
                heapq.heappush(events, (now + work, next(order), "done", first, 0))
            elif len(line) < places:
                line.append(first)
            else:
                heapq.heappush(events, (now + 2.0**tries, next(order), "come", first, tries + 1))
    return Resent(tuple(latencies), resent, failed)
