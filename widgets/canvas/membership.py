"""Which frame things belong to after they were moved: the innermost one they were dropped into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from engine.model.design import Frame, Node, Note
from engine.model.edits import CompoundEdit, Move, Position, SetField
from widgets.canvas.folding import contents, folded_rect, innermost
from widgets.canvas.geometry import card_rect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.model.design import Design
    from engine.model.edits import Edit


def dragged_along(design: Design, ids: Iterable[str]) -> set[str]:
    """The ids and everything inside the frames among them, notes lying in them included."""
    moved = set(ids)
    for frame_id in [each for each in moved if each in design.frame_by_id]:
        frame = design.frame_by_id[frame_id]
        moved |= contents(design, frame_id)
        if frame.collapsed:
            continue
        moved |= {
            note.id
            for note in design.notes
            if frame.x <= note.x
            and frame.y <= note.y
            and note.x + note.width <= frame.x + frame.width
            and note.y + note.height <= frame.y + frame.height
        }
    return moved


def placed_rect(design: Design, item_id: str) -> QRectF | None:
    """Outline of a node, frame or note where the design has it; None for a link."""
    item = design.item(item_id)
    match item:
        case Node():
            return card_rect(item.x, item.y)
        case Frame(collapsed=True):
            return folded_rect(item)
        case Frame() | Note():
            return QRectF(item.x, item.y, item.width, item.height)
        case _:
            return None


def position(design: Design, item_id: str, rect: QRectF) -> Position:
    """The place of an item as the design notes it: nodes by their centre."""
    if item_id in design.node_by_id:
        return Position(item_id, rect.center().x(), rect.center().y())
    return Position(item_id, rect.x(), rect.y())


def joined(design: Design, rects: Mapping[str, QRectF]) -> list[SetField]:
    """The frame fields that change when nodes and frames come to lie where ``rects`` says.

    What moves together with its frame stays in it.
    """
    frames = [frame for frame in design.frames if frame.id not in rects]
    found: list[SetField] = []
    for item_id, rect in rects.items():
        item = design.item(item_id)
        if not isinstance(item, Node | Frame) or item.frame in rects:
            continue
        inner = contents(design, item_id) if isinstance(item, Frame) else frozenset()
        around = innermost((f for f in frames if f.id not in inner), rect)
        new = around.id if around is not None else None
        if new != item.frame:
            found.append(SetField(item_id, ("frame",), new))
    return found


def move_edit(design: Design, rects: Mapping[str, QRectF]) -> Edit:
    """Move things, and have them join or leave frames, as one step."""
    move = Move(tuple(position(design, each, rect) for each, rect in rects.items()))
    fields = joined(design, rects)
    return CompoundEdit((move, *fields), "Move") if fields else move


def resize_edit(design: Design, item_id: str, rect: QRectF) -> Edit:
    """Resize a frame or note; nodes that come to lie in the frame join it, others leave."""
    move = Move((Position(item_id, rect.x(), rect.y(), rect.width(), rect.height()),), "Resize")
    frame = design.frame_by_id.get(item_id)
    if frame is None:
        return move
    new = frame.model_copy(
        update={"x": rect.x(), "y": rect.y(), "width": rect.width(), "height": rect.height()}
    )
    frames = [new if each.id == item_id else each for each in design.frames]
    fields: list[SetField] = []
    for node in design.nodes:
        around = innermost(frames, card_rect(node.x, node.y))
        inside = around is not None and around.id == item_id
        if inside and node.frame is None:
            fields.append(SetField(node.id, ("frame",), item_id))
        elif not inside and node.frame == item_id:
            fields.append(SetField(node.id, ("frame",), around.id if around else None))
    return CompoundEdit((move, *fields), "Resize") if fields else move
