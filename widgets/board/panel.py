"""The page with the board: a row for each client and node, columns by the method that is chosen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.model.units import format_quantity
from widgets.board.signals import Reading, readings
from widgets.instruments.text import instant_text
from widgets.theme import directed, set_role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.sim.snapshot import Sample
    from widgets.theme import ThemeManager

Index = QModelIndex | QPersistentModelIndex

_WAITING: Final = "Saturation: waiting"
METHODS: Final = {
    "Golden signals": {
        "p99": "Latency, p99",
        "rate": "Traffic",
        "errors": "Errors",
        "waiting": _WAITING,
    },
    "RED": {
        "rate": "Rate",
        "errors": "Errors",
        "p50": "Duration, p50",
        "p99": "Duration, p99",
    },
    "USE": {"utilization": "Utilization", "waiting": _WAITING, "errors": "Errors"},
}
"""Signals of each board, with the words that the method has for them."""
_UNITS: Final = {"rate": "rps", "errors": "%", "p50": "s", "p99": "s", "utilization": "%"}
_STRAINED, _FULL = 0.7, 0.98
"""Utilization from which a node counts as strained, and as saturated, as elsewhere in the window."""
_ROW: Final = 24
_NARROWEST: Final = 84
"""Of a column with numbers (logical pixels)."""
_EMPTY: Final = "Run to see how every node does."


class Readings(QAbstractTableModel):
    """Readings for a view."""

    def __init__(self, look: ThemeManager) -> None:
        """Nothing read yet."""
        super().__init__()
        self._look = look
        self._titles = next(iter(METHODS.values()))
        self._names: Mapping[str, str] = {}
        self.rows: list[Reading] = []

    @property
    def _columns(self) -> tuple[str, ...]:
        """Signals, from left to right."""
        return tuple(self._titles)

    def show_rows(self, rows: list[Reading], names: Mapping[str, str]) -> None:
        """Show other readings; the place in the table stays where it was."""
        same = len(rows) == len(self.rows)
        if not same:
            self.beginResetModel()
        self.rows, self._names = rows, names
        if not same:
            self.endResetModel()
        elif rows:
            last = self.index(len(rows) - 1, len(self._columns))
            self.dataChanged.emit(self.index(0, 0), last)

    def choose(self, method: str) -> None:
        """Show the columns of another method."""
        self.beginResetModel()
        self._titles = METHODS[method]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """One for each client and node."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """The name, and the signals."""
        return 0 if parent.isValid() else len(self._columns) + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Titles of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return "Node" if section == 0 else self._titles[self._columns[section - 1]]

    def data(self, index: Index, role: int = 0) -> Any:
        """A cell: its text, where it stands, and the colour of what wants attention."""
        reading, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if role == Qt.ItemDataRole.DisplayRole:
            if column == 0:
                return directed(self._names.get(reading.node, reading.node))
            return text_of(reading, self._columns[column - 1])
        if role == Qt.ItemDataRole.ForegroundRole and column:
            state = state_of(reading, self._columns[column - 1])
            return QColor(self._look.theme.state(state).text) if state else None
        return None


class BoardPanel(QWidget):
    """A choice of method above a table."""

    item_requested = Signal(str)
    """A client or node to be shown on the canvas."""

    def __init__(self, look: ThemeManager) -> None:
        """Nothing measured yet."""
        super().__init__()
        self.model = Readings(look)
        self.method = QComboBox()
        self.method.setAccessibleName("Method")
        self.method.addItems(list(METHODS))
        self.method.currentTextChanged.connect(self.model.choose)
        self.note = set_role(QLabel(_EMPTY, textFormat=Qt.TextFormat.PlainText), "caption")
        self.table = QTableView()
        self.table.setAccessibleName("Board")
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(_NARROWEST)
        header.setResizeContentsPrecision(0)  # what is in view; else a thousand rows at each change
        self.table.activated.connect(self._go)
        self.table.clicked.connect(self._go)
        head = QHBoxLayout()
        head.setContentsMargins(16, 4, 12, 0)
        head.addWidget(self.method)
        head.addWidget(self.note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        below = QHBoxLayout()
        below.setContentsMargins(8, 0, 8, 0)
        below.addWidget(self.table)
        column.addLayout(below, 1)

    def show_samples(self, samples: Sequence[Sample], names: Mapping[str, str]) -> None:
        """Show how everything did over some intervals.

        Args:
            samples: the intervals; none after a new start.
            names: what people call the nodes, by id.
        """
        for _ in self.showing(samples, names):
            pass

    def showing(self, samples: Sequence[Sample], names: Mapping[str, str]) -> Iterator[None]:
        """The same in steps; nothing changes before the last one."""
        rows = []
        for reading in readings(samples):
            rows.append(reading)
            yield
        self.model.show_rows(rows, names)
        if not rows:
            self.note.setText(_EMPTY)
            return
        span = format_quantity(samples[-1].end - samples[0].start, "s")
        at = instant_text(samples[-1].end)
        worst = max(rows, key=lambda each: each.trouble)
        name = names.get(worst.node, worst.node)
        troubled = f"; worst: {name}" if worst.errors or worst.utilization > _STRAINED else ""
        self.note.setText(f"Over {span}, at {at}{troubled}")

    def _go(self, index: QModelIndex) -> None:
        """A row was chosen."""
        self.item_requested.emit(self.model.rows[index.row()].node)


def _side(column: int) -> Qt.AlignmentFlag:
    """Names stand at the left, numbers at the right, titles above them."""
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def text_of(reading: Reading, signal: str) -> str:
    """A signal for reading."""
    value: float = getattr(reading, signal)
    if math.isnan(value):
        return "–"
    if signal == "waiting":
        return "0" if value < 0.005 else f"{value:.2f}" if value < 10 else f"{value:,.0f}"
    return format_quantity(value, _UNITS[signal])


def state_of(reading: Reading, signal: str) -> str:
    """The state that colours a signal; empty where all is well."""
    if signal == "errors" and reading.errors > 0.0:
        return "failing"
    if signal == "utilization" and reading.utilization > _STRAINED:
        return "saturated" if reading.utilization > _FULL else "strained"
    return ""
