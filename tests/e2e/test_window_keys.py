"""The keys that every window has: closed, helped and searched where somebody is, not in the window behind it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.actions import OWN
from app.command_palette import CommandPalette
from app.places import shipped_designs
from engine.model.design import Design

_CTRL = Qt.KeyboardModifier.ControlModifier


def found(window: QWidget) -> list[str]:
    """Titles of what Ctrl+K finds in a window, which is closed by Escape and stays."""
    QTest.keyClick(window, Qt.Key.Key_K, _CTRL)
    (search,) = window.findChildren(CommandPalette)
    assert search.isVisible()
    titles = [search.list.item(row).text() for row in range(search.list.count())]
    QTest.keyClick(search.field, Qt.Key.Key_Escape)
    assert not search.isVisible()
    assert window.isVisible()
    return titles


def active(qtbot, window: QWidget) -> QWidget:
    """A window, once it has the keyboard."""
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window, timeout=10_000)
    return window


@pytest.mark.timeout(300)
def test_every_window_closes_helps_and_searches_by_the_keys_of_the_first(
    launch: Callable, qtbot, monkeypatch
) -> None:
    robot = launch(shipped_designs() / "hello.windtunnel")
    bench, commands = robot.opened.bench, robot.opened.commands
    place = bench.window.instruments
    quits: list[str] = []
    bench.actions["file.quit"].triggered.disconnect()
    bench.actions["file.quit"].triggered.connect(lambda: quits.append("quit"))
    names = {node.name for node in bench.design.nodes}

    commands.views.open()
    view = active(qtbot, commands.views.windows[0])
    assert names <= set(found(view))
    QTest.keyClick(view, Qt.Key.Key_Q, _CTRL)
    assert quits == ["quit"]

    place.detach("traces")
    page = active(qtbot, place._pages["traces"].window)
    assert not OWN & {each.objectName() for each in page.actions()}
    assert names <= set(found(page))
    QTest.keyClick(page, Qt.Key.Key_Q, _CTRL)
    assert quits == ["quit"] * 2
    QTest.keyClick(page, Qt.Key.Key_F1)
    help_window = active(qtbot, place._pages["help"].window)
    assert bench.help.panel.isVisible()
    QTest.keyClick(help_window, Qt.Key.Key_W, _CTRL)
    assert place._pages["help"].window is None
    QTest.keyClick(active(qtbot, page), Qt.Key.Key_W, _CTRL)
    assert place._pages["traces"].window is None

    commands.pair.begin(Design(title="Nothing"), shipped_designs() / "nothing.windtunnel")
    pair = active(qtbot, commands.pair.window)
    assert names | {"Faster", "List the differences"} <= set(found(pair))
    left, right = pair.sides
    assert left.canvas.hint.heading == "Nothing is drawn yet"
    assert right.canvas.hint.heading == "Nothing is drawn in this design"
    QTest.keyClick(pair, Qt.Key.Key_Q, _CTRL)
    assert quits == ["quit"] * 3
    QTest.keyClick(pair, Qt.Key.Key_F1)
    active(qtbot, place._pages["help"].window)
    QTest.keyClick(active(qtbot, pair), Qt.Key.Key_W, _CTRL)
    assert commands.pair.window is None
