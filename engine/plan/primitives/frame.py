"""What lies together and may fail together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.records import dataclass

if TYPE_CHECKING:
    from engine.model.faults import FrameFaults


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePlan:
    """A frame with the nodes inside."""

    id: str
    name: str
    """As people know it."""
    own: tuple[str, ...] = ()
    """Nodes that lie in it and in no frame further inside."""
    nodes: tuple[str, ...] = ()
    """All nodes inside."""
    faults: FrameFaults | None = None
    within: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Nodes of which only the instances in some places lie inside, and these places: see `NodePlan.spread`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePlan:
    """Where a node is."""

    node: str
    zone: str | None = None
    """The innermost frame of kind zone around it."""
    region: str | None = None
    """The innermost frame of kind region around it."""
    places: tuple[HomePlan, ...] = ()
    """Where its instances are, in turn, where it is spread; then it is itself in what is around all of them."""

    apart: tuple[tuple[float, ...], ...] = ()
    """One way (s) between its instances, by the places of the two: a single number where it is not spread."""

    def of(self, index: int) -> HomePlan:
        """Where one of its instances is."""
        return self.places[index % len(self.places)] if self.places else self

    @property
    def name(self) -> str | None:
        """The zone, or where there is none the region."""
        return self.zone or self.region
