"""Distances of a design as the panel shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.distance_matrix import distance_matrix
from engine.model.names import frame_name, name_of
from engine.model.places import round_trip_table
from engine.model.trip_edits import trips_said
from widgets.distances.view import Distances, Place, Trip

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.model.distance_matrix import Cell, DistanceMatrix
    from engine.model.places import Place as Region


def distances_of(design: Design) -> Distances:
    """The frames of a design that are somewhere, and the round trips between them."""
    matrix = distance_matrix(design)
    frames = tuple(
        Place(id=each.id, title=frame_name(each), place=_where(matrix.places.get(each.id)))
        for each in design.frames
    )
    trips: dict[tuple[str, str], Trip] = {}
    for frame in design.frames:
        for other, seconds in trips_said(frame).items():
            if other in design.frame_by_id and seconds > 0.0 and (other, frame.id) not in trips:
                trips[frame.id, other] = Trip(seconds)
    for (one, other), cell in matrix.cells.items():
        if cell.seconds is not None and not {(one, other), (other, one)} & trips.keys():
            words = _known_from(design, matrix, (one, other), cell)
            trips[one, other] = Trip(cell.seconds, inherited=True, source=words)
    return Distances(frames, trips)


def _where(region: Region | None) -> str:
    """Where a frame is, in words."""
    return "" if region is None else f"{region}, {region.town}"


def _known_from(design: Design, matrix: DistanceMatrix, pair: tuple[str, str], cell: Cell) -> str:
    """Where a round trip is known from that nobody has set for these two frames."""
    one, other = cell.between or pair
    if cell.told == "typical":
        return f"as is usual inside {name_of(design, one)}"
    if cell.told == "table":
        here, there = matrix.places[one], matrix.places[other]
        table = round_trip_table(here.provider)
        when = "" if table is None else f" ({table.statistic}, {table.measured})"
        return f"as measured between {here} and {there}{when}"
    return f"as is said of {name_of(design, one)} and {name_of(design, other)}"
