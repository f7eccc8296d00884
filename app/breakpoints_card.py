"""The card of breakpoints: when the run is to pause by itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.naming import name_of
from app.overlay import Overlay
from engine.model.metrics import LIVE_METRICS
from engine.model.units import parse_quantity
from engine.run.breakpoints import MOST, Breakpoint, metric_of, text_of
from widgets.theme import ElidedBox, breakable, set_flag, set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from app.document import DesignDocument
    from app.run_controller import RunController
    from widgets.theme import ThemeManager

    Kind = Literal["metric", "failing", "event"]

_KINDS: Final = (
    ("metric", "a metric passes a bound"),
    ("failing", "something fails"),
    ("event", "an event is due"),
)
_NONE: Final = "The run does not pause by itself yet."
_WIDTH: Final = 520


class BreakpointsCard(Overlay):
    """Floats over the middle of the window: what there is, and a line to add one."""

    def __init__(
        self, window: QWidget, look: ThemeManager, run: RunController, document: DesignDocument
    ) -> None:
        super().__init__(window, look)
        self.setAccessibleName("Pause when")
        self._run, self._document = run, document
        self._is_built = False
        self.kind, self.item, self.measure = ElidedBox(), ElidedBox(), ElidedBox()
        self.side = ElidedBox()
        self.bound = QLineEdit()
        self.add_button = set_role(QPushButton("Add"), "primary")
        self._problem = set_role(QLabel(textFormat=Qt.TextFormat.PlainText), "warning")
        self._rows = QVBoxLayout()

    def open(self) -> None:
        """Show what there is, ready to add one."""
        if not self._is_built:
            self._build()
        self._fill_items()
        self._show_points()
        super().open()
        self.kind.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter adds, wherever the keyboard is in the card."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.add()
        else:
            super().keyPressEvent(event)

    def place(self) -> None:
        """Sit in the middle, as high as what there is."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.resize(max(_WIDTH, self.sizeHint().width()), self.sizeHint().height())
        self.move(
            (self.host.width() - self.width()) // 2, (self.host.height() - self.height()) // 3
        )

    def add(self) -> None:
        """Add what is chosen, or say what is wrong with it."""
        self._say("")
        kind: Kind = self.kind.currentData()
        item = self.item.currentData() or ""
        point = Breakpoint(kind, item)
        if kind == "metric":
            metric = metric_of(self.measure.currentData(), item, self._document.design)
            try:
                bound = parse_quantity(self.bound.text(), metric.unit)
            except ValueError as error:
                self._say(str(error))
                return
            side: Literal["above", "below"] = self.side.currentData()
            point = Breakpoint(kind, item, metric.name, bound, side)
        if point in self._run.breakpoints:
            self._say("That is there already.")
        elif len(self._run.breakpoints) >= MOST:
            self._say(f"There are {MOST} already; remove some.")
        else:
            self._set((*self._run.breakpoints, point))

    def remove(self, point: Breakpoint) -> None:
        """Take one away."""
        self._set(tuple(each for each in self._run.breakpoints if each != point))

    def _set(self, points: tuple[Breakpoint, ...]) -> None:
        """Have the run pause at these, and show them."""
        self._run.set_breakpoints(points)
        self._show_points()

    def _say(self, problem: str) -> None:
        """Say what is wrong with what was typed, or nothing."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        set_flag(self.bound, "invalid", value=bool(problem))
        self.place()

    def _build(self) -> None:
        """Made when it is first asked for, since most starts never ask."""
        self._is_built = True
        for name, words in _KINDS:
            self.kind.addItem(words, name)
        for name in ("above", "below"):
            self.side.addItem(name, name)
        for widget, name in (
            (self.kind, "What to wait for"),
            (self.item, "Of what"),
            (self.measure, "Metric"),
            (self.side, "Side"),
            (self.bound, "Bound"),
        ):
            widget.setAccessibleName(name)
        self.bound.setPlaceholderText("1 s")
        self.bound.setMaximumWidth(90)
        self.kind.currentIndexChanged.connect(self._fill_items)
        self.item.currentIndexChanged.connect(self._fill_metrics)
        self.add_button.clicked.connect(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(set_role(QLabel("Pause when"), "title"))
        column.addLayout(self._rows)
        first, second = QHBoxLayout(), QHBoxLayout()
        for widget in (self.kind, self.item):
            first.addWidget(widget, 1)
        for widget in (self.measure, self.side, self.bound):
            second.addWidget(widget)
        second.addStretch(1)
        second.addWidget(self.add_button)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(self._problem)
        self._problem.hide()

    def _fill_items(self) -> None:
        """What can be waited for at: nodes and links, or anything."""
        design, kind = self._document.design, self.kind.currentData()
        chosen = self.item.currentData()
        with QSignalBlocker(self.item):
            self.item.clear()
            if kind == "event":
                self.item.addItem("of anything", "")
            for each in (*design.node_by_id, *design.link_by_id):
                self.item.addItem(name_of(design, each), each)
            self.item.setCurrentIndex(max(self.item.findData(chosen), 0))
        for widget in (self.measure, self.side, self.bound):
            widget.setVisible(kind == "metric")
        self._fill_metrics()

    def _fill_metrics(self) -> None:
        """What is measured of the chosen item."""
        design, item = self._document.design, self.item.currentData() or ""
        client = item not in {link.target for link in design.links}
        sort: Literal["client", "node", "link"] = "client" if client else "node"
        metrics = LIVE_METRICS["link" if item in design.link_by_id else sort]
        chosen, names = self.measure.currentData(), {metric.name for metric in metrics}
        if chosen not in names:
            # While everything fails, nothing is answered: a bound on the latency of answers would never be passed.
            chosen = "p99_all" if "p99_all" in names else "p99"
        self.measure.clear()
        for metric in metrics:
            self.measure.addItem(metric.heading, metric.name)
        self.measure.setCurrentIndex(max(self.measure.findData(chosen), 0))

    def _show_points(self) -> None:
        """List what there is."""
        while (taken := self._rows.takeAt(0)) is not None:
            widget = taken.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        points = self._run.breakpoints
        rows = [self._row(point) for point in points] or [set_role(QLabel(_NONE), "muted")]
        for row in rows:
            self._rows.addWidget(row)
            row.show()  # a row that is shown later has no height yet
        self.place()

    def _row(self, point: Breakpoint) -> QWidget:
        """One breakpoint in words, and a button that takes it away."""
        design = self._document.design
        words = text_of(point, design, partial(name_of, design))
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        label = QLabel(breakable(words), wordWrap=True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        line.addWidget(label, 1)
        remove = set_role(QToolButton(), "flat")
        remove.setIcon(self.look.icons.icon("close", self.look.theme.muted, 14))
        remove.setIconSize(QSize(14, 14))
        remove.setToolTip("Remove")
        remove.setAccessibleName(f"Remove: {words}")
        remove.clicked.connect(lambda: self.remove(point))
        line.addWidget(remove)
        return row
