"""Two designs compared in the real window: marks that follow edits, and Escape that leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine.model import files
from engine.model.design import Node
from engine.model.edits import Insert, Remove, SetField
from tests.helpers.builders import client, design, link, node

pytestmark = [
    pytest.mark.e2e,
    # Windows without a display cannot be raised, nor grab the keyboard; popups try.
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Users who call a service that calls a database."""
    nodes = [
        client("users", 50) | {"x": -300.0},
        node("web", "service", workers=8) | {"x": 0.0, "y": 0.0},
        node("db", "sql_database") | {"x": 300.0, "y": 0.0},
    ]
    path = tmp_path / "shop.windtunnel"
    files.save(design(nodes, [link("users", "web"), link("web", "db")]), path)
    return path


def test_differences_are_marked_followed_and_left(launch, dialogs, shop: Path) -> None:
    robot = launch(shop)
    robot.services.document.push(Remove.of("db"))
    robot.services.document.push(Insert.of(Node(id="cache", kind="cache", name="Cache", y=200.0)))
    dialogs.to_open = shop
    robot.opened.bench.actions["file.compare"].trigger()
    card = robot.opened.commands.comparison.card
    robot.wait(card.isVisible)
    scene = robot.views.canvas._scene

    def marks() -> dict[str, str]:
        blast = scene.presenter.map
        return {} if blast is None else {each: mark.word for each, mark in blast.marks.items()}

    assert marks() == {"cache": "+ added"}
    assert [each.id for each in scene.presenter.map.ghosts] == ["db", "web-db"]
    assert "+ Node Cache added" in [card.rows.item(row).text() for row in range(card.rows.count())]

    robot.services.document.push(SetField("web", ("config", "workers"), 4))
    robot.wait(lambda: marks() == {"web": "• changed", "cache": "+ added"})
    assert card.rows.item(0).text() == "• Node Web changed\n    Workers per instance: 8 → 4"

    card.rows.setCurrentRow(0)
    card.rows.itemActivated.emit(card.rows.item(0))
    assert robot.opened.bench.selection == frozenset({"web"})
    assert card.isVisible()
    robot.key(Qt.Key.Key_Escape)
    robot.wait(lambda: not card.isVisible())
    assert scene.presenter.map is None
    assert robot.services.document.is_dirty
