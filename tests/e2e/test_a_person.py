"""What a person does in the window, done by a robot: draw, run, break, undo, save, come back."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from engine.model import files
from engine.model.design import Design
from engine.run.session import Session
from tests.helpers.robot import Robot

pytestmark = [
    pytest.mark.e2e,
    # Windows without a display cannot be raised, nor grab the keyboard; popups try.
    pytest.mark.qt_log_ignore("This plugin does not support"),
]

SHOP = {
    "title": "Shop",
    "nodes": [
        {"id": "users", "kind": "client", "name": "Users", "x": 0, "y": 0,
         "config": {"arrivals": {"process": "poisson", "rate": 60}}},
        {"id": "web", "kind": "service", "name": "Web", "x": 300, "y": 0,
         "config": {"instances": 2, "workers": 4}},
        {"id": "db", "kind": "sql_database", "name": "DB", "x": 600, "y": 0},
    ],
    "links": [
        {"id": "users-web", "source": "users", "target": "web", "config": {"timeout": 1.0}},
        {"id": "web-db", "source": "web", "target": "db"},
    ],
    "scenario": {"duration": 40, "warmup": 4, "seed": 5},
}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.windtunnel"
    files.save(Design.model_validate(SHOP), path)
    return path


def draw(robot: Robot) -> tuple[str, str]:
    """A client that calls a service."""
    users = robot.drop("client", -200.0, 0.0)
    web = robot.drop("service", 200.0, 0.0)
    robot.connect(users, web)
    return users, web


def test_a_design_drawn_by_hand_runs_by_itself(robot: Robot) -> None:
    users, web = draw(robot)
    robot.wait(lambda: robot.snapshot is not None and web in robot.snapshot.gauges)
    robot.wait(lambda: robot.snapshot.requests > 20)
    assert robot.design.node_by_id[users].kind == "client"


def test_everything_drawn_is_undone_step_by_step_and_redone(robot: Robot) -> None:
    empty = robot.design
    draw(robot)
    drawn = robot.design
    for _ in range(3):
        robot.control(Qt.Key.Key_Z)
    assert robot.design == empty
    for _ in range(3):
        robot.control(Qt.Key.Key_Y)
    assert robot.design == drawn


def test_a_setting_typed_with_a_unit_reaches_the_running_simulation(launch, shop) -> None:
    robot = launch(shop)
    robot.wait(lambda: robot.now > 0.0)
    robot.click("web")
    robot.views.inspector.focus_field("config.instances")
    robot.control(Qt.Key.Key_A)
    robot.type("5")
    robot.key(Qt.Key.Key_Return)
    assert robot.design.node_by_id["web"].config["instances"] == 5
    robot.wait(lambda: robot.snapshot.gauges["web"].instance_count == 5)
    robot.control(Qt.Key.Key_Z)
    assert robot.design.node_by_id["web"].config["instances"] == 2
    robot.wait(lambda: robot.snapshot.gauges["web"].instance_count == 2)


def test_break_it_undo_and_repair(launch, shop) -> None:
    robot = launch(shop)
    robot.wait(lambda: robot.now > 0.0)
    states = lambda: [each.state for each in robot.snapshot.gauges["web"].instances]  # noqa: E731
    robot.choose(robot.context_menu("web"), "Break it", "Kill one instance")
    (event,) = robot.design.scenario.events
    assert (event.change, event.target, event.instances) == ("kill", "web", 1)
    robot.wait(lambda: "down" in states())
    robot.control(Qt.Key.Key_Z)
    assert robot.design.scenario.events == ()
    robot.wait(lambda: set(states()) == {"ready"})
    robot.control(Qt.Key.Key_Y)
    robot.wait(lambda: "down" in states())
    robot.choose(robot.context_menu("web"), "Repair")
    robot.wait(lambda: set(states()) == {"ready"})
    assert robot.design.scenario.events[0].duration > 0.0


def test_space_pauses_and_runs(launch, shop) -> None:
    robot = launch(shop)
    robot.wait(lambda: robot.now > 0.5)
    robot.views.canvas.setFocus()
    robot.key(Qt.Key.Key_Space)
    assert not robot.services.run.running
    robot.key(Qt.Key.Key_Space)
    assert robot.services.run.running
    stood = robot.now
    robot.wait(lambda: robot.now > stood)


def test_steps_stand_still_where_they_should(launch, shop) -> None:
    robot = launch(shop)
    robot.wait(lambda: robot.now > 0.0)
    robot.services.run.set_running(False)
    robot.services.run.restart()
    robot.wait(lambda: robot.snapshot is not None and robot.now == 0.0)
    robot.key(Qt.Key.Key_Period)
    robot.wait(lambda: robot.now == 1.0)
    robot.key(Qt.Key.Key_Comma)
    robot.wait(lambda: robot.now > 1.0)


def test_save_close_and_come_back(launch, dialogs, robot, tmp_path) -> None:
    draw(robot)
    dialogs.to_save = tmp_path / "mine.windtunnel"
    robot.control(Qt.Key.Key_S)
    robot.settle()
    assert not robot.services.document.is_dirty
    assert files.load(dialogs.to_save) == robot.design
    robot.window.close()
    assert dialogs.asked == 0
    again = launch()
    assert again.design == robot.design
    assert again.services.document.path == dialogs.to_save
    again.wait(lambda: again.now > 0.0)


def test_closing_with_unsaved_work_asks_and_cancel_keeps_the_window(robot, dialogs) -> None:
    draw(robot)
    dialogs.answer = "cancel"
    robot.window.close()
    assert dialogs.asked == 1
    assert robot.window.isVisible()
    assert robot.services.run.running


def test_a_bad_file_is_a_message_and_the_design_goes_on(launch, shop, tmp_path) -> None:
    robot = launch(shop)
    bad = tmp_path / "bad.windtunnel"
    bad.write_text('{"windtunnel": 1, "nodes": 7}')
    before = robot.design
    robot.window.files_dropped.emit([bad])
    assert robot.banner("message")
    assert robot.design is before
    stood = robot.now
    robot.wait(lambda: robot.now > stood)


def test_a_killed_engine_is_a_banner_with_a_restart_and_the_design_stays(launch, shop) -> None:
    robot = launch(shop)
    robot.wait(lambda: robot.now > 0.5)
    before = robot.design
    os.kill(robot.services.run._transport.pid, signal.SIGKILL)
    robot.wait(lambda: robot.banner("engine"))
    assert robot.design is before
    assert not robot.services.run.running
    robot.click("web")
    robot.key(Qt.Key.Key_Delete)  # work goes on meanwhile
    assert "web" not in robot.design.node_by_id
    robot.control(Qt.Key.Key_Z)
    robot.press(robot.button(robot.views.banners.banner("engine"), "Restart"))
    robot.wait(lambda: robot.services.run.running and robot.now > 0.1)
    assert not robot.banner("engine")


def test_the_app_measures_what_the_command_line_does(launch, shop) -> None:
    robot = launch(shop)
    results: list[dict[str, object]] = []
    robot.services.run.measured.connect(results.append)
    robot.wait(lambda: robot.now > 3.0)
    robot.services.run.toggle()
    robot.services.run.toggle()
    robot.services.run.set_speed(float("inf"))
    robot.wait(lambda: bool(results))
    session = Session(robot.design)
    session.advance(robot.design.scenario.duration)
    assert results[0]["hash"] == session.result()["hash"]


def test_another_seed_starts_over_and_undo_brings_the_old_run_back(launch, shop) -> None:
    robot = launch(shop)
    robot.wait(lambda: robot.now > 2.0)
    robot.views.transport.seed_changed.emit(99)
    robot.wait(lambda: 0.0 < robot.now < 2.0)
    assert robot.design.scenario.seed == 99
    robot.control(Qt.Key.Key_Z)
    assert robot.design.scenario.seed == 5


def test_copy_goes_to_another_window_as_text(launch, shop) -> None:
    robot = launch(shop)
    robot.click("web")
    robot.control(Qt.Key.Key_C)
    other = launch()
    other.services.files.new()
    other.views.canvas.setFocus()
    other.control(Qt.Key.Key_V)
    assert [node.kind for node in other.design.nodes] == ["service"]
    other.control(Qt.Key.Key_Z)
    assert other.design.nodes == ()


def test_find_anything_jumps_to_a_setting(launch, shop) -> None:
    robot = launch(shop)
    robot.control(Qt.Key.Key_K)
    robot.type("web queue limit")
    robot.key(Qt.Key.Key_Return)
    assert robot.opened.bench.selection == {"web"}
    assert robot.views.inspector.isAncestorOf(robot.window.focusWidget())


def test_find_anything_runs_an_action(launch, shop) -> None:
    robot = launch(shop)
    robot.control(Qt.Key.Key_K)
    robot.type("theme light")
    robot.key(Qt.Key.Key_Return)
    assert robot.opened.bench.look.theme.name == "light"


def test_findings_are_listed_jumped_to_and_fixed(launch, shop) -> None:
    robot = launch(shop)
    # The design is meant to have a finding with a fix.
    robot.wait(lambda: any(each.fix is not None for each in robot.services.findings.findings))
    fixable = [each for each in robot.services.findings.findings if each.fix is not None]
    robot.press(robot.views.status.findings_button)
    panel = robot.opened.bench.findings_panel
    assert panel.isVisible()
    before = len(robot.services.findings.findings)
    panel.fix_requested.emit(fixable[0].fix)
    robot.wait(lambda: len(robot.services.findings.findings) < before)
    panel.jump_requested.emit(fixable[0].id)
    assert robot.opened.bench.selection == {fixable[0].id}
    robot.control(Qt.Key.Key_Z)
    robot.wait(lambda: len(robot.services.findings.findings) == before)


def test_the_outline_and_the_canvas_select_together(launch, shop) -> None:
    robot = launch(shop)
    robot.opened.bench.actions["view.outline"].trigger()
    tree = robot.views.outline.tree
    assert tree.isVisible()
    robot.click("db")
    assert [item.text(0) for item in tree.selectedItems()] == ["DB"]
    users = tree.topLevelItem(0)
    tree.setCurrentItem(users)
    assert robot.opened.bench.selection == {"users"}


def test_pictures_are_exported(launch, shop, dialogs, tmp_path) -> None:
    robot = launch(shop)
    for suffix, begins in ((".png", b"\x89PNG"), (".svg", b"<?xml")):
        dialogs.to_export = tmp_path / f"picture{suffix}"
        robot.control(Qt.Key.Key_E)
        robot.settle()
        assert dialogs.to_export.read_bytes().startswith(begins)


def test_every_menu_entry_is_bound_and_every_submenu_fills(launch, shop) -> None:
    robot = launch(shop)
    for top in robot.window.menu.actions():
        for action in top.menu().actions():
            if action.menu() is not None:
                action.menu().aboutToShow.emit()
                assert action.menu().actions(), action.text()


def test_an_example_opens_as_a_copy(launch, shop) -> None:
    robot = launch(shop)
    menu = robot.window.menu
    file_menu = menu.actions()[0].menu()
    examples = next(each.menu() for each in file_menu.actions() if each.text() == "&Examples")
    examples.aboutToShow.emit()
    examples.actions()[0].trigger()
    assert robot.services.document.path is None
    robot.wait(lambda: robot.now > 0.0)


def test_f6_goes_round_the_panes(launch, shop) -> None:
    robot = launch(shop)
    robot.views.canvas.setFocus()
    visited = []
    for _ in range(5):
        robot.key(Qt.Key.Key_F6)
        focus = robot.window.focusWidget()
        panes = {"palette": robot.window.left, "canvas": robot.views.canvas,
                 "timeline": robot.views.timeline, "inspector": robot.views.inspector,
                 "charts": robot.views.charts}  # fmt: skip
        visited += [n for n, pane in panes.items() if pane is focus or pane.isAncestorOf(focus)]
    assert visited == ["timeline", "charts", "inspector", "palette", "canvas"]


def test_a_design_file_dropped_on_the_canvas_opens(robot, shop) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(shop))])
    port, place = robot.views.canvas.viewport(), QPoint(300, 200)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    QApplication.sendEvent(port, QDragEnterEvent(place, copy, mime, left, none))
    QApplication.sendEvent(port, QDragMoveEvent(place, copy, mime, left, none))
    QApplication.sendEvent(port, QDropEvent(QPointF(place), copy, mime, left, none))
    assert robot.services.document.path == shop


def test_an_undone_field_keeps_its_cursor_and_undo_means_the_document(launch, shop) -> None:
    """Ctrl-Z in a field that was committed takes back the edit, not the letters."""
    robot = launch(shop)
    robot.click("web")
    robot.views.inspector.focus_field("config.workers")
    robot.control(Qt.Key.Key_A)
    robot.type("7")
    robot.key(Qt.Key.Key_Return)
    assert robot.design.node_by_id["web"].config["workers"] == 7
    robot.control(Qt.Key.Key_Z)
    assert robot.design.node_by_id["web"].config["workers"] == 4


def test_space_presses_a_focused_button_and_does_not_run(launch, shop) -> None:
    robot = launch(shop)
    robot.window.search_button.setFocus()
    robot.key(Qt.Key.Key_Space)
    assert robot.opened.commands.search.isVisible()
    assert robot.services.run.running
    robot.key(Qt.Key.Key_Escape)
    assert not robot.opened.commands.search.isVisible()


def test_letters_typed_into_a_field_are_no_shortcuts(launch, shop) -> None:
    robot = launch(shop)
    before = robot.design
    robot.views.palette.focus_search()
    robot.type("all n")
    assert robot.views.palette.search_field.text() == "all n"
    assert robot.services.run.running
    assert robot.design is before
