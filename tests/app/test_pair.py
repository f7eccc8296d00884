"""Side by side: what differs on both canvases, one camera, one time, one seed, and each its own numbers."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.pair.head import result_line
from app.pair.lockstep import LockStep
from app.pair.marks import outlines_of
from app.pair.numbers import Figure, _as_asked, figures
from app.pair.side import Context, Shown
from app.pair.window import PairWindow
from engine.catalog import COMPONENTS
from engine.catalog.differing import told
from engine.model.design import Design
from engine.model.edits import Remove, SetDesign, SetField
from engine.run.journal_file import dumps
from engine.run.protocol import (
    Ack,
    ApplyEdit,
    Failed,
    Repeat,
    SetLoad,
    StartOver,
    StepTime,
)
from engine.run.session import Session
from engine.run.worker import Worker
from tests.helpers.fakes import FakeTransport
from widgets.instruments import History
from widgets.theme import ThemeManager

LEFT = Design.model_validate(
    {
        "title": "Shop",
        "nodes": [
            {"id": "users", "kind": "client", "config": {"arrivals": {"process": "poisson", "rate": 50}}},
            {"id": "web", "kind": "service", "x": 300, "config": {"workers": 1}},
            {"id": "mail", "kind": "service", "x": 600},
        ],
        "links": [
            {"id": "a", "source": "users", "target": "web"},
            {"id": "b", "source": "web", "target": "mail"},
        ],
        "scenario": {"duration": 30, "warmup": 3, "seed": 4},
    }
)  # fmt: skip
RIGHT = SetField("web", ("config", "workers"), 8).apply(LEFT).design
RIGHT = Remove.of("mail").apply(RIGHT).design
RIGHT = RIGHT.model_copy(
    update={"scenario": RIGHT.scenario.model_copy(update={"seed": 9}), "title": "Shop, larger"}
)


class LocalTransport:
    """The real worker, in this process: what a person sees is what a run is."""

    def __init__(self) -> None:
        self.reports: list[object] = []
        self.sent: list[object] = []
        self.worker = Worker(self.reports.append, time.perf_counter)
        self.closed = False

    @property
    def alive(self) -> bool:
        return not self.closed

    def send(self, command: Any) -> None:
        self.sent.append(command)
        self.worker.handle(command)

    def poll(self) -> list[object]:
        for _ in range(4):
            self.worker.turn()
        reports = list(self.reports)
        self.reports.clear()
        return reports

    def close(self) -> None:
        self.closed = True


class Pair:
    """A window over two transports, and the host that it came from."""

    def __init__(self, qtbot: Any, qapp: Any, shown: tuple[Shown, Shown], make: Any) -> None:
        self.host = QWidget()
        qtbot.addWidget(self.host)
        self.pipes: list[Any] = []

        def start() -> Any:
            self.pipes.append(make())
            return self.pipes[-1]

        parts = {each.kind: each for each in COMPONENTS}
        context = Context(parts, ThemeManager(qapp, "dark"), start, 1e9)
        self.window = PairWindow(shown, context, self.host)
        self.window.resize(1280, 720)
        self.window.show()
        qtbot.waitExposed(self.window)

    @property
    def left(self) -> Any:
        return self.window.sides[0]

    @property
    def right(self) -> Any:
        return self.window.sides[1]

    def tick(self) -> None:
        for side in self.window.sides:
            side.run.tick()


@pytest.fixture
def pair(qtbot: Any, qapp: Any) -> Any:
    shown = (Shown(LEFT, "Shop", is_open=True), Shown(RIGHT, "Shop, larger"))
    made = Pair(qtbot, qapp, shown, FakeTransport)
    yield made
    made.window.close()


def test_rings_tell_what_the_right_design_took_away_added_and_changed() -> None:
    left, right = outlines_of(told(LEFT, RIGHT))
    assert {item: each.text for item, each in left.items()} == {
        "mail": "− removed",
        "b": "− removed",
        "web": "• Workers per instance: 1 → 8",
    }
    assert {item: each.text for item, each in right.items()} == {
        "web": "• Workers per instance: 1 → 8"
    }
    left, right = outlines_of(told(RIGHT, LEFT))
    assert left.keys() == {"web"}
    assert right["mail"].text == "+ added"


def test_both_canvases_look_at_the_same_place_from_as_near(pair: Any) -> None:
    for moved, other in ((pair.left, pair.right), (pair.right, pair.left)):
        moved.canvas.camera.zoom_by(1.25)
        moved.canvas.camera.pan_by(QPointF(40.0, -25.0))
        assert other.canvas.camera.zoom == moved.canvas.camera.zoom
        away = other.canvas.camera.shown().center() - moved.canvas.camera.shown().center()
        assert max(abs(away.x()), abs(away.y())) * moved.canvas.camera.zoom <= 1.5


def test_what_is_pointed_at_and_selected_is_so_in_both(pair: Any) -> None:
    pair.left.canvas.hovered.emit("web")
    assert pair.right.canvas.outlines.pointed == {"web"}
    pair.left.canvas.hovered.emit("")
    assert pair.right.canvas.outlines.pointed == frozenset()
    chosen: list[frozenset[str]] = []
    pair.right.canvas.selection_changed.connect(chosen.append)
    pair.left.canvas.select({"web", "mail"})
    assert chosen == [frozenset({"web"})]  # the right design has no mail


def test_a_moment_pointed_at_in_one_chart_is_pointed_at_in_the_other(pair: Any) -> None:
    pair.left.charts.set_cursor(7.5)
    assert pair.right.charts.axis.cursor == 7.5
    pair.right.charts.set_range(2.0, 9.0)
    assert (pair.left.charts.axis.start, pair.left.charts.axis.end) == (2.0, 9.0)


def test_both_run_with_the_seed_of_the_left_and_neither_overtakes_the_other(pair: Any) -> None:
    pair.window.begin(5.0)
    a, b = pair.pipes
    assert [each.design.scenario.seed for each in a.of(StartOver) + b.of(StartOver)] == [4, 4]
    assert (a.of(StepTime), b.of(StepTime)) == ([], [])
    assert pair.window.drive.running
    pair.window.drive.step(2.0)
    first = [each.seconds for each in (*a.of(StepTime), *b.of(StepTime))]
    assert first == [2.0, 2.0]
    a.progress(2.0)
    pair.tick()
    assert not pair.window.drive.is_level
    assert pair.window.drive.now == 0.0
    b.progress(2.0)
    pair.tick()
    assert pair.window.drive.is_level
    assert pair.window.drive.now == 2.0


def test_another_seed_of_the_open_design_is_that_of_both(pair: Any) -> None:
    pair.window.begin(5.0)
    pair.left.document.push(SetDesign(("scenario", "seed"), 12, "Change seed"))
    assert [each.design.scenario.seed for each in pair.window.sides] == [12, 12]
    assert [pipe.of(StartOver)[-1].design.scenario.seed for pipe in pair.pipes] == [12, 12]
    assert pair.window.transport.seed.text() == "12"
    pair.left.document.push(SetDesign(("scenario", "seed"), 4, "Change seed"))
    assert [each.design.scenario.seed for each in pair.window.sides] == [4, 4]


def test_a_side_that_begins_again_alone_comes_to_where_the_other_is(pair: Any) -> None:
    pair.window.begin(5.0)
    drive = pair.window.drive
    drive.step(2.0)
    for pipe in pair.pipes:
        pipe.progress(2.0)
    pair.tick()
    assert drive.is_level
    pair.left.run.restart()
    pair.pipes[0].progress(0.0)
    pair.tick()
    assert [each.seconds for each in pair.pipes[0].of(StepTime)] == [2.0, 2.0]
    pair.pipes[0].progress(2.0)
    pair.tick()
    assert drive.is_level
    assert len(pair.pipes[1].of(StepTime)) == 1
    drive.restart()
    assert [len(pipe.of(StepTime)) for pipe in pair.pipes] == [2, 1]


def test_the_pace_is_that_of_the_slower_one(qtbot: Any, qapp: Any) -> None:
    made = Pair(qtbot, qapp, (Shown(LEFT, "a"), Shown(RIGHT, "b")), FakeTransport)
    wall = [0.0]
    drive = LockStep(made.window.sides, made.window, clock=lambda: wall[0])
    for side in made.window.sides:
        side.begin()
    drive.set_speed(10.0)
    drive.set_running(wanted=True)
    wall[0] = 0.1
    made.tick()
    a, b = made.pipes
    for pipe in (a, b):
        pipe.progress(0.0)
    made.tick()
    drive._go_on()
    assert [each.seconds for each in a.of(StepTime)] == [pytest.approx(1.0)]
    wall[0] = 60.0  # the right one takes a minute for it: that minute is not made good
    a.progress(1.0)
    made.tick()
    assert len(a.of(StepTime)) == 1
    drive._due.stop()
    b.progress(1.0)
    made.tick()
    assert a.of(StepTime)[-1].seconds == pytest.approx(2.5)
    assert b.of(StepTime)[-1].seconds == pytest.approx(2.5)
    made.window.close()


def test_a_title_has_the_room_of_what_is_not_said(pair: Any) -> None:
    """Twins are told apart by the end of their titles."""
    head = pair.window.heads[1]
    assert not head.told.isVisible()
    head.refuse(None)
    assert head.told.isVisible()
    head._show()
    assert not head.told.isVisible()


def test_a_side_that_breaks_stops_both_and_says_why(pair: Any) -> None:
    pair.window.begin(1.0)
    pair.pipes[1].reports.append(Failed("the engine broke", ""))
    pair.tick()
    assert not pair.window.drive.running
    assert pair.window.heads[1].told.text() == "Not running: the engine broke"
    assert pair.window.heads[0].told.text() == ""


def test_the_load_is_multiplied_on_both_and_edits_go_to_the_engine_of_their_side(pair: Any) -> None:
    pair.window.begin(1.0)
    pair.window.transport.load_changed.emit(2.0)
    assert [pipe.of(SetLoad)[-1].factor for pipe in pair.pipes] == [2.0, 2.0]
    edit = SetField("web", ("config", "workers"), 8)
    pair.left.document.push(edit)
    assert pair.pipes[0].of(ApplyEdit)[-1].edit == edit
    assert pair.pipes[1].of(ApplyEdit) == []
    pair.window.apart.compare()
    assert "web" not in outlines_of(told(pair.left.design, pair.right.design))[0]
    assert pair.window.apart.counts.text() == "2 removed, 1 changed"  # the title


def test_a_kept_run_is_repeated_and_who_is_behind_catches_up(qtbot: Any, qapp: Any) -> None:
    session = Session(RIGHT)
    session.advance(12.0)
    kept = Shown(RIGHT, "kept", journal=dumps(session.journal()), end=12.0)
    made = Pair(qtbot, qapp, (Shown(LEFT, "open"), kept), LocalTransport)
    made.window.begin(1.0)
    assert [type(each) for each in made.pipes[1].sent if isinstance(each, Repeat)] == [Repeat]
    qtbot.waitUntil(lambda: made.window.drive.now >= 12.0, timeout=20_000)
    assert made.left.now == pytest.approx(12.0)
    assert not made.window.transport.seed.isEnabled()
    assert made.window.drive.is_level
    assert made.right.charts.history.end == pytest.approx(12.0)
    made.window.close()
    assert all(pipe.closed for pipe in made.pipes)


def test_numbers_of_a_run_are_those_that_its_samples_count() -> None:
    histories, counted = [], []
    for design in (LEFT, RIGHT):
        session = Session(design)
        session.snapshot()
        session.advance(20.0)
        samples = session.snapshot().samples
        history = History()
        history.add(samples)
        histories.append(history)
        late = [each for each in samples if each.start >= 10.0 - 1e-9]
        counted.append(sum(each.nodes["users"].completed for each in late) / 10.0)
    found = {
        each.title: each
        for each in figures((histories[0], histories[1]), (LEFT, RIGHT), 20.0, None)
    }
    assert found["Goodput"].values == pytest.approx(tuple(counted), rel=0.02)
    assert found["p99"].values[1] < found["p99"].values[0]
    assert found["p99"].verdict == "better"
    assert found["Failed"].difference_text == "the same"


@pytest.mark.parametrize(
    ("offered", "goodput", "verdict"),
    [
        ((500.0, 280.0), (495.0, 278.0), "other"),
        ((500.0, 280.0), (495.0, 140.0), "worse"),
        ((500.0, 500.0), (140.0, 495.0), "better"),
        ((500.0, 280.0), (0.0, 280.0), "better"),
    ],
)
def test_whoever_is_asked_for_less_answers_less_and_is_no_worse(
    offered: tuple[float, float], goodput: tuple[float, float], verdict: str
) -> None:
    better: Any = "" if _as_asked(offered, goodput) else "more"
    assert Figure("Goodput", "rps", goodput, better).verdict == verdict


def test_differences_are_told_in_words() -> None:
    def text(left: float, right: float, better: Any = "less") -> str:
        return Figure("p99", "s", (left, right), better).difference_text

    assert text(0.9, 0.02) == "−880 ms, better"
    assert text(0.02, 0.9) == "+880 ms, worse"
    assert text(0.02, 0.9, "more") == "+880 ms, better"
    assert text(0.02, 0.9, "") == "+880 ms"
    assert text(0.100, 0.1015) == "the same"
    assert text(0.1, math.nan) == "nothing to compare yet"


def test_a_result_is_told_in_a_line() -> None:
    result = Session(LEFT)
    result.advance(30.0)
    line = result_line(result.result())
    assert line.startswith("Measured: goodput ")
    assert "p99" in line
    assert result_line(None) == ""
    users = {"goodput": 5.0, "availability": 0.4, "latency": {"p99": 0.02}, "latency_all": {"p99": 2.0}}  # fmt: skip
    told = "Measured: goodput 5 rps, p99 2 s of all requests"
    assert result_line({"clients": {"users": users}}) == told
    assert "p99 20 ms" in result_line({"clients": {"users": users | {"availability": 1.0}}})


def test_the_keyboard_runs_lists_and_leaves(pair: Any, qtbot: Any) -> None:
    pair.window.begin(1.0)
    pair.window.activateWindow()
    qtbot.waitUntil(pair.window.isActiveWindow)
    QTest.keyClick(pair.window, Qt.Key.Key_D)
    assert pair.window.apart.card.isVisible()
    assert pair.window.apart.counts.isChecked()
    QTest.keyClick(pair.window.apart.card.rows, Qt.Key.Key_Escape)
    assert not pair.window.apart.card.isVisible()
    QTest.keyClick(pair.window, Qt.Key.Key_Space)
    assert not pair.window.drive.running
    QTest.keyClick(pair.window, "]")
    assert (pair.window.drive.speed, pair.window.transport._speed_text.text()) == (2.0, "2×")
    QTest.keyClick(pair.window, "[")
    assert pair.window.drive.speed == 1.0
    with qtbot.waitSignal(pair.window.closed):
        QTest.keyClick(pair.window, Qt.Key.Key_Escape)
    assert all(pipe.closed for pipe in pair.pipes)
    assert Ack not in [type(each) for each in pair.pipes[0].sent[-1:]]


def test_the_window_is_made_in_many_steps_and_is_whole_after_them(qtbot: Any, qapp: Any) -> None:
    shown = (Shown(LEFT, "Shop", is_open=True), Shown(RIGHT, "Shop, larger"))
    host = QWidget()
    qtbot.addWidget(host)
    look = ThemeManager(qapp, "dark")
    context = Context({each.kind: each for each in COMPONENTS}, look, FakeTransport, 1e9)
    window = PairWindow(shown, context, host, at_once=False)
    window.resize(1280, 720)
    most, steps = 0, 0
    before = len(window.findChildren(QWidget))
    for _ in window.making(shown, context):
        now = len(window.findChildren(QWidget))
        most, before, steps = max(most, now - before), now, steps + 1
        if steps == 3:
            look.set_preference("light")
    whole = len(window.findChildren(QWidget))
    assert steps >= 15
    assert whole > 100
    assert [side.design for side in window.sides] == [LEFT, RIGHT]
    assert all(len(side.charts.charts) == 3 for side in window.sides)
    assert all(chart._theme is look.theme for side in window.sides for chart in side.charts.charts)
    painted = sum(1 for _ in window.rehearsing())
    assert painted > 8
    assert not window.isVisible()
    zoom = window.sides[0].canvas.camera.zoom
    window.show()
    qtbot.waitExposed(window)
    assert window.sides[0].canvas.camera.zoom == pytest.approx(zoom)
    assert len(window.findChildren(QWidget)) == whole
    window.close()
