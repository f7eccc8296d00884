"""Pan the canvas: middle button, or space and the left one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from widgets.canvas.gestures.base import Gesture, Pointer

if TYPE_CHECKING:
    from widgets.canvas.stage import Stage


class Pan(Gesture):
    """The paper follows the hand."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, stage: Stage) -> None:
        """Not yet moved."""
        super().__init__(stage)
        self._last = QPointF()
        self._moved = QPointF()

    def start(self, at: Pointer) -> None:
        """Take hold."""
        self._last = at.view

    def move(self, at: Pointer) -> None:
        """Follow."""
        delta = at.view - self._last
        self._last = at.view
        self._moved += delta
        self.stage.camera.pan_by(delta)

    def finish(self, at: Pointer) -> None:
        """Let go."""
        self.move(at)

    def cancel(self) -> None:
        """Back to where it began."""
        self.stage.camera.pan_by(-self._moved)
