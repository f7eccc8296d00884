"""A preset: a component, and how its config lowers to primitives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.plan.lower import law_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.component import Component
    from engine.model.laws import Law
    from engine.plan.primitives import ClassPlan, LawPlan, NodePlan


@dataclass(frozen=True, slots=True)
class Lowering:
    """What a component may know of the design while it lowers."""

    id: str
    """The node's id."""
    classes: tuple[ClassPlan, ...]
    """The design's request classes, in order."""

    def each(self, law: Law) -> tuple[LawPlan, ...]:
        """The same law for every class."""
        return (law_plan(law),) * len(self.classes)


@dataclass(frozen=True, slots=True)
class Preset:
    """One entry of the catalog."""

    component: Component
    lower: Callable[[Any, Lowering], NodePlan]
    """From a config of ``component.config`` to primitives."""
