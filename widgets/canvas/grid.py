"""The dotted paper under everything."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

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
    """Fill ``rect`` with the canvas colour and its dots."""
    painter.fillRect(rect, look.colour(look.theme.canvas))
    step = grid_step(zoom)
    pen = QPen(look.colour(look.theme.grid_dot), _DOT / zoom)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    columns = range(math.floor(rect.left() / step), math.ceil(rect.right() / step) + 1)
    rows = range(math.floor(rect.top() / step), math.ceil(rect.bottom() / step) + 1)
    painter.drawPoints([QPointF(x * step, y * step) for y in rows for x in columns])
