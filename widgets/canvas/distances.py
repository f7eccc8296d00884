"""What a link takes from around it: round trip and boundary of the frames of its ends, the last mile of its caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.names import name_of
from engine.model.places import round_trip_table
from widgets.canvas.pill import Pill
from widgets.canvas.wording import short_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.design import Design, Link
    from engine.model.round_trips import RoundTrip, RoundTrips

_DNS: Final = "dns"
_SHUT: Final = Pill("auth", "not allowed", "failing")
_LET_IN: Final = Pill("auth", "allowed")
_SHORT: Final = 0.001
"""Seconds below which a round trip is not worth a sign: what lies in one zone."""


def distance_pills(link: Link, design: Design, trips: RoundTrips) -> tuple[Pill, ...]:
    """The sign of a round trip that a link has not from itself; none where it has a delay of its own."""
    if "delay" in link.config:
        return ()
    trip, mile = _trip(link, design, trips), trips.last_mile(link.source)
    whole = (trip.seconds if trip is not None else 0.0) + (
        mile.round_trip if mile is not None else 0.0
    )
    return (Pill("distance", short_time(whole)),) if whole >= _SHORT else ()


def distance_rows(link: Link, design: Design, trips: RoundTrips) -> Iterator[tuple[str, str]]:
    """From where a link has what it does not say itself, as rows of a tooltip."""
    mile = trips.last_mile(link.source)
    if "delay" not in link.config:
        found = _trip(link, design, trips)
        if found is not None:
            yield "Round trip", f"{short_time(found.seconds)} {_told(found, design, trips)}"
        if mile is not None:
            name = name_of(design, link.source)
            yield "Last mile", f"{short_time(mile.round_trip)} there and back, of {name}"
    if mile is not None and "bandwidth" not in link.config:
        yield "Last mile, each", f"{mile.bandwidth * 8 / 1e6:g} Mb/s"


def boundary_pills(link: Link, design: Design, trips: RoundTrips) -> tuple[Pill, ...]:
    """Whether a link is allowed, where that matters: it is not, or it leads into a zone with a boundary."""
    allowed = link.config.get("allowed", "auto")
    said = isinstance(allowed, bool)  # no or yes
    if said and not allowed:
        return (_SHUT,)
    if not _zones(link, design, trips):
        return ()
    return (_LET_IN,) if said else (_SHUT,)


def boundary_rows(link: Link, design: Design, trips: RoundTrips) -> Iterator[tuple[str, str]]:
    """The zones whose boundary a link crosses from outside, as rows of a tooltip."""
    for zone in _zones(link, design, trips):
        yield "Leads into", f"{name_of(design, zone)}, trust {trips.trust[zone]}"


def _zones(link: Link, design: Design, trips: RoundTrips) -> tuple[str, ...]:
    """The zones with a boundary that a link leads into from outside."""
    if not any(trips.trust.values()):
        return ()
    from engine.model.trust import zones_entered  # noqa: PLC0415 - few designs have zones

    return zones_entered(link, trips, design)


def _trip(link: Link, design: Design, trips: RoundTrips) -> RoundTrip | None:
    """The round trip between the ends of a link. DNS tells the way and is no place on it."""
    kinds = {
        node.kind for end in (link.source, link.target) if (node := design.node_by_id.get(end))
    }
    return None if _DNS in kinds else trips.find(link.source, link.target)


def _told(trip: RoundTrip, design: Design, trips: RoundTrips) -> str:
    """Who says a round trip, and of which frames."""
    one, other = (name_of(design, each) for each in trip.frames)
    if trip.origin == "typical":
        return f"usual inside {one}"
    if trip.origin == "table":
        here, there = (trips.places[each] for each in trip.frames)
        table = round_trip_table(here.provider)
        when = "" if table is None else f", {table.measured}"
        return f"between {here} and {there}{when}"
    return f"set between {one} and {other}"
