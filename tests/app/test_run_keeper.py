"""Kept runs: one that ends is kept, can be measured again to the last bit, and is opened to be repeated."""

from __future__ import annotations

import sqlite3

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from app.document import DesignDocument
from app.errands import InlineErrands
from app.file_controller import FileController
from app.history import FileHistory
from app.run_controller import RunController
from app.run_keeper import RunKeeper, measure_again
from app.runs_card import RunsCard
from app.settings import Settings
from engine.model.design import Design
from engine.model.edits import SetField
from engine.run.archive import KeptRun
from engine.run.journal_file import dumps
from engine.run.protocol import Measured, Recorded, Repeat, Rewound, StartOver, TakeJournal
from engine.run.session import Session
from tests.helpers.fakes import FakeDialogs, FakeTransport
from widgets.theme import ThemeManager

DESIGN = Design.model_validate(
    {
        "title": "Shop",
        "nodes": [
            {"id": "users", "kind": "client", "config": {"arrivals": {"process": "poisson", "rate": 50}}},
            {"id": "web", "kind": "service", "x": 300},
        ],
        "links": [{"id": "a", "source": "users", "target": "web"}],
        "scenario": {"duration": 30, "warmup": 3, "seed": 4},
    }
)  # fmt: skip


class Bench:
    """A keeper with a run at its end, and a real journal of it."""

    def __init__(self, folder) -> None:
        self.document = DesignDocument()
        self.document.replace(DESIGN, None)
        self.pipe = FakeTransport()
        self.run = RunController(self.document, lambda: self.pipe)
        settings = Settings(folder / "settings.json")
        self.dialogs = FakeDialogs()
        self.dialogs.answer = "discard"
        files = FileController(
            self.document, settings, FileHistory(folder / "history"), self.dialogs
        )
        self.path = folder / "runs.sqlite3"
        self.keeper = RunKeeper(self.path, self.run, self.document, files, InlineErrands())
        self.failed: list[str] = []
        self.keeper.failed.connect(self.failed.append)
        self.run.set_running(True)
        self.hear_progress(0.0)
        self.session = Session(DESIGN)
        self.session.snapshot()
        self.session.advance(10.0)
        self.session.apply(SetField("web", ("config", "workers"), 3))
        self.session.set_load(2.0)
        self.session.advance(30.0)

    def hear_progress(self, time: float) -> None:
        self.pipe.progress(time)
        self.run.tick()

    def hear(self, *reports: object) -> None:
        self.pipe.reports += reports
        self.run.tick()

    def end(self) -> None:
        """The run comes to its end, and is asked for its journal."""
        self.hear(Measured(self.session.result()))
        assert self.pipe.of(TakeJournal) == [TakeJournal()]
        self.hear(Recorded(dumps(self.session.journal())))

    def runs(self):
        found = []
        self.keeper.find("", found.extend)
        return found


@pytest.fixture
def bench(qapp, tmp_path):
    made = Bench(tmp_path)
    yield made
    made.run.close()


def test_a_run_that_comes_to_its_end_is_kept_with_its_result(bench) -> None:
    bench.end()
    (kept,) = bench.runs()
    assert (kept.title, kept.seed, kept.ended, kept.changes) == ("Shop", 4, 30.0, 2)
    assert kept.hash == bench.session.result()["hash"]
    assert kept.summary["clients"]["users"]["offered"] > 0
    assert bench.failed == []


def test_what_it_measured_is_had_again(bench) -> None:
    bench.end()
    (kept,) = bench.runs()
    samples = measure_again(bench.path, kept.id)
    assert samples[-1].end == pytest.approx(30.0)
    seen = bench.session.snapshot().samples
    assert [each.nodes["web"].arrivals for each in samples] == [
        each.nodes["web"].arrivals for each in seen
    ]


