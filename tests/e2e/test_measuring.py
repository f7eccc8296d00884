"""Measuring in the window: the numbers of the file, whatever the sandbox does meanwhile."""

from __future__ import annotations

import json
import os
import signal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.model import files
from engine.model.design import Design
from engine.model.edits import SetDesign
from engine.run.session import Session
from engine.run.transport import WorkerTransport

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
                {"id": "users", "kind": "client", "name": "Users",
                 "config": {"arrivals": {"process": "poisson", "rate": 60}}},
                {"id": "web", "kind": "service", "name": "Web", "x": 300},
            ],
            "links": [{"id": "users-web", "source": "users", "target": "web"}],
            "scenario": {"duration": 30, "warmup": 3, "seed": 7},
            "objectives": [{"metric": "users.latency.p99", "below": 0.001}],
        }
    )  # fmt: skip
    path = tmp_path / "shop.windtunnel"
    files.save(design, path)
    return path


def headless(path) -> dict:
    session = Session(files.load(path))
    session.advance(30.0)
    return session.result()


def test_measuring_gives_the_numbers_of_the_file_though_the_load_dial_is_up(launch, shop) -> None:
    robot = launch(shop)
    robot.wait(lambda: robot.now > 0.0)
    robot.services.run.set_load(3.0)
    robot.opened.bench.actions["run.measure"].trigger()
    card = robot.opened.bench.result_card
    robot.wait(lambda: card.result is not None)
    assert card.result["hash"] == headless(shop)["hash"]
    assert {"Users", "Web", "Users: p99 latency", "missed"} <= set(card.texts)
    assert any("±" in text for text in card.texts)
    card._copy.click()
    assert json.loads(QApplication.clipboard().text())["seed"] == 7
    QTest.keyClick(card, Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert robot.services.run.running


def test_what_was_measured_stands_behind_the_chart_until_the_design_changes(launch, shop) -> None:
    robot = launch(shop)
    bench = robot.opened.bench
    bench.measure()
    robot.wait(lambda: bench.result_card.result is not None)
    latency = robot.views.charts.panel.latency
    assert latency.measured == bench.result_card.result
    bench.services.document.push(SetDesign(("scenario", "duration"), 40.0))
    assert latency.measured is None


def test_closing_the_card_half_way_ends_the_measurement(launch, shop) -> None:
    robot = launch(shop)
    measurement = robot.services.measurement
    robot.opened.bench.measure()
    assert measurement.running
    QTest.keyClick(robot.opened.bench.result_card, Qt.Key.Key_Escape)
    assert not measurement.running
    assert robot.opened.bench.result_card.result is None


def test_a_design_that_cannot_run_says_why(launch, shop, qtbot) -> None:
    robot = launch(shop)
    with qtbot.waitSignal(robot.services.measurement.failed, timeout=60_000) as failed:
        robot.services.measurement.start(Design(nodes=()))
    assert "client" in failed.args[0]
    assert not robot.services.measurement.running


def test_a_process_that_dies_is_reported(launch, shop, qtbot) -> None:
    robot = launch(shop)
    measurement = robot.services.measurement
    measurement.start(files.load(shop))
    transport = measurement._transport
    assert isinstance(transport, WorkerTransport)
    with qtbot.waitSignal(measurement.failed, timeout=60_000):
        os.kill(transport.pid, signal.SIGKILL)
    assert not measurement.running


def test_a_budget_is_one_click_away_where_there_is_none(launch, shop):
    robot = launch(shop)
    robot.window.instruments.show_page("budget")
    panel = robot.opened.bench.budgets.panel
    assert panel.offer.text() == "Add “Users: availability above 99.9 %”"
    panel.offer.click()
    assert [each.metric for each in robot.design.objectives] == [
        "users.latency.p99",
        "users.availability",
    ]
    assert not panel.offer.isVisible()
    robot.opened.bench.actions["edit.undo"].trigger()
    assert panel.offer.isVisible()
