"""The help: a search above the contents at the left, the page at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets.help.contents import Contents, Hits
from widgets.help.reader import Reader
from widgets.theme import ElidedLabel, set_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.handbook.index import Hit
    from engine.handbook.page import Page
    from widgets.theme import ThemeManager

_WIDTH: Final = 250
_SHARE: Final = 0.36
"""Of the page, for the contents at most: the text of a narrow one must not break after every other word."""
_ICON: Final = 15
_STEPS: Final = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 6,
    Qt.Key.Key_PageUp: -6,
}


class _Columns(QSplitter):
    """Contents and text."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the text its share of a narrow page."""
        super().resizeEvent(event)
        contents, text = self.sizes()
        most = round(_SHARE * (contents + text))
        if contents > most:
            self.setSizes([most, contents + text - most])


class HelpPanel(QWidget):
    """Shows pages, and asks for others; it knows of none that it was not given."""

    page_wanted = Signal(str, int)
    """A page by its key, and the number of a section."""
    link_followed = Signal(str)
    """A link of the page that is read."""
    sought = Signal(str)
    """Words to search for."""
    back_wanted = Signal()
    on_wanted = Signal()
    left = Signal()
    """Escape: the keyboard belongs elsewhere again."""

    def __init__(self, look: ThemeManager) -> None:
        """No pages yet."""
        super().__init__()
        self._look = look
        self._page: Page | None = None
        self.search = QLineEdit(placeholderText="Search the help", clearButtonEnabled=True)
        self.search.setAccessibleName("Search the help")
        self.contents, self.hits = Contents(), Hits(look)
        self.nothing = set_role(ElidedLabel(), "muted")
        self.nothing.setContentsMargins(10, 8, 10, 0)
        self.reader = Reader(look)
        self.back = _tool("Back", "Back to the page before (Alt+Left)")
        self.on = _tool("Forward", "Forward again (Alt+Right)")
        self.where = set_role(QLabel(textFormat=Qt.TextFormat.PlainText), "caption")
        self._lists = QStackedWidget()
        self._lay_out()
        self.search.textChanged.connect(self.sought)
        self.search.installEventFilter(self)
        self.contents.chosen.connect(lambda key: self.page_wanted.emit(key, 0))
        self.hits.chosen.connect(self.page_wanted)
        self.reader.followed.connect(self.link_followed)
        for source in (self.reader.back_wanted, self.back.clicked):
            source.connect(self.back_wanted)
        self.reader.left.connect(self.left)
        for source in (self.reader.on_wanted, self.on.clicked):
            source.connect(self.on_wanted)
        look.changed.connect(lambda _theme: self._dress())
        self._dress()

    def set_pages(self, pages: Iterable[Page]) -> None:
        """What there is to read, in the order of the contents."""
        self.contents.set_pages(pages)

    def show_page(self, page: Page, section: int, *, back: bool, on: bool) -> None:
        """Show a page at one of its headings.

        Args:
            page: what to read.
            section: number of the heading, 0 for the beginning.
            back: whether there is a page to go back to.
            on: whether there is one to go forward to.
        """
        if page is not self._page:
            self._page = page
            self.reader.read(page.markdown)
        self.reader.go_to(section)
        self.contents.mark(page.key)
        self.where.setText(page.shelf)
        self.back.setEnabled(back)
        self.on.setEnabled(on)

    def show_hits(self, hits: Sequence[Hit], query: str) -> None:
        """What a search has found; without words the contents come back."""
        if not query.strip():
            self._lists.setCurrentWidget(self.contents)
            return
        self.hits.show_hits(hits)
        self.nothing.set_full_text("" if hits else f"Nothing about “{query.strip()}”")
        self.nothing.setVisible(not hits)
        self.hits.setVisible(bool(hits))
        self._lists.setCurrentIndex(1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter in the search are for what it found; Escape empties it."""
        if (
            watched is self.search
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
        ):
            key = Qt.Key(event.key())
            if key in _STEPS:
                self.hits.step(_STEPS[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.hits.choose()
                return True
            if key == Qt.Key.Key_Escape:
                if self.search.text():
                    self.search.clear()
                else:
                    self.left.emit()
                return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        """A narrow column and a wide one."""
        found = QWidget()
        column = QVBoxLayout(found)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.nothing)
        column.addWidget(self.hits, 1)
        column.addStretch(0)
        self._lists.addWidget(self.contents)
        self._lists.addWidget(found)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(10, 4, 4, 0)
        column.setSpacing(4)
        column.addWidget(self.search)
        column.addWidget(self._lists, 1)
        head = QHBoxLayout()
        head.setContentsMargins(6, 2, 12, 0)
        head.setSpacing(4)
        for part in (self.back, self.on, self.where):
            head.addWidget(part)
        head.addStretch(1)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.reader, 1)
        split = _Columns(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setSizes([_WIDTH, 3 * _WIDTH])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)

    def _dress(self) -> None:
        """Take the colours of the theme."""
        muted, icons = self._look.theme.muted, self._look.icons
        self.back.setIcon(icons.icon("chevron-left", muted, _ICON))
        self.on.setIcon(icons.icon("chevron-right", muted, _ICON))
        if self._page is not None:
            at = self.reader.verticalScrollBar().value()
            self.reader.read(self._page.markdown)
            self.reader.verticalScrollBar().setValue(at)


def _tool(name: str, tip: str) -> QToolButton:
    """A small button above the page."""
    button = set_role(QToolButton(), "flat")
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setIconSize(QSize(_ICON, _ICON))
    button.setEnabled(False)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
