"""Edits that add nodes, notes and frames."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF

from engine.model.design import Frame, Node, Note
from engine.model.edits import CompoundEdit, Insert, SetField
from engine.model.ids import fresh_id
from engine.model.names import FRAME_KINDS
from widgets.canvas.folding import innermost
from widgets.canvas.geometry import (
    CARD_HEIGHT,
    CARD_WIDTH,
    FRAME_PADDING,
    FRAME_TAB,
    card_rect,
    snapped,
)
from widgets.canvas.linking import new_link
from widgets.canvas.naming import all_ids, fresh_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.model.component import Component
    from engine.model.design import Design
    from engine.model.edits import Edit

_STEP: Final = QPointF(0.0, CARD_HEIGHT + 28.0)
_STEPS: Final = 6
"""Places above and below that are looked at for a card beside another one."""
NOTE: Final = (204.0, 96.0)
"""Width and height of a new note."""
_NOTE_RINGS: Final = 12
_NOTE_APART: Final = 12.0
"""What is between a new note and what is there already."""
_FRAME: Final = (480.0, 300.0)
_APART: Final = 36.0
"""Between an empty frame and one that was in its way."""
_RINGS: Final = 4
"""Frames' widths and heights from a place in which room for another is looked for."""


def new_node(design: Design, component: Component, centre: QPointF) -> Node:
    """A node of a kind with its sample config and a name of its own, in the frame it lies in."""
    rect = card_rect(centre.x(), centre.y())
    around = innermost(design.frames, rect)
    return Node(
        id=fresh_id(component.kind.replace("_", "-"), all_ids(design)),
        kind=component.kind,
        name=fresh_name(component.title, (node.name for node in design.nodes)),
        x=centre.x(),
        y=centre.y(),
        frame=around.id if around else None,
        config=dict(component.sample),  # type: ignore[arg-type]  # samples are JSON by contract
    )


def free_place(design: Design, wanted: QPointF) -> QPointF:
    """``wanted``, or the next place below it where no card is in the way."""
    place = QPointF(snapped(wanted.x()), snapped(wanted.y()))
    taken = [card_rect(node.x, node.y) for node in design.nodes]
    for _ in range(len(taken) + 1):
        rect = card_rect(place.x(), place.y()).adjusted(-8.0, -8.0, 8.0, 8.0)
        if not any(rect.intersects(other) for other in taken):
            break
        place += _STEP
    return QPointF(snapped(place.x()), snapped(place.y()))


def place_right_of(design: Design, node_id: str) -> QPointF:
    """The next free place to the right of a node, where a link from it looks well; on no card and on no note."""
    node = design.node_by_id[node_id]
    wanted = beside(card_rect(node.x, node.y), before=False)
    notes = [QRectF(each.x, each.y, each.width, each.height) for each in design.notes]
    below = free_place(design, wanted)
    for step in range(_STEPS):
        for place in (below + _STEP * step, free_place(design, wanted - _STEP * step)):
            if free_place(design, place) == place and not any(
                card_rect(place.x(), place.y()).intersects(note) for note in notes
            ):
                return place
    return below


def node_edit(node: Node, design: Design, ends: tuple[str, str] | None = None) -> Insert:
    """Add a node, and the link (source, target) that it was made for, in one step."""
    if ends is None:
        return Insert.of(node, label=f"Add {node.name}")
    link = new_link(design, *ends, all_ids(design) | {node.id})
    return Insert.of(node, link, label=f"Add {node.name}")


def free_centre(design: Design, shown: QRectF, size: tuple[float, float]) -> QPointF:
    """Where a note covers nothing: next to the middle of what is shown, and in view where there is room for it.

    Args:
        design: what is there already.
        shown: the part of the scene in view.
        size: width and height of what is to be placed.
    """
    wide, high = size
    room = shown.adjusted(wide / 2, high / 2, -wide / 2, -high / 2)
    taken = [card_rect(node.x, node.y) for node in design.nodes]
    taken += [QRectF(each.x, each.y, each.width, each.height) for each in design.notes]
    far = QPointF(wide, high) * _NOTE_RINGS
    reach = QRectF(shown.center() - far, shown.center() + far)
    taken = [each for each in taken if each.intersects(reach)]
    ring = range(-_NOTE_RINGS, _NOTE_RINGS + 1)
    steps = [QPointF(i * wide / 4, j * high / 2) for j in ring for i in ring]
    steps.sort(key=lambda each: (math.hypot(each.x(), each.y()), -each.y()))
    centres = [shown.center() + step for step in steps]
    inside = [each for each in centres if room.contains(each)]
    near = [*inside, *(each for each in centres if not room.contains(each))]
    apart = QRectF(0.0, 0.0, wide + 2.0 * _NOTE_APART, high + 2.0 * _NOTE_APART)
    for centre in near:
        apart.moveCenter(centre)
        if not any(apart.intersects(other) for other in taken):
            return centre
    return shown.center()


