"""The load factor: a number that can be typed, beyond what the slider reaches."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from widgets.theme import BODY, set_flag
from widgets.transport.dials import LoadDial

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QMouseEvent

    from widgets.theme import Theme

LEAST: Final = 0.001
MOST: Final = 1000.0
"""Factors that can be typed: beyond, a run that is fast enough to look at is not to be had."""
_WIDEST: Final = "× 0.24"
_SIGNS: Final = "×xX*"


def read_factor(text: str) -> float | None:
    """The factor in what was typed: ``2.4``, ``× 2,4``, ``x 30``, ``250 %``; None where there is none."""
    bare = text.strip().strip(_SIGNS).strip().replace(",", ".")
    share = bare.endswith("%")
    try:
        value = float(bare.removesuffix("%").strip())
    except ValueError:
        return None
    value = value / 100.0 if share else value
    return value if math.isfinite(value) and LEAST <= value <= MOST else None


class LoadField(QLineEdit):
    """Shows the load factor; Enter or leaving takes a new one, Esc keeps the old one."""

    load_changed = Signal(float)
    """A person typed this factor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show × 1."""
        super().__init__(parent)
        self._dial = LoadDial()
        self._factor = self._dial.rest
        self._is_fresh = False
        """Whether it has just been given the focus."""
        self.setMaxLength(12)
        self.setAccessibleName("Load factor")
        self.setToolTip(f"All traffic times this; type {LEAST:g} to {MOST:g}, such as 25 or 250 %")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setTextMargins(-2, 0, 0, 0)
        self.editingFinished.connect(self._take)
        self.textEdited.connect(self._judge)
        self.set_load(self._factor)

    def set_theme(self, theme: Theme) -> None:
        """Look like text until the mouse is over it."""
        self.setStyleSheet(
            f"QLineEdit {{ background: transparent; border: 1px solid transparent; border-radius: 4px;"
            f" padding: 0; min-height: 0; font-size: {BODY}px; font-weight: 600; }}"
            f"QLineEdit:hover {{ background: {theme.field}; }}"
            f"QLineEdit:focus {{ background: {theme.field}; border-color: {theme.accent.colour}; }}"
            f'QLineEdit[invalid="true"] {{ border-color: {theme.danger.colour}; }}'
        )

    def set_load(self, factor: float) -> None:
        """Show a factor; one that is being typed is not disturbed."""
        self._factor = factor
        if not self.hasFocus():
            self._put_back()

    def sizeHint(self) -> QSize:
        """As wide as the widest factor."""
        return QSize(QFontMetrics(self.font()).horizontalAdvance(_WIDEST) + 4, 18)

    def minimumSizeHint(self) -> QSize:
        """Never cut by a layout."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives up; Enter takes the number and leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self._put_back()
            self.clearFocus()
            return
        super().keyPressEvent(event)
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.clearFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Ready to be typed over."""
        super().focusInEvent(event)
        self._is_fresh = True
        self.selectAll()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The click that brought the focus selects everything, as a key does; another one places the cursor."""
        super().mouseReleaseEvent(event)
        if self._is_fresh and not self.hasSelectedText():
            self.selectAll()
        self._is_fresh = False

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What is no factor is put back."""
        super().focusOutEvent(event)
        self._put_back()

    def _put_back(self) -> None:
        """Show the factor that holds."""
        self.setText(self._dial.text(self._factor))
        self.setCursorPosition(0)
        set_flag(self, "invalid", "false")

    def _judge(self, text: str) -> None:
        """Mark what is no factor while it is typed."""
        set_flag(self, "invalid", "false" if read_factor(text) is not None else "true")

    def _take(self) -> None:
        """Take what was typed."""
        value = read_factor(self.text())
        if value is not None and self.isModified() and value != self._factor:
            self._factor = value
            self.load_changed.emit(value)
        self.setModified(False)
