"""The page that is read. It shows what it is given, and fetches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QKeyEvent, QTextBlock, QTextCursor, QTextFormat
from PySide6.QtWidgets import QTextBrowser, QTextEdit

from widgets.help.typeset import headings_of, typeset

if TYPE_CHECKING:
    from widgets.theme import ThemeManager

_BACK: Final = (
    (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier),
    (Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier),
)
_ON: Final = (Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
_SCROLLING: Final = frozenset({Qt.Key.Key_Space})


class Reader(QTextBrowser):
    """Text with links. Keys that read and go back are its own while it has the focus."""

    followed = Signal(str)
    """A link was clicked, or Enter was pressed on it."""
    back_wanted = Signal()
    on_wanted = Signal()
    left = Signal()
    """Escape was pressed: whoever was typing elsewhere goes on there."""

    def __init__(self, look: ThemeManager) -> None:
        """Nothing to read."""
        super().__init__()
        self._look = look
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setAccessibleName("Page of the help")
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.anchorClicked.connect(lambda url: self.followed.emit(url.toString()))

    def loadResource(self, _kind: int, _name: QUrl | str) -> Any:  # noqa: N802 - Qt's name
        """Nothing comes from files or from the network."""
        return None

    def read(self, markdown: str) -> None:
        """Show a page from its beginning."""
        typeset(self.document(), markdown, self._look)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.verticalScrollBar().setValue(0)

    def go_to(self, section: int) -> None:
        """Bring the heading of that number to the top."""
        headings = headings_of(self.document())
        self.setExtraSelections([])
        if not section or section >= len(headings):
            self.verticalScrollBar().setValue(0)
            return
        self._mark(headings[section])
        layout = self.document().documentLayout()
        top = layout.blockBoundingRect(headings[section]).top()
        self.verticalScrollBar().setValue(round(top) - 8)

    def _mark(self, heading: QTextBlock) -> None:
        """Set off the heading that was asked for: the end of a page cannot be scrolled to the top."""
        marked = QTextEdit.ExtraSelection()
        marked.cursor = QTextCursor(heading)
        marked.format.setBackground(QColor(self._look.theme.selected_row))
        marked.format.setProperty(QTextFormat.Property.FullWidthSelection, True)  # noqa: FBT003
        self.setExtraSelections([marked])

    def event(self, event: QEvent) -> bool:
        """Keep keys from shortcuts of the window that mean something else here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            way = (Qt.Key(event.key()), event.modifiers())
            if way in _BACK or way == _ON or event.key() in _SCROLLING:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Back, forward, and a page further."""
        way = (Qt.Key(event.key()), event.modifiers())
        if way in _BACK:
            self.back_wanted.emit()
        elif way == _ON:
            self.on_wanted.emit()
        elif event.key() == Qt.Key.Key_Space:
            bar = self.verticalScrollBar()
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            bar.setValue(bar.value() + (-1 if back else 1) * bar.pageStep())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
