"""Where dragged things come to rest: aligned with their neighbours, else on the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLineF, QPointF, QRectF

from widgets.canvas.geometry import snapped

if TYPE_CHECKING:
    from collections.abc import Sequence

_REACH: Final = 7.0
"""Distance within which neighbours attract (logical pixels)."""
_OVERSHOOT: Final = 14.0


@dataclass(frozen=True, slots=True)
class Snap:
    """A place to rest, and the lines that say why."""

    offset: QPointF
    """To be added to the rectangle as dragged."""
    guides: tuple[QLineF, ...] = ()


def to_grid(rect: QRectF, *, centred: bool) -> Snap:
    """Rest on the grid: cards by their centre, frames and notes by their corner."""
    anchor = rect.center() if centred else rect.topLeft()
    return Snap(QPointF(snapped(anchor.x()) - anchor.x(), snapped(anchor.y()) - anchor.y()))


def to_neighbours(
    rect: QRectF, neighbours: Sequence[QRectF], zoom: float, *, centred: bool
) -> Snap:
    """Rest where an edge or the middle lines up with a neighbour's, in each direction by itself."""
    reach = _REACH / zoom
    across = _nearest(rect, neighbours, reach, "x")
    down = _nearest(rect, neighbours, reach, "y")
    grid = to_grid(rect, centred=centred).offset
    offset = QPointF(
        across[0] if across else grid.x(),
        down[0] if down else grid.y(),
    )
    placed = rect.translated(offset)
    guides = []
    if across:
        guides.append(_upright(placed, across[2], across[1]))
    if down:
        guides.append(_level(placed, down[2], down[1]))
    return Snap(offset, tuple(guides))


def _marks(rect: QRectF, axis: str) -> tuple[float, float, float]:
    """Middle, beginning and end of a rectangle along an axis; the middle is preferred."""
    if axis == "x":
        return rect.center().x(), rect.left(), rect.right()
    return rect.center().y(), rect.top(), rect.bottom()


def _nearest(
    rect: QRectF, neighbours: Sequence[QRectF], reach: float, axis: str
) -> tuple[float, float, QRectF] | None:
    """Smallest shift that lines up, the coordinate it lines up at, and with whom."""
    best: tuple[float, float, QRectF] | None = None
    best_rank = (reach, float("inf"))
    mine = _marks(rect, axis)
    for other in neighbours:
        far = abs(other.center().x() - rect.center().x()) + abs(
            other.center().y() - rect.center().y()
        )
        for a, b in zip(mine, _marks(other, axis), strict=True):
            rank = (round(abs(b - a), 3), far)
            if abs(b - a) <= reach and rank < best_rank:
                best, best_rank = (b - a, b, other), rank
    return best


def _upright(rect: QRectF, other: QRectF, x: float) -> QLineF:
    """A vertical guide that spans both."""
    both = rect.united(other)
    return QLineF(x, both.top() - _OVERSHOOT, x, both.bottom() + _OVERSHOOT)


def _level(rect: QRectF, other: QRectF, y: float) -> QLineF:
    """A horizontal guide that spans both."""
    both = rect.united(other)
    return QLineF(both.left() - _OVERSHOOT, y, both.right() + _OVERSHOOT, y)
