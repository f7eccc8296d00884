"""DNS: what it answers to whom, how far away that is, and what is counted of look-ups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.model.limits import MAX_NESTING
from engine.plan.asking import Places
from engine.sim.body import Counters, Values, ratio
from engine.sim.choosing import Choosing
from engine.sim.lane.balancing.answers import AnswerCache, Answers, Resolution
from engine.sim.lane.balancing.sticky import PerConnection
from engine.sim.lane.network.origins import Origins, Route
from engine.sim.lane.roles.resolver import Resolver
from engine.sim.picking import manners
from engine.sim.primitives.adapter import RoleAdapter
from engine.sim.samplers import make_sampler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.asking import Place
    from engine.plan.primitives import NodePlan, ResolverPlan, RoutePlan
    from engine.sim.choosing import Manner
    from engine.sim.lane.call import CallPath
    from engine.sim.lane.node import Node
    from engine.sim.lane.seams import Picker
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup

_ELSEWHERE: Final = 1e9
"""Rank (s) of a frame further out: more than any round trip."""


class ResolverAdapter(RoleAdapter[Resolver]):
    """Where to go, asked once in a while."""

    name = "resolver"

    def applies(self, plan: NodePlan) -> bool:
        """A plan with a router that only tells the way."""
        return plan.router is not None and plan.router.resolver is not None

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> Resolver:
        """Without anybody to send to yet."""
        ages = setup.streams.uniform(plan.id, "answer ages")
        return Resolver(node, Resolution(setup.agenda, ages, node.errors))

    def tune(self, role: Resolver, part: NodePart, setup: Setup) -> None:
        """Turn the knobs of look-ups."""
        plan = _resolver(part)
        resolution = role.resolution
        resolution.ttl = plan.ttl
        resolution.stretched, resolution.stretch = plan.stretched, plan.stretch
        role.patience = plan.patience
        law = make_sampler(plan.lookup, setup.streams, part.plan.id, "look-up")
        role.lookup = None if law.fixed == 0.0 else law

    def wire(self, role: Resolver, part: NodePart, leaving: list[LinkPart], setup: Setup) -> None:
        """Know the records of each class, who is how far from them, and what everybody was told."""
        router = part.plan.router
        if router is None:
            return
        choosing = part.choosing = part.choosing or Choosing(part.plan.id, setup)
        role.endpoints = [each for link in leaving for each in link.link.endpoints]
        # Connections are bound once, in front of whatever answers.
        ways = [replace(way, layer=7) for way in manners(router, setup.plan, setup.kinds)]
        records = _records(role, part, leaving)
        inner = [_policy(part, records, kind, way) for kind, way in enumerate(ways)]
        _tell(role, part, leaving, inner)
        _share(role, choosing, leaving, inner, ways[0])
        for link in leaving:
            _measure_ways(link, part)

    def counters(self, body: Resolver, now: float) -> Counters:
        """Requests, those with an answer, look-ups, those that failed, and requests sent to the dead."""
        resolution = body.resolution
        counts = (resolution.hits, resolution.lookups, resolution.failed)
        return (float(body.requests), *map(float, counts), float(body.dead + resolution.gone))

    def extra(self, body: Resolver, since: Sequence[float], span: float, now: float) -> Values:
        """What went to dead addresses, and how often anybody asked."""
        requests, hits, lookups, failed, dead = since
        found = {"on_dead_share": ratio(dead, requests)}
        if body.answers:
            found |= {
                "resolutions": ratio(lookups, span),
                "cached_share": ratio(hits, hits + lookups),
                "failed_resolutions": failed,
            }
        return found


def _resolver(part: NodePart) -> ResolverPlan:
    """What a DNS server is told to do."""
    router = part.plan.router
    if router is None or router.resolver is None:
        raise TypeError(part.plan.id)
    return router.resolver


def _records(role: Resolver, part: NodePart, leaving: list[LinkPart]) -> list[LinkPart]:
    """The links for which there are records."""
    plan = _resolver(part)
    if plan.records is None:
        found = leaving
    else:
        found = [link for link in leaving if link.plan.target in plan.records]
    if not found and plan.keeps_last:
        found = [link for link in leaving if link.plan.id in role.records]
    role.records = [link.plan.id for link in found]
    return found


def _policy(part: NodePart, records: list[LinkPart], kind: int, way: Manner) -> Picker:
    """What chooses the answer for a class."""
    choosing = part.choosing
    if choosing is None:
        raise TypeError(part.plan.id)
    policy = _resolver(part).policy
    taken = [link for link in records if link.link.accepts[kind]]
    among = [each for link in taken for each in link.link.endpoints]
    if policy in ("round_robin", "weighted"):
        return choosing.picker(way, among)
    if policy == "failover":
        usual = [float(place) for place, link in enumerate(taken) for _ in link.link.endpoints]
        return choosing.ranked(among, usual, {})
    usual = [far for link in taken for far in _distances(link, None, 0, policy)]
    places = Places([link.plan for link in taken])
    rows: dict[Place, list[list[float]]] = {}
    ranks: dict[CallPath, list[list[float]]] = {}
    for asking in part.entering:
        place = places.of(asking.plan.id)
        if place not in rows:
            rows[place] = _rows_from(places, place, taken, policy)
        ranks[asking.link] = [list(row) for row in rows[place]]
    return choosing.ranked(among, usual, ranks)


def _rows_from(
    places: Places, place: Place, taken: list[LinkPart], policy: str
) -> list[list[float]]:
    """How far each instance is from those who ask from a place, a row for each place that they are spread over."""
    routes = [places.route(link.plan, place) for link in taken]
    count = max((1 if route is None else len(route.rows) for route in routes), default=1)
    return [
        [
            far
            for link, route in zip(taken, routes, strict=True)
            for far in _distances(link, route, here, policy)
        ]
        for here in range(count)
    ]


def _distances(link: LinkPart, route: RoutePlan | None, here: int, policy: str) -> list[float]:
    """How far (s, there and back) each instance of a link's target is from those in a place who take a route there."""
    plan = link.plan
    ways = ((0.0, 0),) if route is None else route.ways(here)
    found = []
    for endpoint in link.link.endpoints:
        away, shared = ways[int(endpoint.pool.index) % len(ways)]
        trip = 2.0 * (plan.delay.mean + plan.jitter + away)
        found.append(trip if policy != "geo" else (MAX_NESTING - shared) * _ELSEWHERE + trip)
    return found


