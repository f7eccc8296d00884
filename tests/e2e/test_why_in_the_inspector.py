"""The inspector says why the node that is selected is in trouble, while it is, and nothing of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.model.edits import SetField
from tests.e2e.test_a_person import shop

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["shop"]

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.qt_log_ignore("This plugin does not support"),
]

SLOW = SetField("web", ("config", "service_time"), {"law": "constant", "mean": 5.0}, "Set")


def test_a_node_in_trouble_says_why_beside_its_settings(launch, shop: Path) -> None:
    robot = launch(shop)
    robot.services.run.set_speed(10.0)
    robot.wait(lambda: robot.now > 8.0)
    causes = robot.views.inspector.causes
    robot.click("web")
    robot.wait(lambda: robot.now > 12.0)
    assert causes.isHidden()
    robot.services.document.push(SLOW)
    robot.wait(lambda: not causes.isHidden())
    assert "Web: service time" in causes.rows[0].what.text()
    assert causes.rows[0].fact.first
    robot.click("db")
    assert causes.isHidden()
    robot.click("web")
    robot.wait(lambda: not causes.isHidden())
    robot.services.run.set_running(False)
    robot.press(causes.rows[0])
    assert robot.opened.bench.chosen == "web"
