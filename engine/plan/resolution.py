"""What DNS answers while all is well: which share of its callers goes where, and how far that is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.plan.primitives import LawPlan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    for asking in [link.id for link in plan.links if link.target == node.id]:
        for name, share in _shares(plan, resolver, leaving, asking).items():
            found[name] += share
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
    seen = [_shares(plan, resolver, leaving, link.id) for link in entering]
    ways = [tuple(_way(link, each.id) for link in leaving) for each in entering]
    if any(each != seen[0] for each in seen) or any(each != ways[0] for each in ways):
        return plan
    splits = len([share for share in seen[0].values() if share > 0.0]) > 1
    lasting = resolver.policy != "anycast" and not all(_are_many(plan, each) for each in entering)
    uneven = any(route.delays for link in leaving for route in link.routes)
    if (splits and lasting) or uneven:
        return plan
    weights = seen[0]
    links = tuple(
        _straight(link, weights[link.id], _way(link, entering[0].id)) if link in leaving else link
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


def _are_many(plan: Plan, asking: LinkPlan) -> bool:
    """Whether many ask over a link, each for itself."""
    traffic = next(each.traffic for each in plan.nodes if each.id == asking.source)
    if traffic is None:
        return False
    return traffic.process == "sessions" or max(traffic.users, traffic.known_users) > 1


def _shares(
    plan: Plan, resolver: ResolverPlan, leaving: Sequence[LinkPlan], asking: str
) -> Mapping[str, float]:
    """The share of each link among what is told to those who ask over one; those without a record have none."""
    found = dict.fromkeys((link.id for link in leaving), 0.0)
    records = [
        link for link in leaving if resolver.records is None or link.target in resolver.records
    ]
    stations = {node.id: node.station for node in plan.nodes}
    if resolver.policy in _EVERYBODY:
        for link in records:
            weighted = resolver.policy == "weighted"
            found[link.id] = link.weight if weighted else float(stations[link.target].instances)
    else:
        for here in range(max((_places(link, asking) for link in records), default=1)):
            ranks = {
                link.id: _ranks(
                    resolver.policy, place, link, asking, here, stations[link.target].instances
                )
                for place, link in enumerate(records)
            }
            best = min((rank for each in ranks.values() for rank in each), default=0.0)
            nearest = {name: each.count(best) for name, each in ranks.items()}
            for name, count in nearest.items():
                found[name] += count / sum(nearest.values())
    whole = sum(found.values())
    return {name: part / whole if whole > 0.0 else 0.0 for name, part in found.items()}


def _ranks(
    policy: str, place: int, link: LinkPlan, asking: str, here: int, instances: int
) -> list[float]:
    """How good each instance of a record is for those in one place who ask over a link; the least is best."""
    if policy == "failover":
        return [float(place)] * instances
    route = next((each for each in link.routes if each.link == asking), None)
    ways = ((0.0, 0),) if route is None else route.ways(here)
    found = []
    for index in range(instances):
        away, shared = ways[index % len(ways)]
        trip = 2.0 * (link.delay.mean + link.jitter + away)
        found.append(trip if policy != "geo" else trip - shared * _FURTHER)
    return found


def _places(link: LinkPlan, asking: str) -> int:
    """In how many places those lie who ask over a link."""
    return next((len(each.rows) for each in link.routes if each.link == asking), 1)


def _way(link: LinkPlan, asking: str) -> float:
    """How far (s, one way) the target of a link is from those who ask over another, beside its own delay."""
    return next((each.delay for each in link.routes if each.link == asking), 0.0)
