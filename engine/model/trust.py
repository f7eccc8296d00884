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
_DNS: Final = "dns"
"""Tells the way and is no place on it: whoever asks it crosses the boundary."""


def is_denied(link: Link, config: LinkConfig, trips: RoundTrips, design: Design) -> bool:
    """Whether nothing gets over a link: it is not allowed, or not on the allow-list of a zone."""
    if config.allowed != "auto":
        return not config.allowed
    return bool(zones_entered(link, trips, design))


def zones_entered(link: Link, trips: RoundTrips, design: Design) -> tuple[str, ...]:
    """The zones with a boundary that a link leads into from outside, the innermost first.

    Nothing where it leads into none for some instances at its ends, which may lie in several frames.
    """
    target = design.node_by_id.get(link.target)
    if not any(trips.trust.values()) or target is None or target.kind == _DNS:
        return ()
    there = [trips.around_frame(home) for home in homes_of(target)]
    found: tuple[str, ...] = ()
    for here in _callers(link, trips, design):
        for around in there:
            found = tuple(
                each
                for each in around
                if trips.trust.get(each, OUTSIDE) > OUTSIDE and each not in here
            )
            if not found:
                return ()
    return found


def trust_of(node: str, trips: RoundTrips, design: Design) -> int:
    """How far a node is trusted: as the innermost zone around it says."""
    found = design.node_by_id.get(node)
    around = trips.around_frame(None if found is None else found.frame)
    return next((trips.trust[each] for each in around if each in trips.trust), OUTSIDE)


def _callers(link: Link, trips: RoundTrips, design: Design) -> Iterator[tuple[str, ...]]:
    """The frames around each place from which calls go over a link: where DNS tells the way, those who can ask it."""
    source = design.node_by_id.get(link.source)
    if source is None:
        return
    if source.kind != _DNS:
        yield from (trips.around_frame(home) for home in homes_of(source))
        return
    for asking in design.links:
        if asking.target != source.id or asking.config.get("allowed") is False:
            continue
        caller = design.node_by_id.get(asking.source)
        if caller is not None:
            yield from (trips.around_frame(home) for home in homes_of(caller))
