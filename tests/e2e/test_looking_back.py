"""Looking back in the real window, and going on from there in the real process."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import Qt

from engine.model import files
from engine.model.design import Design
from engine.run.session import Session

pytestmark = [pytest.mark.e2e, pytest.mark.qt_log_ignore("This plugin does not support")]


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
            "scenario": {"duration": 60, "warmup": 4, "seed": 5},
        }
    )  # fmt: skip
    path = tmp_path / "shop.windtunnel"
    files.save(design, path)
    return path


def test_a_run_is_looked_back_at_and_goes_on_from_there_to_the_same_end(launch, shop) -> None:
    robot = launch(shop)
    run, travel, views = robot.services.run, robot.opened.bench.travel, robot.views
    results: list[dict[str, object]] = []
    run.measured.connect(results.append)
    run.set_speed(float("inf"))
    robot.wait(lambda: bool(results) and run.now >= 59.0)
    run.set_running(False)
    run.set_speed(50.0)
    fresh = Session(files.load(shop))
    fresh.advance(60.0)
    assert results[0]["hash"] == fresh.result()["hash"]
    travel.show_moment(31.5)
    assert views.transport._clock.text() == "00:00:31.5"
    assert views.status.run_text.startswith("Looking at 31.5 s")
    robot.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert travel.at == pytest.approx(30.5)
    if folder := os.environ.get("WINDTUNNEL_PICTURES"):
        robot.window.grab().save(f"{folder}/looking-back.png")
    robot.press(views.timeline.fork_button)
    robot.wait(lambda: not travel.looks_back and run.now < 40.0)
    assert run.now == pytest.approx(30.5)
    assert views.charts.panel.has_kept_run
    run.set_running(True)
    robot.wait(lambda: len(results) == 2)
    assert results[1]["hash"] == results[0]["hash"]
    if folder := os.environ.get("WINDTUNNEL_PICTURES"):
        robot.window.grab().save(f"{folder}/fork.png")


def test_a_run_pauses_where_it_was_told_to_and_says_why(launch, shop) -> None:
    robot = launch(shop)
    run, bench = robot.services.run, robot.opened.bench
    robot.wait(lambda: robot.now > 0.0)
    bench.actions["run.breakpoints"].trigger()
    card = bench.breakpoints
    card.item.setCurrentIndex(card.item.findData("web"))
    card.bound.setText("1 ms")
    if folder := os.environ.get("WINDTUNNEL_PICTURES"):
        robot.window.grab().save(f"{folder}/breakpoints.png")
    robot.press(card.add_button)
    robot.wait(lambda: robot.banner("paused"))
    assert not run.running
    assert "p99 latency of Web is" in robot.views.banners.shown("paused")
    card.close_card()
    if folder := os.environ.get("WINDTUNNEL_PICTURES"):
        robot.window.grab().save(f"{folder}/paused.png")
    robot.press(robot.button(robot.views.banners, "Go on"))
    robot.wait(lambda: run.running and not robot.banner("paused"))


def test_a_run_is_kept_by_itself_opened_again_and_laid_behind_another(launch, shop) -> None:
    robot = launch(shop)
    run, bench = robot.services.run, robot.opened.bench
    results: list[dict[str, object]] = []
    run.measured.connect(results.append)
    run.set_speed(float("inf"))
    robot.wait(lambda: bool(results) and run.now >= 59.0)
    run.set_running(False)
    robot.wait(robot.services.places.runs.exists)
    robot.settle()
    robot.services.files.new()
    bench.actions["run.history"].trigger()
    card = bench.runs
    robot.wait(lambda: card.table.rowCount() == 1)
    assert card.chosen.hash == results[0]["hash"]
    if folder := os.environ.get("WINDTUNNEL_PICTURES"):
        robot.window.grab().save(f"{folder}/runs.png")
    robot.press(card.buttons["Open"])
    robot.wait(lambda: run.now > 50.0)
    panel = robot.views.charts.panel
    robot.wait(lambda: panel.history.end > 50.0)
    assert robot.design.title == "Shop"
    assert not run.running
    bench.travel.show_moment(30.0)
    assert bench.travel.at == 30.0
    bench.actions["run.history"].trigger()
    robot.wait(lambda: card.table.rowCount() == 1)
    robot.press(card.buttons["Behind the charts"])
    robot.wait(lambda: panel.has_kept_run)
    assert panel._kept.end > 59.0


def test_a_run_whose_engine_is_silent_is_not_said_to_go(launch, shop) -> None:
    robot = launch(shop)
    run, status = robot.services.run, robot.views.status
    robot.wait(lambda: status.run_text.startswith("Running"))
    run.answers = False
    run.answering.emit(False)
    assert status.run_text == "Not running: the engine does not answer"
    assert run.rates().requests == 0.0
    run.answers = True
    run.answering.emit(True)
    assert status.run_text.startswith("Running")
