"""What all gestures have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPainter

    from widgets.canvas.look import Look
    from widgets.canvas.stage import Stage

DRAG_DISTANCE = 4.0
"""Logical pixels that the pointer travels before a press becomes a drag."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the pointer is, and the keys held with it."""

    scene: QPointF
    view: QPointF
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    @property
    def is_free(self) -> bool:
        """Alt is held: no grid, no guides."""
        return bool(self.modifiers & Qt.KeyboardModifier.AltModifier)

    @property
    def adds(self) -> bool:
        """Shift or Ctrl is held: add to the selection."""
        more = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        return bool(self.modifiers & more)


class Gesture:
    """Something with a beginning, a middle, and an end that either counts or does not."""

    cursor = Qt.CursorShape.ArrowCursor
    drifts = False
    """Whether the view follows when this drags something to its edge."""
    lasts = False
    """Whether it goes on after the button is released, until a click or a key ends it."""

    def __init__(self, stage: Stage) -> None:
        """Made when the button goes down; nothing happens before ``start``."""
        self.stage = stage

    def start(self, at: Pointer) -> None:
        """The button went down."""

    def move(self, at: Pointer) -> None:
        """The pointer moved."""

    def finish(self, at: Pointer) -> None:
        """The button was released: make it count. Emits at most one edit."""

    def cancel(self) -> None:
        """Leave everything as it was."""

    def key(self, event: QKeyEvent) -> bool:
        """A key was pressed; tells whether the gesture took it."""
        del event
        return False

    def paint(self, painter: QPainter, look: Look, zoom: float) -> None:
        """Draw over the canvas, in scene coordinates."""
