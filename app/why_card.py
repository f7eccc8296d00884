"""The card that says why: the chain of causes of what went wrong, each line a click away from where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.overlay import Overlay
from engine.model.design import Design
from engine.model.units import format_quantity
from widgets.theme import breakable, plain_tip, set_role, speak_as

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from engine.run.protocol import Explained
    from engine.why.fact import Fact
    from widgets.theme import ThemeManager

_WIDTH: Final = 560
_HEIGHT: Final = 460
_TIME: Final = 74
_NOTHING: Final = "Nothing went wrong that would need a reason."
_WAIT: Final = "Looking…"
_NO_RUN: Final = "There is nothing to explain yet: run the design first (Space)."


class FactRow(QWidget):
    """One fact: a point on the line of time, when, and what."""

    def __init__(self, fact: Fact, card: WhyCard, *, is_first: bool, is_last: bool) -> None:
        """Show a fact."""
        super().__init__()
        self.fact, self._card = fact, card
        self._is_first, self._is_last = is_first, is_last
        row = QHBoxLayout(self)
        row.setContentsMargins(34, 5, 16, 5)
        row.setSpacing(10)
        self.when = set_role(QLabel(format_quantity(fact.time, "s")), "muted")
        self.when.setFont(card.look.fonts.numbers(12))
        self.when.setFixedWidth(_TIME)
        self.what = QLabel(breakable(said(fact)), wordWrap=True)
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
        self._jump()
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes there as well."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._jump()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The line of time with a point on it; one that comes from outside is full."""
        theme = self._card.look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(theme.danger.colour)
        middle = QPointF(20.0, self.what.y() + 9.0)
        if self.hasFocus():
            painter.fillRect(self.rect(), QColor(theme.selected_row))
        painter.setPen(QPen(colour, 1.5))
        top = middle.y() if self._is_first else 0.0
        bottom = middle.y() if self._is_last else float(self.height())
        painter.drawLine(QPointF(20.0, top), QPointF(20.0, bottom))
        painter.setBrush(colour if self.fact.first else QColor(theme.panel))
        painter.drawEllipse(middle, 4.0, 4.0)
        painter.end()

    def _jump(self) -> None:
        """Show the item."""
        if self.fact.item is not None:
            self._card.jump_requested.emit(self.fact.item)


class WhyCard(Overlay):
    """Floats below the button that opens it."""

    jump_requested = Signal(str)
    """An item to be shown on the canvas."""
    help_wanted = Signal()
    """What could be tried against it is asked for."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        """Say nothing yet."""
        super().__init__(window, look)
        self.setAccessibleName("Why?")
        self._design = Design()
        self._column: QVBoxLayout | None = None
        self._body = QWidget()
        self.rows: list[FactRow] = []

    def set_design(self, design: Design) -> None:
        """Follow the open design, for its names."""
        self._design = design

    def ask(self, *, has_run: bool) -> None:
        """Open, and say that an answer is looked for, or that there is none to be had."""
        column = self._column or self._build()
        self._head.setText("Why?")
        self._fill((), _WAIT if has_run else _NO_RUN)
        self.open()
        column.activate()
        self._area.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_answer(self, answer: Explained) -> None:
        """Show the chain of causes, unless the card was closed meanwhile."""
        if not self.isVisible():
            return
        self._head.setText(f"Why? {self._about(answer)}")
        self._fill(answer.facts, _NOTHING)
        self.place()
        if self.rows:
            self.rows[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Sit at the right, below the top bar, as high as the chain needs."""
        window = self.host
        width = min(_WIDTH, window.width() - 24)
        needed = self._body.heightForWidth(width - 4)
        height = min(_HEIGHT, max(needed, self._body.sizeHint().height()) + 62)
        self.setGeometry(window.width() - width - 12, 56, width, height)

    def dress(self) -> None:
        """Take the colours of the theme."""
        super().dress()
        for row in self.rows:
            row.update()

    def _build(self) -> QVBoxLayout:
        """Made when it is first asked for, since most starts never ask."""
        self._head = set_role(QLabel("Why?"), "title")
        self._head.setTextFormat(Qt.TextFormat.PlainText)
        self._area = QScrollArea(widgetResizable=True)
        self._area.setAccessibleName("Chain of causes")
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 8)
        more = set_role(QPushButton("What could help?"), "flat")
        more.clicked.connect(self._ask_for_help)
        top = QHBoxLayout()
        top.setContentsMargins(16, 6, 12, 0)
        top.addWidget(self._head, 1)
        top.addWidget(more)
        column.addLayout(top)
        column.addWidget(self._area, 1)
        return column

    def _ask_for_help(self) -> None:
        """Give way to the card of what could be tried."""
        self.close_card()
        self.help_wanted.emit()

    def _fill(self, facts: tuple[Fact, ...], otherwise: str) -> None:
        """List the facts, or say something else."""
        self._body = set_role(QWidget(), "bare")
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        last = len(facts) - 1
        self.rows = [
            FactRow(fact, self, is_first=place == 0, is_last=place == last)
            for place, fact in enumerate(facts)
        ]
        for row in self.rows:
            column.addWidget(row)
        if not facts:
            label = set_role(QLabel(otherwise, wordWrap=True), "muted")
            label.setContentsMargins(16, 8, 16, 8)
            column.addWidget(label)
        column.addStretch(1)
        self._area.setWidget(self._body)

    def _about(self, answer: Explained) -> str:
        """What was asked about, where that is not everything."""
        item = answer.question.item
        node = None if item is None else self._design.node_by_id.get(item)
        return "" if node is None else node.name or node.id


def said(fact: Fact) -> str:
    """A fact in words; what is inferred says so."""
    return f"{fact.what} (inferred)" if fact.inferred else fact.what
