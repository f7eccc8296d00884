"""How many requests a second each node can serve, and how long an answer takes where nobody waits."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from engine.plan.flow import flow_of
from engine.plan.primitives import INFINITE
from engine.plan.primitives.cluster import USUAL_LAG
from engine.plan.primitives.link import TRANSMISSIONS
from engine.plan.shares import missing
from engine.plan.walk import Walk
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.demand import Demand
    from engine.plan.primitives import (
        ClusterPlan,
        LinkPlan,
        NodePlan,
        Plan,
        ScalingPlan,
        StationPlan,
    )

_RETRANSMISSION: Final = 0.2
"""Least first retransmission time-out (s); it is two round trips where that is more, and doubles."""
_SWEEPS: Final = 200
"""Most sweeps until the times in circles agree."""
_SAME: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a node can do."""

    hold: float
    """Mean time (s) that a request keeps a worker, calls included where workers are held."""
    rate: float
    """Requests per second that all instances serve; infinite without workers to run out of."""
    waits: float = 0.0
    """Of the hold, what it waits for others (s)."""


def capacities(plan: Plan, demand: Demand) -> dict[str, Capacity]:
    """Capacity of each node for its mix of classes, everything it calls being idle."""
    leaving: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        leaving[link.source].append(link)
    nodes = {node.id: node for node in plan.nodes}
    answers: dict[str, tuple[float, ...]] = {}
    made: dict[str, Capacity] = {}
    for _ in range(_SWEEPS if demand.circles else 1):
        before = dict(answers)
        for name in reversed(demand.order):
            node, rates = nodes[name], demand.nodes[name]
            times = [
                _times(
                    plan,
                    node,
                    leaving[name],
                    _calls(plan, leaving[name], answers, kind),
                    kind,
                    demand,
                )
                for kind in range(len(plan.classes))
            ]
            answers[name] = tuple(each.answer for each in times)
            work = _mean([each.work for each in times], rates)
            waits = _mean([each.waits for each in times], rates) if node.station.hold else 0.0
            made[name] = _capacity(node, work, waits, _instances(plan, node, times, rates))
        if _settled(before, answers):
            break
    return made


def _instances(
    plan: Plan, node: NodePlan, times: Sequence[_Times], rates: Sequence[float]
) -> float:
    """How many times as much as one instance all serve: where one leads, it alone does the writes."""
    station, replication = node.station, node.replication
    if replication is None:
        return float(station.instances)
    held = [
        rate * (each.work + (each.waits if station.hold else 0.0))
        for each, rate in zip(times, rates, strict=True)
    ]
    whole = sum(held)
    writes = sum(each for each, kind in zip(held, plan.classes, strict=True) if kind.write)
    return replication.widens(station.instances, writes / whole if whole > 0.0 else 0.0)


def _capacity(node: NodePlan, work: float, waits: float, instances: float) -> Capacity:
    """The rate at which workers come free that work and then, where they are held, wait for calls."""
    station, hold = node.station, work + waits
    instant = hold <= 0.0 and station.batch is None
    if station.workers is None or instant or node.traffic is not None:
        rate = INFINITE
    else:
        rate = instances * _fastest(station, station.workers, work, waits)
    cpu = station.cpu
    if cpu is not None and work > 0.0 and node.traffic is None:
        rate = min(rate, instances * cpu.quota / cpu.period / work)
    return Capacity(hold, rate, waits)


def _fastest(station: StationPlan, workers: int, work: float, waits: float) -> float:
    """The most requests per second that an instance serves with some or all of its workers."""
    scaling, batch = station.scaling, station.batch
    together = 1.0
    if batch is not None:
        together = float(batch.size)
        work = batch.fixed + together * (work if batch.per_item is None else batch.per_item)
    return together * _workers_free(scaling, workers, work, waits)


def _workers_free(scaling: ScalingPlan | None, workers: int, work: float, waits: float) -> float:
    """How many workers come free a second, at best."""
    if work + waits <= 0.0:
        return INFINITE
    if scaling is None:
        return workers / (work + waits)
    sigma, kappa = scaling.contention, scaling.coherency
    if scaling.curve is not None:
        from engine.plan.queueing.scaling import fastest  # noqa: PLC0415 - numpy takes longer to load than most checks

        return fastest(scaling, workers, work, waits)
    numbers = [workers]
    if kappa > 0.0 and work > 0.0:
        # Where n / (work (1 + σ(n-1) + κn(n-1)) + waits) is largest.
        gains, costs = work * max(0.0, 1.0 - sigma) + waits, work * kappa
        if gains < costs * workers * workers:
            best = math.floor(math.sqrt(gains / costs))
            numbers += [n for n in (best, best + 1) if 1 <= n < workers]
    return max(n / (work * (1.0 + (n - 1) * (sigma + kappa * n)) + waits) for n in numbers)


