"""Select with a rubber band."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPen

from widgets.canvas.gestures.base import Gesture, Pointer

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from widgets.canvas.look import Look
    from widgets.canvas.stage import Stage


class RubberBand(Gesture):
    """Selects what it touches; frames only when they lie wholly inside."""

    drifts = True

    def __init__(self, stage: Stage) -> None:
        """Not yet pulled open."""
        super().__init__(stage)
        self._from = QPointF()
        self._band = QRectF()
        self._before: frozenset[str] = frozenset()

    def start(self, at: Pointer) -> None:
        """A click on nothing selects nothing, unless it adds."""
        self._from = at.scene
        self._before = self.stage.selection
        if not at.adds:
            self.stage.select(())
        self.stage.sketch(self)

    def move(self, at: Pointer) -> None:
        """Select what the band touches now."""
        self._band = QRectF(self._from, at.scene).normalized()
        kept = self._before if at.adds else frozenset()
        self.stage.select(kept | self._touched())
        self.stage.redraw()

    def finish(self, at: Pointer) -> None:
        """Keep what is selected."""
        del at
        self.stage.sketch(None)

    def cancel(self) -> None:
        """Select what was selected before."""
        self.stage.sketch(None)
        self.stage.select(self._before)

    def _touched(self) -> set[str]:
        """Ids in the band; links only when it holds no node."""
        scene = self.stage.scene
        found = {each for each, card in scene.cards.items() if self._band.intersects(card.rect)}
        found |= {each for each, note in scene.notes.items() if self._band.intersects(note.rect)}
        found |= {each for each, frame in scene.frames.items() if self._band.contains(frame.rect)}
        if found:
            return found
        return {each for each, link in scene.links.items() if link.wire.path.intersects(self._band)}

    def paint(self, painter: QPainter, look: Look, zoom: float) -> None:
        """Draw the band."""
        painter.setPen(QPen(look.colour(look.theme.selection), 1.0 / zoom))
        painter.setBrush(look.colour(look.theme.selection, 0.10))
        painter.drawRoundedRect(self._band, 3.0 / zoom, 3.0 / zoom)
