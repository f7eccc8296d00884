"""The edits that say how far two frames are from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.edits import UNSET, CompoundEdit, SetField
from engine.model.frame import FrameConfig
from engine.model.quantities import as_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Design, Frame

_LABEL: Final = "Set the round trip"


def trip_edit(design: Design, one: str, other: str, seconds: float | None) -> SetField:
    """The edit that has two frames so far from each other; None: nothing is said of it.

    One of the two says it, the one that does so by now, or else the first.
    """
    holder, far = one, other
    if far not in _numbers(design, holder) and one in _numbers(design, other):
        holder, far = other, one
    return SetField(
        holder, ("config", "round_trip", far), UNSET if seconds is None else seconds, _LABEL
    )


def trips_edit(design: Design, frame: str, trips: Mapping[str, float]) -> CompoundEdit:
    """The edit that has one frame so far from others (s), and says nothing of those left out.

    What other frames say of this one counts as said here: it is changed where it is written.
    """
    before = trips_between(design, frame)
    edits = [
        trip_edit(design, frame, other, trips.get(other))
        for other in {**before, **trips}
        if before.get(other) != trips.get(other)
    ]
    return CompoundEdit.of(edits, _LABEL)


def trips_between(design: Design, frame: str) -> dict[str, float]:
    """The round trips between a frame and others that one of the two says (s), by the other's id."""
    told = {
        other.id: trips[frame] for other in design.frames if frame in (trips := trips_said(other))
    }
    return {**told, **_numbers(design, frame)}


def trips_said(frame: Frame) -> dict[str, float]:
    """The round trips that a frame says itself, as far as they are numbers (s)."""
    said = as_numbers(FrameConfig, dict(frame.config)).get("round_trip")
    if not isinstance(said, dict):
        return {}
    return {name: float(n) for name, n in said.items() if isinstance(n, int | float)}


def _numbers(design: Design, frame: str) -> dict[str, float]:
    """What a frame of the design says; nothing of one that is not there."""
    found = design.frame_by_id.get(frame)
    return {} if found is None else trips_said(found)
