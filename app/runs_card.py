"""The card of kept runs: find one, repeat it, lay it behind the charts, or delete it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.overlay import Overlay
from engine.model.metrics import FAILING
from engine.model.units import format_quantity
from widgets.own_keys import OwnKeys
from widgets.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.run_keeper import RunKeeper
    from engine.run.archive import KeptRun
    from widgets.theme import ThemeManager

_SIZE: Final = (720, 420)
_COLUMNS: Final = ("When", "Design", "To", "Seed", "Changes", "p99", "Goodput", "Hash")
_NAME: Final = 1
"""Column of the name, which can be edited."""
_NUMBERS: Final = frozenset({2, 3, 4, 5, 6})
"""Columns of numbers, which stand below each other at the right."""
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_OF_ALL: Final = (
    "Of all requests, a failed one until its failure was known: more than one in a hundred failed"
)
_NONE: Final = "No run is kept yet. A run that comes to the end of its scenario is kept by itself."
_NO_MATCH: Final = "No kept run has these words in its title, date, seed or hash."
_TYPING_MS: Final = 150
_PAIRS: Final = (
    "Select two runs (Ctrl+click) to see them side by side; one is put beside the open design"
)


class RunsCard(Overlay):
    """Floats over the middle of the window."""

    overlay_requested = Signal(object, str)
    """What a run measured (a list of samples), and what it is called: to be laid behind the charts."""
    pair_requested = Signal(object)
    """The ids of two runs to be put side by side; of one, to be put beside the open design."""

    def __init__(self, window: QWidget, look: ThemeManager, keeper: RunKeeper) -> None:
        super().__init__(window, look)
        self.setAccessibleName("Kept runs")
        self._keeper = keeper
        self._runs: tuple[KeptRun, ...] = ()
        self._is_built = False
        self.search = QLineEdit()
        self.table = QTableWidget(0, len(_COLUMNS))
        self.note = set_role(QLabel(textFormat=Qt.TextFormat.PlainText), "muted")
        self.buttons: dict[str, QPushButton] = {}
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self._ask)
        keeper.changed.connect(self._refresh)

    @property
    def chosen(self) -> KeptRun | None:
        """The run that is selected."""
        rows = {index.row() for index in self.table.selectedIndexes()}
        row = rows.pop() if len(rows) == 1 else -1
        return self._runs[row] if 0 <= row < len(self._runs) else None

    def open(self) -> None:
        """Show the list as it is now."""
        if not self._is_built:
            self._build()
        super().open()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        self.search.selectAll()
        self._ask()

    def place(self) -> None:
        """Sit in the middle."""
        width, height = _SIZE
        self.resize(min(width, self.host.width() - 40), min(height, self.host.height() - 80))
        self.move(
            (self.host.width() - self.width()) // 2, (self.host.height() - self.height()) // 3
        )

    def show_runs(self, runs: tuple[KeptRun, ...]) -> None:
        """List these."""
        self._runs = runs
        self.table.blockSignals(True)  # noqa: FBT003 - Qt's
        self.table.setRowCount(len(runs))
        for row, run in enumerate(runs):
            for column, text in enumerate(_cells(run)):
                item = QTableWidgetItem(text)
                item.setToolTip(_OF_ALL if text.endswith(" of all") else "")
                if column in _NUMBERS:
                    item.setTextAlignment(_RIGHT)
                if column != _NAME:
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.table.setItem(row, column, item)
        self.table.blockSignals(False)  # noqa: FBT003 - Qt's
        if runs:
            # Not selectRow: while Ctrl of Ctrl+H is still down, that takes a row out of the selection again.
            flag, first = QItemSelectionModel.SelectionFlag, self.table.model().index(0, 0)
            self.table.selectionModel().setCurrentIndex(first, flag.ClearAndSelect | flag.Rows)
        self.note.setText("" if runs else _NO_MATCH if self.search.text().strip() else _NONE)
        self.note.setVisible(not runs)
        self._show_buttons()

    def open_chosen(self) -> None:
        """Open the design of the selected run, and repeat it."""
        if self.chosen is not None:
            self._keeper.open(self.chosen.id, self.close_card)

    def overlay_chosen(self) -> None:
        """Lay the selected run behind the charts."""
        run = self.chosen
        if run is not None:
            title = f"{_name(run)}, {_when(run)}"
            self._keeper.samples(run.id, lambda found: self.overlay_requested.emit(found, title))
            self.close_card()

    def pair_chosen(self) -> None:
        """Put the selected run, or two, side by side."""
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        if 1 <= len(rows) <= 2:
            self.close_card()
            self.pair_requested.emit(tuple(self._runs[row].id for row in rows))

    def delete_chosen(self) -> None:
        """Forget the selected run."""
        if self.chosen is not None:
            self._keeper.delete(self.chosen.id)

    def rename_chosen(self) -> None:
        """Have the name of the selected run edited in place."""
        row = self.table.currentRow()
        item = self.table.item(row, _NAME) if self.chosen is not None else None
        if item is not None:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self.table.editItem(item)

    def _enter(self) -> None:
        """Open the selected run; not by the Enter that ends the editing of its name, which comes here as well."""
        if self.table.state() != QAbstractItemView.State.EditingState:
            self.open_chosen()

    def _rename(self, item: QTableWidgetItem) -> None:
        """A name was edited."""
        row, text = item.row(), item.text().strip()
        if item.column() == _NAME and row < len(self._runs) and text != _name(self._runs[row]):
            self._keeper.rename(self._runs[row].id, text)

    def _build(self) -> None:
        """Made when it is first asked for, since most starts never ask."""
        self._is_built = True
        self.search.setPlaceholderText("Search by title, date, seed or hash")
        self.search.setAccessibleName("Search the kept runs")
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self.open_chosen)
        table = self.table
        table.setAccessibleName("Kept runs")
        table.setHorizontalHeaderLabels(list(_COLUMNS))
        for place in range(len(_COLUMNS)):
            head = table.horizontalHeaderItem(place)
            if head is not None:
                head.setTextAlignment(_RIGHT if place in _NUMBERS else _LEFT)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.itemSelectionChanged.connect(self._show_buttons)
        table.itemChanged.connect(self._rename)
        table.itemDoubleClicked.connect(lambda _item: self.open_chosen())
        OwnKeys(
            table,
            {
                "Return": self._enter,
                "Enter": self._enter,
                "Del": self.delete_chosen,
                "F2": self.rename_chosen,
            },
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(set_role(QLabel("Runs"), "title"))
        column.addWidget(self.search)
        column.addWidget(self.note)
        column.addWidget(table, 1)
        row = QHBoxLayout()
        for text, tip, act in (
            ("Open", "Open its design and repeat it, to go on from its end", self.open_chosen),
            ("Behind the charts", "Show it dimmed behind the present run", self.overlay_chosen),
            ("Side by side", _PAIRS, self.pair_chosen),
            ("Rename", "Call this run something else (F2)", self.rename_chosen),
            ("Delete", "Forget this run", self.delete_chosen),
        ):
            row.addWidget(self._button(text, tip, act))
        row.addStretch(1)
        row.addWidget(self._button("Keep the present run", "As it is by now", self._keeper.keep))
        set_role(self.buttons["Open"], "primary")
        column.addLayout(row)
        self.note.hide()
        self._show_buttons()

    def _button(self, text: str, tip: str, act: Callable[[], object]) -> QPushButton:
        """A button below the list."""
        button = self.buttons[text] = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda _checked: act())
        return button

    def _ask(self) -> None:
        """Have the list read."""
        self._keeper.find(self.search.text(), self.show_runs)

    def _refresh(self) -> None:
        """A run came or went."""
        if self.isVisible():
            self._ask()

    def _show_buttons(self) -> None:
        """What acts on a run needs one."""
        chosen = {index.row() for index in self.table.selectedIndexes()}
        fits = {"Side by side": 1 <= len(chosen) <= 2}
        for text in ("Open", "Behind the charts", "Side by side", "Rename", "Delete"):
            if text in self.buttons:
                self.buttons[text].setEnabled(fits.get(text, len(chosen) == 1))


def _cells(run: KeptRun) -> tuple[str, ...]:
    """A line of the list."""
    p99, goodput = _figures(run.summary)
    return (
        _when(run),
        _name(run),
        format_quantity(run.ended, "s"),
        str(run.seed),
        str(run.changes or ""),
        p99,
        goodput,
        run.hash[:8],
    )


def _name(run: KeptRun) -> str:
    """What it is called."""
    return run.title or "Untitled"


def _when(run: KeptRun) -> str:
    """When it was kept, on the clock of here."""
    try:
        return datetime.fromisoformat(run.made).astimezone().strftime("%d %b %Y, %H:%M")
    except ValueError:
        return run.made


def _figures(summary: Mapping[str, Any]) -> tuple[str, str]:
    """The worst p99 and the goodput of all clients, for reading; empty where nothing was measured."""
    clients = summary.get("clients")
    if not isinstance(clients, dict) or not clients:
        return "", ""
    found = [each for each in clients.values() if isinstance(each, dict)]
    # Answers alone look the better the more requests fail.
    of = "latency_all" if _fails(found) else "latency"
    slow = [each.get(of) or each.get("latency") for each in found]
    ends = [each.get("p99") for each in slow if isinstance(each, dict)]
    times = [each for each in ends if isinstance(each, int | float)]
    rates = [each.get("goodput", 0.0) for each in found]
    goodput = sum(each for each in rates if isinstance(each, int | float))
    of_all = " of all" if times and of == "latency_all" else ""
    p99 = f"{format_quantity(max(times), 's')}{of_all}" if times else ""
    return p99, format_quantity(goodput, "rps")


def _fails(clients: list[dict[str, Any]]) -> bool:
    """Whether more than one request in a hundred fails at any of some clients."""
    shares = [each.get("availability") for each in clients]
    return any(isinstance(each, int | float) and each < 1.0 - FAILING for each in shares)
