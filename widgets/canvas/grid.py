"""The dotted paper under everything."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QTransform

from widgets.canvas.geometry import GRID

if TYPE_CHECKING:
    from widgets.canvas.look import Look

_CLOSEST: Final = 15.0
"""Least distance of dots on the screen (logical pixels); zoomed out, every other dot goes."""
_DOT: Final = 1.6
"""Size of a dot on the screen (logical pixels)."""


def grid_step(zoom: float) -> float:
    """Distance of the dots shown at a zoom, in scene units."""
    return GRID * 2.0 ** max(0, math.ceil(math.log2(_CLOSEST / (GRID * zoom))))


def paint_grid(painter: QPainter, rect: QRectF, look: Look, zoom: float) -> None:
    """Fill ``rect`` with the canvas colour and its dots; one row of dots is painted and copied."""
    painter.fillRect(rect, look.colour(look.theme.canvas))
    step = grid_step(zoom)
    transform = painter.worldTransform()
    scale = transform.m11()
    first, last = math.floor(rect.left() / step), math.ceil(rect.right() / step)
    row = _row(last - first + 1, step * scale, scale / zoom, look)
    painter.setWorldTransform(QTransform())
    x = first * step * scale + transform.dx() - row.height() / 2
    for line in range(math.floor(rect.top() / step), math.ceil(rect.bottom() / step) + 1):
        y = line * step * scale + transform.dy() - row.height() / 2
        painter.drawPixmap(QPointF(round(x), round(y)), row)
    painter.setWorldTransform(transform)


def _row(number: int, step: float, ratio: float, look: Look) -> QPixmap:
    """A row of dots, ``step`` pixels apart."""
    height = 2 * math.ceil(_DOT * ratio)
    row = QPixmap(math.ceil((number - 1) * step) + height, height)
    row.fill(QColor(0, 0, 0, 0))
    with QPainter(row) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(look.colour(look.theme.grid_dot), _DOT * ratio)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        middle = height / 2
        painter.drawPoints([QPointF(middle + i * step, middle) for i in range(number)])
    return row
