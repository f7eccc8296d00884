"""Values of several numbers: a rate that may be a schedule, and shares of request classes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
)

from widgets.inspector.editors.base import Editor
from widgets.inspector.editors.number import NumberEditor
from widgets.inspector.editors.pager import Pager
from widgets.inspector.editors.rows import NumbersRow
from widgets.inspector.fields import Column, Field
from widgets.inspector.shapes import Shape
from widgets.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from widgets.theme import ThemeManager

_NUMBER = Shape("number")


class PointRow(NumbersRow):
    """One point of a schedule: time, rate, and a button that removes it."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty point."""
        super().__init__(look, 2, "point")
        self.time, self.rate = self.editors

    def show_point(self, time: float, rate: float, unit: str) -> None:
        """Show a point."""
        self.show_numbers((time, rate), (Column("Time", "s"), Column("Rate", unit)))

    def point(self) -> list[float]:
        """The point as stored."""
        return [_number(value) for value in self.numbers()]


class RateEditor(Editor):
    """A rate: one number, or points of time and rate with straight lines between them."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty editor."""
        super().__init__(look)
        self.constant = NumberEditor(look)
        self.constant.committed.connect(self.committed)
        self.constant.refused.connect(self.refused)
        self.more = set_role(QToolButton(), "flat")
        self.more.setIconSize(QSize(13, 13))
        self.more.setAccessibleName("Change over time")
        self.more.setToolTip("Let it change over time: a schedule of points")
        self.more.clicked.connect(self._to_schedule)
        self.constant.line.add_button(self.more)
        self.add = set_role(QPushButton("Add a point"), "link")
        self.add.setToolTip("Straight lines between the points; two points at one time are a step")
        self.add.clicked.connect(self._add)
        self.flat = set_role(QPushButton("Make constant"), "link")
        self.flat.clicked.connect(self._to_constant)
        self.rows: list[PointRow] = []
        """Of the points on the page that is seen."""
        self.pager = Pager(look, "points")
        self.pager.asked.connect(self._turn)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.addWidget(self.constant, 0, 0, 1, 2)
        self._grid.addWidget(self.add, 1, 0)
        self._grid.addWidget(self.flat, 1, 1)
        self.entrance = self.constant

    def wide(self) -> bool:
        """A schedule needs room."""
        return isinstance(self.field.value, list) and not self.field.mixed

    def refresh(self) -> None:
        """Show the number or the points."""
        value = self.field.value
        self.more.setIcon(self.look.icons.icon("traffic", self.look.theme.muted, 13))
        scheduled = self.wide()
        self.constant.setVisible(not scheduled)
        self.add.setVisible(scheduled)
        self.flat.setVisible(scheduled)
        points = self._points() if scheduled else []
        self.pager.show_count(len(points))
        begin, end = self.pager.span
        points = points[begin:end]
        self._match_rows(len(points))
        for row, (time, rate) in zip(self.rows, points, strict=True):
            row.show_point(time, rate, self.field.unit)
        if not scheduled:
            field = self.field
            shown = None if isinstance(value, list) else value
            self.constant.show_field(
                Field(
                    (), _NUMBER, field.title, field.unit, field.help, value=shown, mixed=field.mixed
                )
            )

    def commit(self) -> None:
        """Take what is being typed."""
        self.constant.commit()
        for row in self.rows:
            row.commit()

    def reject(self) -> None:
        """Mark the number; a refused point is marked by its own line."""
        self.constant.reject()

    def draft(self) -> str | None:
        """Refused text of the number."""
        return self.constant.draft()

    def restore(self, draft: str) -> None:
        """Bring back refused text."""
        self.constant.restore(draft)

    def forget(self) -> None:
        """Drop the drafts."""
        self.constant.forget()
        self.pager.go_to_begin()
        for row in self.rows:
            row.forget()

    def _turn(self, step: int) -> None:
        """Show another page."""
        self.pager.turn(step, self.rows)
        self.refresh()

    def _all(self, rows: Sequence[PointRow]) -> list[list[float]]:
        """All points: those of other pages as they are stored, with the rows of this one between them."""
        begin, end = self.pager.span
        stored = [list(point) for point in self._points()]
        return [*stored[:begin], *(row.point() for row in rows), *stored[end:]]

    def _points(self) -> list[tuple[float, float]]:
        """The schedule; malformed points count as zero until they are mended."""
        value = self.field.value if isinstance(self.field.value, list) else []
        pairs = [pair if isinstance(pair, list) and len(pair) == 2 else [0, 0] for pair in value]
        return [(_number(pair[0]), _number(pair[1])) for pair in pairs]

    def _match_rows(self, count: int) -> None:
        """Have one row a point; rows that stay keep the cursor."""
        while len(self.rows) > count:
            gone = self.rows.pop()
            self._grid.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        while len(self.rows) < count:
            row = PointRow(self.look)
            row.changed.connect(self._collect)
            row.refused.connect(self.refused)
            row.removed.connect(self._remove)
            self.rows.append(row)
            self._grid.addWidget(row, 1 + len(self.rows), 0, 1, 2)
        self._grid.addWidget(self.pager, 2 + count, 0, 1, 2)
        self._grid.addWidget(self.add, 3 + count, 0)
        self._grid.addWidget(self.flat, 3 + count, 1)

    def _collect(self) -> None:
        """Commit all points in the order of time; the two points of a step stay as they stand."""
        self.committed.emit(sorted(self._all(self.rows), key=lambda point: point[0]))

    def _remove(self) -> None:
        """Commit without the point whose button was pressed; the last one makes it constant."""
        gone = self.sender()
        points = self._all([row for row in self.rows if row is not gone])
        self.committed.emit(points or self._points()[0][1])

    def _add(self) -> None:
        """Commit one more point, a minute after the last."""
        time, rate = self._points()[-1]
        points = [*self._all(self.rows), [time + 60.0, rate]]
        self.pager.go_to_end()
        self.committed.emit(points)

    def _to_schedule(self) -> None:
        """Begin a schedule at the constant rate."""
        self.constant.commit()
        rate = _number(self.constant.field.value)
        self.committed.emit([[0.0, rate], [60.0, rate]])

    def _to_constant(self) -> None:
        """End the schedule at its highest rate."""
        self.committed.emit(max(rate for _, rate in self._points()))


