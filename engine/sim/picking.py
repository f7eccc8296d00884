"""Gives links their endpoints, and callers their pickers among them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.model.balancing import Hash, Shuffle, Zone
from engine.plan.primitives import RouterPlan
from engine.sim.body import padded
from engine.sim.choosing import Choosing, Manner
from engine.sim.lane.balancing.ewma import LatencyWatch
from engine.sim.lane.call import Endpoint
from engine.sim.lane.node import Node
from engine.sim.lane.replication.records import READS, WRITES
from engine.sim.lane.replication.role import LeaderGate
from engine.sim.rings import pick_by_ring
from engine.sim.zoning import Zoning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.plan.primitives import LinkPlan, Plan
    from engine.sim.lane.seams import Picker
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup


def manners(plan: RouterPlan | LinkPlan, whole: Plan, kinds: int) -> list[Manner]:
    """How a caller chooses, by class; for classes that are gone as for the last."""
    manner = Manner(plan.picker, plan.hash or Hash(), plan.shuffle or Shuffle(), Zone())
    if isinstance(plan, RouterPlan):
        manner = replace(
            manner,
            affinity=plan.affinity,
            layer=plan.layer,
            slow_start=plan.slow_start,
            zone=plan.zone or Zone(),
        )
    ranged = manner.picker == "hash" and manner.hashed.map == "range" and manner.hashed.by == "key"
    found = [replace(manner, keys=kind.keys.count) if ranged else manner for kind in whole.classes]
    return found + found[-1:] * (kinds - len(found))


def hear_latencies(links: Iterable[LinkPart], choosing: Choosing) -> None:
    """Let a caller hear how long calls over its links take, where it wants to know."""
    for link in links:
        for rule in link.link.rules:
            if isinstance(rule, LatencyWatch):
                rule.latencies = choosing.latencies


def join(part: LinkPart, target: NodePart) -> None:
    """Have an endpoint for each instance of the target."""
    link, pools = part.link, target.node.pools
    link.target = target.node
    known = {id(endpoint.pool): endpoint for endpoint in link.endpoints}
    weight = part.plan.weight / len(pools)
    endpoints = [known.get(id(pool)) or Endpoint(link, pool, weight) for pool in pools]
    for endpoint in endpoints:
        endpoint.weight = weight
    link.endpoints = endpoints


def pick_for(part: LinkPart, setup: Setup) -> None:
    """Give a link pickers of its own over its endpoints."""
    link, before = part.link, part.link.pickers
    if pick_by_ring(part, setup):
        part.choosing = None
        return
    choosing = part.choosing = part.choosing or Choosing(part.plan.id, setup)
    ways = manners(part.plan, setup.plan, setup.kinds)
    if part.plan.picker == "zone":
        zoning = Zoning(setup.plan, part.plan.source)
        ways = [zoning.manner(each, [part]) for each in ways]
    if part.plan.anycast:
        plain = [choosing.nearest(link.endpoints, _distances(part))] * len(ways)
    else:
        plain = [choosing.picker(each, link.endpoints) for each in ways]
    among = [link.endpoints] * len(ways)
    writes = writing(setup)
    if part.plan.kind is not None:
        writes = [writes[part.plan.kind]] * len(ways)
    link.pickers = by_role(plain, among, choosing, writes)
    link.sole = _sole(part)
    link.shared = False
    link.spare = None
    choosing.keep([*plain, *link.pickers])
    choosing.spread.follow(link.endpoints, before, link.pickers)
    hear_latencies([part], choosing)


def writing(setup: Setup) -> list[bool]:
    """Whether requests of each class write."""
    return padded([kind.write for kind in setup.plan.classes], setup.kinds)


def by_role(
    pickers: list[Picker], among: list[list[Endpoint]], choosing: Choosing, writes: list[bool]
) -> list[Picker]:
    """Pickers, one a class, that know which instances lead and which follow, where some do.

    Who does is another matter from time to time: of two leaders both take all there is, until one follows again.
    """
    return [
        choosing.by_role(picker, some, writes=write) if any(map(_has_role, some)) else picker
        for picker, some, write in zip(pickers, among, writes, strict=True)
    ]


def _has_role(endpoint: Endpoint) -> bool:
    """Whether an instance leads or follows others, or does not take all sorts of requests."""
    site = endpoint.pool.site
    if endpoint.pool.takes != READS | WRITES:
        return True
    if not isinstance(site, Node) or len(site.pools) < 2:
        return False
    return any(isinstance(gate, LeaderGate) for gate in site.gates)


def _distances(part: LinkPart) -> list[list[float]]:
    """How far the endpoints of a link are (s) from each place of its caller's instances."""
    spacing = part.plan.spacing
    places = [int(endpoint.pool.index) for endpoint in part.link.endpoints]
    if spacing is None:
        return [[0.0] * len(places)]
    return [[row[place % len(row)] for place in places] for row in spacing.delays]


def _sole(part: LinkPart) -> Endpoint | None:
    """The only instance that a link leads to, where picking it neither counts nor draws."""
    endpoints = part.link.endpoints
    sure = part.plan.picker in ("round_robin", "least_connections")
    return endpoints[0] if sure and len(endpoints) == 1 else None
