"""The help in the window: F1 opens what is asked about, words are found, links lead on, keys go back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.handbook.handbook import handbook
from tests.helpers.robot import Robot

KEY = Qt.Key
SHOP = Path(__file__).parents[2] / "saved_designs" / "three-tiers.windtunnel"


@pytest.fixture
def robot(launch: Callable) -> Robot:
    made = launch(SHOP)
    made.services.run.set_running(False)
    return made


def read(robot: Robot) -> tuple[str, str]:
    """Key of the page in view, and the heading at the top of it."""
    desk = robot.opened.bench.help
    key, section = desk._read[desk._at]
    return key, handbook().pages[key].sections[section].title


def test_f1_helps_with_what_is_asked_about(robot: Robot) -> None:
    bench = robot.opened.bench
    robot.key(KEY.Key_F1)
    assert read(robot)[0] == "first-minutes"
    assert robot.window.instruments.is_shown("help")
    for item, page in (("web", "components/service"), ("web-database", "components/link")):
        bench.jump(item)
        robot.key(KEY.Key_F1)
        assert read(robot)[0] == page
    bench.jump_to_field("web", "workers")
    robot.key(KEY.Key_F1)
    assert read(robot) == ("components/service", "Workers per instance")
    bench.jump("web-database")
    bench.views.inspector.focus_field("config.retry.attempts")
    robot.key(KEY.Key_F1)
    assert read(robot) == ("settings/retry", "Attempts")
    bench.views.timeline.setFocus()
    robot.key(KEY.Key_F1)
    assert read(robot)[0] == "events"
    robot.window.instruments.show_page("budget")
    bench.budgets.panel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    bench.budgets.panel.setFocus()
    robot.key(KEY.Key_F1)
    assert read(robot)[0] == "objectives"


def test_escape_gives_the_keyboard_back_to_the_field(robot: Robot) -> None:
    robot.opened.bench.jump_to_field("web", "workers")
    field = robot.window.focusWidget()
    robot.key(KEY.Key_F1)
    assert robot.window.focusWidget() is robot.opened.bench.help.panel.reader
    robot.key(KEY.Key_Escape)
    assert robot.window.focusWidget() is field


def test_words_are_found_from_the_palette_and_open_at_the_place(robot: Robot) -> None:
    robot.activate()
    robot.control(KEY.Key_K)
    palette = robot.opened.commands.search
    robot.type("help: retry budget")
    robot.wait(lambda: palette.list.count() > 0)
    assert palette.list.item(0).text() == "Help: Retry · Budget"
    robot.key(KEY.Key_Return)
    assert read(robot) == ("settings/retry", "Budget")


def test_help_comes_behind_what_is_called_so(robot: Robot) -> None:
    desk, palette = robot.opened.bench.help, robot.opened.commands.search
    desk.prepare()
    robot.settle()
    palette.open()
    palette.field.setText("undo")
    titles = [palette.list.item(row).text() for row in range(palette.list.count())]
    assert titles[0].startswith("Undo") or titles[0].startswith("Help: ")
    palette.field.setText("measure from the start")
    assert palette.list.item(0).text() == "Measure from the start"
    palette.close_card()


def test_a_search_lists_hits_and_enter_opens_the_best(robot: Robot) -> None:
    desk = robot.opened.bench.help
    robot.key(KEY.Key_F1, Qt.KeyboardModifier.ControlModifier)
    robot.settle()
    robot.type("dead letter")
    hits = desk.panel.hits
    assert hits.count() > 0
    first = hits.currentItem().text()
    robot.key(KEY.Key_Down)
    assert hits.currentRow() == 1
    robot.key(KEY.Key_Up)
    robot.key(KEY.Key_Return)
    key, heading = read(robot)
    assert first in {f"{handbook().pages[key].title} · {heading}", handbook().pages[key].title}
    desk.panel.search.setText("zzzz")
    assert desk.panel.nothing.text() == "Nothing about “zzzz”"
    robot.window.activateWindow()
    desk.panel.search.setFocus()
    robot.key(KEY.Key_Escape)
    assert desk.panel.search.text() == ""
    assert desk.panel._lists.currentWidget() is desk.panel.contents


def test_links_lead_on_and_keys_go_back_and_forth(robot: Robot) -> None:
    desk = robot.opened.bench.help
    desk.open("first-minutes")
    desk.panel.reader.followed.emit("load.md")
    assert read(robot)[0] == "load"
    desk.panel.reader.followed.emit("help:settings/constant")
    assert read(robot)[0] == "settings/constant"
    assert not desk.panel.on.isEnabled()
    robot.key(KEY.Key_Backspace)
    assert read(robot)[0] == "load"
    robot.key(KEY.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert read(robot)[0] == "first-minutes"
    assert not desk.panel.back.isEnabled()
    robot.key(KEY.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert read(robot)[0] == "load"
    for nowhere in ("https://example.com/x", "nothing.md", "file:///etc/passwd", "../../README.md"):
        desk.panel.reader.followed.emit(nowhere)
        assert read(robot)[0] == "load"


def test_keys_of_the_reader_do_nothing_to_the_design(robot: Robot) -> None:
    bench = robot.opened.bench
    bench.jump("web")
    robot.key(KEY.Key_F1)
    before, running = robot.design, robot.services.run.running
    QTest.keyClick(bench.help.panel.reader, KEY.Key_Backspace)
    QTest.keyClick(bench.help.panel.reader, KEY.Key_Space)
    assert robot.design == before
    assert robot.services.run.running == running
    assert bench.help.panel.reader.verticalScrollBar().value() > 0


def test_the_text_has_most_of_a_narrow_page(robot: Robot) -> None:
    robot.window.resize(960, 500)
    robot.key(KEY.Key_F1)
    panel = robot.opened.bench.help.panel
    robot.wait(lambda: panel.reader.width() > 0.6 * panel.width())
    assert panel.contents.isVisible()
