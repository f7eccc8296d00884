"""Paints the pill that holds the signs of policies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter, QPen

from widgets.canvas.pill import Pill
from widgets.theme.shapes import paint_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from widgets.canvas.look import Look

HEIGHT: Final = 17.0
_ICON: Final = 11.0
_GAP: Final = 3.0
"""Between an icon and its words."""
_BARE: Final = 6.0
"""Behind an icon without words."""


def pills_size(pills: Sequence[Pill], look: Look) -> QSizeF:
    """Room that some signs take in one pill."""
    width = 5.0
    for pill in pills:
        width += _ICON + _after(pill, look)
    return QSizeF(width, HEIGHT)


def _after(pill: Pill, look: Look) -> float:
    """Room behind an icon: for its words, and up to the next one."""
    if not pill.text:
        return _BARE
    return _GAP + look.pill_metrics.horizontalAdvance(pill.text) + 7.0


def fitting(pills: Sequence[Pill], look: Look, room: float) -> tuple[Pill, ...]:
    """Signs that fit into a width: those without news go without words, then the last ones are counted."""
    if pills_size(pills, look).width() <= room:
        return tuple(pills)
    brief = [pill if pill.tone else replace(pill, text="") for pill in pills]
    for count in range(len(brief), 0, -1):
        rest = len(brief) - count
        shown = (*brief[:count], *((Pill("more", f"+{rest}"),) if rest else ()))
        if pills_size(shown, look).width() <= room:
            return shown
    return (Pill("more", f"+{len(brief)}"),)


def paint_pills(painter: QPainter, pills: Sequence[Pill], look: Look, border: str) -> None:
    """Paint a pill with its top left corner at the origin; a state is told by its word and its colour."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    theme = look.theme
    painter.setPen(QPen(look.colour(border), 1.0))
    painter.setBrush(look.colour(theme.panel))
    size = pills_size(pills, look)
    box = QRectF(0.0, 0.0, size.width(), size.height())
    painter.drawRoundedRect(box, HEIGHT / 2, HEIGHT / 2)
    left = 6.0
    painter.setFont(look.pill_font)
    for pill in pills:
        token = _ink(pill, look)
        icon = QRectF(left, box.center().y() - _ICON / 2, _ICON, _ICON)
        if pill.icon:
            look.icons.paint(painter, pill.icon, icon, token)
        else:
            paint_state(painter, theme.state(pill.tone), icon)
        left += _ICON
        painter.setPen(look.colour(token))
        painter.drawText(QPointF(left + _GAP, box.center().y() + 3.6), pill.text)
        left += _after(pill, look)


def _ink(pill: Pill, look: Look) -> str:
    """Colour of a sign."""
    if pill.tone == "fault":
        return look.theme.load.text
    return look.theme.state(pill.tone).text if pill.tone else look.theme.muted
