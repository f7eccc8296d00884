"""Distances of a design as the panel shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.distance_matrix import known_rows
from engine.model.names import frame_name, name_of
from engine.model.places import round_trip_table
from engine.model.round_trips import RoundTrips
from engine.model.trip_edits import trips_said
from widgets.distances.view import Distances, Place, Trip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.model.design import Design
    from engine.model.distance_matrix import Cell
    from engine.model.places import Place as Region


def distances_of(design: Design) -> Distances:
    """The frames of a design that are somewhere, and the round trips between them."""
    *_, found = finding(design)
    return found


def finding(design: Design) -> Iterator[Distances]:
    """The same step by step, since of many frames there are very many pairs: what is found so far; last, all.

    The first has what somebody has set.
    """
    places = RoundTrips(design).places
    frames = tuple(
        Place(id=each.id, title=frame_name(each), place=_where(places.get(each.id)))
        for each in design.frames
    )
    trips: dict[tuple[str, str], Trip] = {}
    for frame in design.frames:
        for other, seconds in trips_said(frame).items():
            if other in design.frame_by_id and seconds > 0.0 and (other, frame.id) not in trips:
                trips[frame.id, other] = Trip(seconds)
    found = Distances(frames, trips)
    yield found
    for row in known_rows(design):
        for (one, other), cell in row.items():
            if cell.seconds is not None and not {(one, other), (other, one)} & trips.keys():
                words = _known_from(design, places, (one, other), cell)
                trips[one, other] = Trip(cell.seconds, inherited=True, source=words)
        yield found


def _where(region: Region | None) -> str:
    """Where a frame is, in words."""
    return "" if region is None else f"{region}, {region.town}"


def _known_from(
    design: Design, places: Mapping[str, Region], pair: tuple[str, str], cell: Cell
) -> str:
    """Where a round trip is known from that nobody has set for these two frames."""
    one, other = cell.between or pair
    if cell.told == "typical":
        return f"as is usual inside {name_of(design, one)}"
    if cell.told == "table":
        here, there = places[one], places[other]
        table = round_trip_table(here.provider)
        when = "" if table is None else f" ({table.statistic}, {table.measured})"
        return f"as measured between {here} and {there}{when}"
    return f"as is said of {name_of(design, one)} and {name_of(design, other)}"
