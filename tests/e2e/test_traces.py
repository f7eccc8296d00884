"""Single requests in the real window, recorded by the real process."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.places import shipped_designs
from tests.e2e.test_reading_aloud import nameless

pytestmark = [pytest.mark.e2e, pytest.mark.qt_log_ignore("This plugin does not support")]


def test_a_failed_request_is_found_by_keyboard_and_leads_to_its_node(launch) -> None:
    robot = launch(shipped_designs() / "retry-storm.windtunnel")
    robot.services.run.set_speed(float("inf"))
    robot.wait(lambda: robot.now > 75.0, timeout=60_000)
    robot.services.run.set_running(False)
    bench = robot.opened.bench
    QTest.keyClick(robot.window, Qt.Key.Key_T)
    panel = bench.traces.panel
    robot.wait(lambda: panel.chosen is not None)
    assert panel.shown_list == "slowest"
    assert "dropped" in panel.told.text()
    assert nameless(robot.window) == []
    bench.actions["run.show_failed"].trigger()
    robot.wait(lambda: panel.shown_list == "failed")
    chosen = panel.chosen
    assert chosen is not None
    assert chosen.reason == "timeout"
    assert [span.attempt for span in chosen.spans[1:]] == [1, 2]
    panel.waterfall.setFocus()
    panel.waterfall.selectRow(1)
    QTest.keyClick(panel.waterfall, Qt.Key.Key_Return)
    assert bench.selection == {"web"}
    bench.actions["run.show_p99"].trigger()
    robot.wait(panel.about.isVisible)
    assert panel.about.text().startswith("through Web")
