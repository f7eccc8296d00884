"""Risks of zones: all copies of something in one of them, and callers that pick by zone where there is none to pick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.checks.facts import risk
from engine.model.names import name_of
from engine.plan.zones import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.checks.facts import Facts
    from engine.model.findings import Finding
    from engine.plan.primitives import HomePlan, LinkPlan, NodePlan


def zone_risks(facts: Facts) -> Iterator[Finding]:
    """What zones do not help, or do not tell apart."""
    if not facts.plan.homes and all(node.router is None for node in facts.plan.nodes):
        return
    homes = {home.node: home for home in facts.plan.homes}
    for node in facts.plan.nodes:
        yield from _one_zone(facts, node, homes)
        yield from _no_zone(facts, node, homes)


def spills_over(facts: Facts, node: NodePlan) -> bool:
    """Whether what is too much for a node goes to others of another zone, which have room for it."""
    entering = facts.entering[node.id]
    routers = {link.source for link in entering if _by_zone(facts.nodes[link.source])}
    together = {link.target for name in routers for link in facts.leaving[name]}
    offered = sum(facts.demand.rate(each) for each in together)
    can = sum(facts.capacity[each].rate for each in together)
    return len(together) > 1 and offered <= can


def _by_zone(node: NodePlan) -> bool:
    """Whether a node sends calls on once all instances nearby are busy."""
    router = node.router
    if router is None or router.picker != "zone":
        return False
    return router.zone is None or router.zone.spill_over == "busy"


def _one_zone(facts: Facts, node: NodePlan, homes: dict[str, HomePlan]) -> Iterator[Finding]:
    """Several copies, all of which are lost with one zone or region, while whoever needs them is elsewhere."""
    many = node.station.instances > 1 or node.failover is not None
    if node.traffic is not None or not many or facts.demand.rate(node.id) <= 0.0:
        return
    kind = _kind(facts, homes.get(node.id, NOWHERE))
    if kind is None:
        return
    scope = _scope(homes, node.id, kind)
    entering = facts.entering[node.id]
    outside = [link for link in entering if _scope(homes, link.source, kind) != scope]
    if all(_has_another(facts, link, homes, kind) for link in outside):
        return
    copies = "standby" if node.failover is not None else f"{node.station.instances} instances"
    what = (
        f"{facts.name(node.id)} and its {copies}"
        if node.failover
        else f"All {copies} of {facts.name(node.id)}"
    )
    where = name_of(facts.reading.design, scope or "")
    message = (
        f"{what} lie in one {kind}, {where}, and are lost with it, while callers are elsewhere; have another node of "
        f"it in another {kind}, and a balancer before both"
    )
    yield risk(node.id, "one-zone", message, None)


def _kind(facts: Facts, home: HomePlan) -> str | None:
    """Whether a node could be in another zone, or in another region; None where it is in no such frame."""
    for kind, own in (("zone", home.zone), ("region", home.region)):
        if own is not None and sum(each.kind == kind for each in facts.reading.design.frames) > 1:
            return kind
    return None


def _scope(homes: dict[str, HomePlan], node: str, kind: str) -> str | None:
    """The zone or the region of a node."""
    home = homes.get(node, NOWHERE)
    return home.zone if kind == "zone" else home.region


def _has_another(facts: Facts, link: LinkPlan, homes: dict[str, HomePlan], kind: str) -> bool:
    """Whether the caller of a link has somewhere else to go: another target of a balancer, or a rescue."""
    chooses = facts.nodes[link.source].router is not None
    mine = _scope(homes, link.target, kind)
    return link.on_failure or any(
        (chooses or other.on_failure) and _scope(homes, other.target, kind) != mine
        for other in facts.leaving[link.source]
    )


def _no_zone(facts: Facts, node: NodePlan, homes: dict[str, HomePlan]) -> Iterator[Finding]:
    """A caller that picks by zone and lies in none, or all of whose targets lie in one."""
    if node.router is None or node.router.picker != "zone":
        return
    name = facts.name(node.id)
    there = [homes.get(link.target, NOWHERE) for link in facts.leaving[node.id]]
    targets = {place.name for home in there for place in home.places or (home,)}
    if homes.get(node.id, NOWHERE).name is None:
        message = f"{name} picks by zone and lies in none: all are as near; draw it into a zone or a region"
    elif len(targets) == 1:
        message = f"{name} picks by zone, and all that it calls lies in one: have a node of it in each zone"
    else:
        return
    yield risk(node.id, "no-zone", message, "picker")
