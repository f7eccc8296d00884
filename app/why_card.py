"""The card that says why: the chain of causes of what went wrong, each line a click away from where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.overlay import Overlay
from engine.model.design import Design
from widgets.causes import WIDE, FactRow
from widgets.theme import set_role

if TYPE_CHECKING:
    from engine.run.protocol import Explain, Explained
    from engine.why.fact import Fact
    from widgets.theme import ThemeManager

_WIDTH: Final = 560
_HEIGHT: Final = 460
_NOTHING: Final = "Nothing went wrong that would need a reason."
_WAIT: Final = "Looking…"
_NO_RUN: Final = "There is nothing to explain yet: run the design first (Space)."


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
        self._question: Explain | None = None
        self._column: QVBoxLayout | None = None
        self._body = QWidget()
        self.rows: list[FactRow] = []

    def set_design(self, design: Design) -> None:
        """Follow the open design, for its names."""
        self._design = design

    def ask(self, question: Explain | None) -> None:
        """Open, and say that an answer is looked for; or, of no question, that there is none to be had without a run."""
        column = self._column or self._build()
        self._question = question
        self._head.setText("Why?")
        self._fill((), _NO_RUN if question is None else _WAIT)
        self.open()
        column.activate()
        self._area.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_answer(self, answer: Explained) -> None:
        """Show the chain of causes, unless the card was closed meanwhile, or somebody else had asked."""
        if not self.isVisible() or answer.question != self._question:
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
            FactRow(fact, self.look, WIDE, is_first=place == 0, is_last=place == last)
            for place, fact in enumerate(facts)
        ]
        for row in self.rows:
            row.chosen.connect(self.jump_requested)
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
