"""Lists of rows of numbers: steps of an autoscaler, points of a curve, rules of an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from widgets.inspector.editors.base import Editor
from widgets.inspector.editors.number import NumberEditor
from widgets.inspector.editors.pager import Pager
from widgets.inspector.fields import Column, Field
from widgets.inspector.shapes import Shape
from widgets.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import JsonValue

    from widgets.theme import ThemeManager

_REMOVE = 18
"""Room of the button that removes a row."""


class NumbersRow(QWidget):
    """Numbers side by side, and a button that removes them."""

    changed = Signal()
    refused = Signal(str)
    removed = Signal()

    def __init__(self, look: ThemeManager, count: int, what: str) -> None:
        """So many empty numbers; ``what`` they are together: a point, a row."""
        super().__init__()
        self.editors = tuple(NumberEditor(look) for _ in range(count))
        self.touched = self.editors[0]
        """The number that was changed last."""
        self.remove = set_role(QToolButton(), "flat")
        self.remove.setIconSize(QSize(12, 12))
        self.remove.setFixedWidth(_REMOVE)
        self.remove.setAccessibleName(f"Remove this {what}")
        self.remove.setToolTip(f"Remove this {what}")
        self.remove.clicked.connect(self.removed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for editor in self.editors:
            layout.addWidget(editor, 1)
            editor.committed.connect(self._take)
            editor.refused.connect(self.refused)
        layout.addWidget(self.remove)

    def show_numbers(self, numbers: Sequence[JsonValue], columns: Sequence[Column]) -> None:
        """Show numbers, each as its column says."""
        look, line = self.touched.look, self.layout()
        self.remove.setIcon(look.icons.icon("close", look.theme.muted, 12))
        for editor, number, column in zip(self.editors, numbers, columns, strict=True):
            shape = Shape(column.sort)
            if isinstance(line, QHBoxLayout):
                line.setStretchFactor(editor, _share(column))
            editor.show_field(Field((), shape, column.title, column.unit, value=number))

    def numbers(self) -> list[JsonValue]:
        """The numbers as stored."""
        return [editor.field.value for editor in self.editors]

    def commit(self) -> None:
        """Take what is being typed."""
        for editor in self.editors:
            editor.commit()

    def forget(self) -> None:
        """Drop the drafts."""
        for editor in self.editors:
            editor.forget()

    def _take(self, value: object) -> None:
        """Keep what was typed, then tell."""
        self.touched = cast("NumberEditor", self.sender())
        old = self.touched.field
        kept = Field((), old.shape, old.title, old.unit, value=cast("JsonValue", value))
        self.touched.show_field(kept)
        self.changed.emit()


class RowsEditor(Editor):
    """Rows of numbers below the names of their columns; no rows where the field takes null."""

    def __init__(self, look: ThemeManager) -> None:
        """No rows."""
        super().__init__(look)
        self.rows: list[NumbersRow] = []
        """Those on the page that is seen."""
        self.pager = Pager(look, "rows")
        self.pager.asked.connect(self._turn)
        self.heads: list[QLabel] = []
        self.add = set_role(QPushButton("Add a row"), "link")
        self.add.clicked.connect(self._add)
        self._touched: NumberEditor | None = None
        self._head = QWidget()
        self._line = QHBoxLayout(self._head)
        self._line.setContentsMargins(0, 0, _REMOVE + 4, 0)
        self._line.setSpacing(4)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.addWidget(self._head, 0, 0)
        self.entrance = self.add

    def wide(self) -> bool:
        """Rows need room."""
        return bool(self._stored())

    def refresh(self) -> None:
        """Show the rows."""
        columns, stored = self.field.columns, self._stored()
        self._head.setVisible(bool(stored))
        self.add.setText("mixed; write one for all" if self.field.mixed else "Add a row")
        if len(self.heads) != len(columns):
            self._name(columns)
        self.pager.show_count(len(stored))
        begin, end = self.pager.span
        self._match(end - begin, len(columns))
        for row, numbers in zip(self.rows, stored[begin:end], strict=True):
            row.show_numbers(numbers, columns)

    def commit(self) -> None:
        """Take what is being typed."""
        for row in self.rows:
            row.commit()

    def reject(self) -> None:
        """Mark the number that was changed last."""
        if self._touched is not None:
            self._touched.reject()

    def forget(self) -> None:
        """Drop the drafts."""
        self.pager.go_to_begin()
        for row in self.rows:
            row.forget()

    def _turn(self, step: int) -> None:
        """Show another page."""
        self.pager.turn(step, self.rows)
        self.refresh()

    def _all(self, rows: Sequence[NumbersRow]) -> list[list[JsonValue]]:
        """All rows: those of other pages as they are stored, with the lines of this one between them."""
        begin, end = self.pager.span
        stored = self._stored()
        return [*stored[:begin], *(row.numbers() for row in rows), *stored[end:]]

    def _stored(self) -> list[list[JsonValue]]:
        """The rows; numbers that lack in a malformed one count as zero until it is mended."""
        value = self.field.value
        if not isinstance(value, list) or self.field.mixed:
            return []
        width = len(self.field.columns)
        rows = [row if isinstance(row, list) else [] for row in value]
        return [[*row, *[0] * width][:width] for row in rows]

    def _name(self, columns: Sequence[Column]) -> None:
        """Write the names of the columns over them."""
        for label in self.heads:
            self._line.removeWidget(label)
            label.deleteLater()
        self.heads = [set_role(QLabel(column.title), "caption") for column in columns]
        for label, column in zip(self.heads, columns, strict=True):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
            self._line.addWidget(label, _share(column))

    def _match(self, count: int, width: int) -> None:
        """Have a row for each; rows that stay keep the cursor."""
        while len(self.rows) > count:
            gone = self.rows.pop()
            self._grid.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        while len(self.rows) < count:
            row = NumbersRow(self.look, width, "row")
            row.changed.connect(self._collect)
            row.refused.connect(self.refused)
            row.removed.connect(self._remove)
            self.rows.append(row)
            self._grid.addWidget(row, len(self.rows), 0)
        self._grid.addWidget(self.pager, 1 + count, 0)
        self._grid.addWidget(self.add, 2 + count, 0, Qt.AlignmentFlag.AlignLeft)

    def _collect(self) -> None:
        """Commit all rows; those that rise in their first number stay in order."""
        self._touched = cast("NumbersRow", self.sender()).touched
        rows = self._all(self.rows)
        before = [_size(row[0]) for row in self._stored()]
        if before == sorted(before):
            rows.sort(key=lambda row: _size(row[0]))
        self.committed.emit(rows)

    def _remove(self) -> None:
        """Commit without the row whose button was pressed; without any it is as if nothing was set."""
        gone = self.sender()
        rows = self._all([row for row in self.rows if row is not gone])
        self.committed.emit(rows or (None if self.field.shape.nullable else []))

    def _add(self) -> None:
        """Commit one more row: half-way between the last two, where it fits whatever the order and the bounds."""
        columns = self.field.columns
        rows = self._all(self.rows)
        self.pager.go_to_end()
        if len(rows) > 1:
            ends = zip(rows[-2], rows[-1], columns, strict=True)
            rows.insert(-1, [_middle(_size(a), _size(b), column) for a, b, column in ends])
        elif rows:
            rows.append([_size(rows[0][0]) + 1, *rows[0][1:]])
        else:
            rows.append([0] * len(columns))
        self.committed.emit(rows)


def _share(column: Column) -> int:
    """How much of the width a column gets: a unit takes room as well."""
    return 3 if column.unit else 2


def _middle(a: float, b: float, column: Column) -> JsonValue:
    """Half-way between two numbers."""
    middle = (a + b) / 2.0
    return round(middle) if column.sort == "integer" else float(f"{middle:.6g}")


def _size(value: JsonValue) -> float:
    """A number, or zero for anything else."""
    return value if isinstance(value, int | float) else 0.0
