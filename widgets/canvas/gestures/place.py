"""Place a component that is dragged in from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPen

from widgets.canvas.geometry import CARD_RADIUS, card_rect
from widgets.canvas.gestures.base import Gesture, Pointer
from widgets.canvas.linking import can_split
from widgets.canvas.snapping import to_neighbours

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from engine.model.component import Component
    from widgets.canvas.items import LinkItem
    from widgets.canvas.look import Look
    from widgets.canvas.stage import Stage


class PlaceGhost(Gesture):
    """Shows where the card would come to lie; over a link, that it would go in between."""

    def __init__(self, stage: Stage, component: Component | None) -> None:
        """Not over the canvas yet."""
        super().__init__(stage)
        self._component = component
        self.centre = QPointF()
        self.onto: LinkItem | None = None
        """The link that the component would be put into."""
        self._guides: tuple[QLineF, ...] = ()

    def start(self, at: Pointer) -> None:
        """Came in."""
        self.stage.sketch(self)
        self.move(at)

    def move(self, at: Pointer) -> None:
        """Follow, snapped."""
        rect = card_rect(at.scene.x(), at.scene.y())
        offset = QPointF()
        self._guides = ()
        if not at.is_free:
            cards = [card.rect for card in self.stage.scene.cards.values()]
            snap = to_neighbours(rect, cards, self.stage.zoom, centred=True)
            offset, self._guides = snap.offset, snap.guides
        self.centre = at.scene + offset
        self.onto = None if at.is_free else self._link_at(at.scene)
        self.stage.redraw()

    def _link_at(self, at: QPointF) -> LinkItem | None:
        """The link under the pointer, if the component fits in between."""
        stage = self.stage
        for link in stage.scene.links.values():
            if link.part_at(at, stage.zoom) is not None and can_split(
                stage.design, stage.components, link.link, self._component
            ):
                return link
        return None

    def finish(self, at: Pointer) -> None:
        """Dropped; whoever takes the drop places the node at ``centre``, into ``onto``."""
        self.move(at)
        self.stage.sketch(None)

    def cancel(self) -> None:
        """Went away."""
        self.stage.sketch(None)

    def paint(self, painter: QPainter, look: Look, zoom: float) -> None:
        """Draw an empty card, guides, and the link that would be split."""
        painter.setPen(QPen(look.colour(look.theme.danger.colour, 0.8), 1.0 / zoom))
        painter.drawLines(list(self._guides))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.onto is not None:
            painter.setPen(look.pen(look.theme.selection, self.onto.face.width + 3.0))
            painter.drawPath(self.onto.wire.path)
        pen = QPen(look.colour(look.theme.selection), 1.5)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(look.faded(look.theme.selection, 0.2))
        rect = card_rect(self.centre.x(), self.centre.y())
        painter.drawRoundedRect(rect, CARD_RADIUS, CARD_RADIUS)
        if self._component is not None:
            icon = rect.adjusted(15.0, 28.0, -133.0, -28.0)
            look.icons.paint(painter, self._component.icon, icon, look.theme.text)
            painter.setFont(look.name_font)
            painter.setPen(look.colour(look.theme.text))
            text = rect.adjusted(42.0, 0.0, -8.0, 0.0)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self._component.title)
