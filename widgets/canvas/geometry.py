"""Sizes and places on the canvas, in scene units (one logical pixel at 100 % zoom)."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

CARD_WIDTH = 168.0
CARD_HEIGHT = 76.0
CARD_RADIUS = 10.0
CARD_MARGIN = 16.0
"""Room around a card for its badge, selection ring and ports."""
SELECTION = 2.0
"""Least width of what shows a selection on the screen (logical pixels), at any zoom."""
GRID = 24.0
"""Distance of the dots of the grid."""
SNAP = 12.0
"""What places are rounded to; half a grid, so that cards can sit between dots."""
PORT_RADIUS = 5.0
PORT_REACH = 10.0
"""Distance from a port within which the pointer takes it."""
FRAME_TAB = 24.0
FRAME_PADDING = 36.0
FRAME_RADIUS = 14.0
NOTE_MARGIN = 14.0
NOTE_LEAST = QRectF(0, 0, 96.0, 48.0)
"""Smallest note (its size counts, not its place)."""
FRAME_LEAST = QRectF(0, 0, 120.0, 96.0)
"""Smallest frame (its size counts, not its place)."""
COMPACT_ZOOM = 0.5
"""Below this zoom cards show their name, large, and their state; small print is left out."""


def card_rect(x: float, y: float) -> QRectF:
    """Outline of the card whose centre is (x, y)."""
    return QRectF(x - CARD_WIDTH / 2, y - CARD_HEIGHT / 2, CARD_WIDTH, CARD_HEIGHT)


def with_margin(rect: QRectF) -> QRectF:
    """A card's outline with the room for what sticks out of it."""
    return rect.adjusted(-CARD_MARGIN, -CARD_MARGIN, CARD_MARGIN, CARD_MARGIN)


def input_port(rect: QRectF) -> QPointF:
    """Where links arrive: the middle of the left edge."""
    return QPointF(rect.left(), rect.center().y())


def output_port(rect: QRectF) -> QPointF:
    """Where links leave: the middle of the right edge."""
    return QPointF(rect.right(), rect.center().y())


def snapped(value: float) -> float:
    """The nearest place of the snap grid."""
    return round(value / SNAP) * SNAP


def squared_distance(a: QPointF, b: QPointF) -> float:
    """Square of the distance between two points."""
    dx, dy = a.x() - b.x(), a.y() - b.y()
    return dx * dx + dy * dy
