"""The list that adds a component by name: type, choose, Enter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from widgets.theme.elided import ElidedLabel
from widgets.theme.fonts import Fonts
from widgets.theme.roles import set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

    from engine.model.component import Component
    from widgets.canvas.look import Look

_KIND: Final = Qt.ItemDataRole.UserRole
_SUMMARY: Final = Qt.ItemDataRole.UserRole + 1
_ICON: Final = Qt.ItemDataRole.UserRole + 2
_WIDTH: Final = 300
_ROW: Final = 44
_ROWS: Final = 7
_NO_MATCH: Final = 9


class _Row(QStyledItemDelegate):
    """Icon, name and one line of what it is."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """All rows are equally high."""
        del option, index
        return QSize(_WIDTH - 20, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint a row."""
        theme, look = self._look.theme, self._look
        box = QRect(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour(theme.selected_row))
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), 6, 6)
        icon = QRectF(box.left() + 11, box.top() + 12, 20, 20)
        look.icons.paint(painter, str(index.data(_ICON)), icon, theme.accent.colour)
        text = QRect(box.left() + 42, box.top() + 6, box.width() - 50, 17)
        painter.setFont(Fonts().ui(13, QFont.Weight.Medium))
        painter.setPen(look.colour(theme.text))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, str(index.data()))
        painter.setFont(Fonts().ui(11))
        painter.setPen(look.colour(theme.muted))
        summary = painter.fontMetrics().elidedText(
            str(index.data(_SUMMARY)), Qt.TextElideMode.ElideRight, text.width()
        )
        painter.drawText(text.translated(0, 16), Qt.AlignmentFlag.AlignVCenter, summary)
        painter.restore()


class QuickAdd(QFrame):
    """A search field over a list; Up and Down choose, Enter takes, Shift+Enter links as well, Esc leaves."""

    chosen = Signal(str)
    """A kind to add."""
    linked = Signal(str)
    """A kind to add with a link from the node that is selected."""
    closed = Signal()

    def __init__(
        self, components: Sequence[Component], look: Look, parent: QWidget, source: str = ""
    ) -> None:
        """Offer ``components``, those that fit where it is opened; ``source`` is what may be linked."""
        super().__init__(parent)
        self._components = components
        self._has_source = bool(source)
        self._most = _ROWS
        """Rows that are shown at most."""
        self.setObjectName("quick-add")
        set_role(self, "card")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        theme = look.theme
        self.setStyleSheet(
            f"#quick-add {{ background: {theme.panel}; border: 1px solid {theme.track};"
            " border-radius: 10px; }"
            " #quick-add QListWidget { background: transparent; border: none; }"
        )
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Add a component…")
        self.search.setAccessibleName("Search components to add")
        self.list = QListWidget(self)
        self.list.setAccessibleName("Components that fit here")
        self.list.setItemDelegate(_Row(look, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.empty = QLabel("Nothing of that name fits here", self)
        set_role(self.empty, "muted")
        self.empty.setContentsMargins(10, 6, 10, 10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for widget in (self.search, self.list, self.empty):
            layout.addWidget(widget)
        self.setFixedWidth(_WIDTH)
        if source:
            hint = set_role(ElidedLabel(), "caption")
            hint.set_full_text(f"Shift+Enter: linked with {source}")
            hint.setContentsMargins(10, 0, 10, 0)
            layout.addWidget(hint)
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.list.itemClicked.connect(self._take)
        self.list.itemEntered.connect(self.list.setCurrentItem)
        self._filter("")

    def open_at(self, at: QPoint) -> None:
        """Show at a place of the parent, moved, and with as many rows, so that it is wholly visible."""
        parent = self.parentWidget()
        room = (parent if parent is not None else self).rect().adjusted(8, 8, -8, -8)
        self.adjustSize()
        over = self.height() - room.height()
        if over > 0:
            self._most = max(2, self.list.height() // _ROW - math.ceil(over / _ROW))
            self._fit()
            self.adjustSize()
        x = min(max(at.x(), room.left()), max(room.left(), room.right() - self.width()))
        y = min(max(at.y(), room.top()), max(room.top(), room.bottom() - self.height()))
        self.move(x, y)
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _filter(self, text: str) -> None:
        """Show what matches: names that begin with the words first."""
        words = text.lower().split()
        self.list.clear()
        for component in sorted(self._components, key=lambda c: _rank(c, words)):
            if _rank(component, words) >= _NO_MATCH:
                continue
            item = QListWidgetItem(component.title)
            item.setData(_KIND, component.kind)
            item.setData(_SUMMARY, component.summary)
            item.setData(_ICON, component.icon)
            self.list.addItem(item)
        number = self.list.count()
        self.list.setVisible(number > 0)
        self.empty.setVisible(number == 0)
        self._fit()
        self.list.setCurrentRow(0)
        self.adjustSize()

    def _fit(self) -> None:
        """As many rows as there are, and as there is room for."""
        self.list.setFixedHeight(min(max(self.list.count(), 1), self._most) * _ROW + 4)

    def _take(self, item: QListWidgetItem | None, *, linked: bool = False) -> None:
        """Choose an entry and close."""
        if item is None:
            return
        kind = str(item.data(_KIND))
        (self.linked if linked else self.chosen).emit(kind)
        self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the search field that belong to the list; leaving the field closes it."""
        if watched is self.search:
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._key(event)
            if event.type() == QEvent.Type.FocusOut:
                self.close()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        """Choose, take, leave."""
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            number = max(self.list.count(), 1)
            self.list.setCurrentRow((self.list.currentRow() + step) % number)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            held = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._take(self.list.currentItem(), linked=bool(held) and self._has_source)
        elif key == Qt.Key.Key_Escape:
            self.close()
        else:
            return False
        return True

    def hideEvent(self, event: object) -> None:
        """Tell that it is gone."""
        del event
        self.closed.emit()


def _rank(component: Component, words: Sequence[str]) -> int:
    """0 for the best match of all words; ``_NO_MATCH`` where a word is not found."""
    title = component.title.lower()
    rest = f"{component.summary} {component.category} {component.kind} {component.help}".lower()
    worst = 0
    for word in words:
        if title.startswith(word):
            rank = 0
        elif word in title:
            rank = 1
        elif word in rest:
            rank = 2
        else:
            return _NO_MATCH
        worst = max(worst, rank)
    return worst
