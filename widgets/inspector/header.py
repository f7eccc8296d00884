"""The inspector's head: icon, name to edit, kind, and the help about the kind."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionFrame,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets.inspector.editors.line import Line
from widgets.theme import directed, hairline, plain_tip, set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from widgets.inspector.subjects.base import Subject
    from widgets.theme import ThemeManager

_ICON = 20
_AIR = 2
"""Distance of a line's text from the border of its contents, as Qt has it."""
_NAME_HEIGHT = 28
"""Room for the descenders of the title's size, whatever else stands in the line."""


class NameLine(Line):
    """A name, which ends in an ellipsis where it is too long and nobody is typing."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cut what does not fit."""
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        part = QStyle.SubElement.SE_LineEditContents
        room = self.style().subElementRect(part, option, self)
        room.adjust(_AIR, 0, -_AIR, 0)
        cut = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        if self.hasFocus() or cut == self.text():
            super().paintEvent(event)
            return
        with QPainter(self) as painter:
            panel = QStyle.PrimitiveElement.PE_PanelLineEdit
            self.style().drawPrimitive(panel, option, painter, self)
            painter.setPen(self.palette().text().color())
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, flags | Qt.TextFlag.TextSingleLine, directed(cut))


class Header(QWidget):
    """Names what is inspected; renames it."""

    renamed = Signal(str)
    help_toggled = Signal()

    def __init__(self, look: ThemeManager) -> None:
        """Empty head."""
        super().__init__()
        self._look = look
        self._title: str = ""
        self._icon = QLabel()
        self._icon.setFixedSize(QSize(_ICON, _ICON))
        self.name = set_role(NameLine(), "title")
        self.name.setAccessibleName("Name")
        self.name.setMaxLength(200)
        self.name.setMinimumHeight(_NAME_HEIGHT)
        self.name.entered.connect(self._enter)
        self.name.reverted.connect(lambda: self.name.show_text(self._title))
        self.kind = set_role(QLabel(), "caption")
        self.kind.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.help = set_role(QToolButton(), "flat")
        self.help.setAccessibleName("What it models")
        self.help.setToolTip("What it models, what it leaves out, how it fails")
        self.help.setIconSize(QSize(15, 15))
        self.help.clicked.connect(self.help_toggled)
        self._lay_out()

    def show_subject(self, subject: Subject) -> None:
        """Show another subject, or the same one after a change."""
        theme, icons = self._look.theme, self._look.icons
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap(subject.icon, theme.accent.colour, _ICON, ratio))
        self._title = subject.title
        self.name.show_text(subject.title)
        self.name.setToolTip(plain_tip(subject.title))
        self.name.setReadOnly(not subject.renamable)
        self.name.setFocusPolicy(
            Qt.FocusPolicy.StrongFocus if subject.renamable else Qt.FocusPolicy.NoFocus
        )
        self.kind.setText(subject.kind)
        self.help.setIcon(icons.icon("help", theme.muted, 15))
        self.help.setVisible(bool(subject.help))

    def _enter(self) -> None:
        """Take the typed name."""
        if not self.name.isModified():
            return
        self.name.setModified(False)
        typed = " ".join(self.name.text().split())  # what is pasted may have many lines
        if typed and typed != self._title:
            self.renamed.emit(typed)
        self.name.show_text(self._title)

    def _lay_out(self) -> None:
        """One line, and a hairline below."""
        line = QHBoxLayout()
        line.setContentsMargins(12, 0, 16, 0)
        line.setSpacing(4)
        line.addWidget(self._icon)
        line.addWidget(self.name, 1)
        line.addWidget(self.kind)
        line.addWidget(self.help)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(line)
        layout.addWidget(hairline())


@lru_cache(maxsize=64)
def guide_html(markdown: str) -> str:
    """Help text with space between its paragraphs, which a plain label does not leave."""
    document = QTextDocument()
    document.setMarkdown(markdown)
    whole = QTextCursor(document)
    whole.beginEditBlock()
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        spaced = block.blockFormat()
        spaced.setBottomMargin(7)
        spaced.setTopMargin(0)
        if cursor.currentList() is not None:
            spaced.setLeftMargin(-26)
        cursor.setBlockFormat(spaced)
        block = block.next()
    whole.endEditBlock()
    return document.toHtml()
