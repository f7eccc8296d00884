"""A preset: a component, and how its config lowers to primitives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.plan.primitives import ClassPlan, LawPlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.component import Component
    from engine.model.laws import Law
    from engine.plan.primitives import NodePlan


@dataclass(frozen=True, slots=True, kw_only=True)
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


def law_plan(law: Law) -> LawPlan:
    """A law in numbers."""
    fields = {
        name: getattr(law, name)
        for name in ("cv2", "alpha", "low", "high", "values", "weights")
        if getattr(law, name, None) is not None
    }
    return LawPlan(law=law.law, mean=law.mean, **fields)
