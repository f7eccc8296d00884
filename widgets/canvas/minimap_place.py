"""Where the minimap stands: at the edge of the view, over nothing that somebody wants to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_STEP: Final = 24.0
"""Distance of the places that are tried along an edge (logical pixels)."""


def free_place(
    room: QRectF, size: QSizeF, margin: float, is_taken: Callable[[QRectF], bool]
) -> QPointF | None:
    """The first free place at the edges of ``room``, its bottom right corner first; None where all is taken.

    Args:
        room: the view.
        size: what is to be placed.
        margin: distance from the edges.
        is_taken: whether something that must not be covered reaches into a part of ``room``.
    """
    inner = QRectF(
        room.left() + margin,
        room.top() + margin,
        room.width() - size.width() - 2 * margin,
        room.height() - size.height() - 2 * margin,
    )
    if inner.width() < 0.0 or inner.height() < 0.0:
        return None
    for corner in _places(inner):
        if not is_taken(QRectF(corner, size)):
            return corner
    return None


def _places(inner: QRectF) -> Iterator[QPointF]:
    """Top left corners to try: the four corners, then from them along the edges."""
    left, right, top, bottom = inner.left(), inner.right(), inner.top(), inner.bottom()
    yield from (QPointF(right, bottom), QPointF(left, bottom))
    yield from (QPointF(right, top), QPointF(left, top))
    across = _steps(inner.width())
    yield from (QPointF(right - step, bottom) for step in across)
    yield from (QPointF(right - step, top) for step in across)
    down = _steps(inner.height())
    yield from (QPointF(right, bottom - step) for step in down)
    yield from (QPointF(left, bottom - step) for step in down)


def _steps(length: float) -> list[float]:
    """Distances along an edge, without its ends."""
    return [number * _STEP for number in range(1, max(1, int(length // _STEP)))]
