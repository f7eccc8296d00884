"""Turns the pages of long lists: an editor has no more lines at a time than can be made and laid out at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from widgets.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from widgets.theme import ThemeManager

LINES: Final = 12
"""Lines of a page."""


class Line(Protocol):
    """A line that is typed on."""

    def commit(self) -> None:
        """Take what is being typed."""

    def forget(self) -> None:
        """Drop the drafts."""


class Pager(QWidget):
    """Says which lines of how many are seen, with a button each way; hidden where one page holds all."""

    asked = Signal(int)
    """The page after this one (1) or before it (-1) is wanted: ``turn`` to it."""

    def __init__(self, look: ThemeManager, what: str) -> None:
        """The first page of nothing; ``what`` the lines are: points, rows."""
        super().__init__()
        self._look, self._what = look, what
        self._count = 0
        self._page = 0
        self._is_sent = False
        """Whether the last page is to be seen once lines have come."""
        self.back = set_role(QToolButton(), "flat")
        self.on = set_role(QToolButton(), "flat")
        self._words = set_role(QLabel(), "caption")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for button, icon, tip, step in (
            (self.back, "chevron-left", f"Earlier {what}", -1),
            (self.on, "chevron-right", f"Later {what}", 1),
        ):
            button.setProperty("picture", icon)
            button.setIconSize(QSize(12, 12))
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _checked, step=step: self.asked.emit(step))
        line.addWidget(self.back)
        line.addWidget(self._words)
        line.addWidget(self.on)
        line.addStretch(1)

    @property
    def span(self) -> tuple[int, int]:
        """Place of the first line that is seen, and of the first one after them."""
        begin = self._page * LINES
        return begin, min(begin + LINES, self._count)

    def show_count(self, count: int) -> None:
        """There are so many lines; the page stays as far as there is one."""
        self._count = count
        last = max(0, (count - 1) // LINES)
        self._page = last if self._is_sent else min(self._page, last)
        self._is_sent = False
        self.setVisible(count > LINES)
        if count <= LINES:
            return
        begin, end = self.span
        self._words.setText(f"{begin + 1}–{end} of {count} {self._what}")
        self.back.setEnabled(self._page > 0)
        self.on.setEnabled(self._page < last)
        for button in (self.back, self.on):
            name = str(button.property("picture"))
            button.setIcon(self._look.icons.icon(name, self._look.theme.muted, 12))

    def turn(self, step: int, lines: Sequence[Line] = ()) -> None:
        """Go so many pages on; what is typed on the lines of this one is taken before."""
        for line in lines:
            line.commit()
            line.forget()
        self._page = max(0, self._page + step)

    def go_to_end(self) -> None:
        """See the last page the next time that is said how many lines there are."""
        self._is_sent = True

    def go_to_begin(self) -> None:
        """See the first page: another list is shown."""
        self._page = 0
