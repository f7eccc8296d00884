"""The card with what a measurement found: objectives, clients, nodes, links, and the hash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
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

from app.naming import name_of
from app.overlay import Overlay
from engine.catalog.measures import title_of, unit_of
from engine.model.costing import cost_line, costly_parts
from engine.model.design import Design
from engine.model.exposing import blast_line, compromised_parts
from engine.model.failures import failure_title
from engine.model.metrics import COMPROMISED, live_text, measured_text, measured_unit
from engine.model.prices import COST
from engine.model.uncertainty import about, measured, settling, verdict, with_margin
from engine.model.units import format_instant, format_quantity
from widgets.theme import ElidedLabel, breakable, hairline, section_label, set_role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from widgets.theme import ThemeManager

_WIDTH, _HEIGHT = 840, 600
_STEPS: Final = 1000
_LATENCY: Final = measured_unit("client", "latency.mean")
_NODE_TIMES: Final = (("wait", "mean"), ("residence", "mean"), ("residence", "p99"))


class ResultCard(Overlay):
    """Floats in the middle: first the progress, then the numbers."""

    cancelled = Signal()

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        super().__init__(window, look)
        self.setAccessibleName("Result")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._design = Design()
        self._result: Mapping[str, Any] | None = None
        self._title = set_role(ElidedLabel(), "title")
        self._caption = set_role(QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True), "muted")
        self._bar = QProgressBar(maximum=_STEPS, textVisible=False)
        self._bar.setAccessibleName("Progress")
        self._area = QScrollArea(widgetResizable=True)
        self._area.setAccessibleName("Results")
        self._area.viewport().setAutoFillBackground(False)
        self._hash = set_role(QLabel(textFormat=Qt.TextFormat.PlainText), "caption")
        self._hash.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copy = QPushButton("Copy as JSON")
        self._copy.clicked.connect(self._copy_json)
        self._close = QPushButton("Close")
        self._close.clicked.connect(self.close_card)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        for part in (self._title, self._caption, self._bar):
            column.addWidget(part)
        column.addWidget(self._area, 1)
        column.addWidget(hairline())
        column.addLayout(self._footer())

    def _footer(self) -> QHBoxLayout:
        """Hash at the left, buttons at the right."""
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._hash, 1)
        row.addWidget(self._copy)
        row.addWidget(self._close)
        return row

    @property
    def result(self) -> Mapping[str, Any] | None:
        """What is shown; None while it is being measured."""
        return self._result

    @property
    def texts(self) -> list[str]:
        """Everything that the table says, row by row."""
        body = self._area.widget()
        return [label.text() for label in body.findChildren(QLabel)] if body else []

    def begin(self, design: Design) -> None:
        """Show that a design is being measured."""
        self._design, self._result = design, None
        scenario = design.scenario
        span = format_quantity(scenario.duration, "s")
        self._title.set_full_text(f"Measuring: {design.title}")
        self._caption.setText(f"{span} from the start with seed {scenario.seed}, at full speed")
        self._area.hide()
        self._hash.clear()
        self._bar.setValue(0)
        self._bar.show()
        self._copy.hide()
        self._close.setText("Cancel")
        self.open()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_progress(self, share: float) -> None:
        """Show how much is done, 0 to 1."""
        self._bar.setValue(round(share * _STEPS))

    def show_failure(self, message: str) -> None:
        """Say why there is no result."""
        self._bar.hide()
        self._title.set_full_text("Nothing was measured")
        self._caption.setText(breakable(message))
        self._close.setText("Close")

    def show_result(self, result: Mapping[str, Any]) -> None:
        """Show the numbers."""
        self._result = result
        self._bar.hide()
        self._title.set_full_text(f"Measured: {result['title']}")
        first, last = (format_instant(result[key]) for key in ("warmup", "duration"))
        self._caption.setText(
            f"From {first} to {last} with seed {result['seed']}; {result['requests']:,} requests in "
            f"{result['wall_seconds']:.1f} s. The same file gives the same numbers everywhere. "
            f"± is the margin of 95 % confidence, ±? an unknown one. {settling(result)}"
        )
        self._hash.setText(f"hash {result['hash'][:16]}…")
        self._hash.setToolTip(result["hash"])
        body = _body(result, self._design)
        self._area.setWidget(body)
        body.setAutoFillBackground(False)
        self._area.show()
        self._copy.show()
        self._close.setText("Close")
        self.place()

    def close_card(self) -> None:
        """Close it; a measurement under way is given up."""
        if self._result is None and self.isVisible():
            self.cancelled.emit()
        super().close_card()

    def place(self) -> None:
        """Sit in the middle, no larger than the window."""
        width = min(_WIDTH, self.host.width() - 48)
        wanted = _HEIGHT if self._result is not None else self.sizeHint().height()
        height = min(wanted, self.host.height() - 96)
        left, top = (self.host.width() - width) // 2, (self.host.height() - height) // 2
        self.setGeometry(left, top, width, height)

    def _copy_json(self) -> None:
        """Put the whole result on the clipboard."""
        QGuiApplication.clipboard().setText(json.dumps(self._result, indent=1))


def _body(result: Mapping[str, Any], design: Design) -> QWidget:
    """All tables, one below the other."""
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 8, 12, 8)
    column.setSpacing(6)
    span = max(result["duration"] - result["warmup"], 1e-9)
    if result["objectives"]:
        rows = [_objective_row(each, design) for each in result["objectives"]]
        _add_table(column, "Objectives", ("", "measured", ""), rows)
    clients = [
        row
        for key, each in result["clients"].items()
        for row in _client_rows(name_of(design, key), each, span)
    ]
    titles = ("", "offered", "goodput", "failed", "mean", "p50", "p95", "p99")
    _add_table(column, "Clients", titles, clients)
    nodes = [
        [name_of(design, key), _rate(each["arrivals"], span), _failures(each["failed"], each["arrivals"]),
         measured_text("node", "utilization", each["utilization"]) if each["utilization"] else "–",
         measured_text("node", "queue_mean", round(each["queue_mean"], 2)),
         *(with_margin(each[part], name, measured_unit("node", f"{part}.{name}")) for part, name in _NODE_TIMES)]
        for key, each in result["nodes"].items()
    ]  # fmt: skip
    titles = ("", "rate", "failed", "busy", "waiting", "wait", "residence", "p99")
    _add_table(column, "Nodes", titles, nodes)
    links = [
        [name_of(design, key), _rate(each["attempts"], span), _failures(each["failed"], each["attempts"]),
         *_times(each["latency"], "mean", "p99")]
        for key, each in result["links"].items()
    ]  # fmt: skip
    _add_table(column, "Links", ("", "attempts", "failed", "mean", "p99"), links)
    costs = [[name_of(design, key), COST.text(hour)] for key, hour in costly_parts(result)]
    whole = cost_line(result)
    _add_table(column, "Costs", ("", ""), [["In all", whole], *costs] if whole else [])
    far = blast_line(result)
    had = [
        [name_of(design, key), COMPROMISED.text(each)] for key, each in compromised_parts(result)
    ]
    rows = [["In all", far], *had] if far else []
    _add_table(column, "Compromised", ("", COMPROMISED.title), rows)
    column.addStretch(1)
    return body


def _client_rows(name: str, each: Mapping[str, Any], span: float) -> list[list[str]]:
    """What a client saw, and where some of its requests failed, the times of all of them below."""
    latency = each["latency"]
    rows = [
        [name, _rate(each["offered"], span), measured_text("client", "goodput", each["goodput"]),
         _failures(each["failed"], each["offered"]), *_percentiles(latency)]
    ]  # fmt: skip
    if any(each["failed"].values()) and "latency_all" in each:
        rows.append(
            ["    all requests, failed too", "", "", "", *_percentiles(each["latency_all"])]
        )
    return rows


def _percentiles(latency: Mapping[str, Any]) -> list[str]:
    """Mean and percentiles of a latency."""
    return [
        with_margin(latency, "mean", _LATENCY),
        *_times(latency, "p50", "p95"),
        with_margin(latency, "p99", _LATENCY),
    ]


def _add_table(
    column: QVBoxLayout, title: str, titles: tuple[str, ...], rows: list[list[str]]
) -> None:
    """A heading and a grid; the first column is text, numbers stand at the right."""
    if not rows:
        return
    column.addWidget(section_label(title))
    grid = QGridLayout()
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(0, 1)
    right = Qt.AlignmentFlag.AlignRight
    for place, text in enumerate(titles):
        grid.addWidget(
            set_role(QLabel(text), "caption"), 0, place, right if place else Qt.AlignmentFlag(0)
        )
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row):
            label = QLabel(text, textFormat=Qt.TextFormat.PlainText)
            grid.addWidget(label, number, place, right if place else Qt.AlignmentFlag(0))
    column.addLayout(grid)
    column.addSpacing(10)


def _objective_row(each: Mapping[str, Any], design: Design) -> list[str]:
    """An objective, what was measured, and the verdict."""
    title = title_of(design, each["metric"])
    return [about(each, title), measured(each, unit_of(design, each["metric"])), verdict(each)]


def _rate(count: int, span: float) -> str:
    """A count over the measured time."""
    return live_text("node", "rate", count / span)


def _times(values: Mapping[str, float | None], *names: str) -> list[str]:
    """Durations for reading; a dash where nothing was measured."""
    return [measured_text("client", f"latency.{name}", values.get(name)) for name in names]


def _failures(failed: Mapping[str, int], total: int) -> str:
    """The share of failures and their main reason."""
    worst = max(failed, key=lambda reason: failed[reason], default=None)
    if worst is None or failed[worst] == 0:
        return "–"
    share = format_quantity(min(1.0, sum(failed.values()) / max(total, 1)), "%")
    return f"{share} {failure_title(worst)}"