class NamedNumbersEditor(Editor):
    """A number for each of some names of the design, such as its frames; zero is none."""

    nothing = "There is no other."
    """What it says where there is no name."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty editor."""
        super().__init__(look)
        self.editors: dict[str, NumberEditor] = {}
        """Of the names on the page that is seen."""
        self.titles: dict[str, QLabel] = {}
        self.pager = Pager(look, "names")
        self.pager.asked.connect(self._turn)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 56)
        self._grid.setColumnStretch(1, 44)
        self._grid.setColumnMinimumWidth(1, 108)
        self._empty = set_role(QLabel(self.nothing), "caption")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(12, 0, 0, 0)
        self._grid.addWidget(self._empty, 0, 0, 1, 2)
        self._grid.addWidget(self.pager, 1, 0, 1, 2)

    def wide(self) -> bool:
        """Always: a line a name."""
        return True

    def refresh(self) -> None:
        """Show the numbers."""
        names = self._names()
        self.pager.show_count(len(names))
        begin, end = self.pager.span
        if list(self.editors) != names[begin:end]:
            self._rebuild(names[begin:end])
        numbers = self._numbers()
        options = {str(option.value): option for option in self.field.options}
        for name, editor in self.editors.items():
            option = options.get(name)
            title = name if option is None else option.label
            self.titles[name].setText(title)
            mixed = self.field.mixed
            blank = "" if option is None else option.blank
            value = (numbers.get(name) or None) if blank else numbers.get(name, 0.0)
            unit = self.field.unit
            shape = replace(_NUMBER, nullable=True) if blank else _NUMBER
            editor.show_field(
                Field(
                    (), shape, title, unit, self.field.help, value=value, mixed=mixed, blank=blank
                )
            )

    def commit(self) -> None:
        """Take what is being typed."""
        for editor in self.editors.values():
            editor.commit()

    def forget(self) -> None:
        """Drop the drafts."""
        self.pager.go_to_begin()
        for editor in self.editors.values():
            editor.forget()

    def _turn(self, step: int) -> None:
        """Show another page; what is typed on this one is taken before."""
        self.commit()
        self.pager.turn(step)
        self.refresh()

    def _names(self) -> list[str]:
        """Those of the design, then those that only the value has."""
        known = [str(option.value) for option in self.field.options]
        return known + [name for name in self._numbers() if name not in known]

    def _numbers(self) -> dict[str, float]:
        """The value."""
        value = self.field.value if isinstance(self.field.value, dict) else {}
        return {name: _number(number) for name, number in value.items()}

    def _rebuild(self, names: list[str]) -> None:
        """Lines for another set of names."""
        # Not ``takeAt``: what it gives lives on, and what is put in again keeps the height that it had.
        for kept in (self._empty, self.pager):
            self._grid.removeWidget(kept)
        for gone in (*self.titles.values(), *self.editors.values()):
            self._grid.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        self.editors, self.titles = {}, {}
        for i, name in enumerate(names):
            editor = NumberEditor(self.look)
            editor.committed.connect(lambda value, name=name: self._collect(name, value))
            editor.refused.connect(self.refused)
            self.editors[name] = editor
            label = self.titles[name] = set_role(QLabel(), "field")
            label.setWordWrap(True)
            label.setContentsMargins(12, 0, 0, 0)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._grid.addWidget(label, i, 0)
            self._grid.addWidget(editor, i, 1)
        self._grid.addWidget(self._empty, len(names), 0, 1, 2)
        self._grid.addWidget(self.pager, len(names) + 1, 0, 1, 2)
        self._empty.setVisible(not names)

    def _collect(self, name: str, number: object) -> None:
        """Commit all numbers; those of zero are left out."""
        numbers = {**self._numbers(), name: number}
        self.committed.emit({key: value for key, value in numbers.items() if value})


class SharesEditor(NamedNumbersEditor):
    """A share for each request class of the design."""

    nothing = "All requests are of one class."

    def _numbers(self) -> dict[str, float]:
        """The value; with none set, the classes of the design have equal shares."""
        if not self.field.value and self.field.options:
            return {str(o.value): 1.0 / len(self.field.options) for o in self.field.options}
        return super()._numbers()


def _number(value: object) -> float:
    """A number, or zero for anything else."""
    return float(value) if isinstance(value, int | float) else 0.0
