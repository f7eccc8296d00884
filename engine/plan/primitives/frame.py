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
