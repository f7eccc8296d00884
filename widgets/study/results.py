"""What a study found: sentences to read, and its tables."""

from __future__ import annotations

from itertools import islice, takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.model.units import format_quantity
from widgets.instruments.text import value_text
from widgets.theme import ElidedBox, directed, set_role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QResizeEvent

    from engine.study.report import Cell, Report, Table

_HIDDEN = frozenset({"key", "unit", "sort"})
"""Columns for programs: a point's key, the unit that is written with each number, the sort of an item."""
_ITEMS = frozenset({"target", "client", "item", "node"})
"""Columns of ids."""
_NAMELESS: Mapping[str, str] = MappingProxyType({})
_GAP = 12
"""Room between the plot and the words."""
_ROW = 22
_DIGITS = 4
"""One more than elsewhere: intervals are narrow."""
_NARROW = 200
_MOST_SAID = 84
"""Height of the sentences from which they scroll; the table needs room as well."""
_LEAST_TABLE = 92
"""Its head and some rows."""
_LEAST_SAID = 40
"""Two lines of them."""
_SAID = 0.3
"""Share of the height that they may take."""
_UNBOUNDED = "–"
_MEASURED = 50
"""Rows whose numbers are measured for the width of their columns: all have the same digits."""
_MEASURED_WORDS = 3
"""Longest words that are measured: a longer one may be narrower."""
_CELL = 18
"""Room in a column beside its text (logical pixels)."""
_MOST_KEYS = 3
"""Words at the beginning of a row that say what it is about: target, sort and fault."""

Index = QModelIndex | QPersistentModelIndex


class TableModel(QAbstractTableModel):
    """A table of a report for a view."""

    def __init__(self, table: Table, names: Mapping[str, str] = _NAMELESS) -> None:
        """Show this table; ``names`` are what people call the items whose ids stand in it."""
        super().__init__()
        self._table, self._names = table, names
        self._columns = [n for n, each in enumerate(table.columns) if each.name not in _HIDDEN]
        keys = [each.name for each in table.columns]
        self._unit = keys.index("unit") if "unit" in keys else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Rows of the table."""
        return 0 if parent.isValid() else len(self._table.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Columns that people read."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A cell as people read it; numbers stand at the right."""
        row = self._table.rows[index.row()]
        cell = row[self._columns[index.column()]]
        if role == Qt.ItemDataRole.DisplayRole:
            return directed(self._text(row, self._columns[index.column()]))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            number = isinstance(cell, int | float) and not isinstance(cell, bool)
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def record(self, row: int) -> dict[str, Cell]:
        """A row with the names of its columns."""
        names = [each.name for each in self._table.columns]
        return dict(zip(names, self._table.rows[row], strict=True))

    def row_of(self, key: tuple[Cell, ...]) -> int | None:
        """The row that begins with some words; None where there is none any more."""
        for place, row in enumerate(self._table.rows):
            if key and row[: len(key)] == key and _key_of(row) == key:
                return place
        return None

    def widest(self, column: int) -> list[str]:
        """Texts of a column of which one is the widest: the longest word of all rows, and the numbers of some.

        A view that asks for them cell by cell keeps the window waiting where there are thousands.
        """
        place = self._columns[column]
        words = {row[place] for row in self._table.rows if isinstance(row[place], str)}
        told = (self._word(str(each), place) for each in words)
        longest = sorted(told, key=len)[-_MEASURED_WORDS:]
        some = self._table.rows[:_MEASURED]
        numbers = [self._text(row, place) for row in some if not isinstance(row[place], str)]
        return [self._table.columns[place].title, *longest, *numbers]

    def key_of(self, row: int) -> tuple[Cell, ...]:
        """The words with which a row begins: what it is about, whatever its numbers are by now."""
        return _key_of(self._table.rows[row])

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Titles of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and self._table.rows:
            return self.data(self.index(0, section), role)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._table.columns[self._columns[section]].title
        return None

    def _word(self, word: str, place: int) -> str:
        """A word of a column, which may be an id: of an item people read its name."""
        is_item = self._table.columns[place].name in _ITEMS
        return self._names.get(word, word) if is_item else word

    def _text(self, row: tuple[Cell, ...], place: int) -> str:
        """A cell in words."""
        cell = row[place]
        if cell is None:
            return _UNBOUNDED
        if isinstance(cell, bool):
            return "yes" if cell else "no"
        if isinstance(cell, str):
            return self._word(cell, place)
        unit = self._table.columns[place].unit
        if unit is None:
            unit = "" if self._unit is None else str(row[self._unit] or "")
        if isinstance(cell, int) and not unit:
            return f"{cell:,}"
        if unit == "B":
            return format_quantity(cell, unit)
        return value_text(cell, unit, _DIGITS)


