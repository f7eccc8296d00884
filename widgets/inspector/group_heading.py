"""The heading of a group of fields: a click, or Enter, folds the group to this one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy

from widgets.theme import ElidedLabel, section_label, set_role

if TYPE_CHECKING:
    from widgets.theme import ThemeManager

_HEIGHT = 20
_GAP = 9
"""Free room above whatever is open, or comes after something open."""
_SIGN = 11


class GroupHeading(QAbstractButton):
    """Says what a group is about; folded, also what is in it. Checked is open."""

    def __init__(self, name: str, look: ThemeManager) -> None:
        """Heading of the group ``name``, open."""
        super().__init__(checkable=True, checked=True)
        self.name = name
        self._look = look
        self._gap = 0
        self.setText(name)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        title = section_label(name)
        self._inside = set_role(ElidedLabel(), "caption")
        self._row = row = QHBoxLayout(self)
        row.setSpacing(10)
        row.addWidget(title)
        row.addWidget(self._inside, 1)
        for part in (title, self._inside):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_state(self, inside: str, *, opened: bool, apart: bool) -> None:
        """Be the heading of an open group, or of a folded one.

        Args:
            inside: what a folded group has in it.
            opened: whether its lines are to be seen.
            apart: whether it stands apart from what is above.
        """
        self.setChecked(opened)
        inside = "" if opened else inside
        self._inside.set_full_text(inside)
        self.setToolTip(self._inside.toolTip())
        self.setAccessibleDescription("open" if opened else f"folded: {inside}")
        self._gap = _GAP if apart else 0
        self._row.setContentsMargins(0, self._gap, _SIGN + 8, 0)
        self.setFixedHeight(_HEIGHT + self._gap)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does what a click does; Right opens, Left folds."""
        ways = {Qt.Key.Key_Right: True, Qt.Key.Key_Left: False}
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in ways:
            if ways[Qt.Key(event.key())] != self.isChecked():
                self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The sign of a folded group, or of one that the pointer or the keyboard is at."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme = self._look.theme
            pointed = self.underMouse() or self.hasFocus()
            if pointed or not self.isChecked():
                middle = self._gap + _HEIGHT / 2
                side = QRectF(self.width() - _SIGN - 2, middle - _SIGN / 2, _SIGN, _SIGN)
                name = "chevron-down" if self.isChecked() else "chevron-right"
                self._look.icons.paint(painter, name, side, theme.text if pointed else theme.muted)
            if self.hasFocus():
                painter.setPen(QPen(QColor(theme.accent.colour), 1.0))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                ring = QRectF(self.rect()).adjusted(0.5, self._gap + 0.5, -0.5, -0.5)
                painter.drawRoundedRect(ring, 4, 4)
