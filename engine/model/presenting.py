"""Steps of a presentation as edits: added, changed, moved and deleted, each one step to undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.edits import UNSET, SetDesign

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine.model.design import Design, Step
    from engine.model.edits import Edit


def added(design: Design, step: Step, place: int | None = None) -> Edit:
    """A step more: at a place, or at the end."""
    steps = list(design.presentation)
    steps.insert(len(steps) if place is None else place, step)
    return _all(steps, "Add step")


def changed(design: Design, place: int, step: Step, label: str = "Change step") -> Edit:
    """Another step in the place of one."""
    return _all([step if i == place else each for i, each in enumerate(design.presentation)], label)


def moved(design: Design, place: int, to: int) -> Edit:
    """A step earlier or later."""
    steps = list(design.presentation)
    steps.insert(to, steps.pop(place))
    return _all(steps, "Move step")


def deleted(design: Design, place: int) -> Edit:
    """No such step."""
    return _all([each for i, each in enumerate(design.presentation) if i != place], "Delete step")


def moment_of(design: Design, place: int) -> float:
    """The moment that a step shows (s): its own, or that of the last step before which has one."""
    own = (each.at for each in reversed(design.presentation[: place + 1]) if each.at is not None)
    return next(own, 0.0)


def _all(steps: list[Step], label: str) -> Edit:
    """These steps and no others."""
    raw: list[JsonValue] = [
        each.model_dump(mode="json", by_alias=True, exclude_unset=True) for each in steps
    ]
    return SetDesign(("presentation",), raw or UNSET, label)
