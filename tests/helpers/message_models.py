"""Small simulations of what keeps messages, each by itself: nothing here is shared with the engine."""

from __future__ import annotations

import heapq
import random
from collections import deque


def grouped_queue(
    rate: float, service: float, workers: int, groups: int, count: int, seed: int
) -> float:
    """Mean seconds from publishing to the end of the work of messages in FIFO groups.

    Poisson arrivals, each of a random group; exponential work; a worker takes the message that has had its turn
    for the longest time.
    """
    draw = random.Random(seed)
    now, idle, number, total = 0.0, workers, 0, 0.0
    blocked: list[deque[float]] = [deque() for _ in range(groups)]
    taken = [False] * groups
    ready: deque[tuple[float, int]] = deque()
    events: list[tuple[float, int, float, int]] = [(draw.expovariate(rate), 0, 0.0, -1)]
    published = done = 0
    while done < count:
        now, _, came, group = heapq.heappop(events)
        if group < 0:
            group = draw.randrange(groups)
            if taken[group]:
                blocked[group].append(now)
            else:
                taken[group] = True
                ready.append((now, group))
            published += 1
            number += 1
            heapq.heappush(events, (now + draw.expovariate(rate), number, 0.0, -1))
        else:
            done += 1
            total += now - came
            idle += 1
            if blocked[group]:
                ready.append((blocked[group].popleft(), group))
            else:
                taken[group] = False
        while idle and ready:
            idle -= 1
            came, group = ready.popleft()
            number += 1
            heapq.heappush(events, (now + draw.expovariate(1.0 / service), number, came, group))
    return total / done