def _key_of(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """The words with which a row begins, three at most."""
    words = takewhile(lambda cell: isinstance(cell, str), row)
    return tuple(islice(words, _MOST_KEYS))


class Results(QWidget):
    """Sentences above, one of the tables below."""

    row_chosen = Signal(str, object)
    """Name of the table, and the chosen row by the names of its columns; None where none is any more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self.names: Mapping[str, str] = _NAMELESS
        """What people call the items of what is studied, by their ids."""
        self._report: Report | None = None
        self._chosen: tuple[str, tuple[Cell, ...]] = ("", ())
        """Name of a table, and what the chosen row in it is about."""
        self._words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._failures = set_role(
            QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText), "error"
        )
        self._which = ElidedBox()
        self._which.setAccessibleName("Table")
        self._which.currentIndexChanged.connect(self._choose)
        self._table = QTableView()
        self._table.setAccessibleName("Results")
        self._table.setShowGrid(False)
        self._table.setTabKeyNavigation(False)
        self._table.setMinimumHeight(_LEAST_TABLE)
        self._table.setWordWrap(False)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(_ROW)
        self._table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        column = QVBoxLayout(self)
        column.setContentsMargins(_GAP, 0, 0, 0)
        column.setSpacing(6)
        self._said = QScrollArea(widgetResizable=True)
        self._said.setAccessibleName("What was found")
        self._said.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._said.setWidget(self._words)
        self._said.viewport().setAutoFillBackground(False)
        self._words.setAutoFillBackground(False)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        for part in (self._said, self._failures, self._which):
            column.addWidget(part)
        column.addWidget(self._table, 1)
        self.show_report(None)

    @property
    def words(self) -> str:
        """The sentences that are shown."""
        return self._words.text()

    def show_report(self, report: Report | None) -> None:
        """Show what was found, or what can be said so far; None for nothing."""
        self._report = report
        self._said.setVisible(report is not None)
        self._table.setVisible(report is not None)
        self._which.setVisible(report is not None and len(report.tables) > 1)
        self._failures.setVisible(report is not None and bool(report.failures))
        if report is None:
            return
        self._words.setText("\n".join(report.sentences))
        self._share_height()
        if report.failures:
            first = report.failures[0]
            count = len(report.failures)
            told = f"{count} of {report.done} runs broke; the first: {first.label}: {first.error}"
            self._failures.setText(told)
        self._list(report)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sentences take less where there is less."""
        super().resizeEvent(event)
        self._share_height()

    def _share_height(self) -> None:
        """Give the sentences what they want, as far as the table keeps its room; they scroll then."""
        wanted = self._words.heightForWidth(max(self.width() - 16, _NARROW)) + 4
        most = max(_LEAST_SAID, min(_MOST_SAID, round(_SAID * self.height())))
        self._said.setFixedHeight(min(wanted, most))

    def choose_row(self, table: str, *key: str) -> None:
        """Choose the row that begins with some words in the table that is shown; no words choose none."""
        self._chosen = (table, key)
        self._restore()

    def _list(self, report: Report) -> None:
        """Offer the tables; the one that was chosen stays chosen."""
        chosen = max(0, self._which.currentIndex())
        self._which.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._which.clear()
        for table in report.tables:
            self._which.addItem(table.title)
        self._which.setCurrentIndex(min(chosen, len(report.tables) - 1))
        self._which.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self._choose(self._which.currentIndex())

    def _choose(self, index: int) -> None:
        """Show one table; the row that was chosen in it stays chosen."""
        if self._report is None or not 0 <= index < len(self._report.tables):
            return
        model = TableModel(self._report.tables[index], self.names)
        self._table.setModel(model)
        self._fit_columns(model)
        self._table.selectionModel().selectionChanged.connect(lambda _on, _off: self._tell())
        self._restore()

    def _fit_columns(self, model: TableModel) -> None:
        """Make columns as wide as what stands in them."""
        self._table.ensurePolished()
        head = self._table.horizontalHeader()
        head.ensurePolished()
        for column in range(model.columnCount()):
            title, *texts = model.widest(column)
            wide = (self._table.fontMetrics().horizontalAdvance(each) for each in texts)
            least = head.fontMetrics().horizontalAdvance(title)
            head.resizeSection(column, _CELL + max(least, *wide, 0))

    def _restore(self) -> None:
        """Choose the row again that was chosen, without a word."""
        model, table = self._table.model(), self._shown_table
        if not isinstance(model, TableModel) or table is None:
            return
        name, key = self._chosen
        row = model.row_of(key) if name == table.name else None
        picked = self._table.selectionModel()
        picked.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._table.clearSelection()
        if row is not None:
            self._table.selectRow(row)
        picked.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self._table.viewport().update()

    def _tell(self) -> None:
        """Another row was chosen, or none is any more."""
        model, table = self._table.model(), self._shown_table
        if not isinstance(model, TableModel) or table is None:
            return
        rows = self._table.selectionModel().selectedRows()
        key = model.key_of(rows[0].row()) if rows else ()
        self._chosen = (table.name, key)
        self.row_chosen.emit(table.name, model.record(rows[0].row()) if rows else None)

    @property
    def _shown_table(self) -> Table | None:
        """The table that is shown."""
        index = self._which.currentIndex()
        known = self._report is not None and 0 <= index < len(self._report.tables)
        return self._report.tables[index] if self._report is not None and known else None
