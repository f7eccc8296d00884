"""Key-value clusters as theory takes them: stations whose work is as long as a quorum takes to answer.

A request waits for the k-th fastest of several replicas, each of which needs the way there, its work, and the way
back: an order statistic. That holds while next to nobody waits for a worker of a replica, while the answers of
replicas hardly ever differ (else a read writes back what it is about to answer), and while nothing is throttled.
Where it does not hold the cluster stays as it is, and nothing is said of it.
"""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.plan.demand import demand_of
from engine.plan.popularity import meeting_share
from engine.plan.primitives import LawPlan
from engine.plan.primitives.cluster import USUAL_LAG
from engine.plan.queueing.curves import below
from engine.plan.queueing.erlang import erlang_c
from engine.plan.queueing.moments import law_of
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.plan.network.centers import Network
    from engine.plan.primitives import ClusterPlan, NodePlan, Plan, TrafficPlan

    Floats = NDArray[np.float64]

_POINTS: Final = 4096
_KEPT: Final = 512
"""Values of a law: so many steps of a distribution, each as likely as the others."""
_QUEUES: Final = 0.005
"""Share of the work that may have to wait for a worker."""
_DIFFERS: Final = 0.01
"""Share of the reads that may meet replicas of which one has not yet what was written."""
_KNOWN: Final = frozenset(
    [
        "replicas",
        "write_quorum",
        "read_quorum",
        "strict",
        "local",
        "partitions",
        "placement",
        "virtual_nodes",
        "partition_rate",
        "lag",
        "hints",
        "anti_entropy",
        "read",
        "write",
        "offsets",
        "conflict",
        "led",
        "read_from",
        "election",
        "read_units",
        "write_units",
    ]
)
"""What the model knows of a cluster; with anything else it does not hold."""
_EVEN: Final = ("round_robin", "random", "least_connections", "power_of_two")
"""Pickers by which each instance coordinates as many requests, whatever their keys."""


@dataclass(frozen=True, slots=True)
class QuorumModel:
    """What is known of a cluster beside the times of its answers."""

    name: str
    work: tuple[float, ...]
    """Seconds that workers of all instances together are busy with a request of each class."""
    workers: int
    """Of all instances."""

    def load(self, rates: list[float]) -> float:
        """How busy the workers are, as a share."""
        busy = sum(rate * work for rate, work in zip(rates, self.work, strict=True))
        return busy / self.workers


def peak_of(traffic: TrafficPlan, rate: float) -> float:
    """How many times its mean rate a client sends at most for long; infinite where that is not known."""
    if traffic.process == "mmpp":
        return traffic.burst_factor
    if traffic.process not in ("poisson", "deterministic"):
        return math.inf
    highest = max((each for _at, each in traffic.schedule), default=rate)
    return max(1.0, highest / rate) if rate > 0.0 else 1.0


@dataclass(frozen=True, slots=True)
class Quorums:
    """A plan, and what was made of its clusters."""

    plan: Plan
    models: Mapping[str, QuorumModel]
    """Those that are stations now."""
    reasons: Mapping[str, str]
    """Why the others are not."""

    def note_reasons(self, network: Network) -> None:
        """Say why there is nothing to be said of some."""
        for name, why in self.reasons.items():
            network.by_id[name].blind = why

    def note_loads(self, network: Network) -> None:
        """Say how busy the replicas are, once it is known what comes."""
        for name, model in self.models.items():
            site = network.by_id[name]
            site.stay.load = model.load(site.rates)
            site.stay.model = model.name


def with_quorums(plan: Plan, peak: float) -> Quorums:
    """A plan whose clusters are stations of which theory knows the times, where that holds.

    Args:
        plan: with clients that send at the rates that count.
        peak: how many times that they send at most.
    """
    demand = demand_of(plan)
    if demand is None or not math.isfinite(peak):
        why = "not modelled: a cluster whose load is not known to be even"
        clusters = [node.id for node in plan.nodes if node.cluster is not None]
        return Quorums(plan, {}, dict.fromkeys(clusters, why))
    found: dict[str, QuorumModel] = {}
    reasons: dict[str, str] = {}
    stations: dict[str, NodePlan] = {}
    for node in plan.nodes:
        cluster = node.cluster
        if cluster is None:
            continue
        rates = [peak * rate for rate in demand.nodes[node.id]]
        why = _why_not(plan, node, cluster, rates)
        if why:
            reasons[node.id] = why
        else:
            stations[node.id], found[node.id] = _station(plan, node, cluster)
    nodes = tuple(stations.get(node.id, node) for node in plan.nodes)
    return Quorums(replace(plan, nodes=nodes), found, reasons)


