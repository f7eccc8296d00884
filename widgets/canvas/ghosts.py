"""What another design has and this one has not: dashed outlines where it would be, on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from widgets.canvas.geometry import CARD_RADIUS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from widgets.canvas.blast_map import Ghost
    from widgets.canvas.look import Look

_LINE: Final = 20.0
"""Height of a name (scene units)."""


def ghost_rect(ghost: Ghost) -> QRectF:
    """Where a ghost is."""
    return QRectF(ghost.x, ghost.y, ghost.width, ghost.height)


def paint_ghosts(painter: QPainter, ghosts: Iterable[Ghost], look: Look) -> None:
    """Outline them in scene coordinates, each with its name above it; links as dashed lines."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = look.colour(look.theme.state("down").colour)
    pen = QPen(colour, 1.6)
    pen.setDashPattern([5.0, 4.0])
    painter.setFont(look.body_font)
    for ghost in ghosts:
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rect = ghost_rect(ghost)
        if ghost.is_line:
            ends = (QPointF(*each) for each in ghost.ends)
            painter.drawLine(QLineF(*ends))
            continue
        painter.drawRoundedRect(rect, CARD_RADIUS, CARD_RADIUS)
        painter.setPen(colour)
        line = QRectF(rect.left(), rect.top() - _LINE - 2.0, max(rect.width(), 60.0), _LINE)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        metrics = painter.fontMetrics()
        text = metrics.elidedText(ghost.text, Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, flags, text)
    painter.restore()
