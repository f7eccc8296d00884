"""Paints a card as it is seen from afar: its name as large as it fits, and its state.

A page of boxes without names says nothing; a name that is read tells more than an icon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from widgets.canvas.card_painter import mark_colour, opacity_of, paint_body
from widgets.canvas.geometry import CARD_HEIGHT, CARD_WIDTH
from widgets.theme.shapes import paint_state

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from widgets.canvas.card_state import CardFace
    from widgets.canvas.look import Look

_LEFT: Final = 10.0
_SHAPE: Final = 24.0
"""Size of the shape of the state."""
_NAME: Final = QRectF(_LEFT, 3.0, CARD_WIDTH - _LEFT - _SHAPE - 11.0, CARD_HEIGHT - 6.0)
"""Where the name stands, beside the shape."""


def paint_far(painter: QPainter, face: CardFace, look: Look, zoom: float = 1.0) -> None:
    """Paint name and state only, large enough to be told apart from afar."""
    painter.setRenderHint(painter.RenderHint.Antialiasing)
    painter.setOpacity(opacity_of(face))
    paint_body(painter, face, look, zoom)
    if face.word:
        _paint_word(painter, face, look)
        return
    _paint_name(painter, face, look)
    if not face.under_map:
        top = (CARD_HEIGHT - _SHAPE) / 2
        box = QRectF(CARD_WIDTH - _SHAPE - 7.0, top, _SHAPE, _SHAPE)
        paint_state(painter, look.theme.state(face.state), box)
    if face.fault or face.mark:
        token = look.theme.load.colour if face.fault else mark_colour(face, look)
        token = look.theme.danger.colour if face.compromised else token
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(token))
        # Above the shape, where no name stands.
        painter.drawEllipse(QPointF(CARD_WIDTH - 7.0 - _SHAPE / 2, 6.0), 9.0, 9.0)


def _paint_name(painter: QPainter, face: CardFace, look: Look) -> None:
    """The name in as many lines as it needs, from the middle; the icon where there is no name."""
    if not face.name.strip():
        look.icons.paint(painter, face.icon, QRectF(30.0, 18.0, 40.0, 40.0), look.theme.text)
        return
    font, lines = look.name_from_afar(face.name, _NAME.size())
    metrics = QFontMetricsF(font)
    step = metrics.ascent() + metrics.descent()
    painter.setFont(font)
    painter.setPen(look.colour(look.theme.text))
    base = _NAME.center().y() - step * len(lines) / 2 + metrics.ascent()
    for number, line in enumerate(lines):
        painter.drawText(QPointF(_NAME.left(), base + number * step), line)


def _paint_word(painter: QPainter, face: CardFace, look: Look) -> None:
    """What a map says of an item, large enough to be read from afar, in place of its name."""
    style = look.theme.state(face.state)
    paint_state(painter, style, QRectF(12.0, 24.0, 28.0, 28.0))
    painter.setFont(look.far_font)
    painter.setPen(look.colour(style.text))
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(QRectF(50.0, 4.0, CARD_WIDTH - 56.0, CARD_HEIGHT - 8.0), flags, face.word)
