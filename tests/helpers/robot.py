"""A robot that uses the real window as a person does: with mouse events, keys and dropped components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from engine.model.component import Component
from widgets.palette.model import COMPONENT_ROLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMenu
    from pytestqt.qtbot import QtBot

    from app.opened import Opened
    from engine.model.design import Design
    from engine.sim.snapshot import Snapshot

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
_HALF_WIDTH = 84.0


class Robot:
    """Hands and eyes."""

    def __init__(self, opened: Opened, qtbot: QtBot) -> None:
        self.opened, self.qtbot = opened, qtbot
        self.window = opened.window
        self.views = opened.bench.views
        self.services = opened.services

    # -- eyes -------------------------------------------------------------------------------------

    @property
    def design(self) -> Design:
        """What the document holds."""
        return self.services.document.design

    @property
    def snapshot(self) -> Snapshot | None:
        """The last of the run."""
        return self.services.run.latest

    @property
    def now(self) -> float:
        """Simulated time."""
        return self.services.run.now

    def wait(self, until: Callable[[], bool], timeout: int = 30_000) -> None:
        """Let time pass until something holds."""
        self.qtbot.waitUntil(until, timeout=timeout)

    def settle(self) -> None:
        """Let everything end that is under way beside the window, such as saving."""
        self.wait(lambda: not self.services.errands.is_busy)

    def node(self, kind: str) -> str:
        """Id of the one node of a kind."""
        (found,) = [node.id for node in self.design.nodes if node.kind == kind]
        return found

    @staticmethod
    def button(parent: QWidget, text: str) -> QPushButton:
        """The button with that text."""
        (found,) = [each for each in parent.findChildren(QPushButton) if each.text() == text]
        return found

    def banner(self, key: str) -> bool:
        """Whether such a message is shown."""
        return self.views.banners.banner(key) is not None

    def activate(self) -> None:
        """Make the window the one that gets the keys."""
        if not self.window.isActiveWindow():
            self.window.activateWindow()
            self.wait(self.window.isActiveWindow)

    # -- hands ------------------------------------------------------------------------------------

    def at(self, x: float, y: float) -> QPoint:
        """A place of the design in the canvas's viewport."""
        return self.views.canvas.mapFromScene(QPointF(x, y))

    def drop(self, kind: str, x: float, y: float) -> str:
        """Drag a component from the palette onto the canvas; its id."""
        model = self.views.palette.list.model()
        rows = [model.index(row, 0) for row in range(model.rowCount())]
        (index,) = [
            row
            for row in rows
            if isinstance(row.data(COMPONENT_ROLE), Component)
            and row.data(COMPONENT_ROLE).kind == kind
        ]
        mime, place = model.mimeData([index]), self.at(x, y)
        port, buttons, copy = self.views.canvas.viewport(), LEFT, Qt.DropAction.CopyAction
        known = set(self.design.node_by_id)
        QApplication.sendEvent(port, QDragEnterEvent(place, copy, mime, buttons, NONE))
        QApplication.sendEvent(port, QDragMoveEvent(place, copy, mime, buttons, NONE))
        QApplication.sendEvent(port, QDropEvent(QPointF(place), copy, mime, buttons, NONE))
        (made,) = set(self.design.node_by_id) - known
        return made

    def connect(self, source: str, target: str) -> str:
        """Pull a link from the port of one node onto another; its id."""
        start, end = self.design.node_by_id[source], self.design.node_by_id[target]
        known = set(self.design.link_by_id)
        self.drag((start.x + _HALF_WIDTH, start.y), (end.x, end.y))
        (made,) = set(self.design.link_by_id) - known
        return made

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press, move, release on the canvas."""
        port = self.views.canvas.viewport()
        QTest.mousePress(port, LEFT, NONE, self.at(*start))
        for part in (0.3, 0.7, 1.0):
            x, y = (a + part * (b - a) for a, b in zip(start, end, strict=True))
            self._move(port, self.at(x, y))
        QTest.mouseRelease(port, LEFT, NONE, self.at(*end))

    def click(self, item: str) -> None:
        """Click a node."""
        node = self.design.node_by_id[item]
        QTest.mouseClick(self.views.canvas.viewport(), LEFT, NONE, self.at(node.x, node.y))

    def press(self, widget: QWidget) -> None:
        """Click a button."""
        QTest.mouseClick(widget, LEFT)

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        """Press a key wherever the focus of the window is."""
        self.activate()
        QTest.keyClick(self.window.focusWidget() or self.window, key, held)

    def type(self, text: str) -> None:
        """Type wherever the focus is."""
        QTest.keyClicks(self.window.focusWidget(), text)

    def control(self, key: Qt.Key) -> None:
        """Press a key with Ctrl."""
        self.key(key, Qt.KeyboardModifier.ControlModifier)

    def choose(self, menu: QMenu, *texts: str) -> None:
        """Go down a menu by the words of its entries."""
        for text in texts[:-1]:
            below = entry(menu, text).menu()
            below.aboutToShow.emit()
            menu = below
        entry(menu, texts[-1]).trigger()
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()

    def context_menu(self, item: str) -> QMenu:
        """Right-click a node; the menu that comes."""
        node = self.design.node_by_id[item]
        canvas = self.views.canvas
        canvas.context_requested.emit(item, canvas.mapToGlobal(self.at(node.x, node.y)))
        self.wait(lambda: isinstance(QApplication.activePopupWidget(), QWidget))
        return QApplication.activePopupWidget()

    def _move(self, port: QWidget, place: QPoint) -> None:
        """Move the mouse with the left button held."""
        at, where = QPointF(place), QPointF(port.mapToGlobal(place))
        event = QMouseEvent(QEvent.Type.MouseMove, at, where, Qt.MouseButton.NoButton, LEFT, NONE)
        QApplication.sendEvent(port, event)


def entry(menu: QMenu, text: str) -> QAction:
    """The entry of a menu with that text."""
    for action in menu.actions():
        if action.text().replace("&", "") == text:
            return action
    known = ", ".join(action.text() for action in menu.actions())
    message = f"no {text!r} among {known}"
    raise AssertionError(message)
