"""A number in the bar that looks like text until somebody wants to type over it."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy

if TYPE_CHECKING:
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
    from PySide6.QtWidgets import QWidget

    from widgets.theme import Theme


class NumberField(QLineEdit):
    """Enter or leaving takes what was typed, Esc keeps what was there. A child says what that means."""

    left = Signal()
    """Enter or Esc was pressed: the keyboard is free for something else."""

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        """Text of ``size`` logical pixels."""
        super().__init__(parent)
        self._size = size
        self._is_fresh = False
        """Whether it has just been given the focus."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setTextMargins(-2, 0, 0, 0)
        self.editingFinished.connect(self.take)

    @abstractmethod
    def take(self) -> None:
        """Take what was typed, if it is a number of this kind."""

    @abstractmethod
    def shown(self) -> str:
        """The number that holds, as it is shown."""

    def put_back(self) -> None:
        """Show the number that holds."""
        self.setText(self.shown())
        self.setCursorPosition(0)

    def set_theme(self, theme: Theme) -> None:
        """Look like text until the mouse is over it."""
        self.setStyleSheet(
            f"QLineEdit {{ background: transparent; border: 1px solid transparent; border-radius: 4px;"
            f" padding: 0; min-height: 0; font-size: {self._size}px; font-weight: 600; }}"
            f"QLineEdit:hover {{ background: {theme.field}; }}"
            f"QLineEdit:focus {{ background: {theme.field}; border-color: {theme.accent.colour}; }}"
            f'QLineEdit[invalid="true"] {{ border-color: {theme.danger.colour}; }}'
        )

    def minimumSizeHint(self) -> QSize:
        """Never cut by a layout."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives up; Enter takes the number and leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.put_back()
            self._leave()
            return
        super().keyPressEvent(event)
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._leave()

    def _leave(self) -> None:
        """Look like text again."""
        self.clearFocus()
        self.left.emit()

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

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """All of it, not a word of it: a sign that is left would make another number of what is typed."""
        event.accept()
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was not taken is put back."""
        super().focusOutEvent(event)
        self.put_back()