def _tell(role: Resolver, part: NodePart, leaving: list[LinkPart], inner: list[Picker]) -> None:
    """Have everybody keep what they were told; with anycast there is nothing to keep."""
    if _resolver(part).policy == "anycast":
        role.answers, role.connected, role.pickers = [], [], inner
        return
    reachable = dict.fromkeys(role.endpoints)
    role.answers, role.connected = [], []
    names = [
        [link.plan.id for link in leaving if link.link.accepts[kind]]
        for kind, _ in enumerate(inner)
    ]
    while len(role.caches) < len(inner):
        role.caches.append(AnswerCache())
    for kind, picker in enumerate(inner):
        cache = role.caches[names.index(names[kind])]  # classes with the same records ask once
        answers = Answers(role.endpoints, picker, cache, role.resolution, reachable)
        role.answers.append(answers)
        role.connected.append(PerConnection(role.endpoints, answers))
    role.pickers = list(role.connected)


def _share(
    role: Resolver,
    choosing: Choosing,
    leaving: list[LinkPart],
    inner: list[Picker],
    way: Manner,
) -> None:
    """Have the links ask as well when they try again; alone they pick among their own instances."""
    spares = []
    for link in leaving:
        spare = choosing.picker(way, link.link.endpoints)
        spares.append(spare)
        link.link.pickers, link.link.spare = role.pickers, spare
        link.link.sole = None
        link.link.shared = True
    choosing.keep([*inner, *spares])


def _measure_ways(link: LinkPart, part: NodePart) -> None:
    """Have calls over a link take the way from where each comes."""
    lane, plan = link.link, link.plan
    delays = {name: each.rows for each in plan.routes for name in each.links}
    network = lane.network
    if delays:
        origins = network if isinstance(network, Origins) else Origins(lane, network)
        origins.routes = {
            asking.link: _rows(origins.routes.get(asking.link, []), delays[asking.plan.id])
            for asking in part.entering
            if asking.plan.id in delays
        }
        if origins.under is not None:
            origins.handshake, origins.passes = origins.under.handshake, origins.under.passes
        lane.network = origins
    elif isinstance(network, Origins):
        lane.network = network.under
    mean = sum(each.delay * len(each.links) for each in plan.routes) / max(1, len(delays))
    lane.usual = plan.delay.mean + plan.jitter + mean
    lane.settle_delay()


def _rows(had: list[list[Route]], delays: tuple[tuple[float, ...], ...]) -> list[list[Route]]:
    """The ways between places: what faults have done to them stays while there are as many."""
    same = [len(row) for row in had] == [len(row) for row in delays]
    rows = had if same else [[Route() for _ in row] for row in delays]
    for routes, ways in zip(rows, delays, strict=True):
        for route, way in zip(routes, ways, strict=True):
            route.delay = way
    return rows
