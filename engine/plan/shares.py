"""How many requests leave a node over each of its links for each request that comes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.auth import Auth
from engine.plan.flow import flow_of
from engine.plan.resolution import parts_of
from engine.plan.sessions import session_link
from engine.plan.walk import Walk
from engine.plan.zones import Zones
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.primitives import LinkPlan, NodePlan, Plan

Rates = tuple[float, ...]
"""Requests per second, or shares of requests, of each class."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How many requests leave over each link for each request at a node."""

    plan: Plan
    nodes: Mapping[str, NodePlan]
    hits: Mapping[str, float]
    """Hit ratios of stores."""
    leaving: Sequence[LinkPlan]

    def of(self, node: NodePlan) -> Mapping[str, Rates]:
        """The share of each class that each link gets."""
        checks = [link for link in self.leaving if link.checks]
        if not checks:
            return self._sent_on(node, self.leaving)
        auth = node.gate(Auth)
        asked = 1.0 if auth is not None and auth.looks_up else 0.0
        routes = self.leaving
        if node.router is not None:
            routes = [link for link in routes if not link.checks]
        shares = {link.id: (0.0,) * len(link.classes) for link in self.leaving}
        shares |= self._sent_on(node, routes)
        for link in checks:  # renewals of leases come by themselves, not with requests
            if link.target == node.auth_server:
                shares[link.id] = tuple(share + asked for share in shares[link.id])
        return shares

    def _sent_on(self, node: NodePlan, leaving: Sequence[LinkPlan]) -> Mapping[str, Rates]:
        """What its role sends over some links, without what its gates ask."""
        if node.router is not None:
            return self._routed(node, leaving)
        if node.backlog is not None:
            places = {link.id: _places(self.nodes[link.target]) for link in leaving}
            whole = max(sum(places.values()), 1.0)
            return {link.id: (places[link.id] / whole,) * len(link.classes) for link in leaving}
        if node.topic is not None:
            return self._published(leaving)
        flow = flow_of(node, leaving, self.plan.classes)
        through = 1.0 - self.hits.get(node.id, 0.0) if node.store is not None else 1.0
        asked = session_link(node, leaving)
        walks = []
        for place, kind in enumerate(self.plan.classes):
            misses = {} if kind.write else missing(leaving, self.hits)
            if asked is not None:
                misses.pop(asked, None)
            walk = Walk(place, misses)
            walk.through(flow, 1.0 if kind.write else through)
            walks.append(walk.calls)
        return {link.id: tuple(calls[link.id] for calls in walks) for link in leaving}

    def _published(self, leaving: Sequence[LinkPlan]) -> Mapping[str, Rates]:
        """A topic's shares: each group gets everything, and shares it among its instances."""
        groups: dict[str, list[LinkPlan]] = {}
        for link in leaving:
            groups.setdefault(link.group or link.target, []).append(link)
        shares: dict[str, Rates] = {}
        for links in groups.values():
            counts = [self.nodes[link.target].station.instances for link in links]
            for link, count in zip(links, counts, strict=True):
                share = count / max(sum(counts), 1)
                shares[link.id] = tuple(share if used else 0.0 for used in link.classes)
        return shares

    def _routed(self, node: NodePlan, leaving: Sequence[LinkPlan]) -> Mapping[str, Rates]:
        """A router's shares: by weight, by zone, or by instances."""
        parts = self._parts(node, leaving)
        kinds = range(len(self.plan.classes))
        wholes = [sum(parts[link.id] for link in leaving if link.classes[kind]) for kind in kinds]
        return {
            link.id: tuple(
                parts[link.id] / wholes[kind] if link.classes[kind] and wholes[kind] > 0.0 else 0.0
                for kind in kinds
            )
            for link in leaving
        }

    def _parts(self, node: NodePlan, leaving: Sequence[LinkPlan]) -> Mapping[str, float]:
        """What a router's links get in proportion to each other."""
        picker = "" if node.router is None else node.router.picker
        if node.router is not None and node.router.resolver is not None:
            return parts_of(self.plan, node)
        if picker == "zone":
            return Zones(self.plan, node.id).parts(self.nodes, leaving)
        return {
            link.id: link.weight
            if picker == "weighted"
            else float(self.nodes[link.target].station.instances)
            for link in leaving
        }


def missing(leaving: Sequence[LinkPlan], hits: Mapping[str, float]) -> dict[str, float]:
    """For the links to stores, how often a read is answered that the key is not there."""
    return {link.id: 1.0 - hits[link.target] for link in leaving if link.target in hits}


def _places(node: NodePlan) -> float:
    """How many requests a node works on at once."""
    return float(node.station.instances * (node.station.workers or 1))
