"""How many requests a second each node can serve, and how long an answer takes where nobody waits."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.plan.primitives import INFINITE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.demand import Demand
    from engine.plan.primitives import LinkPlan, NodePlan, Plan, StationPlan

_RETRANSMISSION: Final = 0.2
"""First retransmission time-out (s); it doubles."""
_RETRANSMISSIONS: Final = 6


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a node can do."""

    hold: float
    """Mean time (s) that a request keeps a worker, calls included where workers are held."""
    rate: float
    """Requests per second that all instances serve; infinite without workers to run out of."""


def capacities(plan: Plan, demand: Demand) -> dict[str, Capacity]:
    """Capacity of each node for its mix of classes, everything it calls being idle."""
    leaving: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        leaving[link.source].append(link)
    nodes = {node.id: node for node in plan.nodes}
    answers: dict[str, tuple[float, ...]] = {}
    made: dict[str, Capacity] = {}
    for name in reversed(demand.order):
        node = nodes[name]
        calls = [
            _calls_time(node, leaving[name], answers, kind, demand)
            for kind in range(len(plan.classes))
        ]
        work = [_work(node, kind) for kind in range(len(plan.classes))]
        answers[name] = tuple(a + b for a, b in zip(work, calls, strict=True))
        rates = demand.nodes[name]
        waits = _mean(calls, rates) if node.station.hold else 0.0
        made[name] = _capacity(node, _mean(work, rates), waits)
    return made


def _capacity(node: NodePlan, work: float, waits: float) -> Capacity:
    """The rate at which workers come free that work and then, where they are held, wait for calls."""
    station, hold = node.station, work + waits
    if station.workers is None or hold <= 0.0 or node.traffic is not None:
        rate = INFINITE
    else:
        rate = station.instances * _fastest(station, station.workers, work, waits)
    cpu = station.cpu
    if cpu is not None and work > 0.0 and node.traffic is None:
        rate = min(rate, station.instances * cpu.quota / cpu.period / work)
    return Capacity(hold, rate)


def _fastest(station: StationPlan, workers: int, work: float, waits: float) -> float:
    """The most requests per second that an instance serves with some or all of its workers."""
    scaling = station.scaling
    if scaling is None:
        return workers / (work + waits)
    sigma, kappa = scaling.contention, scaling.coherency
    numbers = [workers]
    if kappa > 0.0 and work > 0.0:
        # Where n / (work (1 + σ(n-1) + κn(n-1)) + waits) is largest.
        best = math.floor(math.sqrt((work * max(0.0, 1.0 - sigma) + waits) / (work * kappa)))
        numbers += [n for n in (best, best + 1) if 1 <= n < workers]
    return max(n / (work * (1.0 + (n - 1) * (sigma + kappa * n)) + waits) for n in numbers)


def _work(node: NodePlan, kind: int) -> float:
    """Mean work of a class at a node."""
    work = node.station.service
    return work[kind].mean if kind < len(work) else work[0].mean


def _mean(values: Sequence[float], rates: Sequence[float]) -> float:
    """Mean over the classes by their rates; plain where nothing comes."""
    whole = sum(rates)
    if whole <= 0.0:
        return sum(values) / len(values)
    return sum(value * rate for value, rate in zip(values, rates, strict=True)) / whole


def _calls_time(
    node: NodePlan,
    leaving: Sequence[LinkPlan],
    answers: Mapping[str, tuple[float, ...]],
    kind: int,
    demand: Demand,
) -> float:
    """Mean time that the calls of a request take, equal orders side by side."""
    if node.backlog is not None:
        return 0.0
    used = [link for link in leaving if link.waits and link.classes[kind]]
    times = {link.id: _call(link, answers[link.target][kind], demand) for link in used}
    if node.router is not None:
        return sum(times.values()) / len(times) if times else 0.0
    groups: dict[int, float] = defaultdict(float)
    for link in used:
        groups[link.order] = max(groups[link.order], times[link.id])
    missed = 1.0 - demand.hits.get(node.id, 0.0) if node.store is not None else 1.0
    return missed * sum(groups.values())


def _call(link: LinkPlan, answer: float, demand: Demand) -> float:
    """Mean time of a link's calls for a request at its source."""
    source, sent = demand.rate(link.source), sum(demand.links[link.id])
    times = sent / source if link.on_miss and source > 0.0 else link.probability * link.times
    return times * min(link.timeout, answer + 2.0 * crossing_time(link))


def crossing_time(link: LinkPlan) -> float:
    """Mean time (s) of one crossing: delay, jitter, and retransmissions of what is lost."""
    lost = sum(_RETRANSMISSION * (1 << n) * link.loss ** (n + 1) for n in range(_RETRANSMISSIONS))
    return link.delay.mean + link.jitter + lost
