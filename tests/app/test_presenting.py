"""Presenting: steps made from what the window shows, kept in the design, and shown by the keyboard."""

from __future__ import annotations

import math
from typing import Any

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget

from app.document import DesignDocument
from app.pair.side import Context, Shown
from app.presenting.card import StepsCard
from app.presenting.window import PresentWindow
from engine.catalog import COMPONENTS
from engine.model.design import Design, Step, View
from engine.model.files import dumps, loads
from engine.model.presenting import added
from engine.run.protocol import StartOver, StepTime
from tests.helpers.fakes import FakeTransport
from tests.helpers.strategies import rich_raw
from widgets.theme import ThemeManager

SHOP = Design.model_validate(rich_raw())
STEPS = (
    Step(title="Calm", text="All is well", view=View(x=0.0, y=0.0, width=400.0, height=300.0)),
    Step(title="<b>It falls</b>", text="& stays down", at=70.0),
    Step(text="After"),
)


class Bench:
    """A card over a document, and what the window is said to show."""

    def __init__(self, qtbot: Any, qapp: Any) -> None:
        self.host = QWidget()
        self.host.resize(1280, 720)
        qtbot.addWidget(self.host)
        self.host.show()
        self.document = DesignDocument()
        self.document.replace(SHOP, None)
        self.rect, self.at, self.load = QRectF(10.0, 20.0, 640.0, 360.0), math.nan, 1.0
        look = ThemeManager(qapp, "dark")
        self.card = StepsCard(
            self.host, look, lambda: self.rect, lambda: self.at, lambda: self.load
        )
        self.card.edit_requested.connect(self.document.push)
        self.document.changed.connect(lambda design, _changes: self.card.set_design(design))
        self.card.set_design(SHOP)
        self.card.open()

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.document.design.presentation


@pytest.fixture
def bench(qtbot: Any, qapp: Any) -> Bench:
    return Bench(qtbot, qapp)


def test_a_step_takes_the_view_and_the_moment_that_are_shown(bench: Bench) -> None:
    assert bench.card.note.isVisible()
    bench.card.buttons["Add step"].click()
    assert bench.steps == (Step(view=View(x=10.0, y=20.0, width=640.0, height=360.0)),)
    bench.at, bench.rect = 61.23456, QRectF(-5.0, -5.0, 100.0, 50.0)
    bench.card.buttons["Add step"].click()
    assert bench.steps[1].at == 61.235
    assert bench.card.chosen == 1
    bench.card.steps.setCurrentRow(0)
    bench.card.buttons["Take view"].click()
    assert bench.steps[0].view == View(x=-5.0, y=-5.0, width=100.0, height=50.0)
    assert loads(dumps(bench.document.design)) == bench.document.design


def test_a_load_that_is_not_presented_is_said(bench: Bench) -> None:
    bench.load = 2.4
    bench.card.open()
    assert "No step yet" in bench.card.note.text()
    bench.card.buttons["Add step"].click()
    assert bench.card.note.isVisible()
    assert "load dial stands at × 2.4" in bench.card.note.text()
    bench.load = 1.0
    bench.card.open()
    assert not bench.card.note.isVisible()


def test_words_are_written_once_and_everything_can_be_undone_and_redone(bench: Bench) -> None:
    card, stack = bench.card, bench.document.stack
    states = [bench.document.design]

    def note() -> None:
        assert bench.document.design != states[-1]
        states.append(bench.document.design)

    for _ in range(3):
        card.buttons["Add step"].click()
        note()
    card.steps.setCurrentRow(0)
    card.title.setFocus()
    QTest.keyClicks(card.title, "<i>One</i>")
    QTest.keyClick(card.title, Qt.Key.Key_Return)
    note()
    assert bench.steps[0].title == "<i>One</i>"
    assert card.steps.item(0).text() == "1   <i>One</i>"
    card.words.setFocus()
    QTest.keyClicks(card.words, "Two words")
    assert bench.steps[0].text == ""  # not at every key
    card.buttons["Down"].click()  # leaves the field, then moves
    assert [each.text for each in bench.steps] == ["", "Two words", ""]
    states.append(bench.document.design)
    card.buttons["Delete"].click()
    note()
    assert len(bench.steps) == 2
    designs = [bench.document.design]
    while stack.canUndo():
        stack.undo()
        designs.append(bench.document.design)
    assert designs[-1] == SHOP
    assert all(state in designs for state in states)
    while stack.canRedo():
        stack.redo()
        assert bench.document.design == designs[-2 if len(designs) > 1 else -1]
        designs.pop()
    assert bench.document.design == states[-1]


