"""A file that changes while it is open: the window says so, and asks whose version is kept."""

from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QPushButton

from app.conflict import ELSEWHERE, KEY
from app.file_messages import NOT_SAVED
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


def test_that_it_was_not_saved_is_said_until_it_is(launch, tmp_path: Path) -> None:
    path = tmp_path / "folder" / "shop.windtunnel"
    path.parent.mkdir()
    files.save(Design(title="Shop"), path)
    robot = launch(path)
    robot.services.document.push(SetDesign(("title",), "Mine"))
    path.parent.rename(tmp_path / "elsewhere")
    robot.services.files.keep_mine()
    robot.settle()
    banners = robot.views.banners
    assert (banners.shown(NOT_SAVED) or "").startswith("shop.windtunnel: cannot be saved: ")
    path.parent.mkdir()
    robot.services.files.keep_mine()
    robot.settle()
    assert files.load(path).title == "Mine"
    assert banners.shown(NOT_SAVED) is None


def test_a_file_is_open_twice_until_the_other_window_closes_it(launch, tmp_path: Path) -> None:
    path = tmp_path / "shop.windtunnel"
    files.save(Design(title="Shop"), path)
    first, second = launch(path), launch(path)
    come_back(second)
    assert second.views.banners.shown(ELSEWHERE) is not None
    first.services.presence.close()
    come_back(second)
    assert second.views.banners.shown(ELSEWHERE) is None


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
