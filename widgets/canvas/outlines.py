"""Rings around items that leave their live numbers readable: what sets another design apart, what is pointed at there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from widgets.canvas.geometry import CARD_MARGIN, CARD_RADIUS, CARD_WIDTH, COMPACT_ZOOM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from PySide6.QtWidgets import QWidget

    from widgets.canvas.health import State
    from widgets.canvas.look import Look
    from widgets.canvas.scene import CanvasScene

_OUTSET: Final = 7.0
"""Between an item and its ring (scene units): outside the ring of a selection."""
_CARD_OUTSET: Final = CARD_MARGIN
"""The same of a card: outside the pills that stick out of it."""
_PEN: Final = 2.0
"""Width of a ring on the screen (logical pixels)."""
_READABLE: Final = 24.0
"""Pixels of a card below which rings have no words: they would cover the cards, and their neighbours' words."""
_HEIGHT: Final = 18.0
_LEAST: Final = 200.0
"""Room of a label that stands over a small item (logical pixels)."""
_LIFT: Final = 2.0
"""Between the ring and the words above it (logical pixels)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A ring around an item: a colour, and words that tell it without the colour."""

    tone: State
    text: str


class Outlines:
    """The rings of one canvas."""

    def __init__(self, scene: CanvasScene, surface: QWidget) -> None:
        """None yet; ``surface`` is painted anew when they change."""
        self._scene, self._surface = scene, surface
        self._outlines: Mapping[str, Outline] = {}
        self._pointed: frozenset[str] = frozenset()

    def show(self, outlines: Mapping[str, Outline]) -> None:
        """Ring items by id, with a few words each, over what they show of the run."""
        self._outlines = outlines
        self._surface.update()

    @property
    def pointed(self) -> frozenset[str]:
        """Ids of what is pointed at elsewhere."""
        return self._pointed

    def point_at(self, ids: Iterable[str]) -> None:
        """Ring items that are pointed at elsewhere; none for nothing."""
        pointed = frozenset(ids)
        if pointed != self._pointed:
            self._pointed = pointed
            self._surface.update()

    def paint(self, painter: QPainter, look: Look) -> None:
        """Paint rings in scene coordinates, with labels that are equally large at any zoom."""
        if not self._outlines and not self._pointed:
            return
        zoom = painter.worldTransform().m11()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for item_id in sorted(self._pointed):
            pen = QPen(look.colour(look.theme.accent.colour), 2.0 * _PEN / zoom)
            _ring(painter, item_id, pen, self._scene, 4.0)
        for item_id, outline in self._outlines.items():
            style = look.theme.state(outline.tone)
            pen = QPen(look.colour(style.colour), _PEN / zoom)
            pen.setStyle(Qt.PenStyle.DashLine)
            box = _ring(painter, item_id, pen, self._scene)
            if box is not None and CARD_WIDTH * zoom >= _READABLE:
                _label(painter, outline, box, look, zoom)
        painter.restore()


def _ring(
    painter: QPainter, item_id: str, pen: QPen, scene: CanvasScene, beyond: float = 0.0
) -> QRectF | None:
    """Ring an item, or retrace a link; tells where its label belongs. None where it is not shown.

    ``beyond``: so much further out than other rings (scene units).
    """
    painter.setPen(pen)
    link = scene.links.get(item_id)
    if link is not None:
        painter.drawPath(link.wire.path)
        at = link.wire.path.pointAtPercent(0.5)
        return QRectF(at, at)
    rect = scene.rect_of(item_id)
    if rect is None:
        return None
    outset = beyond + (_CARD_OUTSET if item_id in scene.cards else _OUTSET)
    box = rect.adjusted(-outset, -outset, outset, outset)
    radius = CARD_RADIUS + outset / 2.0
    painter.drawRoundedRect(box, radius, radius)
    return box


def _label(painter: QPainter, outline: Outline, box: QRectF, look: Look, zoom: float) -> None:
    """The words over the top left corner of the ring, or on the middle of a link."""
    style, metrics = look.theme.state(outline.tone), look.pill_metrics
    room = max(box.width() * zoom, _LEAST)
    # From afar the words of neighbours would cover the cards: the sign in front of them says the same.
    words = outline.text if zoom >= COMPACT_ZOOM else outline.text.partition(" ")[0]
    text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room - 14.0)
    width = metrics.horizontalAdvance(text) + 14.0
    left = -width / 2.0 if box.width() == 0.0 else 0.0
    top = -_HEIGHT / 2.0 if box.width() == 0.0 else -_HEIGHT - _LIFT
    painter.save()
    painter.translate(QPointF(box.left(), box.top()))
    painter.scale(1.0 / zoom, 1.0 / zoom)
    pill = QRectF(left, top, width, _HEIGHT)
    painter.setPen(QPen(look.colour(style.colour), 1.2))
    painter.setBrush(look.colour(look.theme.card))
    painter.drawRoundedRect(pill, _HEIGHT / 2.0, _HEIGHT / 2.0)
    painter.setFont(look.pill_font)
    painter.setPen(look.colour(style.text))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
