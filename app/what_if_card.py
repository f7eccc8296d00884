"""The card that says what could help: ideas about the bottleneck, what theory and paired runs say, and one click to do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.overlay import Overlay
from engine.model.prediction import without_scope
from engine.model.units import format_quantity
from engine.why.ideas import LESS
from widgets.theme import breakable, hairline, set_role

if TYPE_CHECKING:
    from engine.study.gain import Gain
    from engine.why.ideas import Idea
    from engine.why.what_if import Foretold, Supposed
    from widgets.theme import ThemeManager

_WIDTH: Final = 600
_HEIGHT: Final = 520
_WAIT: Final = "Thinking…"
_NO_ANSWER: Final = "The design cannot run as it stands; see its findings."
_UNTRIED: Final = "Not tried yet"


class IdeaRow(QWidget):
    """One idea: what it is, what theory says, what was measured, and a button that does it."""

    def __init__(self, idea: Idea, place: int, said: str, card: WhatIfCard) -> None:
        """Show an idea that was not tried yet."""
        super().__init__()
        self.idea = idea
        self.title = QLabel(breakable(idea.title), wordWrap=True)
        self.theory = set_role(QLabel(breakable(said), wordWrap=True), "muted")
        self.measured = set_role(QLabel(_UNTRIED, wordWrap=True), "muted")
        self.apply = QPushButton("Apply")
        self.apply.setAccessibleName(f"Apply: {idea.title}")
        self.apply.clicked.connect(lambda: card.apply_requested.emit(place))
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self.title, self.theory, self.measured):
            label.setTextFormat(Qt.TextFormat.PlainText)
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        row.addLayout(words, 1)
        row.addWidget(self.apply, 0, Qt.AlignmentFlag.AlignTop)


class WhatIfCard(Overlay):
    """Floats at the right. It opens with what theory says; runs are made only when they are asked for."""

    try_requested = Signal()
    """Run the design with each idea."""
    cancelled = Signal()
    """Stop the runs."""
    apply_requested = Signal(int)
    """Do an idea, by its place in what was supposed."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        """Know nothing yet."""
        super().__init__(window, look)
        self.setAccessibleName("What could help?")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.rows: list[IdeaRow] = []
        """By the place of their ideas."""
        self._head = set_role(QLabel(textFormat=Qt.TextFormat.PlainText), "title")
        self._caption = set_role(QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True), "muted")
        self._area = QScrollArea(widgetResizable=True)
        self._area.setAccessibleName("Ideas")
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Progress")
        self._state = set_role(QLabel(textFormat=Qt.TextFormat.PlainText), "caption")
        self.start = QPushButton("Try all")
        self.start.clicked.connect(self._press)
        self._running = False
        self._lay_out()

    def _lay_out(self) -> None:
        """Head, ideas, and a footer with the button that tries them."""
        head = QVBoxLayout()  # margins of labels would be lost with the next theme
        head.setContentsMargins(16, 4, 16, 0)
        for label in (self._head, self._caption):
            head.addWidget(label)
        footer = QHBoxLayout()
        footer.setContentsMargins(16, 4, 16, 4)
        footer.addWidget(self._state, 1)
        footer.addWidget(self._bar, 1)
        footer.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 8)
        column.addLayout(head)
        column.addWidget(self._area, 1)
        column.addWidget(hairline())
        column.addLayout(footer)

    @property
    def order(self) -> list[str]:
        """Titles of the ideas as they stand, from above."""
        body = self._area.widget()
        rows = body.findChildren(IdeaRow) if body is not None else []
        return [each.idea.title for each in sorted(rows, key=lambda row: row.y())]

    def begin(self) -> None:
        """Open, before anything is known."""
        self._head.setText("What could help?")
        self._caption.setText(_WAIT)
        self._fill(None)
        self.set_running(running=False)
        self._state.clear()
        self.open()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_supposed(self, supposed: Supposed | None, about: str, client: str) -> None:
        """Show the ideas, and what theory says of each.

        Args:
            supposed: the ideas; None where the design cannot run.
            about: name of the node.
            client: name of the client whose gain counts.
        """
        if supposed is None or supposed.node is None:
            self._caption.setText(
                breakable(
                    _NO_ANSWER
                    if supposed is None
                    else f"Theory names no bottleneck: {supposed.doubt}. Select a node and ask again."
                )
            )
            self._fill(None)
        else:
            self._head.setText(f"What could help {about}?")
            doubt = f" The bottleneck may be another: {supposed.doubt}." if supposed.doubt else ""
            if supposed.now.doubt and supposed.now.p99 is not None:
                doubt += f" What theory says is in doubt: {without_scope(supposed.now.doubt)}."
            self._caption.setText(breakable(f"As {client} sees it.{doubt}"))
            self._fill(supposed)
        self.place()
        if self.rows:
            self.start.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_progress(self, done: int, expected: int, words: str) -> None:
        """Show how far the runs are."""
        self._bar.setMaximum(max(expected, 1))
        self._bar.setValue(done)
        self._state.setText(words)

    def show_gains(self, gains: list[Gain]) -> None:
        """Show what was measured, the best first."""
        body = self._area.widget()
        column = body.layout() if body is not None else None
        if not isinstance(column, QVBoxLayout):
            return
        for place, gain in enumerate(gains):
            row = self.rows[gain.place]
            row.measured.setText(breakable(measured(gain, half=row.idea.name == LESS)))
            set_role(row.measured, "" if gain.helps else "muted")
            column.removeWidget(row)
            column.insertWidget(place, row)
        column.activate()

    def show_end(self, text: str) -> None:
        """Nothing runs any more."""
        self.set_running(running=False)
        self._state.setText(text)

    def set_running(self, *, running: bool) -> None:
        """Offer to stop while it runs, to start else."""
        self._running = running
        self.start.setText("Cancel" if running else "Try all")
        self.start.setEnabled(bool(self.rows))
        self._bar.setVisible(running)

    def close_card(self) -> None:
        """Close it; runs under way are given up."""
        if self._running and self.isVisible():
            self.cancelled.emit()
        super().close_card()

    def place(self) -> None:
        """Sit at the right, below the top bar."""
        window = self.host
        width = min(_WIDTH, window.width() - 24)
        height = min(_HEIGHT, window.height() - 80)
        self.setGeometry(window.width() - width - 12, 56, width, height)

    def _press(self) -> None:
        """The button was pressed."""
        (self.cancelled if self._running else self.try_requested).emit()

    def _fill(self, supposed: Supposed | None) -> None:
        """List the ideas."""
        body = set_role(QWidget(), "bare")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        self.rows = []
        if supposed is not None:
            pairs = zip(supposed.ideas, supposed.foretold, strict=True)
            for place, (idea, said) in enumerate(pairs):
                self.rows.append(IdeaRow(idea, place, foretold(said, supposed.now), self))
                column.addWidget(self.rows[-1])
        column.addStretch(1)
        self._area.setWidget(body)
        self.start.setEnabled(bool(self.rows))


def foretold(said: Foretold, now: Foretold) -> str:
    """What theory says of an idea, or why it says nothing; what is doubted of the design as it is now is said once."""
    if said.p99 is None:
        return f"Theory does not say: {without_scope(said.doubt)}"
    before = "" if now.p99 is None else f"{format_quantity(now.p99, 's')} → "
    doubt = f"; in doubt: {without_scope(said.doubt)}" if said.doubt else ""
    if said.doubt == now.doubt and now.p99 is not None:
        doubt = " (in doubt)" if said.doubt else ""
    return f"Theory: p99 {before}{format_quantity(said.p99, 's')}{doubt}"


def measured(gain: Gain, *, half: bool = False) -> str:
    """What paired runs say of an idea, changes with their intervals, what is sure of the share answered first.

    ``half``: the idea is half the load.
    """
    if gain.answered is None:
        return _UNTRIED
    # Statistics take their time to load, and nothing is measured before somebody asks for it.
    from engine.study.gain import (  # noqa: PLC0415
        MATTERS,
        answered_told,
        change_told,
        goodput_told,
        half_told,
        verdict,
    )

    answered = verdict(gain.answered, MATTERS)
    parts = [f"answered {answered_told(gain)}"] if answered == "sure" else []
    if gain.p99 is not None:
        same = gain.p99.low == gain.p99.high == 0.0
        parts.append("p99 the same" if same else f"p99 {change_told(gain.p99, 's')}")
    elif gain.p99_after is not None:
        parts.append(f"p99 now {format_quantity(gain.p99_after.mean, 's')}")
    if answered == "not sure":
        parts.append(f"answered {answered_told(gain)}")
    if half and half_told(gain):
        parts.append(half_told(gain))
    elif gain.goodput is not None and verdict(gain.goodput, gain.matters) != "same":
        parts.append(f"goodput {goodput_told(gain)}")
    if not parts:
        return "Measured: no difference"
    end = "; not sure to help"
    if gain.helps:
        end = ""
    elif gain.more < 0.0:
        end = "; fewer are answered"
    return f"Measured: {', '.join(parts)}{end}"
