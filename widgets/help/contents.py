"""What there is to read, by shelf; or what a search has found, the likeliest first."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from widgets.theme import CAPTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.handbook.index import Hit
    from engine.handbook.page import Page
    from widgets.theme import ThemeManager

_DATA: Final = Qt.ItemDataRole.UserRole
_HIT_ROW: Final = 38
_ROW: Final = 22


class Contents(QTreeWidget):
    """Shelves with their pages."""

    chosen = Signal(str)
    """Key of a page."""

    def __init__(self) -> None:
        """Empty shelves."""
        super().__init__()
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setAccessibleName("Contents of the help")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._items: dict[str, QTreeWidgetItem] = {}
        self.currentItemChanged.connect(self._tell)

    def set_pages(self, pages: Iterable[Page]) -> None:
        """Fill the shelves; pages of one shelf follow each other."""
        self.clear()
        for number, (shelf, held) in enumerate(groupby(pages, key=lambda page: page.shelf)):
            head = QTreeWidgetItem(self, [shelf])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = head.font(0)
            font.setBold(True)
            head.setFont(0, font)
            head.setSizeHint(0, QSize(0, _ROW))
            for page in held:
                item = QTreeWidgetItem(head, [page.title])
                item.setData(0, _DATA, page.key)
                item.setToolTip(0, page.title)
                self._items[page.key] = item
            head.setExpanded(number < 3)

    def mark(self, key: str) -> None:
        """Show which page is read."""
        item = self._items.get(key)
        if item is not None and item is not self.currentItem():
            with QSignalBlocker(self):
                self.setCurrentItem(item)
            self.scrollToItem(item)

    def _tell(self, item: QTreeWidgetItem | None) -> None:
        """Another page is current."""
        key = item.data(0, _DATA) if item is not None else None
        if key:
            self.chosen.emit(key)


class _HitDelegate(QStyledItemDelegate):
    """Two lines: where, and the words around what was found."""

    def __init__(self, look: ThemeManager, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """All rows alike."""
        return QSize(100, _HIT_ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one."""
        hit, theme, fonts = index.data(_DATA), self._look.theme, self._look.fonts
        room = option.rect.adjusted(4, 1, -4, -1)
        painter.save()
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            painter.fillRect(room, QColor(theme.selected_row))
        quiet = theme.text if is_chosen else theme.muted
        inside, half = room.adjusted(6, 2, -6, -2), room.height() // 2
        for font, colour, text, top in (
            (fonts.ui(), theme.text, hit.title, inside.top()),
            (fonts.ui(CAPTION), quiet, hit.excerpt, inside.top() + half - 2),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            cut = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, inside.width()
            )
            painter.drawText(
                inside.left(), top, inside.width(), half, Qt.AlignmentFlag.AlignVCenter, cut
            )
        painter.restore()


class Hits(QListWidget):
    """What was found."""

    chosen = Signal(str, int)
    """Page and section."""

    def __init__(self, look: ThemeManager) -> None:
        """Nothing found."""
        super().__init__()
        self.setAccessibleName("Found in the help")
        self.setItemDelegate(_HitDelegate(look, self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(self._tell)
        self.itemActivated.connect(self._tell)

    def show_hits(self, hits: Sequence[Hit]) -> None:
        """List them, best first."""
        self.clear()
        for hit in hits:
            item = QListWidgetItem(hit.title, self)
            item.setData(_DATA, hit)
            item.setToolTip(hit.title)
        self.setCurrentRow(0)

    def step(self, by: int) -> None:
        """Go up or down from a field that keeps the cursor."""
        self.setCurrentRow(max(0, min(self.count() - 1, self.currentRow() + by)))

    def choose(self) -> None:
        """Open the one that is current."""
        if self.currentItem() is not None:
            self._tell(self.currentItem())

    def _tell(self, item: QListWidgetItem) -> None:
        """One was chosen."""
        hit = item.data(_DATA)
        self.chosen.emit(hit.page.key, hit.section.number)
