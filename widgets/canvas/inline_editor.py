"""Edit a name or a note right where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from widgets.theme.fonts import Fonts

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent

    from widgets.canvas.look import Look


class InlineEditor(QPlainTextEdit):
    """A text field over the canvas. Leaving it keeps the text; Esc takes back a name, but never what was written on a note."""

    committed = Signal(str)
    closed = Signal()

    def __init__(self, text: str, look: Look, zoom: float, parent: QWidget) -> None:
        """Edit ``text``; lines break with Shift+Enter (in notes with Enter)."""
        super().__init__(parent)
        self._before = text
        self._done = False
        self.multiline = False
        self.setObjectName("inline-editor")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFont(Fonts().ui(max(11, min(round(13 * zoom), 28))))
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setPlainText(text)
        self.selectAll()
        self._dress(look.theme.field, look.theme.text, look.theme.selection)

    def write_note(self, look: Look) -> None:
        """Several lines on the colour of a note."""
        self.multiline = True
        self._dress(look.theme.sticky, look.theme.sticky_text, look.theme.selection)
        self.document().setDocumentMargin(9.0)
        self.moveCursor(self.textCursor().MoveOperation.End)

    def _dress(self, paper: str, ink: str, border: str) -> None:
        self.setStyleSheet(
            f"#inline-editor {{ background: {paper}; color: {ink};"
            f" border: 2px solid {border}; border-radius: 6px; padding: 0px; }}"
        )
        self.document().setDocumentMargin(3.0)

    def open_at(self, rect: QRect) -> None:
        """Show over a part of the viewport."""
        line = self.fontMetrics().height() + 10
        height = max(rect.height(), 4 * line if self.multiline else line)
        self.setGeometry(rect.left(), rect.top(), max(rect.width(), 120), height)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter keeps, Esc leaves; in notes Enter is a new line, and Ctrl+Enter and Esc keep."""
        if event.key() == Qt.Key.Key_Escape and self.multiline:
            self._commit()  # paragraphs are not dropped by one key: undo takes them back
            return
        if event.key() == Qt.Key.Key_Escape:
            self._done = True
            self.close()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            forced = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if forced or not self.multiline:
                self._commit()
                return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keys typed here are text, whatever shortcut the window knows them as."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field keeps the text."""
        super().focusOutEvent(event)
        self._commit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that it is gone."""
        super().hideEvent(event)
        self.closed.emit()

    def _commit(self) -> None:
        """Keep the text, once, when it differs."""
        if self._done:
            return
        self._done = True
        text = self.toPlainText()
        text = text if self.multiline else " ".join(text.split())
        if text != self._before:
            self.committed.emit(text)
        self.close()
