"""The list of what sets the open design apart from another: each row selects its item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.overlay import Overlay
from engine.catalog.differing import SIGNS, counts_line, moved_line
from widgets.theme import set_role

if TYPE_CHECKING:
    from engine.catalog.differing import Told
    from widgets.theme import ThemeManager

_WIDTH: Final = 226
"""As wide as the palette, over which it stands."""
_ROOM: Final = 110
"""What stays free above and below it."""
_MOST: Final = 300
"""Rows that are listed; of more it is said how many there are."""
_ID: Final = Qt.ItemDataRole.UserRole


class DifferencesCard(Overlay):
    """Stands at the left while designs are compared; a click on the canvas leaves it open."""

    jump_requested = Signal(str)
    """An item to be shown on the canvas."""
    left = Signal()
    """The comparison is to end."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        """List nothing yet."""
        super().__init__(window, look)
        self.setAccessibleName("Differences")
        self._column: QVBoxLayout | None = None

    def show_differences(self, title: str, found: tuple[Told, ...]) -> None:
        """List what differs; opens the card where it is closed."""
        if self._column is None:
            self._build()
        self._head.setText(title)
        self._counts.setText(counts_line(found))
        self._fill(found)
        if not self.isVisible():
            self.open()
            self.rows.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Sit at the left, below the top bar: what is selected is shown at the right."""
        window = self.host
        width = min(_WIDTH, window.width() - 24)
        self.setGeometry(4, 56, width, window.height() - _ROOM)

    def close_card(self) -> None:
        """Hide it, which ends the comparison."""
        was_open = self.isVisible()
        super().close_card()
        if was_open:
            self.left.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay open while the canvas is clicked; follow the window's size."""
        if event.type() == QEvent.Type.MouseButtonPress:
            return False
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        """Made when it is first asked for, since most starts never ask."""
        self._head = set_role(QLabel(), "title")
        self._head.setWordWrap(True)
        self._head.setTextFormat(Qt.TextFormat.PlainText)
        self._counts = set_role(QLabel(wordWrap=True), "muted")
        self.rows = QListWidget()
        self.rows.setAccessibleName("Differences")
        self.rows.setWordWrap(True)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.itemClicked.connect(self._jump)
        self.rows.itemActivated.connect(self._jump)
        leave = QPushButton("Leave (Esc)")
        leave.clicked.connect(self.close_card)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        for widget in (self._head, self._counts, self.rows, leave):
            column.addWidget(widget)

    def _fill(self, found: tuple[Told, ...]) -> None:
        """A row for each difference with its fields, one for all that only moved."""
        self.rows.clear()
        listed = [each for each in found if each.difference.verb != "moved"]
        for each in listed[:_MOST]:
            lines = [f"{SIGNS[each.difference.verb]} {each.text}"]
            lines += [f"    {field.text}" for field in each.fields]
            row = QListWidgetItem("\n".join(lines))
            row.setData(_ID, each.difference.id)
            self.rows.addItem(row)
        if len(listed) > _MOST:
            self.rows.addItem(f"and {len(listed) - _MOST} more")
        moved = moved_line(found)
        if moved:
            self.rows.addItem(f"{SIGNS['moved']} {moved}")
        self.rows.setCurrentRow(0)

    def _jump(self, row: QListWidgetItem) -> None:
        """Select the item of a row on the canvas."""
        item_id = row.data(_ID)
        if item_id:
            self.jump_requested.emit(item_id)
