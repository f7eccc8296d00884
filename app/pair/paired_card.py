"""The card with the paired numbers of two designs: A, B, and the difference with its interval over replications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.overlay import Overlay
from widgets.theme import breakable, set_role

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.study.paired import Paired
    from widgets.theme import ThemeManager

_WIDTH: Final = 720
_HEIGHT: Final = 430
_TONES: Final = {"better": "healthy", "worse": "failing"}
_HEADS: Final = ("", "A", "B", "B − A, 95 %", "")
_CAPTION: Final = (
    "Both run the whole scenario under the same seeds, so that what is luck cancels. "
    "Loads are as the dial stands; what was tried meanwhile does not count."
)


class PairedCard(Overlay):
    """Stands over both canvases; a click beside it leaves it open."""

    stop_requested = Signal()
    """Runs that are under way are to stop; what is done is kept."""
    again_requested = Signal()
    """Both are to be measured again, or further."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        """Nothing was measured yet."""
        super().__init__(window, look)
        self.setAccessibleName("Paired numbers")
        self._paired: tuple[Paired, ...] = ()
        self.title = set_role(QLabel("Both measured"), "title")
        self.told = set_role(QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText), "muted")
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedHeight(6)
        self.area = QScrollArea(widgetResizable=True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setAccessibleName("Numbers of both")
        self.stop = QPushButton("Stop")
        self.again = QPushButton("Measure again")
        close = QPushButton("Close (Esc)")
        self.stop.clicked.connect(self.stop_requested)
        self.again.clicked.connect(self.again_requested)
        close.clicked.connect(self.close_card)
        caption = set_role(QLabel(_CAPTION, wordWrap=True), "caption")
        foot = QHBoxLayout()
        foot.addWidget(caption, 1)
        for button in (self.stop, self.again, close):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(8)
        for part in (self.title, self.told, self.bar):
            column.addWidget(part)
        column.addWidget(self.area, 1)
        column.addLayout(foot)

    @property
    def texts(self) -> list[str]:
        """Everything that the table says, row by row."""
        body = self.area.widget()
        return [label.text() for label in body.findChildren(QLabel)] if body else []

    def begin(self) -> None:
        """Show that both are being measured."""
        self.show_paired((), str)
        self.set_progress(0, 0, "Looking at what is known …")
        if not self.isVisible():
            self.open()
            self.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_progress(self, done: int, wanted: int, words: str) -> None:
        """Show how far it is."""
        self.bar.setRange(0, wanted)
        self.bar.setValue(done)
        self.bar.show()
        self.stop.show()
        self.again.hide()
        self.told.setText(breakable(words))

    def end(self, words: str) -> None:
        """Nothing is under way any more; how it ended."""
        self.bar.hide()
        self.stop.hide()
        self.again.show()
        self.told.setText(breakable(words))

    def show_paired(self, paired: tuple[Paired, ...], title_of: Callable[[str], str]) -> None:
        """Show numbers.

        Args:
            paired: of each metric.
            title_of: what people call a metric.
        """
        self._paired = paired
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(6)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if paired:
            for place, head in enumerate(_HEADS):
                grid.addWidget(set_role(QLabel(head), "caption"), 0, place, right)
        for row, each in enumerate(paired, 1):
            name = QLabel(breakable(title_of(each.metric)), wordWrap=True)
            name.setTextFormat(Qt.TextFormat.PlainText)
            grid.addWidget(name, row, 0)
            for place, value in ((1, each.a), (2, each.b)):
                grid.addWidget(self._number(each.value_text(value)), row, place, right)
            apart = self._number(each.difference_text)
            apart.setToolTip(f"{each.pairs} pairs of runs")
            verdict = set_role(QLabel(each.verdict_text), "caption")
            for label in (apart, verdict):
                label.setStyleSheet(f"color: {self._colour(each)}")
            grid.addWidget(apart, row, 3, right)
            grid.addWidget(verdict, row, 4)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(len(paired) + 1, 1)
        self.area.setWidget(body)
        self._title_of = title_of

    def dress(self) -> None:
        """Colour what is better and worse."""
        super().dress()
        if self._paired:
            self.show_paired(self._paired, self._title_of)

    def place(self) -> None:
        """Sit in the middle, below the top bar."""
        window = self.host
        width, height = min(_WIDTH, window.width() - 24), min(_HEIGHT, window.height() - 90)
        self.setGeometry((window.width() - width) // 2, 60, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay open while something else is clicked; follow the window's size."""
        if event.type() == QEvent.Type.MouseButtonPress:
            return False
        return super().eventFilter(watched, event)

    def _number(self, text: str) -> QLabel:
        """A number, in figures of one width."""
        label = QLabel(text)
        label.setFont(self.look.fonts.numbers(13))
        return label

    def _colour(self, each: Paired) -> str:
        """Of a difference, by what it means; the verdict says the same in words."""
        theme = self.look.theme
        tone = _TONES.get(each.verdict)
        return theme.muted if tone is None else theme.state(tone).text
