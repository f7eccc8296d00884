"""A line of text with its unit behind it: the base of most editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from widgets.inspector.editors.base import Editor
from widgets.theme import set_flag, set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent

    from widgets.theme import ThemeManager


class Line(QLineEdit):
    """Text field that is entered as a whole: on Enter and when the focus leaves.

    ``isModified`` is true while it holds something that was typed and not accepted.
    """

    entered = Signal()
    """The text is meant to be final."""
    reverted = Signal()
    """Escape: back to what was there."""
    stepped = Signal(int)
    """Up or down arrow: +1 or -1, ten times as much with Shift."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty line."""
        super().__init__(parent)
        self._suffix = set_role(QLabel(self), "caption")
        self._suffix.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._button: QToolButton | None = None
        self.setMinimumWidth(40)

    def show_text(self, text: str, suffix: str = "") -> None:
        """Show another value, unless something is being typed."""
        if self.isModified():
            return
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(len(text) if self.hasFocus() else 0)
        if suffix != self._suffix.text():
            self._suffix.setText(suffix)
            self._place()

    def suffix(self) -> str:
        """Unit that stands behind the text."""
        return self._suffix.text()

    def add_button(self, button: QToolButton) -> None:
        """Put a small button at the right end, behind the unit."""
        button.setParent(self)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        self._button = button
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter commits, Escape goes back, arrows step."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif key == Qt.Key.Key_Escape and self.isModified():
            self.setModified(False)
            self.reverted.emit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            fast = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.stepped.emit((1 if key == Qt.Key.Key_Up else -1) * (10 if fast else 1))
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field enters it, but a menu or another window only borrows the focus."""
        super().focusOutEvent(event)
        borrowed = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if event.reason() not in borrowed:
            self.entered.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep unit and button at the right end."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Lay out unit and button, and keep the text clear of them."""
        right = self.width() - 8
        if self._button is not None:
            size = QSize(20, self.height() - 4)
            self._button.setGeometry(self.width() - 22, 2, size.width(), size.height())
            right = self.width() - 24
        hint = self._suffix.sizeHint()
        taken = hint.width() if self._suffix.text() else 0
        self._suffix.setGeometry(right - taken, 0, taken, self.height())
        self.setTextMargins(0, 0, max(0, self.width() - right + taken - 4), 0)


class LineEditor(Editor):
    """Editor made of one :class:`Line`. Subclasses say how a value is written and read."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty editor."""
        super().__init__(look)
        self.line = Line(self)
        # Now, since to set it later would dress the line anew.
        set_flag(self.line, "invalid", "false")
        self.line.entered.connect(self.commit)
        self.line.reverted.connect(self._revert)
        self.line.stepped.connect(self.step)
        self.line.textEdited.connect(self._retry)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line)
        self.entrance = self.line

    def written(self) -> tuple[str, str]:
        """Text and unit of the field's value."""
        raise NotImplementedError

    def read(self, text: str) -> object:
        """JSON value of typed text. Raises ``ValueError`` with one line for the person."""
        raise NotImplementedError

    def step(self, by: int) -> None:
        """Change the value a little, where that makes sense."""

    def refresh(self) -> None:
        """Show the value; several different ones leave the line empty."""
        self.line.setAccessibleName(self.field.title)
        self.line.setAccessibleDescription(self.field.help)
        if self.field.mixed:
            self.line.setPlaceholderText("mixed")
            self.line.show_text("")
            return
        self.line.setPlaceholderText(self.field.blank)
        is_blank = bool(self.field.blank) and self.field.value is None
        self.line.show_text(*(("", "") if is_blank else self.written()))

    def commit(self) -> None:
        """Commit typed text, if any; the same value in other words is only shown anew."""
        if not self.line.isModified():
            return
        try:
            value = self.read(self.line.text())
        except ValueError as error:
            self._mark("true")
            self.refused.emit(str(error))
            return
        self._accept()
        if self.field.mixed or value != self.field.value or type(value) is bool:
            self.committed.emit(value)
        self.refresh()

    def reject(self) -> None:
        """Keep the refused text, outlined in red."""
        self.line.setModified(True)
        self._mark("true")

    def draft(self) -> str | None:
        """Text that was not accepted."""
        return self.line.text() if self.line.isModified() else None

    def restore(self, draft: str) -> None:
        """Bring back refused text."""
        self.line.setText(draft)
        self.line.setModified(True)
        self.commit()

    def forget(self) -> None:
        """Drop the draft."""
        self._accept()

    def _retry(self, text: str) -> None:
        """While the line is marked: take the mark away as soon as the text is right."""
        if self.line.property("invalid") != "true":
            return
        try:
            self.read(text)
        except ValueError as error:
            self.refused.emit(str(error))
        else:
            self._mark("false")
            self.refused.emit("")

    def _revert(self) -> None:
        """Forget what was typed."""
        self._accept()
        self.refresh()
        self.line.selectAll()

    def _accept(self) -> None:
        """What was typed is settled."""
        self.line.setModified(False)
        self._mark("false")
        self.refused.emit("")

    def _mark(self, invalid: str) -> None:
        """Outline the line in red, or not."""
        set_flag(self.line, "invalid", invalid)
