"""What links mean, with the delay between the frames around their ends, and with the last mile, where they say none.

What DNS leads to is as far from its callers as they are from that: DNS itself is nowhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.model.spread import homes_of, spread_of
from engine.model.trust import is_denied
from engine.plan.lower import link_plan
from engine.plan.primitives import LawPlan, RoutePlan, SpacingPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.design import Design, Link, Node
    from engine.model.link import LinkConfig
    from engine.model.round_trips import RoundTrips
    from engine.plan.primitives import ClassPlan, LinkPlan

CLIENT: Final = "client"
_OF_USERS: Final = ("closed", "sessions", "active_users")
CDN: Final = "cdn"
DNS: Final = "dns"
"""The kind that tells the way and is no place on it."""


def lowered_link(
    link: Link,
    config: LinkConfig,
    classes: tuple[ClassPlan, ...],
    trips: RoundTrips,
    design: Design,
) -> LinkPlan:
    """A link as numbers. Where it has no delay or bandwidth of its own, half a round trip each way and the last mile."""
    plan, given = link_plan(link, config, classes), config.model_fields_set
    if _users_hold(config, design.node_by_id.get(link.source)) and plan.connection is not None:
        plan = replace(plan, connection=replace(plan.connection, per="user"))
    if is_denied(link, config, trips, design):
        plan = replace(plan, loss=1.0)
    mile = trips.last_mile(link.source)
    if _is_dns(design, link.source):
        plan = replace(plan, routes=tuple(_routes(link, trips, design, far="delay" not in given)))
    elif "delay" not in given:
        near = _is_dns(design, link.target)
        trip = 0.0 if near else trips.between(link.source, link.target) or 0.0
        trip += 0.0 if mile is None else mile.round_trip
        if trip > 0.0:
            plan = replace(plan, delay=LawPlan(law="constant", mean=trip / 2.0))
    if _is_cdn(design, link.target) and "picker" not in given:
        plan = replace(plan, anycast=True)
    plan = _spaced(plan, link, trips, design, told="delay" in given or _is_dns(design, link.source))
    if mile is not None and "bandwidth" not in given:
        plan = replace(plan, last_mile=mile.bandwidth)
    return plan


def _spaced(
    plan: LinkPlan, link: Link, trips: RoundTrips, design: Design, *, told: bool
) -> LinkPlan:
    """A link at one of whose ends the instances are spread over frames: its delay is then the mean of their ways.

    Args:
        plan: the link between the frames that its ends are drawn in.
        link: the link.
        trips: how far frames are from each other.
        design: what it is part of.
        told: whether the link says itself how long it takes, or leads away from DNS, which is nowhere.
    """
    source, target = design.node_by_id.get(link.source), design.node_by_id.get(link.target)
    if source is None or target is None or not (spread_of(source) or spread_of(target)):
        return plan
    near = told or _is_dns(design, link.target)
    rows = [[trips.around_frame(home) for home in homes_of(end)] for end in (source, target)]
    ways = [[0.0 if near else one_way(trips, here, there) for there in rows[1]] for here in rows[0]]
    mean = sum(map(sum, ways)) / (len(rows[0]) * len(rows[1]))
    zones = [[_zone(design, frames) for frames in side] for side in rows]
    spacing = SpacingPlan(
        delays=tuple(tuple(way - mean for way in row) for row in ways),
        crosses=tuple(tuple(here != there for there in zones[1]) for here in zones[0]),
    )
    plan = replace(plan, spacing=spacing)
    if near:
        return plan
    mile = trips.last_mile(link.source)
    access = 0.0 if mile is None else mile.round_trip / 2.0
    return replace(plan, delay=LawPlan(law="constant", mean=access + mean))


def one_way(trips: RoundTrips, here: tuple[str, ...], there: tuple[str, ...]) -> float:
    """Seconds from one place to another, by the frames around them."""
    trip = trips.along(here, there)
    return 0.0 if trip is None else trip.seconds / 2.0


def _zone(design: Design, frames: tuple[str, ...]) -> str | None:
    """The innermost zone among some frames, else the innermost region."""
    for kind in ("zone", "region"):
        for frame in frames:
            if design.frame_by_id[frame].kind == kind:
                return frame
    return None


def _users_hold(config: LinkConfig, source: Node | None) -> bool:
    """Whether each user holds connections of its own though nobody says so: there are users, and no limit for all."""
    held = config.connection
    if held is None or held.per != "auto" or held.max_connections is not None or source is None:
        return False
    return source.kind == CLIENT and tells_users_apart(source.config.get("arrivals"))


def tells_users_apart(arrivals: object) -> bool:
    """Whether a client with such arrivals knows of whom each request is."""
    if not isinstance(arrivals, dict):
        return False
    return arrivals.get("process") in _OF_USERS or arrivals.get("users") is not None


def dns_nodes(design: Design) -> set[str]:
    """The nodes that only tell the way."""
    return {node.id for node in design.nodes if node.kind == DNS}


def _is_dns(design: Design, name: str) -> bool:
    """Whether a node is DNS."""
    node = design.node_by_id.get(name)
    return node is not None and node.kind == DNS


def _is_cdn(design: Design, name: str) -> bool:
    """Whether a node has points of presence, of which the nearest is called."""
    node = design.node_by_id.get(name)
    return node is not None and node.kind == CDN


def _routes(link: Link, trips: RoundTrips, design: Design, *, far: bool) -> Iterator[RoutePlan]:
    """The way of the callers of DNS to the target of one of its links, by their places, if there are any frames."""
    if not design.frames:
        return
    target = design.node_by_id.get(link.target)
    if target is None:
        return
    there = [trips.around_frame(home) for home in homes_of(target)]
    for asking in trips.asking(link.source):
        here = [trips.around_frame(home) for home in asking.homes]
        delays = tuple(
            tuple(one_way(trips, one, other) if far else 0.0 for other in there) for one in here
        )
        near = tuple(tuple(len(set(one) & set(other)) for other in there) for one in here)
        ways, most = sum(delays, ()), max(sum(near, ()))
        mean = sum(ways) / len(ways)
        if len(ways) == 1:
            yield RoutePlan(links=asking.links, delay=mean, shared=most)
        else:
            yield RoutePlan(links=asking.links, delay=mean, shared=most, delays=delays, near=near)
