"""What the inspector can show: items of the design, one event, or the design itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.design import Design, Frame, Link, Node, Note
from widgets.inspector.subjects.configured import LinksSubject, NodesSubject
from widgets.inspector.subjects.design import DESIGN_KEY, DesignSubject
from widgets.inspector.subjects.drawn import FrameSubject, ManySubject, NoteSubject
from widgets.inspector.subjects.event import EventSubject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.model.component import Component
    from widgets.inspector.subjects.base import Subject

__all__ = ["DESIGN_KEY", "subject_of"]


def subject_of(
    design: Design,
    selected: Sequence[str],
    event: int | None,
    components: Mapping[str, Component],
) -> Subject:
    """Subject for a selection; ids that are gone are skipped, and nothing means the design.

    Args:
        design: the design now.
        selected: ids of the selected items.
        event: index of the selected event of the scenario, which goes before the items.
        components: records by kind.
    """
    if event is not None and 0 <= event < len(design.scenario.events):
        return EventSubject(design, event)
    items = [item for item in map(design.item, selected) if item is not None]
    nodes = [item for item in items if isinstance(item, Node)]
    links = [item for item in items if isinstance(item, Link)]
    if not items:
        return DesignSubject(design, components)
    if len(nodes) == len(items):
        return NodesSubject(design, nodes, components)
    if len(links) == len(items):
        return LinksSubject(design, links)
    return _drawn(design, items)


def _drawn(design: Design, items: list[Node | Link | Frame | Note]) -> Subject:
    """Subject for what is drawn but does not run, or for a mixture."""
    if len(items) == 1 and isinstance(items[0], Frame):
        return FrameSubject(design, items[0])
    if len(items) == 1 and isinstance(items[0], Note):
        return NoteSubject(items[0])
    return ManySubject(items)
