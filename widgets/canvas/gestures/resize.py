"""Resize a frame or a note by an edge or a corner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt

from widgets.canvas.geometry import FRAME_LEAST, NOTE_LEAST, snapped
from widgets.canvas.gestures.base import DRAG_DISTANCE, Gesture, Pointer
from widgets.canvas.membership import resize_edit

if TYPE_CHECKING:
    from widgets.canvas.stage import Stage

_SHAPES = {
    "left": Qt.CursorShape.SizeHorCursor,
    "right": Qt.CursorShape.SizeHorCursor,
    "top": Qt.CursorShape.SizeVerCursor,
    "bottom": Qt.CursorShape.SizeVerCursor,
    "top-left": Qt.CursorShape.SizeFDiagCursor,
    "bottom-right": Qt.CursorShape.SizeFDiagCursor,
    "top-right": Qt.CursorShape.SizeBDiagCursor,
    "bottom-left": Qt.CursorShape.SizeBDiagCursor,
}
EDGES = frozenset(_SHAPES)
"""Parts of items by which they are resized."""


def edge_cursor(edge: str) -> Qt.CursorShape:
    """Pointer over an edge or corner."""
    return _SHAPES[edge]


class Resize(Gesture):
    """Pulls an edge or corner; the opposite one stays."""

    def __init__(self, stage: Stage, item_id: str, edge: str) -> None:
        """``edge`` is one of ``EDGES``."""
        super().__init__(stage)
        self._id = item_id
        self._edge = edge
        self._from = Pointer(QPointF(), QPointF())
        self._lifted = False
        self._began = QRectF()
        self._now = QRectF()
        self.cursor = edge_cursor(edge)

    def start(self, at: Pointer) -> None:
        """Take hold of the edge."""
        self.stage.select({self._id})
        self._from = at
        rect = self.stage.scene.rect_of(self._id)
        self._began = self._now = QRectF(rect) if rect is not None else QRectF()

    def move(self, at: Pointer) -> None:
        """Show the new size, once the pointer has moved far enough."""
        if not self._lifted:
            if QLineF(at.view, self._from.view).length() < DRAG_DISTANCE:
                return
            self._lifted = True
            self.stage.scene.lift({self._id})
        self._now = self._resized(at)
        self.stage.scene.preview({self._id: self._now})
        self.stage.redraw()

    def finish(self, at: Pointer) -> None:
        """Ask for the new size."""
        self.move(at)
        if self._now != self._began:
            self.stage.request(resize_edit(self.stage.design, self._id, self._now))
        self.stage.scene.settle({self._id})

    def cancel(self) -> None:
        """Back to the old size."""
        self.stage.scene.settle({self._id})

    def _resized(self, at: Pointer) -> QRectF:
        """The rectangle with the pulled edges at the pointer, not smaller than allowed."""
        least = NOTE_LEAST if self._id in self.stage.design.note_by_id else FRAME_LEAST
        delta = at.scene - self._from.scene
        rect = QRectF(self._began)

        def pulled(value: float) -> float:
            return value if at.is_free else snapped(value)

        if "left" in self._edge:
            rect.setLeft(min(pulled(rect.left() + delta.x()), rect.right() - least.width()))
        if "right" in self._edge:
            rect.setRight(max(pulled(rect.right() + delta.x()), rect.left() + least.width()))
        if "top" in self._edge:
            rect.setTop(min(pulled(rect.top() + delta.y()), rect.bottom() - least.height()))
        if "bottom" in self._edge:
            rect.setBottom(max(pulled(rect.bottom() + delta.y()), rect.top() + least.height()))
        return rect
