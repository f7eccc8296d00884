"""What gestures draw over everything: guides, rubber bands, the link being pulled, ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.geometry import PORT_RADIUS, input_port, output_port
from widgets.canvas.items import OVERLAY_Z

if TYPE_CHECKING:
    from widgets.canvas.items import CardItem, LinkItem
    from widgets.canvas.look import Look

_MOST: Final = 100
"""Selected links whose ends are shown as something to pull at; of more, nobody would pull any."""
_EVERYWHERE: Final = QRectF(-2e7, -2e7, 4e7, 4e7)


class Sketch(Protocol):
    """Something that draws over the canvas while it lasts."""

    def paint(self, painter: QPainter, look: Look, zoom: float) -> None:
        """Draw in scene coordinates."""


class Overlay(QGraphicsItem):
    """Shows the running gesture's sketch, and the ports of the card under the pointer."""

    def __init__(self, look: Look) -> None:
        """Nothing to show yet."""
        super().__init__()
        self.look = look
        self.sketch: Sketch | None = None
        self.hovered: CardItem | None = None
        self.hovered_ports: tuple[str, ...] = ()
        self.chosen: tuple[LinkItem, ...] = ()
        """Selected links; their ends can be pulled."""
        self.setZValue(OVERLAY_Z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        """Everywhere."""
        return _EVERYWHERE

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw ports, then the sketch."""
        del option, widget
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        zoom = painter.worldTransform().m11()
        if self.hovered is not None and not self.hovered.gone and self.sketch is None:
            for side in self.hovered_ports:
                at = output_port if side == "output" else input_port
                paint_port(painter, at(self.hovered.rect), self.look, zoom)
        for link in self.chosen if len(self.chosen) <= _MOST else ():
            if not link.pill.gone and self.sketch is None:
                for end in link.ends:
                    paint_port(painter, end, self.look, zoom)
        if self.sketch is not None:
            self.sketch.paint(painter, self.look, zoom)


def paint_port(painter: QPainter, at: QPointF, look: Look, zoom: float) -> None:
    """A port that invites to pull a link from it."""
    radius = min(PORT_RADIUS, PORT_RADIUS / zoom * 1.4) if zoom < 1.0 else PORT_RADIUS
    painter.setPen(QPen(look.colour(look.theme.selection), 1.75))
    painter.setBrush(look.colour(look.theme.card))
    painter.drawEllipse(at, radius, radius)


def paint_bubble(painter: QPainter, at: QPointF, text: str, look: Look, zoom: float) -> None:
    """A line of help beside the pointer, equally large at any zoom."""
    painter.save()
    painter.translate(at)
    painter.scale(1.0 / zoom, 1.0 / zoom)
    width = look.state_metrics.horizontalAdvance(text) + 20.0
    box = QRectF(14.0, 14.0, width, 26.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour(look.theme.tooltip))
    painter.drawRoundedRect(box, 6.0, 6.0)
    painter.setFont(look.state_font)
    painter.setPen(look.colour(look.theme.tooltip_text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
