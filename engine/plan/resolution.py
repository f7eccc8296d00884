"""What DNS answers while all is well: which share of its callers goes where, and how far that is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.plan.asking import Places
from engine.plan.primitives import LawPlan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.asking import Place
    from engine.plan.primitives import LinkPlan, NodePlan, Plan, ResolverPlan

_EVERYBODY: Final = ("weighted", "round_robin")
"""Policies by which not all who ask from one place are told the same."""
_FURTHER: Final = 1e9
"""Rank (s) of a frame further out, as the simulator has it."""


def parts_of(plan: Plan, node: NodePlan) -> Mapping[str, float]:
    """What each link of a DNS server gets in proportion to the others, all who ask being alike."""
    leaving = [link for link in plan.links if link.source == node.id]
    found = dict.fromkeys((link.id for link in leaving), 0.0)
    resolver = None if node.router is None else node.router.resolver
    if resolver is None:
        return found
    told = _Told(plan, resolver, leaving)
    asking = (link.id for link in plan.links if link.target == node.id)
    for place, count in told.places.counts(asking).items():
        for name, share in told.shares(place).items():
            found[name] += share * count
    return found


def as_told(plan: Plan) -> Plan:
    """The plan with a router of fixed shares in place of each DNS server of which all callers see the same.

    Servers that tell callers from several places different things stay as they are, and so do those that may
    tell all of a caller one thing now and another later, since then it is never the mean that matters.
    """
    servers = [node for node in plan.nodes if node.router is not None and node.router.resolver]
    for node in servers:
        plan = _without(plan, node)
    return plan


def _without(plan: Plan, node: NodePlan) -> Plan:
    """The plan with a router in place of a server, where that is the same."""
    router = node.router
    resolver = None if router is None else router.resolver
    entering = [link for link in plan.links if link.target == node.id]
    if router is None or resolver is None or not entering or resolver.lookup.mean > 0.0:
        return plan
    leaving = [link for link in plan.links if link.source == node.id]
    told = _Told(plan, resolver, leaving)
    places = list(told.places.counts(link.id for link in entering))
    seen = [told.shares(place) for place in places]
    ways = [tuple(told.way(link, place) for link in leaving) for place in places]
    if any(each != seen[0] for each in seen) or any(each != ways[0] for each in ways):
        return plan
    splits = len([share for share in seen[0].values() if share > 0.0]) > 1
    callers = {node.id: node for node in plan.nodes}
    many = all(_are_many(callers[each.source]) for each in entering)
    lasting = resolver.policy != "anycast" and not many
    uneven = any(route.delays for link in leaving for route in link.routes)
    if (splits and lasting) or uneven:
        return plan
    weights = seen[0]
    links = tuple(
        _straight(link, weights[link.id], told.way(link, places[0]))
        if link.source == node.id
        else link
        for link in plan.links
    )
    checks = router.health
    if checks is not None:
        checks = replace(checks, convergence=0.0)
    plain = replace(router, picker="weighted", resolver=None, layer=7, health=checks)
    nodes = tuple(replace(node, router=plain) if each is node else each for each in plan.nodes)
    return replace(plan, nodes=nodes, links=links)


def _straight(link: LinkPlan, weight: float, away: float) -> LinkPlan:
    """A link with its share, and the way to its target."""
    delay = link.delay if away <= 0.0 else LawPlan(law="constant", mean=link.delay.mean + away)
    return replace(link, weight=weight, routes=(), delay=delay)


def _are_many(node: NodePlan) -> bool:
    """Whether many ask who are one node, each for itself."""
    traffic = node.traffic
    if traffic is None:
        return False
    return traffic.process == "sessions" or max(traffic.users, traffic.known_users) > 1


class _Told:
    """What a server tells those who ask from one place or another."""

    def __init__(self, plan: Plan, resolver: ResolverPlan, leaving: Sequence[LinkPlan]) -> None:
        self.places = Places(leaving)
        self._resolver = resolver
        self._leaving = leaving
        known = resolver.records
        self._records = [link for link in leaving if known is None or link.target in known]
        instances = {node.id: node.station.instances for node in plan.nodes}
        self._instances = {link.id: instances[link.target] for link in leaving}

    def shares(self, place: Place) -> Mapping[str, float]:
        """The share of each link among what is told to those in a place; those without a record have none."""
        found = dict.fromkeys((link.id for link in self._leaving), 0.0)
        if self._resolver.policy in _EVERYBODY:
            weighted = self._resolver.policy == "weighted"
            for link in self._records:
                found[link.id] = link.weight if weighted else float(self._instances[link.id])
        else:
            rows = max((self._rows(link, place) for link in self._records), default=1)
            for here in range(rows):
                ranks = {
                    link.id: self._ranks(number, link, place, here)
                    for number, link in enumerate(self._records)
                }
                best = min((rank for each in ranks.values() for rank in each), default=0.0)
                nearest = {name: each.count(best) for name, each in ranks.items()}
                all_nearest = sum(nearest.values())
                for name, count in nearest.items():
                    found[name] += count / all_nearest
        whole = sum(found.values())
        return {name: part / whole if whole > 0.0 else 0.0 for name, part in found.items()}

    def way(self, link: LinkPlan, place: Place) -> float:
        """How far (s, one way) the target of a link is from those in a place, beside its own delay."""
        route = self.places.route(link, place)
        return 0.0 if route is None else route.delay

    def _rows(self, link: LinkPlan, place: Place) -> int:
        """In how many places those lie who ask from one, being spread."""
        route = self.places.route(link, place)
        return 1 if route is None else len(route.rows)

    def _ranks(self, number: int, link: LinkPlan, place: Place, here: int) -> list[float]:
        """How good each instance of a record is for those who ask from a place; the least is best."""
        policy, instances = self._resolver.policy, self._instances[link.id]
        if policy == "failover":
            return [float(number)] * instances
        route = self.places.route(link, place)
        ways = ((0.0, 0),) if route is None else route.ways(here)
        found = []
        for index in range(instances):
            away, shared = ways[index % len(ways)]
            trip = 2.0 * (link.delay.mean + link.jitter + away)
            found.append(trip if policy != "geo" else trip - shared * _FURTHER)
        return found