def test_steps_are_moved_and_deleted_by_the_keyboard_alone(bench: Bench) -> None:
    for step in STEPS:
        bench.document.push(added(bench.document.design, step))
    bench.card.steps.setCurrentRow(2)
    bench.card.steps.setFocus()
    QTest.keyClick(bench.card.steps, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [each.text for each in bench.steps] == ["All is well", "After", "& stays down"]
    assert bench.card.chosen == 1
    QTest.keyClick(bench.card.steps, Qt.Key.Key_Delete)
    assert [each.text for each in bench.steps] == ["All is well", "& stays down"]
    QTest.keyClick(bench.card.steps, Qt.Key.Key_Escape)
    assert not bench.card.isVisible()


@pytest.fixture
def shown(qtbot: Any, qapp: Any) -> Any:
    host = QWidget()
    qtbot.addWidget(host)
    pipe = FakeTransport()
    design = SHOP.model_copy(update={"presentation": STEPS})
    parts = {each.kind: each for each in COMPONENTS}
    context = Context(parts, ThemeManager(qapp, "light"), lambda: pipe, 1e9)
    window = PresentWindow(Shown(design, "Shop"), context, host, still=True)
    window.resize(1280, 720)
    window.show()
    qtbot.waitExposed(window)
    window.begin(0)
    window.pipe = pipe
    window.host = host  # keeps it
    yield window
    window.close()


def test_keys_go_on_and_back_and_leave(shown: Any, qtbot: Any) -> None:
    assert (shown.title.text(), shown.words.text(), shown.count.text()) == (
        "Calm",
        "All is well",
        "1 of 3",
    )
    for key, place in (
        (Qt.Key.Key_Left, 0),
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Space, 2),
        (Qt.Key.Key_PageDown, 2),
        (Qt.Key.Key_PageUp, 1),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, 2),
        (Qt.Key.Key_Backspace, 1),
    ):
        QTest.keyClick(shown, key)
        assert shown.place == place
    QTest.mouseClick(shown, Qt.MouseButton.LeftButton)
    assert shown.place == 2
    with qtbot.waitSignal(shown.closed) as closed:
        QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert closed.args == [2]
    assert shown.pipe.closed


def test_text_is_plain_and_large(shown: Any) -> None:
    QTest.keyClick(shown, Qt.Key.Key_Right)
    assert shown.title.text().replace("\u200b", "") == "<b>It falls</b>"
    for label in shown.findChildren(QLabel):
        if label in (shown.title, shown.words):
            assert label.textFormat() == Qt.TextFormat.PlainText
            assert label.font().pixelSize() >= 20
    assert shown.findChildren(QPlainTextEdit) == []


def test_the_view_of_a_step_fills_the_canvas(shown: Any, qtbot: Any) -> None:
    wanted = QRectF(0.0, 0.0, 400.0, 300.0)
    qtbot.waitUntil(lambda: shown.canvas.camera.shown().adjusted(-2, -2, 2, 2).contains(wanted))
    seen = shown.canvas.camera.shown()
    assert min(seen.width() - 400.0, seen.height() - 300.0) == pytest.approx(0.0, abs=4.0)
    QTest.keyClick(shown, Qt.Key.Key_Right)
    whole = shown.canvas.content_rect()
    qtbot.waitUntil(lambda: shown.canvas.camera.shown().contains(whole))


def test_an_engine_of_its_own_comes_to_the_moments(shown: Any) -> None:
    assert [type(each) for each in shown.pipe.of(StartOver, StepTime)] == [StartOver, StepTime]
    assert shown.pipe.of(StepTime)[0].seconds == 70.0
    QTest.keyClick(shown, Qt.Key.Key_Right)
    shown.pipe.progress(35.0)
    shown.side.run.tick()
    assert shown.clock.text() == "running to 70.0 s … 50 %"
    shown.pipe.progress(70.0)
    shown.side.run.tick()
    assert shown.clock.text() == "70.0 s"
    QTest.keyClick(shown, Qt.Key.Key_Right)
    assert shown.clock.text() == "70.0 s"  # a step without a moment stays there
    assert not shown.side.charts.charts, "nobody sees them"
