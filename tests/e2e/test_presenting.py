"""A presentation in the real window: its own engine comes to the moments, and the window is as it was after."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.places import shipped_designs
from engine.model.design import Step
from engine.model.presenting import added


@pytest.mark.timeout(300)
def test_steps_show_their_moments_and_leave_the_window_as_it_was(launch: Callable, qtbot) -> None:
    robot = launch(shipped_designs() / "retry-storm.windtunnel")
    bench, desk = robot.opened.bench, robot.opened.commands.presenting
    document, run = bench.services.document, bench.services.run
    bench.actions["view.present"].trigger()  # without steps it says how to make some
    assert desk.window is None
    assert desk.card.note.isVisible()
    desk.card.buttons["Add step"].click()
    assert document.design.presentation[0].view is not None
    document.push(added(document.design, Step(title="Too late", at=80.0)))
    desk.card.steps.setCurrentRow(0)
    desk.card.buttons["Present"].click()
    window = desk.window
    assert not desk.card.isVisible()
    assert not run.running
    assert window.count.text() == "1 of 2"
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.clock.text() == "80.0 s", timeout=120_000)
    users = window.canvas.scene().presenter.card("users")
    assert users.state == "failing"
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert desk.window is None
    assert run.running
    while document.stack.canUndo():
        document.stack.undo()
    assert document.design.presentation == ()
