"""State badges as painter paths: the shape that says a state without its colour."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPen,
    QPixmap,
    QPolygonF,
)

if TYPE_CHECKING:
    from widgets.theme.tokens import Shape, StateStyle


def shape_path(shape: Shape, rect: QRectF) -> QPainterPath:
    """Closed outline of ``shape`` centred in ``rect``, made to be filled.

    The shapes are drawn to look equally heavy, so a triangle reaches further than a square.
    """
    path = QPainterPath()
    centre, radius = rect.center(), min(rect.width(), rect.height()) / 2
    if shape in ("circle", "ring"):
        path.addEllipse(centre, radius * 0.9, radius * 0.9)
        if shape == "ring":
            hollow = QPainterPath()
            hollow.addEllipse(centre, radius * 0.5, radius * 0.5)
            path = path.subtracted(hollow)
    elif shape == "square":
        side = radius * 1.64
        path.addRoundedRect(
            QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side), 1.0, 1.0
        )
    elif shape == "cross":
        path = _cross(centre, radius * 0.78, radius * 0.5)
    elif shape == "triangle":
        path.addPolygon(_polygon(centre + QPointF(0, radius * 0.22), radius * 1.2, 3))
        path.closeSubpath()
    else:
        path.addPolygon(_polygon(centre, radius * 1.08, 4))
        path.closeSubpath()
    return path


def paint_state(painter: QPainter, state: StateStyle, rect: QRectF) -> None:
    """Fill the badge of ``state`` into ``rect``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(shape_path(state.shape, rect), QColor(state.colour))
    painter.restore()


def state_pixmap(state: StateStyle, size: int, ratio: float) -> QPixmap:
    """The badge of ``state`` as a picture of ``size`` logical pixels."""
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        paint_state(painter, state, QRectF(0.0, 0.0, size, size))
    return picture


def _polygon(centre: QPointF, radius: float, corners: int) -> QPolygonF:
    """Regular polygon with one corner at the top."""
    turn = 2 * math.pi / corners
    return QPolygonF(
        [
            centre + QPointF(radius * math.sin(i * turn), -radius * math.cos(i * turn))
            for i in range(corners)
        ]
    )


def _cross(centre: QPointF, reach: float, width: float) -> QPainterPath:
    """Diagonal cross of two strokes ``width`` wide, reaching ``reach`` to each side."""
    strokes = QPainterPath(centre + QPointF(-reach, -reach))
    strokes.lineTo(centre + QPointF(reach, reach))
    strokes.moveTo(centre + QPointF(reach, -reach))
    strokes.lineTo(centre + QPointF(-reach, reach))
    stroker = QPainterPathStroker(QPen(QColor(), width))
    stroker.setCapStyle(Qt.PenCapStyle.RoundCap)
    return stroker.createStroke(strokes).simplified()