def test_opening_a_run_opens_its_last_design_and_repeats_it(bench) -> None:
    bench.end()
    (kept,) = bench.runs()
    bench.document.replace(Design(title="Another"), None)
    loads, ends = [], []
    bench.run.load_set.connect(loads.append)
    bench.run.repeated.connect(ends.append)
    opened = []
    bench.keeper.open(kept.id, lambda: opened.append(True))
    assert opened
    assert bench.document.design.node_by_id["web"].config["workers"] == 3
    assert isinstance(bench.pipe.of(StartOver, Repeat)[-1], Repeat)
    assert loads[-1] == 2.0
    bench.hear_progress(0.0)
    bench.hear(Rewound(30.0))
    assert ends == [""]


def test_a_run_as_it_is_by_now_can_be_kept_and_deleted(bench) -> None:
    bench.keeper.keep()
    bench.hear(Recorded(dumps(bench.session.journal())))
    (kept,) = bench.runs()
    assert kept.hash == ""
    bench.keeper.delete(kept.id)
    assert bench.runs() == []


def test_what_cannot_be_kept_is_one_line(bench) -> None:
    bench.keeper.keep()
    bench.hear(Recorded(problem="more was changed in it than a journal holds"))
    bench.path.write_bytes(b"no database" * 100)
    bench.keeper.keep()
    bench.hear(Recorded(dumps(bench.session.journal())))
    assert "was not kept: more was changed" in bench.failed[0]
    assert "is damaged" in bench.failed[1]


