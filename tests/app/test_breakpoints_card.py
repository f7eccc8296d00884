"""The card of breakpoints: what is added reaches the run, what cannot be read says so, what is there can go."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGraphicsView, QLabel, QToolButton, QWidget

from app.banner import BannerArea
from app.breakpoints_card import BreakpointsCard
from app.document import DesignDocument
from app.run_controller import RunController
from app.run_messages import RunMessages
from engine.model.design import Design, Link, Node
from engine.run.breakpoints import Breakpoint
from engine.run.protocol import Paused, SetBreakpoints
from tests.helpers.fakes import FakeTransport
from widgets.theme import ThemeManager

DESIGN = Design(
    nodes=(
        Node(id="users", kind="client", name="Shoppers"),
        Node(id="web", kind="service", name="Checkout & co", x=300.0),
    ),
    links=(Link(id="a", source="users", target="web"),),
)


@pytest.fixture
def pipe() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def run(qapp, pipe):
    document = DesignDocument()
    document.replace(DESIGN, None)
    made = RunController(document, lambda: pipe)
    made.set_running(True)
    pipe.progress(0.0)
    made.tick()
    yield made
    made.close()


@pytest.fixture
def card(qapp, qtbot, run) -> BreakpointsCard:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    document = run.parent()
    made = BreakpointsCard(window, ThemeManager(qapp, "dark"), run, document)
    made.open()
    return made


def choose(box, data: str) -> None:
    place = box.findData(data)
    assert place >= 0, data
    box.setCurrentIndex(place)


def rows(card: BreakpointsCard) -> list[str]:
    widgets = [card._rows.itemAt(place).widget() for place in range(card._rows.count())]
    return [
        label.text().replace("\u200b", "")
        for widget in widgets
        for label in widget.findChildren(QLabel)
    ]


def test_another_item_is_asked_for_the_latency_that_it_has(card) -> None:
    """Clients know of all their requests, others of what they answered."""
    chosen = []
    for item in ("users", "web", "users"):
        choose(card.item, item)
        chosen.append(card.measure.currentData())
    assert chosen == ["p99_all", "p99", "p99"]


def test_what_is_chosen_is_waited_for_and_can_be_taken_away(card, run, pipe) -> None:
    choose(card.item, "users")
    choose(card.measure, "p99")
    card.bound.setText("800 ms")
    card.add()
    choose(card.kind, "failing")
    assert not card.bound.isVisible()
    choose(card.item, "web")
    card.add()
    choose(card.kind, "event")
    choose(card.item, "")
    card.add()
    wanted = (
        Breakpoint("metric", "users", "p99", 0.8, "above"),
        Breakpoint("failing", "web"),
        Breakpoint("event"),
    )
    assert run.breakpoints == wanted
    assert pipe.of(SetBreakpoints)[-1] == SetBreakpoints(wanted)
    assert rows(card) == [
        "Shoppers: p99 latency above 800 ms",
        "Checkout & co fails",
        "an event is due",
    ]
    first = card._rows.itemAt(0).widget().findChildren(QToolButton)[0]
    first.click()
    assert run.breakpoints == wanted[1:]
    run.restart()
    assert pipe.of(SetBreakpoints)[-1].points == wanted[1:], "the next run has them as well"


def test_what_cannot_be_read_or_is_there_already_is_not_added(card, run) -> None:
    card.bound.setText("soon")
    card.add()
    assert run.breakpoints == ()
    assert card._problem.isVisible()
    card.bound.setText("1 s")
    card.add()
    assert not card._problem.isVisible()
    card.add()
    assert "already" in card._problem.text()
    assert len(run.breakpoints) == 1


def test_a_pause_says_where_and_why(run, pipe) -> None:
    said: list[str] = []
    run.paused.connect(said.append)
    pipe.reports.append(Paused(61.23, "p99 latency of Shoppers is 1.2 s, above 1 s"))
    run.tick()
    assert said == ["Paused at 61.2 s: p99 latency of Shoppers is 1.2 s, above 1 s."]
    run.set_running(True)
    pipe.reports.append(Paused(725.075, "an event is due"))
    run.tick()
    assert said[1:] == ["Paused at 12:05.0: an event is due."], "as the clock shows it"
    assert not run.running


def test_enter_adds_wherever_the_keyboard_is(card, run) -> None:
    choose(card.kind, "failing")
    choose(card.item, "web")
    card.item.setFocus()
    QTest.keyClick(card.item, Qt.Key.Key_Return)
    assert rows(card) == ["Checkout & co fails"]
    choose(card.kind, "metric")
    card.bound.setText("2 s")
    QTest.keyClick(card.bound, Qt.Key.Key_Enter)
    assert len(run.breakpoints) == 2


def test_tab_through_a_card_leaves_the_rest_of_the_window_usable(card, qapp) -> None:
    """What Qt has made behind a row in the order of Tab outlives the row."""
    canvas = QGraphicsView(card.host)
    surface = canvas.viewport()
    choose(card.kind, "event")
    card.add()
    for _ in range(4):
        QTest.keyClick(card.host.focusWidget(), Qt.Key.Key_Tab)
    (point,) = card._run.breakpoints
    card.remove(point)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    surface.setCursor(Qt.CursorShape.OpenHandCursor)
    assert canvas.viewport() is surface


def test_why_it_paused_is_told_until_the_run_stands_elsewhere(qapp, qtbot, run) -> None:
    look = ThemeManager(qapp, "dark")
    banners = BannerArea(look)
    qtbot.addWidget(banners)
    RunMessages(run, banners, lambda: None, lambda: None)
    for left in (
        lambda: run.rewound.emit(39.0, ""),
        run.cleared.emit,
        lambda: run.running_changed.emit(True),
    ):
        run.paused.emit("Paused at 41.1 s: Checkout fails.")
        run.rewound.emit(math.nan, "it was edited meanwhile")
        assert banners.shown("paused") == "Paused at 41.1 s: Checkout fails."
        left()
        assert banners.shown("paused") is None
