"""The tour on the real window: offered once, it waits for what is really done, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.tour import Guide
from tests.helpers.fakes import FakeDialogs
from tests.helpers.robot import Robot

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton
SHOP = Path(__file__).parents[2] / "saved_designs" / "three-tiers.windtunnel"


@pytest.fixture
def robot(launch: Callable, dialogs: FakeDialogs) -> Robot:
    return launch(SHOP)


def tour_of(robot: Robot) -> Guide:
    return robot.opened.commands.tour


def at(robot: Robot, step: int) -> None:
    """Wait until the tour asks for a step."""
    robot.wait(lambda: tour_of(robot).step == step)


def begin_at(robot: Robot, step: int) -> Guide:
    robot.services.settings.update(tour=step)
    tour_of(robot).start()
    assert tour_of(robot).step == step
    return tour_of(robot)


def test_it_is_offered_once_and_begins_there(robot: Robot) -> None:
    tour = tour_of(robot)
    tour.offer()
    assert robot.banner("tour")
    robot.press(Robot.button(robot.views.banners.banner("tour"), "Start the tour"))
    assert not robot.banner("tour")
    assert tour.step == 0
    tour.leave()
    tour.offer()
    assert not robot.banner("tour")


def test_whoever_does_not_want_it_is_not_asked_again(robot: Robot) -> None:
    tour_of(robot).offer()
    robot.press(Robot.button(robot.views.banners.banner("tour"), "Not now"))
    assert tour_of(robot).step is None
    tour_of(robot).offer()
    assert not robot.banner("tour")


def test_all_five_steps_by_what_a_person_really_does(robot: Robot) -> None:
    tour, bench = begin_at(robot, 0), robot.opened.bench
    dial = robot.views.transport.load
    bench.services.run.set_load(3.0)  # not by a person
    tour.look()
    assert tour.step == 0
    bench.services.run.set_load(1.0)
    dial.setFocus()
    for _press in range(8):
        robot.key(KEY.Key_Right)
    at(robot, 1)
    assert "hockey stick" in tour.callout.learnt.text()

    before = robot.services.document.stack.count()
    robot.click("web")
    tour.look()
    assert tour.step == 1
    menu = QMenu(robot.window)
    bench.fill_breaks(menu)
    robot.choose(menu, "Kill one instance")
    assert robot.services.document.stack.count() == before + 1
    at(robot, 2)

    robot.key(KEY.Key_W)
    at(robot, 3)
    assert "kill" in tour.callout.text.text().casefold() or "take" in tour.callout.text.text()
    robot.control(KEY.Key_Z)
    at(robot, 4)

    made = robot.drop("cache", 0, 300)
    tour.look()
    assert tour.step == 4
    assert "Pull a link" in tour.callout.text.text()
    robot.connect("web", made)
    robot.wait(lambda: tour.step is None)
    assert robot.banner("tour")
    assert robot.services.settings.values.tour == 5


def test_it_goes_on_where_it_was_left_and_begins_anew_after_its_end(robot: Robot) -> None:
    tour = begin_at(robot, 2)
    QTest.mouseClick(tour.callout.leave, LEFT)
    assert tour.step is None
    assert not tour.callout.isVisible()
    robot.opened.bench.actions["help.tour"].trigger()
    assert tour.step == 2
    for _step in range(3):
        assert tour.callout.learnt.text() == ""  # nothing was to be seen in what was skipped
        QTest.mouseClick(tour.callout.skip, LEFT)
    assert tour.step is None
    robot.opened.bench.actions["help.tour"].trigger()
    assert tour.step == 0


@pytest.mark.parametrize("size", [(1280, 720), (1600, 1000), (960, 460)])
def test_it_points_at_the_real_thing_and_never_covers_it(
    robot: Robot, size: tuple[int, int]
) -> None:
    robot.window.resize(*size)
    robot.qtbot.wait(50)
    for step in range(5):
        tour = begin_at(robot, step)
        tour.look()
        callout = tour.callout
        widget, part = tour._steps[step].where()
        shown = QRect(widget.mapTo(robot.window, QPoint(0, 0)) + part.topLeft(), part.size())
        assert callout.ring.geometry().contains(shown.intersected(robot.window.rect()))
        assert not callout.geometry().intersects(shown)
        assert robot.window.rect().contains(callout.geometry())
        for label in (callout.text, callout.title):
            assert label.height() >= label.heightForWidth(label.width()), step
        assert not callout.isAncestorOf(robot.window.focusWidget())


def test_it_lies_in_nobodys_way(robot: Robot) -> None:
    tour = begin_at(robot, 1)
    assert not robot.window.isModal()
    robot.click("web")
    assert robot.opened.bench.selection == {"web"}
    assert tour.callout.ring.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    QTest.keyClick(tour.callout, KEY.Key_Escape)
    assert tour.step is None


def test_another_design_does_not_do_a_step(robot: Robot) -> None:
    tour = begin_at(robot, 3)
    robot.services.files.new()
    tour.look()
    assert tour.step == 3
    assert "nothing to take back" in tour.callout.text.text()
    tour = begin_at(robot, 4)
    robot.services.files.open_copy(SHOP)
    robot.wait(lambda: len(robot.design.nodes) > 0)
    tour.look()
    assert tour.step == 4
