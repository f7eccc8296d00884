"""The panel of studies: what is asked at the left, the plot in the middle, what was found at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets.study.form import StudyForm
from widgets.study.plot import StudyPlot
from widgets.study.results import Results
from widgets.theme import ElidedLabel, set_role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from engine.study.report import Report
    from widgets.study.picture import Picture
    from widgets.theme import IconSet, Theme

_FORM = 256
_PLOT, _FOUND = 1, 1
"""Shares of the room that is left."""
_LEAST = 180
_NARROW = 820
"""Width below which plot and numbers take turns: side by side, the table would be cut (logical pixels)."""
_COLUMNS = 172
"""Height of the columns at least: three fields, and a few rows of what was found."""
_UNMEASURED = "was never measured"
_NEVER = (
    "Nothing to draw: no run has measured it.\n"
    "Latencies are those of requests that were answered, after the warm-up.\n"
    "See in the sandbox whether any are; failures count in goodput, error_rate and latency_all."
)
_HINT = (
    "A study runs the open design many times, beside the sandbox,\n"
    "and says what can be told from the numbers, and how surely."
)


def _nothing(report: Report) -> str:
    """Why nothing is drawn of a study."""
    if not report.complete:
        return "Nothing to draw yet."
    if len(report.failures) >= report.done:
        return "Nothing to draw: all runs broke."
    if any(_UNMEASURED in each for each in report.sentences):
        return _NEVER
    return "Nothing to draw: the numbers say all there is."


class StudyPanel(QWidget):
    """Asks, shows how far it is, and shows what was found."""

    export_requested = Signal()
    map_wanted = Signal()
    """What was found is to be painted on the canvas."""
    map_unwanted = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, icons: IconSet, parent: QWidget | None = None) -> None:
        """Make an empty panel."""
        super().__init__(parent)
        self._theme, self._icons = theme, icons
        self.form = StudyForm()
        self.plot = StudyPlot(theme)
        self.results = Results()
        self._title = set_role(ElidedLabel(), "heading")
        self._title.set_full_text("Study")
        self._state = set_role(QLabel(textFormat=Qt.TextFormat.PlainText), "caption")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Progress of the study")
        self._bar.setFixedHeight(4)
        self._hint = set_role(QLabel(_HINT), "muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.turns = QTabBar(drawBase=False, expanding=False)
        self.turns.setAccessibleName("What is shown of the study")
        for title in ("Numbers", "Plot"):
            self.turns.addTab(title)
        self.turns.currentChanged.connect(lambda _place: self._take_turns())
        self._export = QPushButton("Export…")
        self._export.setToolTip("Save the numbers as CSV, JSON or Parquet")
        self._is_found = False
        """Whether there is anything to show."""
        self._has_map = False
        """Whether a map is on the canvas."""
        self._map = QPushButton()
        self._map.clicked.connect(self._toggle_map)
        self._close = set_role(QToolButton(), "flat")
        self._close.setToolTip("Back to the charts (Esc)")
        self._close.setAccessibleName("Close the study")
        self._export.clicked.connect(self.export_requested)
        self._close.clicked.connect(self.closed)
        self._build()
        self.set_theme(theme)
        self.show_map_state(known=False, shown=False)
        self.show_report(None, None)

    @property
    def state_text(self) -> str:
        """How far it is, in words."""
        return self._state.text()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._close.setIcon(self._icons.icon("close", theme.muted, 14))
        self.plot.set_theme(theme)

    def set_title(self, title: str) -> None:
        """Say which design is studied."""
        self._title.set_full_text(title)

    def set_names(self, names: Mapping[str, str]) -> None:
        """Say what people call the items of that design."""
        self.results.names = names

    def show_progress(self, done: int, expected: int, text: str) -> None:
        """Show how far a study under way is."""
        self._bar.setMaximum(max(1, expected))
        self._bar.setValue(done)
        self._bar.show()
        self._state.setText(text)

    def show_end(self, text: str) -> None:
        """Say that nothing is under way any more, and how it ended."""
        self._bar.hide()
        self._state.setText(text)

    def show_report(self, report: Report | None, picture: Picture | None) -> None:
        """Show what was found so far; None for nothing."""
        drawn = picture is not None and not picture.empty
        self._hint.setVisible(not drawn)
        self._hint.setText(_HINT if report is None else _nothing(report))
        self.plot.setVisible(drawn)
        self.plot.show_picture(picture)
        self.plot.setAccessibleName(picture.title if picture is not None else "")
        self.results.show_report(report)
        self._is_found = report is not None
        self._take_turns()
        self._export.setEnabled(report is not None and report.done > 0)

    def show_map_state(self, known: bool, shown: bool) -> None:  # noqa: FBT001 - a Qt slot
        """Say whether there is a map, and whether it is on the canvas."""
        self._has_map = shown
        self._map.setVisible(known)
        self._map.setText("Hide map" if shown else "Show map")
        what = (
            "Take the map off the canvas (Esc)"
            if shown
            else "Paint on the canvas what each failure does"
        )
        self._map.setToolTip(what)
        if not shown:
            self.results.choose_row("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, plot and numbers take turns."""
        super().resizeEvent(event)
        self._take_turns()

    def _take_turns(self) -> None:
        """Show plot and numbers side by side, or the one that was asked for."""
        narrow = self.width() < _NARROW and self._is_found
        self.turns.setVisible(narrow)
        wants_plot = self.turns.currentIndex() == 1
        self._middle.setVisible(not narrow or wants_plot)
        self.results.setVisible(self._is_found and (not narrow or not wants_plot))

    def _toggle_map(self) -> None:
        """The button was pressed."""
        (self.map_unwanted if self._has_map else self.map_wanted).emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes the map away, and then goes back to the charts."""
        if event.key() == Qt.Key.Key_Escape:
            (self.map_unwanted if self._has_map else self.closed).emit()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        """A head over three columns."""
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._title)
        head.addWidget(self._state, 1)
        head.addWidget(self.turns)
        head.addWidget(self._map)
        head.addWidget(self._export)
        head.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addLayout(self._columns(), 1)
        self._bar.hide()

    def _columns(self) -> QHBoxLayout:
        """Form, plot, findings."""
        area = QScrollArea(widgetResizable=True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.form)
        area.viewport().setAutoFillBackground(False)
        self.form.setAutoFillBackground(False)
        area.setFixedWidth(_FORM)
        middle = self._middle = QWidget()
        inside = QVBoxLayout(middle)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.plot, 1)
        inside.addWidget(self._hint, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(1)
        split.addWidget(middle)
        split.addWidget(self.results)
        for place, share in enumerate((_PLOT, _FOUND)):
            split.setStretchFactor(place, share)
        split.setSizes([_PLOT * _LEAST, _FOUND * _LEAST])
        self.results.setMinimumWidth(_LEAST)
        middle.setMinimumWidth(_LEAST)
        split.setChildrenCollapsible(False)
        split.setMinimumHeight(_COLUMNS)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(area)
        row.addWidget(split, 1)
        return row
