"""A canvas with a document behind it: whatever it asks for is applied and shown, as in the app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from engine.model.component import Component
from engine.model.design import Design, Frame, Link, Node, Note
from engine.model.fields import Config, setting
from engine.model.metric import Metric
from widgets.canvas import CanvasView
from widgets.theme import DARK, IconSet

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from engine.model.edits import Edit


class ServiceConfig(Config):
    instances: int = setting(1, title="Instances", help="How many.", ge=1)


class PlainConfig(Config):
    pass


def component(kind, category, arrives, leaves, config=PlainConfig, **more) -> Component:
    return Component(
        kind=kind,
        title=kind.replace("_", " ").capitalize(),
        category=category,
        summary=f"A {kind} for tests",
        icon=kind,
        help="",
        config=config,
        input=arrives,
        output=leaves,
        **more,
    )


COMPONENTS = {
    each.kind: each
    for each in (
        component("client", "Traffic", "none", "calls"),
        component("service", "Compute", "calls", "calls", ServiceConfig, sample={"instances": 2}),
        component(
            "cache",
            "Data",
            "calls",
            "calls",
            ServiceConfig,
            metrics=(Metric(name="hit_ratio", title="hit ratio", unit="%"),),
            headline="hit_ratio",
        ),
        component("sql_database", "Data", "calls", "none"),
        component("queue", "Messaging", "calls", "messages"),
        component("worker", "Compute", "messages", "calls"),
    )
}


def sample() -> Design:
    """Users -> web -> db, a lone queue, a frame around nothing, a note."""
    return Design(
        nodes=(
            Node(id="users", kind="client", name="Users", x=0.0, y=0.0),
            Node(id="web", kind="service", name="Web", x=300.0, y=0.0, config={"instances": 3}),
            Node(id="db", kind="sql_database", name="DB", x=600.0, y=0.0),
            Node(id="jobs", kind="queue", name="Jobs", x=300.0, y=204.0),
        ),
        links=(
            Link(id="users-web", source="users", target="web", config={"timeout": 1.0}),
            Link(id="web-db", source="web", target="db"),
        ),
        frames=(
            Frame(id="zone", kind="zone", name="A", x=480.0, y=120.0, width=360.0, height=240.0),
        ),
        notes=(Note(id="idea", text="Try a cache", x=-84.0, y=156.0, width=192.0, height=96.0),),
    )


@dataclass
class Desk:
    """Canvas and document together."""

    view: CanvasView
    design: Design
    edits: list[Edit] = field(default_factory=list)
    undos: list[Edit] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    activated: list[str] = field(default_factory=list)
    menus: list[tuple[str | None, QPoint]] = field(default_factory=list)
    selections: list[frozenset[str]] = field(default_factory=list)
    taps: list[int] = field(default_factory=list)

    def apply(self, edit: Edit) -> None:
        applied = edit.apply(self.design)
        self.edits.append(edit)
        self.undos.append(applied.inverse)
        self.design = applied.design
        self.view.apply_changes(self.design, applied.changes)

    def undo(self) -> None:
        applied = self.undos.pop().apply(self.design)
        self.design = applied.design
        self.view.apply_changes(self.design, applied.changes)

    def picture(self) -> QImage:
        """What is seen when all is painted, however many frames that takes on this machine."""
        self.view.grab()
        while not self.view._scene.backdrop.is_settled:
            self.view.grab()
        return self.view.grab().toImage()

    @property
    def selection(self) -> frozenset[str]:
        return self.view._stage.selection

    def at(self, x: float, y: float) -> QPoint:
        """A place of the scene in the viewport."""
        return self.view._camera.to_view(QPointF(x, y)).toPoint()

    def press(self, x, y, button=Qt.MouseButton.LeftButton, held=Qt.KeyboardModifier.NoModifier):
        QTest.mousePress(self.view.viewport(), button, held, self.at(x, y))

    def move(self, x, y, held=Qt.KeyboardModifier.NoModifier):
        """QTest sends moves without modifiers, so keys are held through the event."""
        from PySide6.QtCore import QEvent
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        at = QPointF(self.at(x, y))
        where = QPointF(self.view.viewport().mapToGlobal(at))
        none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
        event = QMouseEvent(QEvent.Type.MouseMove, at, where, none, left, held)
        QApplication.sendEvent(self.view.viewport(), event)

    def release(self, x, y, button=Qt.MouseButton.LeftButton, held=Qt.KeyboardModifier.NoModifier):
        QTest.mouseRelease(self.view.viewport(), button, held, self.at(x, y))

    def drag(self, start, end, held=Qt.KeyboardModifier.NoModifier):
        self.press(*start, held=held)
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        self.move(*middle, held=held)
        self.move(*end, held=held)
        self.release(*end, held=held)

    def click(self, x, y, held=Qt.KeyboardModifier.NoModifier):
        QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, held, self.at(x, y))

    def double_click(self, x, y):
        self.click(x, y)
        QTest.mouseDClick(
            self.view.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            self.at(x, y),
        )

    def key(self, key, held=Qt.KeyboardModifier.NoModifier):
        QTest.keyClick(self.view, key, held)

    def place(self, item_id: str) -> tuple[float, float]:
        item = self.design.item(item_id)
        return (item.x, item.y)


@pytest.fixture
def make_desk(qtbot: QtBot):
    """Makes desks for designs."""

    def make(design: Design) -> Desk:
        view = CanvasView(COMPONENTS, DARK, IconSet())
        qtbot.addWidget(view)
        view.resize(1200, 800)
        view.show()
        view.set_design(design)
        view.zoom_reset()
        desk = Desk(view, design)
        view.edit_requested.connect(desk.apply)
        view.message.connect(desk.messages.append)
        view.activated.connect(desk.activated.append)
        view.context_requested.connect(lambda item, at: desk.menus.append((item, at)))
        view.selection_changed.connect(desk.selections.append)
        view.space_tapped.connect(lambda: desk.taps.append(1))
        return desk

    return make


@pytest.fixture
def desk(make_desk) -> Desk:
    """The sample design at 100 %."""
    return make_desk(sample())