def _mean(values: Sequence[float], rates: Sequence[float]) -> float:
    """Mean over the classes by their rates; plain where nothing comes."""
    whole = sum(rates)
    if whole <= 0.0:
        return sum(values) / len(values)
    return sum(value * rate for value, rate in zip(values, rates, strict=True)) / whole


@dataclass(frozen=True, slots=True)
class _Times:
    """Mean times (s) of a request of one class at a node."""

    answer: float
    """From its arrival to its answer."""
    work: float
    """That workers do something for it."""
    waits: float
    """That workers which are held wait for something else meanwhile."""


def _times(
    plan: Plan,
    node: NodePlan,
    leaving: Sequence[LinkPlan],
    calls: Mapping[str, float],
    kind: int,
    demand: Demand,
) -> _Times:
    """Times of a class at a node whose calls take so long each."""
    if node.router is not None or node.keeps_messages:
        used = [calls[link.id] for link in leaving if link.classes[kind]]
        mean = sum(used) / len(used) if used and node.router is not None else 0.0
        return _Times(mean, 0.0, mean)
    write = plan.classes[kind].write
    if node.cluster is not None:
        return _of_replicas(node, node.cluster, write=write)
    misses = {} if write else missing(leaving, demand.hits)
    walk = Walk(kind, misses, calls, pace=1.0 / node.station.speed)
    flow = flow_of(node, leaving, plan.classes)
    first = 1 if node.traffic is None else 0
    answer = walk.through(flow[:first])
    through = 1.0 - demand.hits.get(node.id, 0.0) if node.store is not None and not write else 1.0
    answer += through * walk.through(flow[first:], through)
    # What nobody waits for keeps a worker of its own where the flow says so itself.
    if node.replication is not None and write:
        answer += node.replication.commit_wait(node.station.instances - 1)
    held = answer + walk.background if node.flow is not None else answer
    return _Times(answer, walk.work, max(0.0, held - walk.work))


def _of_replicas(node: NodePlan, cluster: ClusterPlan, *, write: bool) -> _Times:
    """Times at a cluster, whose replicas work beside each other; the way to most of them and back is in the answer."""
    station, lag = node.station, cluster.lag or USUAL_LAG
    each = (cluster.write if write else cluster.read).mean / station.speed
    return _Times(each + 2.0 * lag.mean, cluster.copies(station.instances, write=write) * each, 0.0)


def _calls(
    plan: Plan, leaving: Sequence[LinkPlan], answers: Mapping[str, tuple[float, ...]], kind: int
) -> dict[str, float]:
    """Mean time of one call over each link."""
    return {
        link.id: min(
            link.timeout,
            _answer(answers, link.target, link.kind_at(kind))
            + 2.0 * crossing_time(link)
            + link.transfer(plan.classes[link.kind_at(kind)]),
        )
        for link in leaving
    }


def _answer(answers: Mapping[str, tuple[float, ...]], name: str, kind: int) -> float:
    """Time to answer as far as it is known: in a circle it is not at first."""
    return answers[name][kind] if name in answers else 0.0


def _settled(before: Mapping[str, tuple[float, ...]], now: Mapping[str, tuple[float, ...]]) -> bool:
    """Whether nothing changed that counts."""
    return all(
        abs(new - old) <= _SAME * new
        for name, times in now.items()
        for old, new in zip(before.get(name, (-1.0,) * len(times)), times, strict=True)
    )


def crossing_time(link: LinkPlan) -> float:
    """Mean time (s) of one crossing: delay, jitter, and retransmissions of what is lost."""
    flight = link.delay.mean + link.jitter
    if link.loss <= 0.0:
        return flight
    first = max(_RETRANSMISSION, 4.0 * flight)
    return flight + sum(first * (1 << n) * link.loss ** (n + 1) for n in range(TRANSMISSIONS))
