"""Whatever somebody does in the window, undoing all of it gives the design back, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget

from app.actions import ACTIONS
from engine.model import files
from engine.sim.lane.draws import generator
from tests.helpers.robot import LEFT, NONE, Robot
from widgets.inspector.editors.choice import Switch

pytestmark = [
    pytest.mark.e2e,
    # Windows without a display cannot be raised, nor grab the keyboard; popups try.
    pytest.mark.qt_log_ignore("This plugin does not support"),
]

SHELF: Final = Path(__file__).parents[2] / "saved_designs"
STEPS: Final = 100
_NOT_HERE: Final = {
    "edit.find",
    "edit.undo",
    "insert.component",
    "view.distances",
    "view.next_pane",
}
"""Actions that open something to be typed into, or that are counted apart."""
_ACTIONS: Final = tuple(
    spec.name
    for spec in ACTIONS
    if spec.name.startswith(("edit.", "align.", "insert.", "view.")) and spec.name not in _NOT_HERE
)
_TYPED: Final = ("0", "1", "7", "250 ms", "2k", "1 GB", "web", "", "-3", "30 %", "x" * 90)
_HELD: Final = (NONE, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier)


class Monkey:
    """Does one thing after another, drawn by a seed."""

    def __init__(self, robot: Robot, seed: int) -> None:
        self.robot = robot
        self.draws = generator(seed, "monkey", "acts")
        self.acts: tuple[Callable[[], str], ...] = (
            self.act,
            self.act,
            self.click,
            self.click,
            self.drag,
            self.edit,
            self.edit,
            self.edit,
            self.drop,
            self.undo,
        )

    def step(self) -> str:
        """One act; what it was, for whoever reads a failure."""
        said = self.pick(self.acts)()
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        QApplication.processEvents()
        return said

    def pick(self, among):
        return among[int(self.draws.integers(len(among)))]

    def act(self) -> str:
        name = self.pick(_ACTIONS)
        self.robot.opened.bench.actions[name].trigger()
        return name

    def undo(self) -> str:
        if self.draws.random() < 0.3:
            self.robot.services.document.stack.redo()
            return "redo"
        self.robot.services.document.stack.undo()
        return "undo"

    def place(self) -> QPoint:
        """Somewhere on the canvas: mostly on something."""
        port = self.robot.views.canvas.viewport()
        things = [*self.robot.design.nodes, *self.robot.design.notes]
        if things and self.draws.random() < 0.8:
            thing = self.pick(things)
            found = self.robot.at(thing.x, thing.y)
            if port.rect().contains(found):
                return found
        return QPoint(
            int(self.draws.integers(port.width())), int(self.draws.integers(port.height()))
        )

    def click(self) -> str:
        place = self.place()
        QTest.mouseClick(self.robot.views.canvas.viewport(), LEFT, self.pick(_HELD), place)
        return f"click {place.x()}, {place.y()}"

    def drag(self) -> str:
        start, end = self.place(), self.place()
        port, held = self.robot.views.canvas.viewport(), self.pick(_HELD)
        QTest.mousePress(port, LEFT, held, start)
        for part in (0.2, 0.6, 1.0):
            self.robot._move(port, start + (end - start) * part)
        QTest.mouseRelease(port, LEFT, held, end)
        return f"drag {start.x()}, {start.y()} to {end.x()}, {end.y()}"

    def drop(self) -> str:
        kind = self.pick(("service", "client", "cache", "sql_database", "queue", "load_balancer"))
        x, y = self.draws.integers(-400, 400, size=2)
        if not self.robot.views.canvas.viewport().rect().contains(self.robot.at(x, y)):
            return "nothing"
        self.robot.drop(kind, float(x), float(y))
        return f"drop {kind}"

    def edit(self) -> str:
        """Change something in the inspector."""
        inspector = self.robot.views.inspector
        among: list[QWidget] = [
            each
            for kind in (QLineEdit, QComboBox, Switch)
            for each in inspector.findChildren(kind)
            if each.isVisible() and each.isEnabled()
        ]
        if not among:
            return "nothing"
        widget = self.pick(among)
        name = widget.accessibleName()
        if isinstance(widget, QLineEdit):
            text = self.pick(_TYPED)
            widget.setFocus()
            widget.selectAll()
            QTest.keyClicks(widget, text) if text else QTest.keyClick(widget, Qt.Key.Key_Delete)
            QTest.keyClick(widget, Qt.Key.Key_Return)
            return f"type {text!r} into {name}"
        if isinstance(widget, QComboBox):
            index = int(self.draws.integers(max(widget.count(), 1)))
            widget.setCurrentIndex(index)
            widget.activated.emit(index)
            return f"choose {index} of {name}"
        QTest.mouseClick(widget, LEFT)
        return f"switch {name}"


@pytest.mark.parametrize("seed", range(2))
def test_undoing_everything_gives_the_design_back_and_redoing_it_the_last_one(
    launch, tmp_path, seed
) -> None:
    path = tmp_path / "shop.windtunnel"
    path.write_bytes((SHELF / "flash-sale.windtunnel").read_bytes())
    robot = launch(path)
    document, monkey = robot.services.document, Monkey(robot, seed)
    first = files.dumps(robot.design)
    done = []
    for _ in range(STEPS):
        done.append(monkey.step())
        text = files.dumps(robot.design)
        assert files.loads(text) == robot.design, done
    last = files.dumps(robot.design)
    assert document.stack.count() > 10
    at = document.stack.index()
    while document.stack.canUndo():
        document.stack.undo()
    assert files.dumps(robot.design) == first, done
    while document.stack.index() < at:
        document.stack.redo()
    assert files.dumps(robot.design) == last, done