def opened_card(bench, qapp, qtbot) -> RunsCard:
    """The card of runs, over a window of its own."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 700)
    window.show()
    card = RunsCard(window, ThemeManager(qapp, "dark"), bench.keeper)
    card.open()
    return card


def test_the_card_finds_and_acts(bench, qapp, qtbot) -> None:
    bench.end()
    card = opened_card(bench, qapp, qtbot)
    texts = [card.table.item(0, column).text() for column in range(card.table.columnCount())]
    assert texts[1:5] == ["Shop", "30 s", "4", "2"]
    assert texts[6].endswith("rps")
    card.search.setText("nothing like it")
    qtbot.waitUntil(lambda: card.table.rowCount() == 0)
    assert "has these words" in card.note.text()
    assert not card.buttons["Open"].isEnabled()
    card.search.setText("shop")
    qtbot.waitUntil(lambda: card.table.rowCount() == 1)
    laid = []
    card.overlay_requested.connect(lambda samples, title: laid.append((len(samples), title)))
    card.overlay_chosen()
    assert laid[0][0] > 20
    assert laid[0][1].startswith("Shop, ")
    card.open()
    card.delete_chosen()
    assert "No run is kept yet" not in card.note.text() or card.table.rowCount() == 0


def test_one_run_or_two_are_put_side_by_side(bench, qtbot, qapp) -> None:
    for end in (30.0, 31.0, 32.0):
        bench.session.advance(end)
        bench.keeper.keep()
        bench.hear(Recorded(dumps(bench.session.journal())))
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 700)
    window.show()
    card = RunsCard(window, ThemeManager(qapp, "dark"), bench.keeper)
    asked: list[tuple[int, ...]] = []
    card.pair_requested.connect(asked.append)
    card.open()
    assert card.table.rowCount() == 3
    ids = [run.id for run in card._runs]
    card.pair_chosen()
    assert asked == [(ids[0],)]
    model, flag = card.table.selectionModel(), QItemSelectionModel.SelectionFlag
    card.open()
    for rows, can in (((0, 2), True), ((0, 1, 2), False)):
        model.clear()
        for row in rows:
            model.select(card.table.model().index(row, 0), flag.Select | flag.Rows)
        assert card.buttons["Side by side"].isEnabled() == can
        assert not card.buttons["Open"].isEnabled()
        card.pair_chosen()
    assert asked[1:] == [(ids[0], ids[2])]
    found: list[tuple[str, float]] = []
    bench.keeper.recall(ids[2], lambda recalled, title: found.append((title, recalled.end)))
    ends = {30.0, 31.0, 32.0}
    assert [title for title, _ in found] == ["Shop"]
    bench.keeper.rename(ids[2], "Before the fix")
    bench.keeper.recall(ids[2], lambda recalled, title: found.append((title, recalled.end)))
    assert found[-1][0] == "Before the fix"
    assert found[0][1] in ends


def test_where_requests_fail_the_list_shows_the_times_of_all(bench, qapp, qtbot) -> None:
    well = {"goodput": 9.0, "availability": 0.995, "latency": {"p99": 0.02}, "latency_all": {"p99": 2.0}}  # fmt: skip
    for client, shown in ((well, "20 ms"), (well | {"availability": 0.4}, "2 s of all")):
        result = {"hash": "f" * 64, "clients": {"users": client}}
        run = KeptRun(1, "2026-11-30T02:40:00+00:00", "Shop", "d", "f" * 64, 1, 30.0, 0, result)
        window = QWidget()
        qtbot.addWidget(window)
        card = RunsCard(window, ThemeManager(qapp, "dark"), bench.keeper)
        card.show_runs((run,))
        cell = card.table.item(0, 5)
        assert cell.text() == shown
        assert bool(cell.toolTip()) == shown.endswith("of all")


def test_the_first_run_is_chosen_while_the_keys_that_opened_the_card_are_still_down(
    bench, qapp, qtbot
) -> None:
    bench.end()
    card = opened_card(bench, qapp, qtbot)
    first = card.chosen
    card.close_card()
    QTest.keyPress(card.host, Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier)
    assert qapp.keyboardModifiers() == Qt.KeyboardModifier.ControlModifier
    card.open()
    QTest.keyRelease(card.host, Qt.Key.Key_Control)
    assert card.chosen == first is not None


def test_a_run_is_renamed_in_the_list(bench, qapp, qtbot) -> None:
    bench.end()
    card = opened_card(bench, qapp, qtbot)
    for text, name in (("Before the fix", "Before the fix"), ("   ", "Untitled")):
        QTest.keyClick(card.table, Qt.Key.Key_F2)
        field = card.table.findChildren(QLineEdit)[-1]
        field.setText(text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda name=name: card.table.item(0, 1).text() == name)
        assert card.isVisible(), "Enter ended the editing, and opened nothing"
    assert [run.title for run in bench.runs()] == [""]
    assert bench.failed == []


def test_where_no_list_can_be_read_nothing_acts_on_a_run(bench, qapp, qtbot) -> None:
    bench.path.write_bytes(b"no database" * 100)
    card = opened_card(bench, qapp, qtbot)
    assert "is damaged" in bench.failed[0]
    acting = {text for text, button in card.buttons.items() if button.isEnabled()}
    assert acting == {"Keep the present run"}


def test_a_damaged_run_is_told_and_the_others_are_listed(bench, qapp, qtbot) -> None:
    bench.end()
    bench.keeper.keep()
    bench.session.advance(31.0)
    bench.hear(Recorded(dumps(bench.session.journal())))
    with sqlite3.connect(bench.path) as database:
        database.execute("UPDATE runs SET seed = 'many' WHERE ended = 31.0")
    database.close()
    card = opened_card(bench, qapp, qtbot)
    assert card.table.rowCount() == 1
    assert bench.failed == ["1 of the kept runs is damaged, and left out of the list"]


def test_a_result_of_another_form_shows_no_times(bench, qapp, qtbot) -> None:
    for latency in ("slow", [1], {"p99": "late"}, {}):
        result = {"clients": {"users": {"goodput": 9.0, "latency": latency}}}
        run = KeptRun(1, "2026-11-30", "Shop", "d", "f" * 64, 1, 30.0, 0, result)
        card = opened_card(bench, qapp, qtbot)
        card.show_runs((run,))
        assert card.table.item(0, 5).text() == ""


def test_the_list_of_runs_by_keyboard(bench, qapp, qtbot) -> None:
    """Tab goes on from the list, and Delete forgets the run."""
    bench.end()
    card = opened_card(bench, qapp, qtbot)
    qtbot.waitUntil(lambda: card.table.rowCount() == 1)
    QTest.keyClick(card.search, Qt.Key.Key_Tab)
    assert card.host.focusWidget() is card.table
    QTest.keyClick(card.table, Qt.Key.Key_Tab)
    assert card.host.focusWidget() is card.buttons["Open"]
    QTest.keyClick(card.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: card.table.rowCount() == 0)
