"""Paints palette rows: grey capitals for a heading; icon, name and one line for an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.model.component import Component
from widgets.palette.model import COMPONENT_ROLE
from widgets.theme import BODY, CAPTION, ThemeManager

if TYPE_CHECKING:
    from widgets.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
HEADING_HEIGHT = 34
TALL = 42
"""Entry with its one-line summary, in logical pixels."""
SHORT = 26
"""Entry with the name only, for when the list would not fit."""
_MARGIN = 12
_ICON = 18


class PaletteDelegate(QStyledItemDelegate):
    """Draws the rows in the current theme; ``dense`` hides the summaries."""

    def __init__(self, look: ThemeManager, parent: QWidget | None = None) -> None:
        """Paint with ``look``."""
        super().__init__(parent)
        self._look = look
        self.dense = False

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Height of a row; the view gives the width."""
        if index.data(COMPONENT_ROLE) is None:
            return QSize(0, HEADING_HEIGHT if index.row() else HEADING_HEIGHT - 6)
        return QSize(0, SHORT if self.dense else TALL)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw a row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        component = index.data(COMPONENT_ROLE)
        if isinstance(component, Component):
            self._background(painter, rect, option.state)
            self._entry(painter, rect, component)
        else:
            self._heading(painter, rect, str(index.data()))
        painter.restore()

    def _heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        """Category name in small grey capitals, near its entries."""
        painter.setFont(self._look.fonts.ui(CAPTION, QFont.Weight.DemiBold))
        painter.setPen(QColor(self._look.theme.muted))
        area = rect.adjusted(_MARGIN + 2, 0, -_MARGIN, -5)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        painter.drawText(area, flags, text.upper())

    def _background(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
        """Fill of a chosen or hovered entry, and a ring while the list has the keyboard."""
        theme: Theme = self._look.theme
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if not chosen and not hovered:
            return
        area = QRectF(rect).adjusted(7.5, 0.5, -7.5, -0.5)
        focused = chosen and bool(state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(QColor(theme.accent.colour) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.selected_row if chosen else theme.field))
        painter.drawRoundedRect(area, 6, 6)

    def _entry(self, painter: QPainter, rect: QRect, component: Component) -> None:
        """Icon, name and, where there is room, the summary."""
        theme, fonts = self._look.theme, self._look.fonts
        icon = QRectF(rect.left() + _MARGIN + 6, rect.center().y() + 0.5 - _ICON / 2, _ICON, _ICON)
        self._look.icons.paint(painter, component.icon, icon, theme.accent.colour)
        left = _MARGIN + 36
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        name = rect.adjusted(left, 0, -_MARGIN, 0)
        if not self.dense:
            name = QRect(name.left(), rect.top() + 5, name.width(), 17)
            below = QRect(name.left(), rect.top() + 21, name.width(), 15)
            font = fonts.ui(CAPTION)
            painter.setFont(font)
            painter.setPen(QColor(theme.muted))
            painter.drawText(below, middle, _elided(component.summary, font, below.width()))
        font = fonts.ui(BODY)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.drawText(name, middle, _elided(component.title, font, name.width()))


def _elided(text: str, font: QFont, width: int) -> str:
    """Text cut with an ellipsis where it does not fit."""
    return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
