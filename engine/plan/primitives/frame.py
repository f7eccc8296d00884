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


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePlan:
    """Where a node is."""

    node: str
    zone: str | None = None
    """The innermost frame of kind zone around it."""
    region: str | None = None
    """The innermost frame of kind region around it."""

    @property
    def name(self) -> str | None:
        """The zone, or where there is none the region."""
        return self.zone or self.region
