"""A flowchart that runs, comments by keyboard, a path, a load that is typed: in the real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from engine.model import files
from engine.model.commenting import said
from engine.model.design import Comment
from tests.helpers.builders import client, design, link, node

pytestmark = [
    pytest.mark.e2e,
    # Windows without a display cannot be raised, nor grab the keyboard; popups try.
    pytest.mark.qt_log_ignore("This plugin does not support"),
]

CHART = """flowchart LR
  users[Mobile app] --> lb[Load balancer]
  subgraph zone [Zone A]
    lb --> web1[Web] & web2[Web too] --> db[(Orders)]
  end
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Users who call a service that calls a database, and somebody apart."""
    nodes = [
        client("users", 50) | {"x": -300.0},
        node("web", "service", workers=8) | {"x": 0.0, "y": 0.0},
        node("db", "sql_database") | {"x": 300.0, "y": 0.0},
        node("apart", "service") | {"x": 0.0, "y": 200.0},
    ]
    path = tmp_path / "shop.windtunnel"
    files.save(design(nodes, [link("users", "web"), link("web", "db")]), path)
    return path


def test_a_flowchart_that_is_pasted_runs_and_is_one_step_back(robot) -> None:
    QGuiApplication.clipboard().setText(CHART)
    robot.views.canvas.setFocus()
    robot.control(Qt.Key.Key_V)
    assert [node.kind for node in robot.design.nodes] == [
        "client",
        "load_balancer",
        "service",
        "service",
        "sql_database",
    ]
    robot.wait(lambda: robot.snapshot is not None and robot.snapshot.requests > 100)
    robot.control(Qt.Key.Key_Z)
    assert robot.design.nodes == ()
    assert robot.design.frames == ()


def test_a_comment_by_keyboard_is_saved_and_comes_back(launch, shop) -> None:
    robot = launch(shop)
    robot.click("web")
    robot.key(Qt.Key.Key_C)
    card = robot.opened.commands.comments
    robot.wait(card.isVisible)
    robot.type("Why only one?")
    robot.key(Qt.Key.Key_Return)
    (comment,) = robot.design.comments
    assert comment.about == "web"
    robot.key(Qt.Key.Key_Escape)
    assert not card.isVisible()
    robot.control(Qt.Key.Key_S)
    robot.settle()
    other = launch(shop)
    assert other.design.comments == robot.design.comments


def test_a_comment_about_a_moment_is_on_the_timeline_and_opens_from_there(launch, shop) -> None:
    robot = launch(shop)
    timeline, card = robot.views.timeline, robot.opened.commands.comments
    assert timeline.comments == []
    timeline.set_range(0.0, 60.0)
    comment = Comment(text="Here it begins", author="Ada", at=30.0)
    robot.services.document.push(said(robot.design, comment))
    (sign,) = timeline.comments
    robot.qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=sign.rect.center().toPoint())
    robot.wait(card.isVisible)
    assert card.now.text() == "At 30 s"
    robot.services.document.stack.undo()
    assert timeline.comments == []
    robot.services.document.stack.redo()
    robot.control(Qt.Key.Key_S)
    robot.settle()
    again = launch(shop).views.timeline
    again.set_range(0.0, 60.0)
    assert len(again.comments) == 1


def test_a_typed_load_reaches_the_run(launch, shop) -> None:
    robot = launch(shop)
    robot.wait(lambda: robot.now > 1.0)
    field = robot.views.transport._load_text
    robot.press(field)
    robot.type("25")
    robot.key(Qt.Key.Key_Return)
    assert robot.services.run._load == 25.0
    assert field.text() == "× 25"


def test_only_the_path_by_a_key(launch, shop) -> None:
    robot = launch(shop)
    robot.views.canvas.setFocus()
    robot.key(Qt.Key.Key_P)
    robot.click("web")
    cards = robot.views.canvas._scene.cards
    assert {each for each, card in cards.items() if card.face.pale} == {"apart"}
    robot.key(Qt.Key.Key_P)
    assert not any(card.face.pale for card in cards.values())


def test_help_is_found_by_a_word_in_it(launch, shop) -> None:
    robot = launch(shop)
    robot.activate()
    robot.control(Qt.Key.Key_K)
    palette = robot.opened.commands.search
    robot.type("help: thread a request")
    robot.wait(lambda: palette.list.count() > 0)
    assert palette.list.item(0).text() == "Help: Service"
    assert not robot.window.instruments.is_shown("help")
    robot.key(Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert robot.window.instruments.is_shown("help")
    reader = robot.opened.bench.help.panel.reader
    assert robot.window.focusWidget() is reader
    assert reader.toPlainText().startswith("Service")
    assert "a thread a request" in reader.toPlainText()
