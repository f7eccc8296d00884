"""Files dragged onto the window from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from app.places import shipped_designs
from tests.helpers.robot import Robot

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COPY, MOVE = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction


def drag(robot: Robot, path: Path, offered: Qt.DropAction) -> list[QDropEvent]:
    """Drag a file over the window and let it go; the events, with what was answered."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    at = QPoint(300, 300)
    events = [
        QDragEnterEvent(at, offered, data, LEFT, NONE),
        QDragMoveEvent(at, offered, data, LEFT, NONE),
        QDropEvent(QPointF(at), offered, data, LEFT, NONE),
    ]
    for event in events:
        QApplication.sendEvent(robot.window, event)
    return events


@pytest.mark.parametrize("offered", [COPY, COPY | MOVE])
def test_a_dropped_file_is_never_moved(robot: Robot, offered: Qt.DropAction) -> None:
    """Who offers a move deletes the file once it was taken as one."""
    events = drag(robot, shipped_designs() / "hello.windtunnel", offered)
    assert all(event.isAccepted() and event.dropAction() == COPY for event in events)
    robot.wait(lambda: robot.design.title == "Hello, queue")


def test_what_can_only_be_moved_is_left_alone(robot: Robot) -> None:
    events = drag(robot, shipped_designs() / "hello.windtunnel", MOVE)
    assert not any(event.isAccepted() for event in events)
    assert not robot.design.nodes
