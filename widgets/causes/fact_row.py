"""One fact of a chain of causes: a point on the line of time, when, and what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from engine.model.units import format_instant
from widgets.theme import breakable, plain_tip, set_role, speak_as

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from engine.why.fact import Fact
    from widgets.theme import ThemeManager


@dataclass(frozen=True, slots=True)
class RowSize:
    """How much room a line takes, in logical pixels."""

    line: float
    """Where the line of time runs."""
    margins: tuple[int, int, int, int]
    spacing: int
    time: int
    """Width of the times."""
    letters: int
    """Height of their letters."""
    radius: float
    """Of the points."""
    role: str
    """Of the text."""


WIDE: Final = RowSize(20.0, (34, 5, 16, 5), 10, 74, 12, 4.0, "")
NARROW: Final = RowSize(5.0, (16, 3, 0, 3), 8, 46, 11, 3.0, "help")


class FactRow(QWidget):
    """Shows a fact; a click, or Enter, leads to where it was."""

    chosen = Signal(str)
    """Id of the item that it is about."""
    moment_chosen = Signal(float)
    """When it was (s)."""

    def __init__(
        self, fact: Fact, look: ThemeManager, size: RowSize, *, is_first: bool, is_last: bool
    ) -> None:
        """Show a fact of a chain."""
        super().__init__()
        self.fact, self._look, self._size = fact, look, size
        self._is_first, self._is_last = is_first, is_last
        row = QHBoxLayout(self)
        row.setContentsMargins(*size.margins)
        row.setSpacing(size.spacing)
        self.when = set_role(QLabel(format_instant(fact.time)), "muted")
        self.when.setFont(look.fonts.numbers(size.letters))
        self.when.setFixedWidth(size.time)
        self.what = set_role(QLabel(breakable(said(fact)), wordWrap=True), size.role)
        self.what.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self.when, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.what, 1)
        if fact.item is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            speak_as(self, QAccessible.Role.ListItem)
            self.setToolTip(plain_tip("Show where that was"))
        self.setAccessibleName(f"{self.when.text()}: {said(fact)}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        self._choose()
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes there as well."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The line of time with a point on it; one that comes from outside is full."""
        theme, size = self._look.theme, self._size
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            colour = QColor(theme.danger.colour)
            middle = QPointF(size.line, self.what.y() + self.when.height() / 2.0)
            if self.hasFocus():
                painter.fillRect(self.rect(), QColor(theme.selected_row))
            painter.setPen(QPen(colour, 1.5))
            top = middle.y() if self._is_first else 0.0
            bottom = middle.y() if self._is_last else float(self.height())
            painter.drawLine(QPointF(size.line, top), QPointF(size.line, bottom))
            painter.setBrush(colour if self.fact.first else QColor(theme.panel))
            painter.drawEllipse(middle, size.radius, size.radius)

    def _choose(self) -> None:
        """Tell of the moment, and of the item."""
        if self.fact.item is not None:
            self.moment_chosen.emit(self.fact.time)
            self.chosen.emit(self.fact.item)


def said(fact: Fact) -> str:
    """A fact in words; what is inferred says so."""
    return f"{fact.what} (inferred)" if fact.inferred else fact.what
