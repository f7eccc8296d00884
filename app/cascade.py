"""What goes along when something is deleted: the events, objectives and comments that name it.

Without this a broken node could not be deleted in one step: its fault would stay behind, name
nothing, and keep the design from running.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.edits import CompoundEdit, SetDesign

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine.model.design import Comment, Event, Objective
    from engine.model.edits import Applied, Edit


def completed(edit: Edit, applied: Applied) -> Edit:
    """The edit together with what has to go along, as one step; itself when that is nothing."""
    gone = applied.changes.removed
    if not gone:
        return edit
    design = applied.design
    more: list[Edit] = []
    events = [event for event in design.scenario.events if not {event.target, event.with_} & gone]
    if len(events) < len(design.scenario.events):
        more.append(SetDesign(("scenario", "events"), _raw(events)))
    objectives = [each for each in design.objectives if each.metric.split(".", 1)[0] not in gone]
    if len(objectives) < len(design.objectives):
        more.append(SetDesign(("objectives",), _raw(objectives)))
    comments = [each for each in design.comments if each.about not in gone]
    if len(comments) < len(design.comments):
        more.append(SetDesign(("comments",), _raw(comments)))
    return CompoundEdit.of((edit, *more), edit.label) if more else edit


def _raw(parts: list[Event] | list[Objective] | list[Comment]) -> list[JsonValue]:
    """As in a design file."""
    return [part.model_dump(mode="json", by_alias=True, exclude_unset=True) for part in parts]
