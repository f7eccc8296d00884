"""Where names and numbers stand on the map so that none covers another."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from PySide6.QtCore import QSize

_SHARES: Final = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)
"""Places along a line where its number may stand, the best first."""
_CLEAR: Final = 3.0
"""Free pixels between a point and its name."""


def name_rooms(
    points: Mapping[str, QPointF], sizes: Mapping[str, QSizeF], radius: float, within: QSize
) -> dict[str, QRectF]:
    """Where the names of points stand: on the side where each covers least of the others.

    Args:
        points: by id.
        sizes: of the names, by id.
        radius: of the points' discs.
        within: what the names must not leave.
    """
    bounds = QRectF(QPointF(), QSizeF(within))
    discs = {each: _disc(at, radius) for each, at in points.items()}
    rooms: dict[str, QRectF] = {}
    for each, at in points.items():
        others = [disc for other, disc in discs.items() if other != each]
        lines = [_corridor(at, other) for name, other in points.items() if name != each]
        rooms[each] = min(
            (_kept(side, bounds) for side in _sides(at, sizes[each], radius + _CLEAR)),
            key=lambda room: (
                _overlap(room, [*rooms.values(), *others, discs[each]]),
                _overlap(room, chain.from_iterable(lines)),
            ),
        )
    return rooms


def rooms_below(
    points: Mapping[str, QPointF], sizes: Mapping[str, QSizeF], radius: float, within: QSize
) -> dict[str, QRectF]:
    """The same for so many points that their names cover each other anyway: each below its own."""
    bounds = QRectF(QPointF(), QSizeF(within))
    return {
        each: _kept(_below(at, sizes[each], radius + _CLEAR), bounds) for each, at in points.items()
    }


def number_room(
    start: QPointF, end: QPointF, size: QSizeF, taken: Sequence[QRectF]
) -> tuple[QRectF, bool]:
    """Where the number of a line stands, near its middle, and whether it covers nothing there."""
    rooms = (_centred(start + (end - start) * share, size) for share in _SHARES)
    best = min(rooms, key=lambda room: _overlap(room, taken))
    return best, _overlap(best, taken) == 0.0


def _below(at: QPointF, size: QSizeF, away: float) -> QRectF:
    """A name below its point."""
    return _centred(at + QPointF(0.0, away + size.height() / 2.0), size)


def _sides(at: QPointF, size: QSizeF, away: float) -> tuple[QRectF, ...]:
    """A name below, above, to the right and to the left of its point."""
    down, across = away + size.height() / 2.0, away + size.width() / 2.0
    shifts = (QPointF(0, down), QPointF(0, -down), QPointF(across, 0), QPointF(-across, 0))
    return tuple(_centred(at + shift, size) for shift in shifts)


def _corridor(start: QPointF, end: QPointF) -> list[QRectF]:
    """Where the number of a line is likely to stand."""
    return [_centred(start + (end - start) * share, QSizeF(48.0, 14.0)) for share in _SHARES[:3]]


def _kept(room: QRectF, bounds: QRectF) -> QRectF:
    """A room moved inside of others' bounds."""
    x = min(max(room.left(), bounds.left()), max(bounds.left(), bounds.right() - room.width()))
    y = min(max(room.top(), bounds.top()), max(bounds.top(), bounds.bottom() - room.height()))
    return QRectF(QPointF(x, y), room.size())


def _disc(at: QPointF, radius: float) -> QRectF:
    """The square around a point."""
    return _centred(at, QSizeF(2.0 * radius, 2.0 * radius))


def _centred(at: QPointF, size: QSizeF) -> QRectF:
    """A rectangle around a place."""
    return QRectF(at - QPointF(size.width(), size.height()) / 2.0, size)


def _overlap(room: QRectF, taken: Iterable[QRectF]) -> float:
    """Pixels that a room shares with others."""
    shared = (room.intersected(other) for other in taken if room.intersects(other))
    return sum(each.width() * each.height() for each in shared)
