"""Where on their links pills stand, so that those of crossing links do not cover each other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF

from widgets.canvas.link_painter import fitted, has_pills
from widgets.canvas.wires import POINTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from widgets.canvas.items import LinkItem
    from widgets.canvas.look import Look

_MIDDLE: Final = POINTS // 2
_SHIFTS: Final = (0, -3, 3, -6, 6, -8, 8)
"""Points along a link from its middle where its pill may stand, the best first."""
_CELL: Final = 96.0
"""Size of the squares by which neighbours are found (scene units)."""
_APART: Final = 2.0


class PillPlaces:
    """Remembers where pills stand, and finds room for others."""

    def __init__(self) -> None:
        """Nothing stands anywhere."""
        self._rooms: dict[str, QRectF] = {}
        self._shifts: dict[str, int] = {}
        self._cells: dict[tuple[int, int], set[str]] = {}

    def forget(self, link_id: str) -> None:
        """A link has no pill any more."""
        room = self._rooms.pop(link_id, None)
        for cell in _cells(room) if room is not None else ():
            self._cells[cell].discard(link_id)

    def middle(self, link: LinkItem, look: Look) -> QPointF:
        """The point of a link on which its pill stands: its middle, unless another pill is there.

        A pill stays where it is as long as it has room there.
        """
        self.forget(link.item_id)
        if not has_pills(link.face):
            self._shifts.pop(link.item_id, None)
            return link.wire.middle
        before = self._shifts.get(link.item_id, 0)
        shifts = tuple(dict.fromkeys((before, *_SHIFTS)))
        free = (shift for shift in shifts if not self._covers(_room(link, shift, look)))
        shift = next(free, 0)
        at, room = _point(link, shift), _room(link, shift, look)
        self._shifts[link.item_id] = shift
        self._rooms[link.item_id] = room
        for cell in _cells(room):
            self._cells.setdefault(cell, set()).add(link.item_id)
        return at

    def _covers(self, room: QRectF) -> bool:
        """Whether something stands there."""
        wide = room.adjusted(-_APART, -_APART, _APART, _APART)
        near = {each for cell in _cells(wide) for each in self._cells.get(cell, ())}
        return any(wide.intersects(self._rooms[each]) for each in near)


def _room(link: LinkItem, shift: int, look: Look) -> QRectF:
    """What a pill covers that stands so many points from the middle."""
    return fitted(link.face, link.ends, _point(link, shift), look)[1]


def _point(link: LinkItem, shift: int) -> QPointF:
    """A point of a link, so many of its points from its middle."""
    if shift == 0:
        return link.wire.middle
    x, y = link.wire.points[_MIDDLE + shift]
    return QPointF(float(x), float(y))


def _cells(room: QRectF) -> Iterator[tuple[int, int]]:
    """The squares that a rectangle lies in."""
    for column in range(math.floor(room.left() / _CELL), math.floor(room.right() / _CELL) + 1):
        for row in range(math.floor(room.top() / _CELL), math.floor(room.bottom() / _CELL) + 1):
            yield column, row
