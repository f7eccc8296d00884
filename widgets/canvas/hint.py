"""What an empty canvas says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform

if TYPE_CHECKING:
    from widgets.canvas.look import Look


class Hint:
    """A heading, and advice below it, a line each."""

    __slots__ = ("advice", "heading")

    def __init__(self, heading: str, *advice: str) -> None:
        """What is to be said."""
        self.heading, self.advice = heading, advice


BEGIN: Final = Hint(
    "Drag a component here",
    "or double-click, or press A, to add one by name",
    "Pull a link from the dot at a card's right edge.",
    "Start with a client: it brings the traffic.",
)
"""Where something can be added."""


def paint_hint(painter: QPainter, room: QRectF, look: Look, hint: Hint = BEGIN) -> None:
    """Paint a friendly hint in the middle of the viewport."""
    theme = look.theme
    painter.save()
    painter.setWorldTransform(QTransform())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    centre = room.center()
    _paint_drawing(painter, centre + QPointF(0.0, -74.0), look)
    painter.setFont(look.title_font)
    painter.setPen(look.colour(theme.text))
    line = QRectF(room.left(), centre.y() - 26.0, room.width(), 28.0)
    painter.drawText(line, Qt.AlignmentFlag.AlignCenter, hint.heading)
    painter.setFont(look.body_font)
    painter.setPen(look.colour(theme.muted))
    for step, text in enumerate(hint.advice, start=1):
        painter.drawText(
            line.translated(0.0, 10.0 + 22.0 * step), Qt.AlignmentFlag.AlignCenter, text
        )
    painter.restore()


def _paint_drawing(painter: QPainter, centre: QPointF, look: Look) -> None:
    """Two empty cards and a link between them."""
    theme = look.theme
    pen = QPen(look.colour(theme.muted, 0.8), 1.5)
    pen.setDashPattern([4.0, 3.0])
    for side, icon in ((-1, "client"), (1, "service")):
        box = QRectF(centre.x() + side * 74.0 - 42.0, centre.y() - 21.0, 84.0, 42.0)
        painter.setPen(pen)
        painter.setBrush(look.colour(theme.card, 0.6))
        painter.drawRoundedRect(box, 9.0, 9.0)
        sign = QRectF(box.center().x() - 11.0, box.center().y() - 11.0, 22.0, 22.0)
        look.icons.paint(painter, icon, sign, theme.muted)
    painter.setPen(QPen(look.colour(theme.accent.colour), 2.0))
    painter.drawLine(centre + QPointF(-32.0, 0.0), centre + QPointF(32.0, 0.0))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour(theme.dot))
    painter.drawEllipse(centre + QPointF(-8.0, 0.0), 3.5, 3.5)
    painter.drawEllipse(centre + QPointF(14.0, 0.0), 3.5, 3.5)
