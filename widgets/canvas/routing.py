"""Links around cards: a course that would run behind a card passes above or below it.

A course is tried with a glance at the cards near it alone, so that a thousand links take no noticeable time;
it is only looked for anew when an end of the link, or a card near it, lies elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF

from widgets.canvas.wires import curves_between, sampled, wire_along

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from PySide6.QtCore import QRectF

    from widgets.canvas.wires import Curve, Floats, Wire

_GAP: Final = 17.0
"""Distance of a course from the card that it passes (scene units)."""
_TOUCH: Final = 4.0
"""Distance from a card within which a course counts as behind it."""
_TURN: Final = 40.0
"""Room before and behind a card in which a course turns aside."""
_TRIES: Final = 4
"""Cards further on that a course is moved aside for."""
_REACH: Final = 16.0
_MOST_REACH: Final = 160.0


class Obstacles:
    """Outlines of all cards in one table."""

    def __init__(self) -> None:
        """No cards."""
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._table: Floats = np.zeros((0, 4))

    def put(self, card_id: str, rect: QRectF) -> None:
        """A card lies there now."""
        row = self._rows.get(card_id)
        if row is None:
            row = self._rows[card_id] = len(self._ids)
            self._ids.append(card_id)
            if row >= len(self._table):
                self._table = np.concatenate((self._table, np.zeros((max(16, row), 4))))
        self._table[row] = (rect.left(), rect.top(), rect.right(), rect.bottom())

    def knows(self, card_id: str) -> bool:
        """Whether a card is in the table."""
        return card_id in self._rows

    def drop(self, card_id: str) -> None:
        """A card is gone; the last one takes its row."""
        row = self._rows.pop(card_id, None)
        if row is None:
            return
        last = self._ids.pop()
        if last != card_id:
            self._ids[row] = last
            self._rows[last] = row
            self._table[row] = self._table[len(self._ids)]

    def behind(self, points: Floats, ends: Container[str]) -> Floats:
        """Outlines of the cards that a course runs behind, but for those at its ends."""
        table = self._table[: len(self._ids)]
        low, high = points.min(axis=0) - _TOUCH, points.max(axis=0) + _TOUCH
        near = np.flatnonzero(
            (table[:, 0] < high[0])
            & (table[:, 2] > low[0])
            & (table[:, 1] < high[1])
            & (table[:, 3] > low[1])
        )
        rows = [row for row in near.tolist() if self._ids[row] not in ends]
        if not rows:
            return np.zeros((0, 4))
        found = table[rows]
        x, y = points[:, 0][:, None], points[:, 1][:, None]
        inside = (
            (x > found[:, 0] - _TOUCH)
            & (x < found[:, 2] + _TOUCH)
            & (y > found[:, 1] - _TOUCH)
            & (y < found[:, 3] + _TOUCH)
        )
        hit: Floats = found[inside.any(axis=0)]
        return hit


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
