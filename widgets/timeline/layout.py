"""Where things are on the strip: time to pixels, and labels that never overlap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QRectF

if TYPE_CHECKING:
    from collections.abc import Sequence

LEFT: Final = 98
"""Where time begins (logical pixels): right of the strip's title."""
RIGHT: Final = 18
HEIGHT: Final = 72
CURVE_TOP: Final = 8.0
BASELINE: Final = 31.0
"""Height of the line that events stand on."""
ROWS: Final = (37.0, 52.0)
"""Tops of the two rows of labels."""
ROW_HEIGHT: Final = 15.0
GLYPH: Final = 12.0
"""Side of an event's icon."""
_PAD: Final = 4.0
_GAP: Final = 8.0
_WIDEST: Final = 190.0
_APART: Final = 1.0
"""Pixels from a mark within which no other one tries for a label."""
_SHORTEST_TEXT: Final = 34.0
"""A text elided further than this says nothing; the icon alone stands for it."""


@dataclass(frozen=True, slots=True)
class Ruler:
    """Maps simulated time to the strip's pixels."""

    start: float
    end: float
    width: float
    """Width of the whole strip."""
    pixels_per_second: float = field(init=False, compare=False)
    """Scale."""

    def __post_init__(self) -> None:
        """Work the scale out once: thousands of instants are asked for."""
        scale = (self.right - LEFT) / max(self.end - self.start, 1e-9)
        object.__setattr__(self, "pixels_per_second", scale)

    @property
    def left(self) -> float:
        """Where the visible range begins."""
        return float(LEFT)

    @property
    def right(self) -> float:
        """Where the visible range ends."""
        return max(self.width - RIGHT, LEFT + 1.0)

    def x(self, instant: float) -> float:
        """Pixel of an instant."""
        return LEFT + (instant - self.start) * self.pixels_per_second

    def instant(self, x: float) -> float:
        """Instant at a pixel (s), not before 0."""
        return max(self.start + (x - self.left) / self.pixels_per_second, 0.0)

    def shows(self, instant: float) -> bool:
        """Whether an instant is in the visible range."""
        return self.start <= instant <= self.end


class Placeable(Protocol):
    """A label that wants to stand under ``x``. How wide it is may take long to find out."""

    @property
    def x(self) -> float:
        """Pixel of its mark."""

    @property
    def text_width(self) -> float:
        """Width of its text."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label whose width is known."""

    x: float
    text_width: float


@dataclass(frozen=True, slots=True)
class Label:
    """Where a label stands: icon at the left of ``rect``, then text if there is room for any."""

    rect: QRectF
    text_width: float
    """0 where only the icon fits."""


def place_labels(wanted: Sequence[Placeable], left: float, right: float) -> list[Label | None]:
    """Place labels given in order of ``x`` so that none overlaps another.

    Each takes the first row in which its whole text fits near its mark; else the row with most
    room, its text elided; else its icon alone; None where there is no room even for that. Only of those
    for which there may be room it is asked how wide they are.
    """
    ends = [left - _GAP] * len(ROWS)
    placed: list[Label | None] = []
    tried = float("-inf")
    for i, each in enumerate(wanted):
        if each.x - tried < _APART:  # of thousands of events most stand where there is no room left
            placed.append(None)
            continue
        text = min(each.text_width, _WIDEST)
        label = _whole(each.x, text, ends, right)
        if label is None:
            following = wanted[i + 1].x if i + 1 < len(wanted) else right
            label = _cut(each.x, text, ends, max(following, each.x + GLYPH), right)
        placed.append(label)
        if label is None:
            tried = each.x
        else:
            ends[ROWS.index(label.rect.top())] = label.rect.right()
    return placed


def _whole(x: float, text: float, ends: list[float], right: float) -> Label | None:
    """The label with its whole text, in the first row that has room for it."""
    width = GLYPH + _PAD + text
    for row, end in zip(ROWS, ends, strict=True):
        begin = min(max(x - width / 2.0, end + _GAP), right - width)
        if begin >= end + _GAP and begin <= x + GLYPH / 2.0:
            return Label(QRectF(begin, row, width, ROW_HEIGHT), text)
    return None


def _cut(x: float, text: float, ends: list[float], limit: float, right: float) -> Label | None:
    """The label with less text or none, in the row with most room."""
    end = min(ends)
    row = ROWS[ends.index(end)]
    begin = max(x - GLYPH / 2.0, end + _GAP)
    if begin > x + GLYPH or begin + GLYPH > right + GLYPH:
        return None
    room = min(limit - _GAP, right) - begin - GLYPH - _PAD
    text = min(text, room)
    if text < _SHORTEST_TEXT:
        return Label(QRectF(begin, row, GLYPH, ROW_HEIGHT), 0.0)
    return Label(QRectF(begin, row, GLYPH + _PAD + text, ROW_HEIGHT), text)


def free_place(x: float, width: float, taken: Sequence[QRectF], ruler: Ruler) -> QRectF | None:
    """Where words of some width can stand below ``x`` beside what is there, in the first row with room; None for nowhere."""
    left = min(max(x - width / 2.0, ruler.left), ruler.right - width)
    for row in ROWS:
        rect = QRectF(left, row, width, ROW_HEIGHT)
        apart = rect.adjusted(-_GAP, 0.0, _GAP, 0.0)
        if left >= ruler.left and not any(apart.intersects(each) for each in taken):
            return rect
    return None


def bubble_beside(labels: Sequence[QRectF], bubble: QRectF) -> QRectF:
    """The bubble with the time, in the first row where it covers no label; else above the load curve."""
    for row in ROWS:
        bubble.moveTop(row)
        if not any(bubble.intersects(label) for label in labels):
            return bubble
    bubble.moveTop(0.0)
    return bubble
