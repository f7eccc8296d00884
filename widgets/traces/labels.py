"""Where on the edges of a drawing their labels stand: clear of cards and of each other, or nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtCore import QSizeF
    from PySide6.QtGui import QPainterPath

_PLACES: Final = (0.55, 0.45, 0.65, 0.36, 0.74, 0.28, 0.82, 0.2)
"""Shares of an edge where its label may stand, the best first: nearer to its end, where those of one caller are apart."""
_APART: Final = 2.0
"""Pixels between a label and whatever is beside it."""


def label_places(
    courses: Sequence[QPainterPath],
    sizes: Sequence[QSizeF],
    taken: Iterable[QRectF],
    order: Iterable[int],
) -> dict[int, QRectF]:
    """Where labels stand, by the place of their edge in ``courses``; those for which there is no room are left out.

    Args:
        courses: the edges.
        sizes: of their labels.
        taken: where no label may stand: the cards.
        order: edges by how much their labels matter: the first ones choose first.
    """
    rooms, found = list(taken), {}
    for edge in order:
        place = _free(courses[edge], sizes[edge], rooms)
        if place is not None:
            found[edge] = place
            rooms.append(place)
    return found


def _free(course: QPainterPath, size: QSizeF, rooms: Sequence[QRectF]) -> QRectF | None:
    """The best place on an edge that nothing else has."""
    for share in _PLACES:
        middle = course.pointAtPercent(share)
        left, top = middle.x() - size.width() / 2.0, middle.y() - size.height() / 2.0
        place = QRectF(left, top, size.width(), size.height())
        wide = place.adjusted(-_APART, -_APART, _APART, _APART)
        if not any(wide.intersects(each) for each in rooms):
            return place
    return None
