"""The steps of a flow, as JSON in a text of several lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QPlainTextEdit, QPushButton

from engine.model.flow_text import flow_text, read_flow_text
from widgets.inspector.editors.words import LinesEditor
from widgets.theme import set_flag, set_role

if TYPE_CHECKING:
    from widgets.theme import ThemeManager

_LEAST: Final = 5
_MOST: Final = 22
"""Lines that the text shows at least and at most; it scrolls beyond."""


class StepsEditor(LinesEditor):
    """A flow, or a button that writes out what holds without one."""

    def __init__(self, look: ThemeManager) -> None:
        """No flow."""
        super().__init__(look)
        set_role(self.paper, "code")
        self.paper.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.button = set_role(QPushButton("Write out the flow of the links"), "link")
        self.button.clicked.connect(self._write_out)
        self._column.addWidget(self.button)

    def refresh(self) -> None:
        """Show the flow, unless something is being written."""
        self.paper.setAccessibleName(self.field.title)
        self.paper.setPlaceholderText("mixed" if self.field.mixed else "")
        nothing = self.field.value is None and not self.field.mixed
        writing = self.paper.document().isModified()
        self.paper.setVisible(writing or not nothing)
        self.button.setVisible(nothing and not writing and bool(self.field.options))
        text = "" if nothing or self.field.mixed else flow_text(self.field.value)
        if not writing and text != self.paper.toPlainText():
            self.paper.setPlainText(text)
        self._fit()

    def commit(self) -> None:
        """Commit what was written, where it can be read."""
        if not self.paper.document().isModified():
            return
        try:
            value = read_flow_text(self.paper.toPlainText())
        except ValueError as error:
            set_flag(self.paper, "invalid", "true")
            self.refused.emit(str(error))
            return
        self.forget()
        if self.field.mixed or value != self.field.value:
            self.committed.emit(value)
        self.refresh()

    def _write_out(self) -> None:
        """Begin with the flow that the links tell."""
        for option in self.field.options:
            self.committed.emit(option.value)

    def _fit(self) -> None:
        """Be as high as the text, within bounds."""
        lines = min(max(self.paper.blockCount(), _LEAST), _MOST)
        self.paper.setFixedHeight(lines * self.paper.fontMetrics().lineSpacing() + 22)
