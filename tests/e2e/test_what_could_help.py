"""What could help, in the window: theory at once, paired runs on demand, one click and one step back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.model import files
from engine.model.files import dumps
from tests.helpers.builders import client, design, exponential, link, node

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),  # twenty runs in processes, beside the window's own
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


@pytest.fixture
def shop(tmp_path):
    nodes = [
        client("users", 90.0),
        node("web", "service", x=300, workers=1, service_time=exponential(0.01)),
    ]
    made = design(nodes, [link("users", "web")], duration=20, warmup=2, seed=7)
    path = tmp_path / "shop.windtunnel"
    files.save(made, path)
    return path


def asked(robot):
    bench = robot.opened.bench
    bench.actions["run.what_if"].trigger()
    robot.wait(lambda: bool(bench.what_if.card.rows), 60_000)
    return bench.what_if.card


def press(button) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_theory_then_runs_then_one_click(launch, shop) -> None:
    robot = launch(shop)
    card = asked(robot)
    assert (
        card.rows[0].theory.text().replace("\u200b", "").startswith("Theory: p99 461 ms → 41.9 ms")
    )
    press(card.start)
    assert card.start.text() == "Cancel"
    robot.wait(lambda: card.start.text() == "Try all", 180_000)
    assert card.order[0] == "Make Web twice as fast"
    assert card.rows[0].measured.text().startswith("Measured: p99 −")
    before = dumps(robot.design)
    steps = robot.services.document.stack.index()
    press(card.rows[0].apply)
    assert not card.isVisible()
    assert robot.design.node_by_id["web"].config["service_time"]["mean"] == 0.005
    assert robot.services.document.stack.index() == steps + 1
    robot.opened.bench.actions["edit.undo"].trigger()
    assert dumps(robot.design) == before


def test_what_runs_is_stopped_and_a_changed_design_closes_the_card(launch, shop) -> None:
    robot = launch(shop)
    card = asked(robot)
    press(card.start)
    press(card.start)
    robot.wait(lambda: card.start.text() == "Try all")
    assert card._state.text().startswith("Stopped after ")
    robot.services.document.push(robot.opened.bench.what_if.supposed.ideas[1].edit)
    assert not card.isVisible()
    assert robot.design.node_by_id["web"].config["instances"] == 2


def test_the_board_follows_the_run(launch, shop) -> None:
    robot = launch(shop)
    robot.window.instruments.show_page("board")
    panel = robot.opened.bench.board.panel
    robot.wait(lambda: len(panel.model.rows) == 2 and panel.model.rows[1].rate > 0.0)
    assert [panel.model.index(row, 0).data() for row in range(2)] == ["Users", "Web"]
    assert panel.note.text().startswith("Over ")
    if robot.services.run.running:
        robot.services.run.toggle()
    robot.services.run.restart()
    assert panel.model.rows == []
