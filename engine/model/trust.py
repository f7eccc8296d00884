"""Trust zones: frames with a trust level, and which links they let in.

A link leads into a zone where its target lies inside and its caller does not. The zone lets in those that are
allowed, and no others (default deny). What lies inside goes out as it likes, unless that leads into another zone:
so one more zone, whatever its level and wherever it is drawn, never opens a way that was shut before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.spread import homes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.design import Design, Link
    from engine.model.link import LinkConfig
    from engine.model.round_trips import RoundTrips

OUTSIDE: Final = 0
"""Trust level of what lies in no zone, and of zones into which everybody may come."""
Caller = tuple[str, str | None]
"""A node, and the frame of one of its places."""
DNS: Final = "dns"
"""Tells the way and is no place on it: whoever asks it crosses the boundary."""


def is_denied(link: Link, config: LinkConfig, trips: RoundTrips, design: Design) -> bool:
    """Whether nothing gets over a link: it is not allowed, or not on the allow-list of a zone."""
    if config.allowed != "auto":
        return not config.allowed
    return bool(zones_entered(link, trips, design))


def zones_entered(link: Link, trips: RoundTrips, design: Design) -> tuple[str, ...]:
    """The zones with a boundary that a link leads into from outside, the innermost first.

    Nothing where it leads into none for some instances at its ends, which may lie in several frames, or for some who
    ask DNS: a link is open to all of its callers or to none.
    """
    found: tuple[str, ...] = ()
    for _, zones in entries(link, trips, design):
        if not zones:
            return ()
        found = zones
    return found


def entries(
    link: Link, trips: RoundTrips, design: Design
) -> Iterator[tuple[Caller, tuple[str, ...]]]:
    """The zones with a boundary that a link leads into from outside, the innermost first, for each who calls over it.

    Yields:
        Who calls from which frame to a place of the target, and the zones.
    """
    target = design.node_by_id.get(link.target)
    if not any(trips.trust.values()) or target is None or target.kind == DNS:
        return
    there = [trips.around_frame(home) for home in dict.fromkeys(homes_of(target))]
    for caller in _callers(link, trips, design):
        here = trips.around_frame(caller[1])
        for around in there:
            yield (
                caller,
                tuple(
                    each
                    for each in around
                    if trips.trust.get(each, OUTSIDE) > OUTSIDE and each not in here
                ),
            )


def trust_of(node: str, trips: RoundTrips, design: Design) -> int:
    """How far a node is trusted: as the innermost zone around it says."""
    found = design.node_by_id.get(node)
    around = trips.around_frame(None if found is None else found.frame)
    return next((trips.trust[each] for each in around if each in trips.trust), OUTSIDE)


def _callers(link: Link, trips: RoundTrips, design: Design) -> Iterator[Caller]:
    """Who calls over a link, one of each place: where DNS tells the way, those who can ask it."""
    source = design.node_by_id.get(link.source)
    if source is None:
        return
    if source.kind != DNS:
        yield from ((source.id, home) for home in dict.fromkeys(homes_of(source)))
        return
    for asking in trips.asking(source.id):
        for caller in asking.admitted[:1]:
            yield from ((caller, home) for home in dict.fromkeys(asking.homes))
