"""Traffic equations: how many requests a second each node and link would see if nothing failed."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from engine.plan.flow import flow_of
from engine.plan.hits import hit_ratio
from engine.plan.order import callers_first
from engine.plan.primitives import INFINITE
from engine.plan.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.primitives import CrowdPlan, LinkPlan, NodePlan, Plan, TrafficPlan

Rates = tuple[float, ...]
"""Requests per second of each class."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What flows where. Rates of scheduled clients are those of the peak."""

    order: tuple[str, ...]
    """Nodes, callers before what they call."""
    nodes: Mapping[str, Rates]
    links: Mapping[str, Rates]
    hits: Mapping[str, float]
    """Predicted hit ratio of each keyed store."""

    def rate(self, node_id: str) -> float:
        """Requests per second at a node, all classes together."""
        return sum(self.nodes[node_id])


def demand_of(plan: Plan) -> Demand | None:
    """The rates; None where requests go round, which this does not solve."""
    order = callers_first((link.source, link.target) for link in plan.links)
    if order is None:
        return None
    reached = set(order)
    whole = (*order, *(node.id for node in plan.nodes if node.id not in reached))
    made = _flow(plan, whole, {node.id: 0.0 for node in plan.nodes if node.store is not None})
    if any(link.on_miss for link in plan.links) or any(node.flow for node in plan.nodes):
        # A caller comes before the cache that it asks, so what the cache holds back is known only now.
        made = _flow(plan, whole, made.hits)
    return made


def _flow(plan: Plan, order: tuple[str, ...], known: Mapping[str, float]) -> Demand:
    """Rates from the clients downwards; ``known`` hit ratios decide the calls after a miss."""
    nodes = {node.id: node for node in plan.nodes}
    leaving: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        leaving[link.source].append(link)
    rates: dict[str, Rates] = dict.fromkeys(nodes, (0.0,) * len(plan.classes))
    links: dict[str, Rates] = {}
    hits: dict[str, float] = {}
    for name in order:
        node = nodes[name]
        if node.traffic is not None:
            rates[name] = _offered(node.traffic)
        if node.store is not None:
            hits[name] = _hits(plan, node, rates[name])
        shares = _Shares(plan, nodes, {**known, **hits}, tuple(leaving[name])).of(node)
        for link in leaving[name]:
            sent = _times(rates[name], shares[link.id])
            links[link.id] = sent
            rates[link.target] = tuple(a + b for a, b in zip(rates[link.target], sent, strict=True))
    return Demand(order, rates, links, hits)


def _times(rates: Rates, shares: Rates) -> Rates:
    """Rates by class, each times a share."""
    return tuple(rate * share for rate, share in zip(rates, shares, strict=True))


def _offered(traffic: TrafficPlan) -> Rates:
    """What a client sends at its peak. A closed population sends as fast as it is answered: none here."""
    if traffic.process == "trace":
        return _recorded(traffic)
    rate = 0.0
    if traffic.process != "closed":
        rate = max(rps for _, rps in traffic.schedule)
    if traffic.process == "mmpp":
        whole = traffic.calm_mean + traffic.burst_mean
        rate *= (traffic.calm_mean + traffic.burst_factor * traffic.burst_mean) / whole
    if traffic.session is not None:
        rate *= traffic.session.mean
    if traffic.crowd is not None:
        rate *= _crowd_mean(traffic.crowd) / max(traffic.crowd.mean, 1e-9)
    return tuple(rate * share for share in traffic.mix)


def _recorded(traffic: TrafficPlan) -> Rates:
    """Mean rate of a recording over its whole length."""
    length = traffic.times[-1] if traffic.times else 0.0
    if traffic.period < INFINITE:
        length = traffic.period
    rate = len(traffic.times) / length if length > 0.0 else 0.0
    if not traffic.kinds:
        return tuple(rate * share for share in traffic.mix)
    counts = Counter(traffic.kinds)
    return tuple(rate * counts[kind] / len(traffic.kinds) for kind in range(len(traffic.mix)))


def _crowd_mean(crowd: CrowdPlan) -> float:
    """Mean number of active users; a normal number is cut off at zero, which raises its mean."""
    if crowd.law == "poisson" or crowd.variance == 0.0:
        return crowd.mean
    law = NormalDist(crowd.mean, math.sqrt(crowd.variance))
    return crowd.mean * (1.0 - law.cdf(0.0)) + crowd.variance * law.pdf(0.0)


def _hits(plan: Plan, node: NodePlan, rates: Rates) -> float:
    """Predicted hit ratio of a store under these rates."""
    if node.store is None:
        return 0.0
    reads = [
        (rate, each.keys, float(node.store.bytes_of(each)))
        for rate, each in zip(rates, plan.classes, strict=True)
        if not each.write
    ]
    return hit_ratio(node.store, reads)


@dataclass(frozen=True, slots=True)
class _Shares:
    """How many requests leave over each link for each request at a node."""

    plan: Plan
    nodes: Mapping[str, NodePlan]
    hits: Mapping[str, float]
    leaving: Sequence[LinkPlan]

    def of(self, node: NodePlan) -> Mapping[str, Rates]:
        """The share of each class that each link gets."""
        if node.router is not None:
            return {link.id: self._routed(node, link) for link in self.leaving}
        if node.backlog is not None:
            places = {link.id: _places(self.nodes[link.target]) for link in self.leaving}
            whole = max(sum(places.values()), 1.0)
            return {
                link.id: (places[link.id] / whole,) * len(link.classes) for link in self.leaving
            }
        flow = flow_of(node, self.leaving, self.plan.classes)
        through = 1.0 - self.hits.get(node.id, 0.0) if node.store is not None else 1.0
        walks = []
        for place, kind in enumerate(self.plan.classes):
            misses = {} if kind.write else missing(self.leaving, self.hits)
            walk = Walk(place, misses)
            walk.through(flow, 1.0 if kind.write else through)
            walks.append(walk.calls)
        return {link.id: tuple(calls[link.id] for calls in walks) for link in self.leaving}

    def _routed(self, node: NodePlan, link: LinkPlan) -> Rates:
        """A router's share: by weight, or by instances."""
        weighted = node.router is not None and node.router.picker == "weighted"

        def part(each: LinkPlan) -> float:
            return each.weight if weighted else float(self.nodes[each.target].station.instances)

        shares = []
        for kind, used in enumerate(link.classes):
            whole = sum(part(each) for each in self.leaving if each.classes[kind])
            shares.append(part(link) / whole if used and whole > 0.0 else 0.0)
        return tuple(shares)


def missing(leaving: Sequence[LinkPlan], hits: Mapping[str, float]) -> dict[str, float]:
    """For the links to stores, how often a read is answered that the key is not there."""
    return {link.id: 1.0 - hits[link.target] for link in leaving if link.target in hits}


def _places(node: NodePlan) -> float:
    """How many requests a node works on at once."""
    return float(node.station.instances * (node.station.workers or 1))