def note_edit(design: Design, centre: QPointF) -> tuple[str, Insert]:
    """Add an empty note; returns its id as well."""
    note = Note(
        id=fresh_id("note", all_ids(design)),
        x=snapped(centre.x() - NOTE[0] / 2),
        y=snapped(centre.y() - NOTE[1] / 2),
        width=NOTE[0],
        height=NOTE[1],
    )
    return note.id, Insert.of(note, label="Add note")


def frame_edit(
    design: Design, selection: Iterable[str], centre: QPointF, kind: str = "group"
) -> tuple[str, Edit]:
    """Add a frame around the selected nodes and frames, or an empty one; returns its id as well.

    Args:
        design: what it is added to.
        selection: ids of what it is to hold; what is neither node nor frame is left out, and what is inside of a
            selected frame stays there.
        centre: where an empty one goes.
        kind: what it stands for, one of ``FRAME_KINDS``.
    """
    chosen = frozenset(selection)
    inner = [
        each for each in chosen & design.frame_by_id.keys() if not _is_in(design, each, chosen)
    ]
    members = [
        each for each in chosen & design.node_by_id.keys() if not _is_in(design, each, chosen)
    ]
    rect = QRectF()
    for each in members:
        node = design.node_by_id[each]
        rect = rect.united(card_rect(node.x, node.y))
    for each in inner:
        frame = design.frame_by_id[each]
        rect = rect.united(QRectF(frame.x, frame.y, frame.width, frame.height))
    if rect.isEmpty():
        rect = _free_rect(design, centre)
    else:
        pad = FRAME_PADDING
        rect = rect.adjusted(-pad, -pad - FRAME_TAB / 2, pad, pad)
    frame_id = fresh_id("frame", all_ids(design))
    outer = {design.node_by_id[each].frame for each in members}
    outer |= {design.frame_by_id[each].frame for each in inner}
    made = Frame.model_validate(
        {
            "id": frame_id,
            "kind": kind,
            "x": rect.x(),
            "y": rect.y(),
            "width": rect.width(),
            "height": rect.height(),
            "frame": outer.pop() if len(outer) == 1 else None,
        }
    )
    fields = [SetField(each, ("frame",), frame_id) for each in sorted([*members, *inner])]
    label = "Add frame" if kind == "group" else f"Add {FRAME_KINDS[kind].lower()}"
    insert = Insert.of(made, label=label)
    return frame_id, CompoundEdit((insert, *fields), label) if fields else insert


def _is_in(design: Design, item: str, frames: frozenset[str]) -> bool:
    """Whether a node or frame lies in one of some frames, however deep."""
    node = design.node_by_id.get(item)
    around = node.frame if node is not None else design.frame_by_id[item].frame
    return around is not None and (around in frames or _is_in(design, around, frames))


def _free_rect(design: Design, centre: QPointF) -> QRectF:
    """Where an empty frame lies: at a place, or as near to it as nothing is in the way."""
    wide, high = _FRAME
    corner = QPointF(snapped(centre.x() - wide / 2), snapped(centre.y() - high / 2))
    taken = [card_rect(node.x, node.y) for node in design.nodes]
    taken += [QRectF(each.x, each.y, each.width, each.height) for each in design.frames]
    ring = range(-_RINGS, _RINGS + 1)
    steps = [QPointF(i * (wide + _APART), j * (high + _APART)) for j in ring for i in ring]
    for step in sorted(steps, key=lambda each: (abs(each.x()) + abs(each.y()), -each.x())):
        rect = QRectF(corner + step, QSizeF(wide, high))
        if not any(rect.intersects(other) for other in taken):
            return rect
    return QRectF(corner, QSizeF(wide, high))


def beside(origin: QRectF, *, before: bool) -> QPointF:
    """Centre of a card placed next to another, where a link between them looks well."""
    gap = CARD_WIDTH * 1.5
    centre = origin.center()
    return QPointF(centre.x() + (-gap if before else gap), centre.y())
