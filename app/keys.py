"""Who gets a key: the shortcut, or the widget that has the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)

SHOWS_SELECTION = "shows_selection"
"""Property of a list whose rows are what is selected on the canvas."""
_DELETES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)


class KeyGuard(QObject):
    """Settles three conflicts that Qt's defaults settle badly.

    Plain keys (Space, letters) belong to a focused button, list or choice, not to a shortcut: Space
    on a focused button presses it. And Ctrl-Z in a text field that holds no typing of its own is
    the document's undo. And Delete in a list is about its rows, never about what is selected on the canvas,
    unless the list shows just that.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.focusChanged.connect(self._watch)

    def _watch(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Look at the keys of the widget that has the focus; no other widget's events pass here."""
        if isinstance(new, QLineEdit | QAbstractButton | QAbstractItemView | QComboBox):
            new.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Decide on ``ShortcutOverride``; everything else passes."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if isinstance(watched, QLineEdit):
            if _is_undo(event) and not watched.isModified():
                event.ignore()
                return True
            return False
        rows = isinstance(watched, QAbstractItemView) and not watched.property(SHOWS_SELECTION)
        plain = event.modifiers() in _PLAIN and 0x20 <= event.key() <= 0xFF  # Space to y diaeresis
        pressed = event.key() == Qt.Key.Key_Space or not isinstance(watched, QAbstractButton)
        if (plain and pressed) or (rows and event.key() in _DELETES):
            event.accept()
            return True
        return False


def _is_undo(event: QKeyEvent) -> bool:
    """Whether the key means undo or redo."""
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(
        QKeySequence.StandardKey.Redo
    )
