"""The panel of distances: the table at the left, the map at the right, what was wrong below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from widgets.distances.map import DistanceMap
from widgets.distances.table import TripTable
from widgets.distances.view import Distances
from widgets.theme import set_role

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from widgets.theme import ThemeManager

_HELP: Final = (
    "Round trips between frames; a link between two of them without a delay of its own takes half each way. "
    "A bare number is in milliseconds. In italics: known of their places."
)
_EMPTY: Final = (
    "There are not two frames yet. Draw frames (G) of kind region or zone around what is in one place; "
    "then say here how far they are from each other."
)
_DELETE: Final = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_ROW: Final = 30
_GAP: Final = 18
_SAID: Final = 56
"""Room for the words below."""
_EMPTY_WIDTH: Final = 420
_COLUMN: Final = 84
_MOST_ROWS: Final = 9
_MOST_COLUMNS: Final = 6


class DistancesPanel(QWidget):
    """Shows how far frames are from each other, and has it typed."""

    typed = Signal(str, str, object)
    """Ids of two frames, and the seconds between them, or None for nothing said."""
    chosen = Signal(str)
    """A frame was clicked on the map."""

    def __init__(self, look: ThemeManager) -> None:
        """Show nothing yet."""
        super().__init__()
        self.model = TripTable(look, Distances())
        self.model.typed.connect(self.typed)
        self.table = _table(self.model)
        self.table.installEventFilter(self)
        self.table.selectionModel().currentChanged.connect(lambda *_: self._point_out())
        self.map = DistanceMap(look)
        self.map.chosen.connect(self.chosen)
        self.said = set_role(QLabel(_HELP, wordWrap=True), "caption")
        self._wrong = set_role(QLabel(wordWrap=True), "error")
        self._wrong.setTextFormat(Qt.TextFormat.PlainText)
        self.model.refused.connect(self._refuse)
        self._wrong.hide()
        both = QHBoxLayout()
        both.setSpacing(_GAP)
        both.addWidget(self.table, 0, Qt.AlignmentFlag.AlignTop)
        both.addWidget(self.map, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(both, 1)
        column.addWidget(self._wrong)
        column.addWidget(self.said)
        look.changed.connect(lambda _theme: self.map.update())

    def show_distances(self, distances: Distances) -> None:
        """Show these; the cell that is chosen stays."""
        current = self.table.currentIndex()
        place = (current.row(), current.column()) if current.isValid() else (0, 1)
        self.model.show(distances)
        self.map.show_distances(distances)
        count = len(distances.frames)
        for part in (self.table, self.map):
            part.setVisible(count > 1)
        self.said.setText(_HELP if count > 1 else _EMPTY)
        if count > 1:
            self._fit(count)
            self.table.setCurrentIndex(self.model.index(*place))
        self._point_out()

    def forget_problem(self) -> None:
        """Nothing is wrong by now with what was typed before."""
        self._refuse("")

    def sizeHint(self) -> QSize:
        """The table as it is, and room for the map beside it."""
        beside = self.map.sizeHint()
        wide = self.table.minimumWidth() + _GAP + beside.width()
        high = max(self.table.minimumHeight(), beside.height()) + _SAID
        return QSize(wide, high) if self.model.rowCount() > 1 else QSize(_EMPTY_WIDTH, _SAID)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Delete takes a number out; it is not for what is selected on the canvas."""
        deletes = isinstance(event, QKeyEvent) and event.key() in _DELETE
        if event.type() == QEvent.Type.ShortcutOverride and deletes:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            index = self.table.currentIndex()
            if deletes and index.isValid():
                self.model.setData(index, "")
                return True
        return super().eventFilter(watched, event)

    def _fit(self, count: int) -> None:
        """Have the table as large as it needs, up to a size from which it scrolls."""
        header, names = self.table.verticalHeader(), self.table.horizontalHeader()
        seen = min(count, _MOST_COLUMNS)
        widest = _MOST_COLUMNS * _COLUMN // seen  # few columns have more room for their names
        for column in range(count):
            names.resizeSection(column, min(max(names.sectionSizeHint(column), _COLUMN), widest))
        wide = header.sizeHint().width() + sum(map(names.sectionSize, range(seen))) + 2
        high = self.table.horizontalHeader().sizeHint().height() + min(count, _MOST_ROWS) * _ROW + 2
        if count > _MOST_COLUMNS:
            high += self.table.horizontalScrollBar().sizeHint().height()
        self.table.setFixedSize(wide, high)

    def _point_out(self) -> None:
        """Bring out on the map what is chosen in the table."""
        index = self.table.currentIndex()
        if not index.isValid() or index.row() == index.column():
            self.map.highlight(None)
            return
        self.map.highlight(self.model.ids(index))

    def _refuse(self, problem: str) -> None:
        """Say what was wrong with what was typed."""
        self._wrong.setText(problem)
        self._wrong.setVisible(bool(problem))


def _table(model: TripTable) -> QTableView:
    """A view for typing."""
    view = QTableView()
    view.setModel(model)
    view.setAccessibleName("Round trips between frames")
    view.setEditTriggers(
        QAbstractItemView.EditTrigger.DoubleClicked
        | QAbstractItemView.EditTrigger.EditKeyPressed
        | QAbstractItemView.EditTrigger.AnyKeyPressed
    )
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setTabKeyNavigation(True)
    view.setCornerButtonEnabled(False)
    for header in (view.horizontalHeader(), view.verticalHeader()):
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
    view.horizontalHeader().setDefaultSectionSize(_COLUMN)
    view.verticalHeader().setDefaultSectionSize(_ROW)
    view.verticalHeader().setMaximumWidth(150)
    return view
