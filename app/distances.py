"""Distances of a design as the panel shows them, and the edit that changes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.edits import UNSET, SetField
from widgets.distances.view import Distances, Place, Trip

if TYPE_CHECKING:
    from engine.model.design import Design, Frame


def distances_of(design: Design) -> Distances:
    """The frames of a design that are somewhere, and the round trips between them."""
    frames = tuple(Place(id=each.id, title=each.name or each.id) for each in design.frames)
    trips: dict[tuple[str, str], Trip] = {}
    for frame in design.frames:
        for other, seconds in _said(frame).items():
            if other in design.frame_by_id and seconds > 0.0 and (other, frame.id) not in trips:
                trips[frame.id, other] = Trip(seconds)
    return Distances(frames, trips)


def trip_edit(design: Design, one: str, other: str, seconds: float | None) -> SetField:
    """The edit that has two frames so far from each other; None: nothing is said of it.

    One of the two says it, the one that does so by now, or else the first.
    """
    holder, far = one, other
    if far not in _said(design.frame_by_id[holder]) and one in _said(design.frame_by_id[other]):
        holder, far = other, one
    return SetField(
        holder,
        ("config", "round_trip", far),
        UNSET if seconds is None else seconds,
        "Set the round trip",
    )


def _said(frame: Frame) -> dict[str, float]:
    """The round trips that a frame says, as far as they are numbers."""
    said = frame.config.get("round_trip")
    if not isinstance(said, dict):
        return {}
    return {name: float(n) for name, n in said.items() if isinstance(n, int | float)}
