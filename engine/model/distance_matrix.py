"""The round trips between the frames of a design as a table: what a person fills in, and what follows by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from engine.model.round_trips import RoundTrips
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.model.design import Design
    from engine.model.places import Place

Told = Literal["explicit", "inherited", "table", "typical", "unknown"]
"""Who says a cell: one of the two frames itself, frames around them, a provider's table, what is usual inside a
frame around both, or nobody."""
_KINDS: Final = ("region", "zone")
"""Kinds of frames that are somewhere, whatever else they say."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How far two frames are from each other."""

    seconds: float | None
    """There and back; None where nobody says."""
    told: Told
    between: tuple[str, str] | None = None
    """The frames of which it is said, where these are others; twice the same where it is said of the inside of one."""


@dataclass(frozen=True, slots=True)
class DistanceMatrix:
    """Frames, and how far each is from each."""

    frames: tuple[str, ...]
    """Those that take part, in the order of the design."""
    cells: Mapping[tuple[str, str], Cell]
    """By both frames, in either order. No cell where one of the two holds the other."""
    places: Mapping[str, Place]
    """Of the frames that name one."""


def distance_matrix(design: Design) -> DistanceMatrix:
    """The round trips between all frames that are somewhere.

    These are regions and zones, and frames of any kind that name a place, say a round trip, or are named in one.
    """
    trips = RoundTrips(design)
    around = {frame.id: trips.around_frame(frame.id) for frame in design.frames}
    frames = tuple(_taking_part(design, trips))
    cells = {
        (one, other): _cell(trips, around[one], around[other])
        for one in frames
        for other in frames
        if one not in around[other] and other not in around[one]
    }
    return DistanceMatrix(frames, cells, trips.places)


def known_rows(design: Design) -> Iterator[dict[tuple[str, str], Cell]]:
    """The cells of which somebody says something, once a pair: those of one frame after the other.

    Of two frames around which nobody says anything nothing is looked up: there are many pairs.
    """
    trips = RoundTrips(design)
    speaking = trips.speaking()
    around = {frame.id: trips.around_frame(frame.id) for frame in design.frames}
    frames = [each for each in _taking_part(design, trips) if not speaking.isdisjoint(around[each])]
    for place, one in enumerate(frames):
        row = {
            (one, other): _cell(trips, around[one], around[other])
            for other in frames[place + 1 :]
            if one not in around[other] and other not in around[one]
        }
        yield {pair: cell for pair, cell in row.items() if cell.seconds is not None}


def distances_from(design: Design, frame: str) -> dict[str, Cell]:
    """How far one frame is from each of the others, of any kind; nothing of those around it and inside it."""
    trips = RoundTrips(design)
    here = trips.around_frame(frame)
    around = {other.id: trips.around_frame(other.id) for other in design.frames}
    return {
        other: _cell(trips, here, there)
        for other, there in around.items()
        if other not in here and frame not in there
    }


def _taking_part(design: Design, trips: RoundTrips) -> Iterator[str]:
    """The frames that are somewhere."""
    named = trips.named()
    for frame in design.frames:
        if frame.kind in _KINDS or frame.id in trips.places or frame.id in named:
            yield frame.id


def _cell(trips: RoundTrips, here: tuple[str, ...], there: tuple[str, ...]) -> Cell:
    """What is known of two frames, each with those around it."""
    found = trips.along(here, there)
    if found is None:
        return Cell(None, "unknown")
    if found.frames == (here[0], there[0]):
        return Cell(found.seconds, found.origin)
    told: Told = "inherited" if found.origin == "explicit" else found.origin
    return Cell(found.seconds, told, found.frames)
