"""Ctrl-K: one field that finds any action, node, setting or design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.matching import score
from app.overlay import Overlay
from app.searching import MAX_SHOWN, Search
from widgets.theme import ElidedLabel, set_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.searching import Entry
    from widgets.theme import ThemeManager

_WIDTH, _HEIGHT, _ROW = 560, 420, 34
_HELP: Final = "help"
_WANTED: Final = 10.0
"""What is asked for by its kind comes before everything else."""
_ENTRY: Final = Qt.ItemDataRole.UserRole


class _Delegate(QStyledItemDelegate):
    """Paints icon, title and detail."""

    def __init__(self, look: ThemeManager, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """All rows alike."""
        return QSize(_WIDTH - 20, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one row."""
        entry, theme = index.data(_ENTRY), self._look.theme
        row: QRect = option.rect.adjusted(6, 1, -6, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selected_row))
            painter.drawRoundedRect(row, 6, 6)
        icon = self._look.icons.icon(entry.icon, theme.muted, 16)
        icon.paint(painter, QRect(row.left() + 10, row.center().y() - 7, 16, 16))
        painter.setFont(self._look.fonts.ui())
        metrics = painter.fontMetrics()
        middle = Qt.AlignmentFlag.AlignVCenter
        detail = metrics.elidedText(entry.detail, Qt.TextElideMode.ElideRight, row.width() // 2)
        room = row.width() - 58 - metrics.horizontalAdvance(detail)
        title = metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, room)
        painter.setPen(QColor(theme.text))
        painter.drawText(row.adjusted(36, 0, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.setPen(QColor(theme.text if is_chosen else theme.muted))
        painter.drawText(row.adjusted(0, 0, -12, 0), middle | Qt.AlignmentFlag.AlignRight, detail)
        painter.restore()


class CommandPalette(Overlay):
    """A field and the entries that match it, best first."""

    def __init__(
        self,
        window: QWidget,
        look: ThemeManager,
        entries: Callable[[], Iterable[Entry]],
        more: Callable[[str], Iterable[Entry]] = lambda _words: (),
    ) -> None:
        super().__init__(window, look)
        self._provide, self._more = entries, more
        self._search = Search(())
        self._shown: list[Entry] = []
        self._is_eager = False
        """Whether Enter was pressed before all had been looked at: then the best is run."""
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._go_on)
        self.field = QLineEdit(placeholderText="Find an action, a node, a setting, a design, help…")
        self.field.setAccessibleName("Find anything")
        self.list = QListWidget()
        self.list.setAccessibleName("Matches")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_Delegate(look, self.list))
        self.list.setUniformItemSizes(True)
        self.nothing = set_role(ElidedLabel(), "muted")
        self.nothing.setContentsMargins(10, 0, 10, 6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        layout.addWidget(self.nothing)
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self._filter)
        self.list.itemClicked.connect(self._run)

    def open(self) -> None:
        """Show everything there is to find, the cursor in the field."""
        self._search = Search(self._provide())
        super().open()
        self.field.clear()
        self._filter("")
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def refresh(self) -> None:
        """Look again for what was typed: there is more to find now."""
        if self.isVisible():
            self._filter(self.field.text())

    def place(self) -> None:
        """Sit in the middle of the window's upper half."""
        window = self.host
        rows = max(1, self.list.count()) * _ROW
        height = min(_HEIGHT, window.height() - 120, rows + self.field.sizeHint().height() + 28)
        self.setGeometry((window.width() - _WIDTH) // 2, 64, _WIDTH, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter in the field are for the list."""
        if (
            watched is self.field
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
        ):
            return self._steer(event.key())
        return super().eventFilter(watched, event)

    def _steer(self, key: int) -> bool:
        """Move in the list, run what is chosen, or close; False leaves the key to the field."""
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: 8,
            Qt.Key.Key_PageUp: -8,
        }
        if key in steps:
            row = self.list.currentRow() + steps[Qt.Key(key)]
            self.list.setCurrentRow(max(0, min(self.list.count() - 1, row)))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._is_eager = not self._search.is_done
            if not self._is_eager:
                self._run_current()
            return True
        if key == Qt.Key.Key_Escape:
            self.close_card()
            return True
        return False

    def _filter(self, query: str) -> None:
        """Look for what matches: at once, or in some turns where there is much to look through."""
        self._is_eager = False
        self._search.begin(query)
        self._go_on()

    def _go_on(self) -> None:
        """Look at some more entries, and list the best so far."""
        if self.isHidden():
            return
        if not self._search.advance():
            self._later.start()
        self._list()
        if self._search.is_done and self._is_eager:
            self._run_current()

    def _list(self) -> None:
        """List what matches, if it is something else than what is listed."""
        query = self.field.text()
        ranked = [*self._search.ranked]
        if query.strip() and self._search.is_done:
            ranked += self._found(query)
            ranked.sort(key=lambda each: each[:2], reverse=True)
        best = [entry for _rank, _order, entry in ranked[:MAX_SHOWN]]
        if best != self._shown or not best:
            self._shown = best
            self._fill()
        found = bool(best)
        said = f"Nothing matches “{query.strip()}”" if self._search.is_done else "Looking …"
        self.nothing.set_full_text("" if found else said)
        self.nothing.setVisible(not found)
        self.list.setVisible(found)
        self.place()

    def _fill(self) -> None:
        """A row for each entry, the first one chosen."""
        self.list.clear()
        for entry in self._shown:
            item = QListWidgetItem(entry.title)
            item.setData(_ENTRY, entry)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run_current(self) -> None:
        """Do what is chosen, if anything is."""
        current = self.list.currentItem()
        if current is not None:
            self._run(current)

    def _found(self, query: str) -> list[tuple[float, int, Entry]]:
        """What is found by the words alone; ``help`` in front asks for nothing else.

        The best keeps the rank that its title earns, and the others follow it: their order is by the whole text.
        """
        first, _space, words = query.strip().partition(" ")
        alone = first.casefold().rstrip(":") == _HELP
        found = list(self._more(words if alone else query))
        rank = max(
            (score(query, each.title, f"{each.extra} {each.detail}") or 0.0 for each in found),
            default=0.0,
        )
        rank += _WANTED if alone else 0.0
        return [(rank - 0.01 * i, -i, entry) for i, entry in enumerate(found)]

    def _run(self, item: QListWidgetItem) -> None:
        """Do it."""
        entry = item.data(_ENTRY)
        self.close_card()
        entry.act()
