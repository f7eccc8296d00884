"""Everything a run needs."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.primitives.basics import ClassPlan
    from engine.plan.primitives.event import EventPlan
    from engine.plan.primitives.frame import FramePlan, HomePlan
    from engine.plan.primitives.link import LinkPlan
    from engine.plan.primitives.node import NodePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything a run needs."""

    title: str
    seed: int
    duration: float
    warmup: float
    classes: tuple[ClassPlan, ...]
    nodes: tuple[NodePlan, ...]
    links: tuple[LinkPlan, ...]
    events: tuple[EventPlan, ...]
    frames: tuple[FramePlan, ...] = ()
    """Those that fail, and those in which nodes lie."""
    homes: tuple[HomePlan, ...] = ()
    """Of the nodes that are in a zone or a region."""
    priced: bool = False
    """Whether results say what it costs."""
    names: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What people call its nodes and links, by id. It means the same whatever they call them."""

    def name(self, item_id: str) -> str:
        """What people call a node or a link."""
        return self.names.get(item_id, item_id)
