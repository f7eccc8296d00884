"""The curves of links: cubic, port to port, with points at equal distances for what moves on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from widgets.canvas.geometry import CARD_HEIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats: TypeAlias = npt.NDArray[np.float64]
Curve: TypeAlias = tuple[QPointF, QPointF, QPointF]
"""Two control points, and where it leads to."""

POINTS: Final = 33
"""Points of the table of a wire; between them things move in straight lines."""
_EQUAL: Final = np.linspace(0.0, 1.0, POINTS)
_STEPS: Final = 24
_T: Final = np.linspace(0.0, 1.0, _STEPS)
_BASIS: Final = np.stack(
    ((1 - _T) ** 3, 3 * (1 - _T) ** 2 * _T, 3 * (1 - _T) * _T**2, _T**3), axis=1
)
"""Weights of the four corners of a cubic, a row a point."""
_LEAST_REACH = 36.0
_MOST_REACH = 220.0
_FAN = 8.0
_BACKWARDS = 48.0
"""Scene units by which a target lies behind its source before the link goes around."""
_GAP = 1.7
"""Distance of two rows, in card heights, from which a link fits in between."""


@dataclass(frozen=True, slots=True, eq=False)
class Wire:
    """A drawn link."""

    path: QPainterPath
    points: Floats
    """Points at equal distances along the curve, shape (POINTS, 2)."""
    length: float
    middle: QPointF


def wire(start: QPointF, end: QPointF) -> Wire:
    """The curve from an output port to an input port."""
    return wire_along(start, curves_between(start, end))


def wire_along(start: QPointF, curves: Sequence[Curve]) -> Wire:
    """The wire that follows some curves, each beginning where the one before it ends."""
    path = QPainterPath(start)
    for first, second, to in curves:
        path.cubicTo(first, second, to)
    return _measured(path, start, curves)


def curves_between(start: QPointF, end: QPointF) -> list[Curve]:
    """Control points: one S forwards; a way around both cards when the link leads back."""
    dx, dy = end.x() - start.x(), end.y() - start.y()
    if dx < -_BACKWARDS or (dx < 0.0 and abs(dy) < CARD_HEIGHT):
        return _detour(start, end)
    reach = min(max(abs(dx) / 2, _LEAST_REACH), _MOST_REACH)
    return [(QPointF(start.x() + reach, start.y()), QPointF(end.x() - reach, end.y()), end)]


def _detour(start: QPointF, end: QPointF) -> list[Curve]:
    """Back between the cards where there is room, else below both: never hidden behind them."""
    low = (start.y() + end.y()) / 2
    if abs(end.y() - start.y()) < _GAP * CARD_HEIGHT:
        low = max(start.y(), end.y()) + CARD_HEIGHT
    turn = QPointF((start.x() + end.x()) / 2, low)
    reach = 1.6 * _LEAST_REACH
    return [
        (QPointF(start.x() + reach, start.y()), QPointF(start.x() + reach, low), turn),
        (QPointF(end.x() - reach, low), QPointF(end.x() - reach, end.y()), end),
    ]


def sampled(start: QPointF, curves: Sequence[Curve]) -> Floats:
    """Points of some curves, closer where these bend more."""
    corners = [(start.x(), start.y())]
    for first, second, to in curves:
        corners += [(first.x(), first.y()), (second.x(), second.y()), (to.x(), to.y())]
    table = np.array(corners)
    parts = [_BASIS @ table[3 * i : 3 * i + 4] for i in range(len(curves))]
    return np.concatenate(parts)


def _measured(path: QPainterPath, start: QPointF, curves: Sequence[Curve]) -> Wire:
    """Points at equal distances along the curve."""
    raw = sampled(start, curves)
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(raw, axis=0).T))))
    wanted = along[-1] * _EQUAL
    points = np.stack([np.interp(wanted, along, raw[:, i]) for i in (0, 1)], axis=1)
    x, y = points[POINTS // 2]
    return Wire(path, points, float(along[-1]), QPointF(float(x), float(y)))


def fan(target_y: float, source_ys: list[float]) -> list[float]:
    """Heights, relative to the port, at which several links arrive so that they stay apart.

    A link from straight ahead stays straight; the others keep their order above and below it.
    """
    order = sorted(range(len(source_ys)), key=lambda i: source_ys[i])
    level = [i for i in order if abs(source_ys[i] - target_y) < 1.0]
    step = min(_FAN, 0.6 * CARD_HEIGHT / max(len(order), 1))
    anchor = float(order.index(level[len(level) // 2])) if level else (len(order) - 1) / 2
    offsets = [0.0] * len(order)
    for rank, i in enumerate(order):
        offsets[i] = (rank - anchor) * step
    return offsets


def distance(course: Wire, x: float, y: float) -> float:
    """Distance from a point to the curve."""
    here, step = course.points[:-1], np.diff(course.points, axis=0)
    along = ((np.array((x, y)) - here) * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1e-9)
    nearest = here + np.clip(along, 0.0, 1.0)[:, None] * step
    return float(np.hypot(nearest[:, 0] - x, nearest[:, 1] - y).min())
