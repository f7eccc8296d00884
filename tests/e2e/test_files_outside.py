"""A file that changes while it is open: the window says so, and asks whose version is kept."""

from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QPushButton

from app.conflict import ELSEWHERE, KEY
from engine.model import files
from engine.model.design import Design, Node
from engine.model.edits import SetDesign


def come_back(robot) -> None:
    """The person returns from another window."""
    robot.activate()
    QApplication.sendEvent(robot.window, QEvent(QEvent.Type.ActivationChange))


def press(robot, text: str) -> None:
    """Press a button of the message."""
    banner = robot.views.banners.banner(KEY)
    button = next(each for each in banner.findChildren(QPushButton) if each.text() == text)
    button.click()
    robot.settle()


def test_a_change_outside_is_said_when_the_window_comes_to_the_front(
    launch, tmp_path: Path
) -> None:
    path = tmp_path / "shop.windtunnel"
    files.save(Design(title="Shop"), path)
    robot = launch(path)
    banners = robot.views.banners
    come_back(robot)
    assert banners.banner(KEY) is None
    files.save(Design(title="Shop", nodes=(Node(id="web", kind="service", name="Web"),)), path)
    come_back(robot)
    assert "changed outside: added node Web." in (banners.shown(KEY) or "")
    press(robot, "Take theirs")
    assert "web" in robot.services.document.design.node_by_id
    assert banners.banner(KEY) is None
    path.unlink()
    come_back(robot)
    assert "was deleted" in (banners.shown(KEY) or "")
    press(robot, "Save it again")
    assert files.load(path).node_by_id
    assert banners.banner(KEY) is None


def test_saving_in_two_windows_loses_neither(launch, tmp_path: Path) -> None:
    path = tmp_path / "shop.windtunnel"
    files.save(Design(title="Shop"), path)
    first, second = launch(path), launch(path)
    assert first.views.banners.shown(ELSEWHERE) is None
    assert "open in another window" in (second.views.banners.shown(ELSEWHERE) or "")
    first.services.document.push(SetDesign(("title",), "First"))
    second.services.document.push(SetDesign(("title",), "Second"))
    assert first.services.files.save()
    first.settle()
    second.services.files.save()
    second.settle()
    assert "you have unsaved changes" in (second.views.banners.shown(KEY) or "")
    assert files.load(path).title == "First"
    press(second, "Keep mine")
    assert files.load(path).title == "Second"
    titles = {files.load(each.path).title for each in second.services.history.versions(path)}
    assert {"First", "Second"} <= titles
