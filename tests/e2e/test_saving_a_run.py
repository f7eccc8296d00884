"""Saving the run on screen and replaying it from the command line."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt

from engine.cli.main import run as command
from engine.model import files
from engine.model.design import Design

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


@pytest.fixture
def shop(tmp_path):
    design = Design.model_validate(
        {
            "title": "Shop",
            "nodes": [
                {"id": "users", "kind": "client", "name": "Users", "x": 0, "y": 0,
                 "config": {"arrivals": {"process": "poisson", "rate": 60}}},
                {"id": "web", "kind": "service", "name": "Web", "x": 300, "y": 0,
                 "config": {"instances": 2, "workers": 4}},
            ],
            "links": [{"id": "users-web", "source": "users", "target": "web",
                       "config": {"timeout": 1.0}}],
            "scenario": {"duration": 40, "warmup": 4, "seed": 5},
        }
    )  # fmt: skip
    path = tmp_path / "shop.windtunnel"
    files.save(design, path)
    return path


def test_a_run_under_hand_is_saved_and_replayed_to_the_same_result(
    launch, shop, dialogs, tmp_path, capsys
) -> None:
    robot = launch(shop)
    action = robot.opened.bench.actions["file.save_run"]
    results: list[dict[str, object]] = []
    robot.services.run.measured.connect(results.append)
    robot.wait(lambda: robot.now > 0.5)
    assert action.isEnabled()
    robot.views.transport.load_changed.emit(1.7)
    robot.services.run.set_speed(10.0)
    robot.wait(lambda: robot.now > 3.0)
    robot.choose(robot.context_menu("web"), "Break it", "Kill one instance")
    robot.wait(lambda: robot.now > 6.0)
    robot.control(Qt.Key.Key_Z)
    robot.services.run.set_running(False)
    for _ in range(3):
        robot.key(Qt.Key.Key_Comma)
    robot.views.transport.load_changed.emit(0.8)
    dialogs.to_record = tmp_path / "evening.windtunnel-run"
    robot.choose(robot.window.menu, "File", "Save this run…")
    robot.wait(dialogs.to_record.exists)
    robot.services.run.set_speed(float("inf"))
    robot.services.run.set_running(True)
    robot.wait(lambda: bool(results))
    arguments = [str(shop), "--journal", str(dialogs.to_record), "--quiet", "--json", "-"]
    assert command(["simulate", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["hash"] == results[0]["hash"]
    assert "Saved this run as evening.windtunnel-run." in robot.views.status.left_text


def test_without_a_run_the_action_is_grey_and_says_why(launch, shop) -> None:
    robot = launch(shop)
    action = robot.opened.bench.actions["file.save_run"]
    robot.wait(action.isEnabled)
    robot.services.run.restart()
    assert not action.isEnabled()
    assert "There is no run to save" in action.toolTip()
    (file_menu,) = [each.menu() for each in robot.window.menu.actions() if each.text() == "&File"]
    assert file_menu.toolTipsVisible()
    robot.wait(action.isEnabled)
    assert not file_menu.toolTipsVisible()
