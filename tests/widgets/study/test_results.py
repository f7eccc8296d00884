"""What a study found, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from PySide6.QtCore import Qt

from engine.study.report import Cell, Column, Failure, Report, Table
from widgets.study.results import Results, TableModel

if TYPE_CHECKING:
    from collections.abc import Iterable

METRICS = Table(
    "metrics",
    "Metrics",
    (
        Column("metric", "Metric"),
        Column("unit", "Unit"),
        Column("mean", "mean", None),
        Column("count", "runs"),
        Column("change", "change", "%"),
        Column("key", "Key"),
    ),
    (
        ("users.latency.p99", "s", 0.19149, 12, -0.125, "k"),
        ("users.failed", "", None, 0, None, "k"),
    ),
)
OTHER = Table("objectives", "Objectives", (Column("met", "met"),), ((True,), (False,)))


def report(**changes) -> Report:
    fields = {
        "study": "replicate",
        "title": "Shop",
        "sentences": ("It is so.", "And so."),
        "tables": (METRICS, OTHER),
        "failures": (),
        "done": 12,
        "wanted": 12,
    }
    return Report(**(fields | changes))


def texts(model: TableModel) -> list[list[str]]:
    places = range(model.columnCount())
    return [[model.index(row, place).data() for place in places] for row in range(model.rowCount())]


def test_numbers_have_the_unit_of_their_column_or_their_row() -> None:
    assert texts(TableModel(METRICS)) == [
        ["users.latency.p99", "191.5 ms", "12", "-12.5 %"],
        ["users.failed", "–", "0", "–"],
    ]
    assert texts(TableModel(OTHER)) == [["yes"], ["no"]]


def test_titles_stand_over_their_numbers() -> None:
    model = TableModel(METRICS)
    across = Qt.Orientation.Horizontal
    titles = [model.headerData(place, across) for place in range(model.columnCount())]
    assert titles == ["Metric", "mean", "runs", "change"]
    side = model.headerData(1, across, Qt.ItemDataRole.TextAlignmentRole)
    assert side == Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def test_the_chosen_table_stays_chosen_while_numbers_come_in(qtbot) -> None:
    results = Results()
    qtbot.addWidget(results)
    results.show_report(report(done=5))
    results._which.setCurrentIndex(1)
    results.show_report(report())
    assert results._which.currentText() == "Objectives"
    assert results.words == "It is so.\nAnd so."


def test_runs_that_broke_are_told(qtbot) -> None:
    results = Results()
    qtbot.addWidget(results)
    broke = Failure("key", "web.workers=2, seed 3", 3, "StandstillError: time stands still")
    results.show_report(report(failures=(broke,)))
    told = results._failures.text()
    assert told.startswith("1 of 12 runs broke; the first: web.workers=2, seed 3: StandstillError")


EXPERIMENTS = Table(
    "experiments",
    "Experiments",
    (Column("target", "Target"), Column("fault", "fault"), Column("lost", "lost", "%")),
    (("web", "kill", 0.5), ("db", "kill", 1.0)),
)


def test_a_chosen_row_is_told_and_stays_chosen_while_rows_come_in(qtbot) -> None:
    results = Results()
    qtbot.addWidget(results)
    results.show_report(report(tables=(EXPERIMENTS, OTHER)))
    with qtbot.waitSignal(results.row_chosen) as heard:
        results._table.selectRow(1)
    assert heard.args == ["experiments", {"target": "db", "fault": "kill", "lost": 1.0}]
    turned = Table("experiments", "Experiments", EXPERIMENTS.columns, EXPERIMENTS.rows[::-1])
    with qtbot.assertNotEmitted(results.row_chosen):
        results.show_report(report(tables=(turned, OTHER)))
    (row,) = results._table.selectionModel().selectedRows()
    assert row.data() == "db"


def test_a_row_can_be_left_again(qtbot) -> None:
    results = Results()
    qtbot.addWidget(results)
    results.show_report(report(tables=(EXPERIMENTS, OTHER)))
    results._table.selectRow(0)
    with qtbot.waitSignal(results.row_chosen) as heard:
        results._table.clearSelection()
    assert heard.args == ["experiments", None]
    results.choose_row("experiments", "web", "kill")
    assert results._table.selectionModel().selectedRows()[0].data() == "web"
    results.choose_row("")
    assert results._table.selectionModel().selectedRows() == []


class WatchedRows(tuple[tuple[Cell, ...], ...]):  # noqa: SLOT001 - a tuple takes none
    """Rows of a table that remember which of them were asked for one by one, as a view asks for its cells."""

    asked: set[int]

    def __new__(cls, rows: Iterable[tuple[Cell, ...]]) -> Self:
        made = super().__new__(cls, rows)
        made.asked = set()
        return made

    def __getitem__(self, place):
        if isinstance(place, int):
            self.asked.add(place)
        return super().__getitem__(place)


def test_a_long_table_is_asked_for_the_cells_in_sight_alone(qtbot) -> None:
    longest = "the longest of all"
    rows = WatchedRows((longest if row == 9_000 else f"n{row}", row / 7.0) for row in range(10_000))
    columns = (Column("what", "What"), Column("mean", "mean", "s"))
    results = Results()
    qtbot.addWidget(results)
    results.resize(400, 300)
    results.show()
    results.show_report(report(tables=(Table("points", "Points", columns, rows),)))
    results.grab()
    assert 0 in rows.asked
    assert len(rows.asked) < 40
    metrics = results._table.fontMetrics()
    assert results._table.columnWidth(0) > metrics.horizontalAdvance(longest)


def test_items_stand_by_their_names_and_are_told_by_their_ids() -> None:
    columns = (Column("target", "Target"), Column("sort", "what"), Column("client", "worst off"))
    rows = (("db", "node", "users"), ("gone", "node", None))
    model = TableModel(Table("experiments", "Experiments", columns, rows), {"db": "Orders DB"})
    assert texts(model) == [["Orders DB", "users"], ["gone", "–"]]
    assert "Orders DB" in model.widest(0)
    assert model.record(0)["target"] == "db"
