"""Paints palette rows: grey capitals for a heading; icon, name and summary for an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.model.component import Component
from widgets.palette.model import COMPONENT_ROLE
from widgets.theme import BODY, CAPTION, ThemeManager

if TYPE_CHECKING:
    from widgets.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
HEADING_HEIGHT = 34
SHORT = 26
"""Entry with the name only, for when the list would not fit."""
TALL = 42
"""Entry with one line of its summary."""
_LINE = 14
"""One more line of the summary."""
_LEFT = 48
"""Where names begin."""
MOST_LINES = 2
_MARGIN = 12
_ICON = 18


class PaletteDelegate(QStyledItemDelegate):
    """Draws the rows in the current theme.

    ``lines`` says how much of the summaries there is room for: two lines, one, or none.
    """

    def __init__(self, look: ThemeManager, view: QAbstractItemView) -> None:
        """Paint with ``look`` in ``view``."""
        super().__init__(view)
        self._view = view
        self._look = look
        self.lines = MOST_LINES

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Height of a row; the view gives the width."""
        component = index.data(COMPONENT_ROLE)
        if not isinstance(component, Component):
            return QSize(0, HEADING_HEIGHT if index.row() else HEADING_HEIGHT - 6)
        if not self.lines:
            return QSize(0, SHORT)
        width = self._view.viewport().width()
        return QSize(0, TALL + _LINE * (len(self._summary(component, width)) - 1))

    def _summary(self, component: Component, width: int) -> list[str]:
        """The summary in at most ``lines`` lines, the last one cut where it does not fit."""
        metrics = QFontMetrics(self._look.fonts.ui(CAPTION))
        room = max(40, width - _LEFT - _MARGIN)
        lines: list[str] = [""]
        for word in component.summary.split():
            longer = f"{lines[-1]} {word}".strip()
            if len(lines) == self.lines or metrics.horizontalAdvance(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) for line in lines]

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
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        name = rect.adjusted(_LEFT, 0, -_MARGIN, 0)
        if self.lines:
            name = QRect(name.left(), rect.top() + 5, name.width(), 17)
            painter.setFont(fonts.ui(CAPTION))
            painter.setPen(QColor(theme.muted))
            for i, line in enumerate(self._summary(component, rect.width())):
                below = QRect(name.left(), rect.top() + 21 + _LINE * i, name.width(), 15)
                painter.drawText(below, middle, line)
        font = fonts.ui(BODY)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        title = QFontMetrics(font).elidedText(
            component.title, Qt.TextElideMode.ElideRight, name.width()
        )
        painter.drawText(name, middle, title)
