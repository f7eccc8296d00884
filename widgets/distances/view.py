"""What the panel of distances shows, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Place:
    """A frame that is somewhere."""

    id: str
    title: str
    place: str = ""
    """Where it lies in the world, as its settings say."""


@dataclass(frozen=True, slots=True)
class Trip:
    """A round trip between two frames."""

    seconds: float
    inherited: bool = False
    """Whether nobody set it: it is known of their places."""
    source: str = ""
    """Where it is known from, as a part of a sentence."""


@dataclass(frozen=True, slots=True)
class Distances:
    """All round trips of a design."""

    frames: tuple[Place, ...] = ()
    trips: Mapping[tuple[str, str], Trip] = field(default_factory=dict)
    """By the ids of two frames, one way round."""

    def between(self, one: str, other: str) -> Trip | None:
        """The round trip between two frames; None where nothing is known."""
        return self.trips.get((one, other)) or self.trips.get((other, one))