def _why_not(plan: Plan, node: NodePlan, cluster: ClusterPlan, rates: list[float]) -> str:
    """Why the model of a cluster is not as good as exact; empty where it is."""
    station = node.station
    usual = replace(station, instances=1, workers=1, work=(), speed=1.0, queue_limit=None)
    plain = replace(type(station)(), instances=1, workers=1, work=())
    new = any(getattr(cluster, each.name) for each in fields(cluster) if each.name not in _KNOWN)
    apart = [home.apart for home in plan.homes if home.node == node.id]
    far = any(delay > 0.0 for rows in apart for row in rows for delay in row)
    bounds = (cluster.partition_rate, cluster.read_units, cluster.write_units)
    laws = (cluster.read, cluster.write, cluster.lag or USUAL_LAG)
    doubts = (
        (usual != plain or station.workers is None or new, "something of a cluster"),
        (any(bound is not None for bound in bounds), "what bounded partitions refuse"),
        (bool(node.gates or node.autoscale or node.faults), "what acts on a cluster from outside"),
        (bool(node.spread) or far, "replicas that are some way from each other"),
        (not all(math.isfinite(law_of(law).square) for law in laws), "work without a variance"),
        (not _is_even(plan, node, cluster), "instances that coordinate more than others"),
        (not _is_idle(plan, node, cluster, rates), "waiting for the workers of replicas"),
        (not _agrees(plan, cluster, rates), "reads that meet writes under way, and repairs"),
    )
    return next((f"not modelled: {why}" for found, why in doubts if found), "")


def _is_even(plan: Plan, node: NodePlan, cluster: ClusterPlan) -> bool:
    """Whether all instances coordinate as much, or it makes no difference which of them does."""
    if node.station.instances == cluster.replicas and not cluster.led:
        return True
    routers = {each.id: each.router for each in plan.nodes if each.router is not None}
    for link in plan.links:
        if link.target != node.id:
            continue
        router = routers.get(link.source)
        picker = link.picker if router is None else router.picker
        if picker not in _EVEN or link.spacing is not None:
            return False
    return True


def _is_idle(plan: Plan, node: NodePlan, cluster: ClusterPlan, rates: list[float]) -> bool:
    """Whether next to nobody waits for a worker, even where one instance held all keys."""
    work = 0.0
    for kind, rate in zip(plan.classes, rates, strict=True):
        work += rate * (cluster.write if kind.write else cluster.read).mean / node.station.speed
    workers = node.station.workers or 1
    return work < workers and erlang_c(workers, work) < _QUEUES


def _agrees(plan: Plan, cluster: ClusterPlan, rates: list[float]) -> bool:
    """Whether reads hardly ever meet a write of their key that is under way."""
    if cluster.led:
        return True
    lag = cluster.lag or USUAL_LAG
    under_way = 3.0 * (lag.mean + cluster.write.mean)
    writes = sum(rate for kind, rate in zip(plan.classes, rates, strict=True) if kind.write)
    meets = max((meeting_share(kind.keys) for kind in plan.classes), default=1.0)
    reads = sum(rate for kind, rate in zip(plan.classes, rates, strict=True) if not kind.write)
    return reads <= 0.0 or writes * under_way * meets <= _DIFFERS


def _station(plan: Plan, node: NodePlan, cluster: ClusterPlan) -> tuple[NodePlan, QuorumModel]:
    """A cluster as a station, and what is known of it beside."""
    pace = 1.0 / node.station.speed
    times = {write: _Times(cluster, pace, write=write) for write in (False, True)}
    count, instances = cluster.replicas, node.station.instances
    owns = min(1.0, count / instances)
    laws, work = [], []
    for kind in plan.classes:
        here = times[kind.write]
        if cluster.led:
            shares = _led(here, cluster, instances, write=kind.write)
        elif cluster.local and not kind.write:
            among = here.kth(0, count, 1)
            shares = owns * here.pmf(here.own) + (1.0 - owns) * here.pmf(among)
        else:
            quorum = cluster.write_quorum if kind.write else cluster.read_quorum
            mine, others = here.kth(1, count - 1, quorum), here.kth(0, count, quorum)
            shares = owns * here.pmf(mine) + (1.0 - owns) * here.pmf(others)
        laws.append(here.law(shares))
        parts = cluster.copies(instances, write=kind.write)
        work.append(parts * (cluster.write if kind.write else cluster.read).mean * pace)
    station = replace(node.station, workers=None, work=tuple(laws), queue_limit=None, speed=1.0)
    what = "a leader and its followers" if cluster.led else f"the fastest of {count} replicas"
    workers = instances * (node.station.workers or 1)
    model = QuorumModel(f"order statistics: {what}", tuple(work), workers)
    return replace(node, cluster=None, station=station), model


