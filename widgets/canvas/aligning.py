"""Lines up what is selected, and spreads it evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QRectF

if TYPE_CHECKING:
    from collections.abc import Mapping

Way = Literal["left", "centre", "right", "top", "middle", "bottom", "across", "down"]
"""Edges and middles to line up at; ``across`` and ``down`` make the gaps equal."""
WAYS: Final[tuple[Way, ...]] = (
    "left", "centre", "right", "top", "middle", "bottom", "across", "down",
)  # fmt: skip
LEAST: Final[dict[Way, int]] = {way: 3 if way in ("across", "down") else 2 for way in WAYS}
"""How many things have to be selected for each."""


def lined_up(rects: Mapping[str, QRectF], way: Way) -> dict[str, QRectF]:
    """Where things come to lie: at the outermost edge, in the common middle, or at equal gaps."""
    if way in ("across", "down"):
        return _spread(rects, across=way == "across")
    box = QRectF()
    for rect in rects.values():
        box = box.united(rect)
    return {each: rect.translated(*_shift(rect, box, way)) for each, rect in rects.items()}


def _shift(rect: QRectF, box: QRectF, way: Way) -> tuple[float, float]:
    """How far a thing is from where it is to be."""
    match way:
        case "left":
            return box.left() - rect.left(), 0.0
        case "right":
            return box.right() - rect.right(), 0.0
        case "centre":
            return box.center().x() - rect.center().x(), 0.0
        case "top":
            return 0.0, box.top() - rect.top()
        case "bottom":
            return 0.0, box.bottom() - rect.bottom()
        case _:
            return 0.0, box.center().y() - rect.center().y()


def _spread(rects: Mapping[str, QRectF], *, across: bool) -> dict[str, QRectF]:
    """Equal gaps between neighbours; the first and the last stay where they are."""

    def begin(rect: QRectF) -> float:
        return rect.left() if across else rect.top()

    def size(rect: QRectF) -> float:
        return rect.width() if across else rect.height()

    order = sorted(rects, key=lambda each: (begin(rects[each]) + size(rects[each]) / 2, each))
    first, last = rects[order[0]], rects[order[-1]]
    room = begin(last) + size(last) - begin(first)
    gap = (room - sum(size(rect) for rect in rects.values())) / max(len(order) - 1, 1)
    made: dict[str, QRectF] = {}
    at = begin(first)
    for each in order:
        rect = rects[each]
        shift = at - begin(rect)
        made[each] = rect.translated(shift, 0.0) if across else rect.translated(0.0, shift)
        at += size(rect) + gap
    return made
