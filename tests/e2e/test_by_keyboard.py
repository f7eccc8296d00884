"""The window by keyboard alone: the focus gets everywhere, and is never lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.banner import Message
from app.comments_card import CommentsCard
from app.places import shipped_designs
from app.window import SMALLEST
from tests.helpers.fakes import FakeDialogs
from tests.helpers.robot import Robot
from widgets.transport.slider import DialSlider

THREE_TIERS = shipped_designs() / "three-tiers.windtunnel"
SHIFT = Qt.KeyboardModifier.ShiftModifier


def walked(
    robot: Robot, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> list[QWidget]:
    """Where Tab goes from the focus, until it comes by somewhere again."""
    stops: list[QWidget] = []
    key = Qt.Key.Key_Backtab if held else Qt.Key.Key_Tab
    while (stop := robot.window.focusWidget()) not in stops:
        stops.append(stop)
        robot.key(key, held)
    return stops


def test_tab_leaves_the_form_at_its_end_and_goes_on_through_the_window(launch: Callable) -> None:
    robot = launch(THREE_TIERS)
    panel = robot.views.inspector_place.panel
    form = panel.form
    robot.activate()
    robot.wait(lambda: form.row(("scenario", "seed")) is not None)
    panel.header.name.setFocus()
    stops = walked(robot)
    inside = [number for number, stop in enumerate(stops) if form.isAncestorOf(stop)]
    assert len(inside) > 8
    assert inside == [*range(inside[0], inside[-1] + 1)], "Tab came back into the form"
    for part in (robot.views.status, robot.views.charts, robot.views.transport, robot.window.left):
        assert any(part.isAncestorOf(stop) for stop in stops), part
    assert stops[-1] is robot.views.canvas  # which keeps Tab for its nodes


def test_f6_comes_by_a_message_and_its_end_gives_the_keyboard_to_the_canvas(
    launch: Callable,
) -> None:
    robot = launch(THREE_TIERS)
    robot.activate()
    canvas, banners = robot.views.canvas, robot.views.banners
    canvas.setFocus()
    robot.key(Qt.Key.Key_F6, SHIFT)
    assert robot.window.left.isAncestorOf(robot.window.focusWidget())
    banners.show_message(Message("one", "One"))
    banners.show_message(Message("two", "Two"))
    robot.key(Qt.Key.Key_F6, SHIFT)
    assert banners.banner("two").isAncestorOf(robot.window.focusWidget())
    banners.banner("two").close_button.click()
    assert banners.banner("one").isAncestorOf(robot.window.focusWidget())
    robot.key(Qt.Key.Key_Space)
    assert not robot.banner("one")
    assert robot.window.focusWidget() is canvas


def test_a_message_that_ends_elsewhere_leaves_the_keyboard_where_it_is(launch: Callable) -> None:
    robot = launch(THREE_TIERS)
    robot.activate()
    robot.views.banners.show_message(Message("one", "One"))
    robot.views.timeline.setFocus()
    robot.views.banners.dismiss("one")
    assert robot.window.focusWidget() is robot.views.timeline


def test_a_window_as_large_as_the_screen_makes_room_for_its_frame(launch: Callable) -> None:
    robot = launch()
    screen = robot.window.screen().availableGeometry()
    robot.window.resize(screen.size() + QSize(0, 300))
    QApplication.processEvents()
    robot.window.keep_on_screen()
    QApplication.processEvents()
    assert robot.window.frameGeometry().height() == screen.height()
    assert robot.window.windowTitle()


def test_nothing_of_the_smallest_window_lies_on_something_else(launch: Callable) -> None:
    """A screen of 1920 × 1080 at 200 % is no larger, and has bars of its own."""
    robot = launch()
    window = robot.window
    window.resize(SMALLEST)
    QApplication.processEvents()
    assert window.size() == SMALLEST
    least = window.centralWidget().minimumSizeHint()
    assert least.width() <= SMALLEST.width()
    assert least.height() <= SMALLEST.height()
    assert not window.search_button.text()
    window.resize(1280, 720)
    QApplication.processEvents()
    assert window.search_button.text() == "Search"


def test_tabs_stay_under_the_mouse_from_page_to_page(launch: Callable) -> None:
    """They move for a page that wants more room; a second click never meets the timeline."""
    robot = launch()
    window = robot.window
    window.resize(1280, 720)
    QApplication.processEvents()
    tabs = window.instruments.tabs

    def top(page: str) -> int:
        window.instruments.show_page(page)
        QApplication.processEvents()
        return tabs.mapTo(window, tabs.rect().topLeft()).y()

    before = top("charts")
    tops = [top(page) for page in ("board", "budget", "help", "budget", "board")]
    assert tops == sorted(tops, reverse=True)
    assert tops[-1] == tops[2] < before
    assert top("charts") == before


def test_what_is_commented_on_lies_beside_the_card(launch: Callable) -> None:
    robot = launch(THREE_TIERS)
    window, canvas = robot.window, robot.views.canvas
    window.resize(1280, 720)
    QApplication.processEvents()
    robot.opened.bench.jump("database")
    robot.opened.bench.actions["insert.comment"].trigger()
    (card,) = (each for each in window.findChildren(CommentsCard) if each.isVisible())
    scene = canvas._scene.cards["database"].rect
    right = canvas._camera.to_view(scene.topRight()).toPoint()
    assert canvas.viewport().mapTo(window, right).x() <= card.x()
    assert card.isAncestorOf(window.focusWidget())


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_f10_opens_all_menus(launch: Callable) -> None:
    robot = launch()
    robot.activate()
    menu, seen = robot.window.menu, []

    def look() -> None:
        seen.append(QApplication.activePopupWidget())
        menu.close()

    menu.aboutToShow.connect(lambda: QTimer.singleShot(0, look))
    robot.key(Qt.Key.Key_F10)
    robot.wait(lambda: seen == [menu])
    assert not menu.isVisible()


def test_keys_in_the_list_of_steps_are_not_those_of_the_window(launch: Callable) -> None:
    """Delete takes out a step and not its node, Alt+Left takes a step out of another one and looks at no earlier moment."""
    robot = launch(THREE_TIERS)
    robot.activate()
    robot.click("web")
    panel = robot.views.inspector_place.panel
    robot.wait(lambda: panel.form.row(("config", "flow")) is not None)
    editor = panel.form.row(("config", "flow")).editor
    panel.focus_field("config.flow")
    assert robot.window.focusWidget() is editor.button
    robot.key(Qt.Key.Key_Space)
    assert robot.window.focusWidget() is editor.tree
    before = flow(robot)
    robot.key(Qt.Key.Key_Home)
    editor.wrap("async")
    assert flow(robot) == [{"async": before[:1]}, *before[1:]]
    editor.tree.setCurrentItem(editor.tree.topLevelItem(0).child(0))
    robot.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert not robot.opened.bench.travel.looks_back
    assert flow(robot)[0] == before[0]
    taken_out = flow(robot)
    robot.key(Qt.Key.Key_Delete)
    assert flow(robot) == taken_out[1:]
    robot.control(Qt.Key.Key_Z)
    assert flow(robot) == taken_out
    robot.key(Qt.Key.Key_F2)
    assert editor.form.isAncestorOf(robot.window.focusWidget())


def test_delete_on_the_timeline_takes_the_event_and_not_the_selected_node(launch: Callable) -> None:
    robot = launch(shipped_designs() / "retry-storm.windtunnel")
    robot.activate()
    robot.click(robot.design.nodes[0].id)
    timeline, nodes, events = (
        robot.views.timeline,
        robot.design.nodes,
        robot.design.scenario.events,
    )
    assert events
    timeline.setFocus()
    robot.key(Qt.Key.Key_Right)
    robot.key(Qt.Key.Key_Delete)
    assert len(robot.design.scenario.events) == len(events) - 1
    for _ in events:
        robot.key(Qt.Key.Key_Backspace)
    assert robot.design.nodes == nodes


def test_backspace_on_a_dial_turns_it_back_and_deletes_nothing(launch: Callable) -> None:
    robot = launch(THREE_TIERS)
    robot.activate()
    robot.click("web")
    dial = robot.views.transport.findChildren(DialSlider)[1]
    dial.setFocus()
    robot.key(Qt.Key.Key_Right)
    turned = dial.value()
    robot.key(Qt.Key.Key_Backspace)
    assert dial.value() < turned
    assert "web" in robot.design.node_by_id


def test_delete_in_the_steps_of_a_presentation_takes_one_out(launch: Callable) -> None:
    robot = launch(THREE_TIERS)
    robot.activate()
    robot.click("web")
    card = robot.opened.commands.presenting.card
    card.open()
    card.add()
    card.add()
    card.steps.setFocus()
    robot.key(Qt.Key.Key_Delete)
    assert len(robot.design.presentation) == 1
    assert "web" in robot.design.node_by_id


def test_a_field_that_goes_with_what_it_belongs_to_gives_the_keyboard_to_the_canvas(
    robot: Robot, dialogs: FakeDialogs
) -> None:
    dialogs.answer = "discard"
    robot.activate()
    robot.drop("service", 0, 0)
    robot.drop("service", 300, 0)
    panel = robot.views.inspector_place.panel
    robot.wait(lambda: panel.form.row(("config", "workers")) is not None)
    panel.focus_field("config.workers")
    robot.control(Qt.Key.Key_Z)
    assert len(robot.design.nodes) == 1
    assert robot.window.focusWidget() is robot.views.canvas
    robot.click(robot.node("service"))
    panel.focus_field("config.workers")
    robot.services.files.new()
    assert robot.window.focusWidget() is robot.views.canvas


def test_a_flowchart_on_an_empty_page_is_shown_whole(robot: Robot) -> None:
    boxes = " --> ".join(f"n{i}[Service {i}]" for i in range(14))
    robot.views.canvas.paste(f"flowchart LR\n  {boxes}\n")
    assert len(robot.design.nodes) == 14
    view = robot.views.canvas.viewport().rect()
    assert all(view.contains(robot.at(node.x, node.y)) for node in robot.design.nodes)


def test_tab_goes_round_in_a_card_and_escape_leaves_it(launch: Callable) -> None:
    robot = launch(THREE_TIERS)
    robot.activate()
    canvas, card = robot.views.canvas, robot.opened.bench.breakpoints
    canvas.setFocus()
    card.open()
    robot.wait(lambda: card.isAncestorOf(robot.window.focusWidget()))
    stops = walked(robot)
    assert {card.kind, card.item, card.bound, card.add_button} <= set(stops)
    assert all(card.isAncestorOf(stop) for stop in stops)
    assert stops[0] is card.kind
    backwards = walked(robot, SHIFT)
    assert set(backwards) == set(stops)
    robot.key(Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert robot.window.focusWidget() is canvas


def test_delete_in_a_card_is_not_for_what_is_selected_behind_it(launch: Callable) -> None:
    robot = launch(THREE_TIERS)
    robot.activate()
    robot.click("web")
    card = robot.opened.bench.runs
    card.open()
    for part in (card.table, card.buttons["Keep the present run"]):
        part.setFocus()
        robot.key(Qt.Key.Key_Delete)
        robot.key(Qt.Key.Key_Backspace)
    assert "web" in robot.design.node_by_id
    robot.key(Qt.Key.Key_Escape)
    robot.key(Qt.Key.Key_Delete)
    assert "web" not in robot.design.node_by_id


def test_the_card_of_breakpoints_grows_with_what_is_added(launch: Callable) -> None:
    robot = launch(THREE_TIERS)
    robot.activate()
    card = robot.opened.bench.breakpoints
    card.open()
    QApplication.processEvents()
    high, button = card.height(), card.add_button.height()
    for bound in ("1 s", "2 s", "3 s"):
        card.bound.setText(bound)
        card.add()
        QApplication.processEvents()
        assert card.add_button.height() == button
    assert card.height() > high
    assert all(point.metric == "p99_all" for point in robot.services.run.breakpoints)


def test_numbers_of_the_bar_are_walked_as_they_stand_and_left_for_the_canvas(
    launch: Callable,
) -> None:
    robot = launch(THREE_TIERS)
    robot.activate()
    bar = robot.views.transport
    bar.speed.setFocus()
    robot.key(Qt.Key.Key_Tab)
    robot.type("250")
    robot.key(Qt.Key.Key_Return)
    assert bar.load.dialled == 250.0
    assert robot.window.focusWidget() is robot.views.canvas
    bar.load.setFocus()
    robot.key(Qt.Key.Key_Tab)
    assert robot.window.focusWidget() is bar.seed
    robot.key(Qt.Key.Key_Escape)
    assert robot.window.focusWidget() is robot.views.canvas


def test_delete_in_a_list_is_about_its_rows_unless_it_shows_the_selection(
    launch: Callable,
) -> None:
    robot = launch(THREE_TIERS)
    robot.activate()
    robot.click("web")
    robot.views.palette.list.setFocus()
    robot.key(Qt.Key.Key_Delete)
    assert "web" in robot.design.node_by_id
    robot.opened.bench.actions["view.outline"].trigger()
    robot.views.outline.tree.setFocus()
    assert robot.opened.bench.chosen == "web"
    robot.key(Qt.Key.Key_Delete)
    assert "web" not in robot.design.node_by_id


def flow(robot: Robot) -> list[object]:
    """The written-out flow of the web servers."""
    return list(robot.design.node_by_id["web"].config["flow"])


def test_enter_presses_a_button_like_space(robot: Robot) -> None:
    button = QPushButton("Press", robot.window)
    button.show()
    heard: list[bool] = []
    button.clicked.connect(lambda: heard.append(True))
    button.setFocus()
    robot.qtbot.waitUntil(button.hasFocus)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        QTest.keyClick(button, key)
    assert len(heard) == 3
    QTest.keyClick(button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(heard) == 3
