"""Links around cards: a course that would run behind a card passes above or below it.

A course is tried with a glance at the cards near it alone, so that a thousand links take no noticeable time;
it is only looked for anew when an end of the link, or a card near it, lies elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from widgets.canvas.wires import curves_between, sampled, wire_along

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from numpy.typing import NDArray

    from widgets.canvas.wires import Curve, Floats, Wire

_GAP: Final = 17.0
"""Distance of a course from the card that it passes (scene units)."""
_TOUCH: Final = 4.0
"""Distance from a card within which a course counts as behind it."""
_MANY: Final = 200
"""Cards from which on a course is looked at piece by piece."""
_PIECE: Final = 6
"""Points of a course in a piece."""
_TURN: Final = 40.0
"""Room before and behind a card in which a course turns aside."""
_TRIES: Final = 4
"""Cards further on that a course is moved aside for."""
_REACH: Final = 16.0
_MOST_REACH: Final = 160.0


class Obstacles:
    """Outlines of all cards in one table: a row each for their left, top, right and bottom edges."""

    def __init__(self) -> None:
        """No cards."""
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._table: Floats = np.zeros((4, 0))

    def put(self, card_id: str, rect: QRectF) -> None:
        """A card lies there now."""
        row = self._rows.get(card_id)
        if row is None:
            row = self._rows[card_id] = len(self._ids)
            self._ids.append(card_id)
            if row >= self._table.shape[1]:
                more = np.zeros((4, max(16, row)))
                self._table = np.concatenate((self._table, more), axis=1)
        self._table[:, row] = cast("tuple[float, ...]", rect.getCoords())

    def drop(self, card_id: str) -> None:
        """A card is gone; the last one takes its row."""
        row = self._rows.pop(card_id, None)
        if row is None:
            return
        last = self._ids.pop()
        if last != card_id:
            self._ids[row] = last
            self._rows[last] = row
            self._table[:, row] = self._table[:, len(self._ids)]

    def bounds(self) -> QRectF:
        """What all cards cover; empty without any."""
        if not self._ids:
            return QRectF()
        table = self._table[:, : len(self._ids)]
        (left, top), (right, bottom) = (
            table[:2].min(axis=1).tolist(),
            table[2:].max(axis=1).tolist(),
        )
        return QRectF(QPointF(left, top), QPointF(right, bottom))

    def touches(self, area: QRectF) -> bool:
        """Whether any card reaches into an area."""
        left, top, right, bottom = self._table[:, : len(self._ids)]
        across = (left < area.right()) & (right > area.left())
        return bool((across & (top < area.bottom()) & (bottom > area.top())).any())

    def behind(self, points: Floats, ends: Container[str]) -> Floats:
        """Outlines of the cards that a course runs behind, but for those at its ends."""
        outlines = self._table[:, : len(self._ids)]
        left, top, right, bottom = outlines
        (x0, y0), (x1, y1) = (
            (points.min(axis=0) - _TOUCH).tolist(),
            (points.max(axis=0) + _TOUCH).tolist(),
        )
        near = np.flatnonzero((left < x1) & (right > x0) & (top < y1) & (bottom > y0))
        if len(near) > _MANY:  # a course across the whole design: piece by piece
            pieces = np.arange(0, len(points), _PIECE)
            low, high = (each.reduceat(points, pieces) for each in (np.minimum, np.maximum))
            near = np.flatnonzero(_meet(outlines, low, high))
        if not len(near):
            return np.zeros((0, 4))
        found = outlines[:, near]
        columns = np.flatnonzero(_meet(found, points, points)).tolist()
        hit = [column for column in columns if self._ids[near[column]] not in ends]
        return found[:, hit].T


def _meet(outlines: Floats, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Which outlines, a column each, come close to any of some boxes, a row each."""
    left, top, right, bottom = outlines
    meets = left < high[:, :1] + _TOUCH
    meets &= right > low[:, :1] - _TOUCH
    meets &= top < high[:, 1:] + _TOUCH
    meets &= bottom > low[:, 1:] - _TOUCH
    any_of_them: NDArray[np.bool_] = meets.any(axis=0)
    return any_of_them


@dataclass(frozen=True, slots=True)
class _Way:
    """A course around cards, and how good it is: fewer cards behind it, then shorter."""

    curves: list[Curve]
    hidden: int
    length: float


def routed(
    start: QPointF, end: QPointF, obstacles: Obstacles, ends: Container[str], aside: float = 0.0
) -> Wire:
    """The course between two ports: the plain one, or one around the cards in its way.

    Args:
        start: the output port.
        end: where it arrives.
        obstacles: all cards.
        ends: ids of the cards at the ends.
        aside: how far from others that arrive with it, so that their ways around do not merge.
    """
    plain = curves_between(start, end)
    blocking = obstacles.behind(sampled(start, plain), ends)
    if not len(blocking):
        return wire_along(start, plain)
    ways = [_Way(plain, len(blocking), 0.0)]
    gap = _GAP + 0.6 * abs(aside)
    for above in (True, False):
        ways += _around(start, end, obstacles, ends, (blocking, above, gap))
    best = min(ways, key=lambda way: (way.hidden, way.length))
    return wire_along(start, best.curves)


def _around(
    start: QPointF,
    end: QPointF,
    obstacles: Obstacles,
    ends: Container[str],
    lane: tuple[Floats, bool, float],
) -> Iterable[_Way]:
    """Ways above or below what is in the way; further aside for what is in the way there."""
    blocking, above, gap = lane
    for _ in range(_TRIES):
        height = blocking[:, 1].min() - gap if above else blocking[:, 3].max() + gap
        left, right = blocking[:, 0].min() - _TURN, blocking[:, 2].max() + _TURN
        curves = _lane(start, end, (float(left), float(right)), float(height))
        points = sampled(start, curves)
        more = obstacles.behind(points, ends)
        steps = np.diff(points, axis=0)
        yield _Way(curves, len(more), float(np.hypot(steps[:, 0], steps[:, 1]).sum()))
        if not len(more):
            return
        known = {*map(tuple, blocking.tolist())}
        others = [outline for outline in map(tuple, more.tolist()) if outline not in known]
        if not others:
            return
        blocking = np.concatenate((blocking, others))


def _lane(start: QPointF, end: QPointF, span: tuple[float, float], height: float) -> list[Curve]:
    """Aside to a height, level along a span, and back."""
    low, high = sorted((start.x() + _REACH, end.x() - _REACH))
    left, right = min(max(span[0], low), high), max(min(span[1], high), low)
    first, second = QPointF(left, height), QPointF(max(right, left), height)
    return [*_turn(start, first), *_turn(first, second), *_turn(second, end)]


def _turn(begin: QPointF, end: QPointF) -> list[Curve]:
    """A curve that is level at both ends; none between places that are one."""
    if abs(end.x() - begin.x()) + abs(end.y() - begin.y()) < 1.0:
        return []
    reach = min(max(abs(end.x() - begin.x()) / 2, _REACH), _MOST_REACH)
    return [(QPointF(begin.x() + reach, begin.y()), QPointF(end.x() - reach, end.y()), end)]