def _led(here: _Times, cluster: ClusterPlan, instances: int, *, write: bool) -> Floats:
    """Time where a partition has a leader, which another instance has to ask."""
    count = cluster.replicas
    asked = here.pmf(here.own)
    if write and cluster.write_quorum > 1:
        followers = here.kth(0, count - 1, cluster.write_quorum - 1)
        asked = here.after(asked, here.pmf(followers))
    mine = 1.0
    if not write and cluster.read_from == "any":
        mine = float(count)
    elif not write and cluster.read_from == "follower":
        mine = float(max(1, count - 1))
    near = min(1.0, mine / instances)
    return np.asarray(near * asked + (1.0 - near) * here.after(asked, here.ways))


class _Times:
    """Distributions of what a replica takes for reads, or for writes, on one grid."""

    def __init__(self, cluster: ClusterPlan, pace: float, *, write: bool) -> None:
        work = (cluster.write if write else cluster.read).times(pace)
        lag = cluster.lag or USUAL_LAG
        needs, way = law_of(work).moments, law_of(lag).moments
        mean = 2.0 * needs.mean + 4.0 * way.mean
        spread = math.sqrt(2.0 * needs.variance + 4.0 * way.variance)
        far = mean + (10.0 + 2.0 * math.log(cluster.replicas)) * spread
        self._step = max(1.1 * far, 1e-9) / _POINTS
        edges = (np.arange(_POINTS, dtype=np.float64) + 0.5) * self._step
        self.own = below(work, edges)
        """Probability that the work takes no longer, by time."""
        way_shares = self.pmf(below(lag, edges))
        self.ways = self.after(way_shares, way_shares)
        """Shares of the time there and back."""
        self.far = np.cumsum(self.after(self.pmf(self.own), self.ways))
        """Probability that another replica has answered, by time."""

    @staticmethod
    def pmf(sums: Floats) -> Floats:
        """Shares of the points, what is beyond the last on that."""
        shares = np.diff(sums, prepend=0.0)
        shares[-1] += 1.0 - float(sums[-1])
        return shares

    @staticmethod
    def after(first: Floats, then: Floats) -> Floats:
        """One after the other."""
        length = 2 * _POINTS
        long = np.fft.irfft(np.fft.rfft(first, length) * np.fft.rfft(then, length), length)
        shares = np.maximum(long[:_POINTS], 0.0)
        shares[-1] += float(np.sum(long[_POINTS:]))
        return shares

    def kth(self, own: int, others: int, quorum: int) -> Floats:
        """Probability that so many have answered, of the instance itself (1 or 0) and some others, by time."""
        if own == 0:
            return self._at_least(others, quorum)
        mine = self.own
        rest = self._at_least(others, quorum - 1)
        return np.asarray(mine * rest + (1.0 - mine) * self._at_least(others, quorum))

    def _at_least(self, count: int, needed: int) -> Floats:
        """Probability that at least so many others have answered, by time."""
        far = np.clip(self.far, 0.0, 1.0)
        total = np.zeros(_POINTS)
        for number in range(max(0, needed), count + 1):
            total += math.comb(count, number) * far**number * (1.0 - far) ** (count - number)
        return total

    def law(self, shares: Floats) -> LawPlan:
        """A law with these shares, in so few values that it is read quickly, and of the same mean."""
        sums = np.cumsum(shares)
        sums /= sums[-1]
        group = np.minimum((sums - 1e-12) * _KEPT, _KEPT - 1).astype(np.int64)
        group = np.maximum(group, 0)
        weights = np.bincount(group, weights=shares, minlength=_KEPT)
        times = np.arange(_POINTS) * self._step
        totals = np.bincount(group, weights=shares * times, minlength=_KEPT)
        kept = weights > 0.0
        values = totals[kept] / weights[kept]
        return LawPlan(
            law="empirical",
            mean=float(np.dot(shares, times)) / float(np.sum(shares)),
            values=tuple(float(each) for each in values),
            weights=tuple(float(each) for each in weights[kept]),
        )
