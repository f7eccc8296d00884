"""The card that says why: the chain of causes of what went wrong, each line a click away from where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.overlay import Overlay
from engine.model.design import Design
from widgets.causes import WIDE, FactRow
from widgets.instruments.text import instant_text
from widgets.theme import breakable, hairline, set_role

if TYPE_CHECKING:
    from engine.run.protocol import Explain, Explained, Unanswered
    from engine.why.fact import Fact
    from widgets.theme import ThemeManager

_WIDTH: Final = 560
_HEIGHT: Final = 560
_HEAD: Final = 62
"""What the title takes, and the margins."""
_NOTHING: Final = "Nothing went wrong that would need a reason."
_NOTHING_THEN: Final = "Nothing was wrong at this moment that would need a reason."
_WAIT: Final = "Looking…"
_BROKE: Final = (
    "It cannot be told why: looking for it went wrong, as the message above the canvas says."
)
_NO_RUN: Final = "There is nothing to explain yet: run the design first (Space)."


class WhyCard(Overlay):
    """Floats below the button that opens it."""

    jump_requested = Signal(str)
    """An item to be shown on the canvas."""
    moment_requested = Signal(float)
    """A moment (s) is to be looked at."""
    help_wanted = Signal()
    """What could be tried against it is asked for."""
    traces_wanted = Signal(str)
    """Single requests are to be shown: ``slowest`` or ``failed``."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        """Say nothing yet."""
        super().__init__(window, look)
        self.setAccessibleName("Why?")
        self._design = Design()
        self._question: Explain | None = None
        self._column: QVBoxLayout | None = None
        self._body = QWidget()
        self.rows: list[FactRow] = []
        self.ways: list[QPushButton] = []
        """Buttons that lead on from here."""

    def set_design(self, design: Design) -> None:
        """Follow the open design, for its names."""
        self._design = design

    def ask(self, question: Explain | None) -> None:
        """Open, and say that an answer is looked for; or, of no question, that there is none to be had without a run."""
        column = self._column or self._build()
        self._question = question
        self._head.setText("Why?")
        self._fill((), _NO_RUN if question is None else _WAIT)
        self.show_bottleneck("")
        for button in self.ways:
            button.setEnabled(question is not None)
        self.open()
        column.activate()
        self._area.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_answer(self, answer: Explained) -> None:
        """Show the chain of causes, unless the card was closed meanwhile, or somebody else had asked."""
        if not self.isVisible() or answer.question != self._question:
            return
        self._head.setText(f"Why? {self._about(answer)}")
        self._fill(answer.facts, _NOTHING if answer.question.moment is None else _NOTHING_THEN)
        self.place()
        if self.rows:
            self.rows[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def show_unanswered(self, report: Unanswered) -> None:
        """Say that no answer comes, if it is this card that waits for one."""
        if self.isVisible() and report.question == self._question:
            self._fill((), _BROKE)
            self.place()

    def show_bottleneck(self, words: str) -> None:
        """Say below the chain what ends first."""
        if self._column is not None:
            self.bottleneck.setText(breakable(words))
            self.bottleneck.setVisible(bool(words))
            self.place()

    def place(self) -> None:
        """Sit at the right, below the top bar, as high as the chain needs."""
        window = self.host
        width = min(_WIDTH, window.width() - 24)
        needed = _height(self._body, width - 4)
        below = _height(self._foot, width - 4) if self._column is not None else 0
        height = min(needed + below + _HEAD, _HEIGHT, window.height() - 68)
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
        self._area.setMinimumHeight(
            1
        )  # one line is less than Qt wants for scroll bars, and would take it from below
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 8)
        head = QHBoxLayout()
        head.setContentsMargins(16, 6, 12, 0)
        head.addWidget(self._head, 1)
        column.addLayout(head)
        column.addWidget(self._area, 1)
        column.addWidget(self._build_foot())
        return column

    def _build_foot(self) -> QWidget:
        """The bottleneck, and where to go from here."""
        self._foot = set_role(QWidget(), "bare")
        self.bottleneck = set_role(QLabel(wordWrap=True), "muted")
        self.bottleneck.setTextFormat(Qt.TextFormat.PlainText)
        ways = (
            ("Slowest requests", lambda: self.traces_wanted.emit("slowest")),
            ("Failed requests", lambda: self.traces_wanted.emit("failed")),
            ("What could help?", self.help_wanted.emit),
        )
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        for text, go in ways:
            button = set_role(QPushButton(text), "flat")
            button.clicked.connect(self.close_card)
            button.clicked.connect(go)
            self.ways.append(button)
            row.addWidget(button)
        row.addStretch(1)
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 2)
        said = QVBoxLayout()  # margins of labels would be lost with the next theme
        said.setContentsMargins(16, 8, 16, 0)
        said.addWidget(self.bottleneck)
        foot.addWidget(hairline())
        foot.addLayout(said)
        foot.addLayout(row)
        return self._foot

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
            row.moment_chosen.connect(self.moment_requested)
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
        name = "" if node is None else node.name or node.id
        moment = answer.question.moment
        return name if moment is None else f"{name} at {instant_text(moment)}".strip()


def _height(part: QWidget, width: int) -> int:
    """What a part takes at a width: its hint, where nothing in it is wrapped; that of a wrapped text has more lines."""
    inside = part.layout()
    if inside is not None:
        inside.activate()  # rows within rows remember their heights until then, whatever text came since
    fits = part.heightForWidth(width)
    return fits if fits > 0 else part.sizeHint().height()
