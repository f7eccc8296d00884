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
    QPushButton,
    QWidget,
)

SHOWS_SELECTION = "shows_selection"
"""Property of a list whose rows are what is selected on the canvas."""
_DELETES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)


class KeyGuard(QObject):
    """Settles four things that Qt's defaults settle badly.

    Plain keys (Space, letters) belong to a focused button, list or choice, not to a shortcut: Space
    on a focused button presses it. And Ctrl-Z in a text field that holds no typing of its own is
    the document's undo. And Delete in a list is about its rows, never about what is selected on the canvas,
    unless the list shows just that. And Enter presses a focused button, as Space does: Qt has it do so in
    dialogs alone.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.focusChanged.connect(self._watch)

    def _watch(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Look at the keys of the widget that has the focus; no other widget's events pass here."""
        if isinstance(new, QLineEdit | QAbstractButton | QAbstractItemView | QComboBox):
            new.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Decide on ``ShortcutOverride``, and press buttons by Enter; everything else passes."""
        if isinstance(watched, QAbstractButton) and event.type() == QEvent.Type.KeyPress:
            return isinstance(event, QKeyEvent) and _pressed_by_enter(watched, event)
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


def _pressed_by_enter(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Press a button by Enter as Space would, where no dialog does; whether it was Enter."""
    is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if not is_enter or not plain or (isinstance(button, QPushButton) and button.autoDefault()):
        return False
    if not event.isAutoRepeat():
        for way in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(
                button, QKeyEvent(way, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier)
            )
    return True


def _is_undo(event: QKeyEvent) -> bool:
    """Whether the key means undo or redo."""
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(
        QKeySequence.StandardKey.Redo
    )
