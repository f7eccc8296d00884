"""Move what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPen

from widgets.canvas.folding import folded_rect, frame_rect, innermost
from widgets.canvas.geometry import FRAME_RADIUS, card_rect
from widgets.canvas.gestures.base import DRAG_DISTANCE, Gesture, Pointer
from widgets.canvas.membership import dragged_along, move_edit
from widgets.canvas.snapping import Snap, to_neighbours

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from engine.model.design import Design
    from widgets.canvas.look import Look
    from widgets.canvas.stage import Stage


class MoveItems(Gesture):
    """Moves the selection, frames with their contents, as one edit."""

    cursor = Qt.CursorShape.SizeAllCursor
    drifts = True

    def __init__(self, stage: Stage, grabbed: str) -> None:
        """``grabbed`` is the item under the pointer: it decides where things snap."""
        super().__init__(stage)
        self._grabbed = grabbed
        self._from = Pointer(QPointF(), QPointF())
        self._began: dict[str, QRectF] = {}
        self._now: dict[str, QRectF] = {}
        self._neighbours: list[QRectF] = []
        self._guides: tuple[QLineF, ...] = ()
        self._reselect: frozenset[str] | None = None

    def start(self, at: Pointer) -> None:
        """Select what is grabbed; a press on one of several waits for the release to decide."""
        self._from = at
        selection = self.stage.selection
        if at.adds:
            self.stage.select(selection ^ {self._grabbed})
        elif self._grabbed in selection:
            self._reselect = frozenset({self._grabbed})
        else:
            self.stage.select({self._grabbed})

    def move(self, at: Pointer) -> None:
        """Show things where they would come to lie."""
        if not self._began and not self._lift(at):
            return
        delta = at.scene - self._from.scene
        dragged = self._began[self._grabbed].translated(delta)
        snap = Snap(QPointF())
        if not at.is_free:
            centred = self._grabbed in self.stage.scene.cards
            snap = to_neighbours(dragged, self._neighbours, self.stage.zoom, centred=centred)
        self._guides = snap.guides
        delta += snap.offset
        self._now = {each: rect.translated(delta) for each, rect in self._began.items()}
        self.stage.scene.preview(self._now)
        self.stage.redraw()

    def _lift(self, at: Pointer) -> bool:
        """Begin to drag once the pointer has moved far enough."""
        if QLineF(at.view, self._from.view).length() < DRAG_DISTANCE:
            return False
        stage = self.stage
        if self._grabbed not in stage.selection:
            stage.select(stage.selection | {self._grabbed})
        movable = {each for each in stage.selection if each not in stage.design.link_by_id}
        moved = dragged_along(stage.design, movable)
        self._began = {each: _rect(stage.design, each) for each in moved}
        shown = stage.camera.shown()
        self._neighbours = [
            item.rect
            for item in (*stage.scene.cards.values(), *stage.scene.notes.values())
            if item.item_id not in moved and item.rect.intersects(shown)
        ]
        self._reselect = None
        stage.scene.lift(moved)
        stage.sketch(self)
        return True

    def finish(self, at: Pointer) -> None:
        """Ask for the move; a press without a drag was a click."""
        if not self._began:
            if self._reselect is not None:
                self.stage.select(self._reselect)
            return
        self.move(at)
        now, began = self._now, self._began
        self.stage.sketch(None)
        if now[self._grabbed].topLeft() != began[self._grabbed].topLeft():
            self.stage.request(move_edit(self.stage.design, now))
        self.stage.scene.settle(began)

    def cancel(self) -> None:
        """Everything back where it was."""
        self.stage.sketch(None)
        if self._began:
            self.stage.scene.settle(self._began)

    def paint(self, painter: QPainter, look: Look, zoom: float) -> None:
        """Draw guides, and the frame that would be joined."""
        painter.setPen(QPen(look.colour(look.theme.danger.colour, 0.8), 1.0 / zoom))
        painter.drawLines(list(self._guides))
        design = self.stage.design
        if not self._now or self._grabbed not in self.stage.scene.cards:
            return
        others = [frame for frame in design.frames if frame.id not in self._now]
        frame = innermost(others, self._now[self._grabbed])
        item = design.item(self._grabbed)
        if frame is not None and getattr(item, "frame", None) != frame.id:
            painter.setPen(QPen(look.colour(look.theme.selection), 2.0))
            painter.setBrush(look.colour(look.theme.selection, 0.06))
            painter.drawRoundedRect(frame_rect(frame), FRAME_RADIUS, FRAME_RADIUS)


def _rect(design: Design, item_id: str) -> QRectF:
    """Outline of an item by the design, whether it is shown or hidden in a collapsed frame."""
    node = design.node_by_id.get(item_id)
    if node is not None:
        return card_rect(node.x, node.y)
    frame = design.frame_by_id.get(item_id)
    if frame is not None:
        return folded_rect(frame) if frame.collapsed else frame_rect(frame)
    note = design.note_by_id[item_id]
    return QRectF(note.x, note.y, note.width, note.height)
