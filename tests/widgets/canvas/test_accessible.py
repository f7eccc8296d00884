"""Items of the canvas as screen readers are told of them, through Qt's own interfaces."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from engine.catalog import COMPONENTS
from tests.helpers.builders import client, design, link, node
from widgets.canvas import CanvasView
from widgets.theme import ThemeManager, speak_as

SHOP = design(
    [client("users", 50), node("web", "service"), node("db", "sql_database")],
    [link("users", "web"), link("web", "db")],
)
NAME, ABOUT = QAccessible.Text.Name, QAccessible.Text.Description


@pytest.fixture
def canvas(qapp: QApplication, qtbot) -> CanvasView:
    look = ThemeManager(qapp, "dark")
    view = CanvasView({each.kind: each for each in COMPONENTS}, look.theme, look.icons)
    qtbot.addWidget(view)
    view.resize(800, 500)
    view.set_design(SHOP)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_every_item_is_a_part_of_the_canvas(canvas: CanvasView) -> None:
    told = QAccessible.queryAccessibleInterface(canvas)
    assert told.role() == QAccessible.Role.Canvas
    parts = [told.child(each) for each in range(told.childCount())]
    assert [each.text(NAME) for each in parts] == [
        "Users", "Web", "Db", "Link from Users to Web", "Link from Web to Db",
    ]  # fmt: skip
    assert parts[1].text(ABOUT) == "Service, idle"
    assert [told.indexOfChild(each) for each in parts] == list(range(5))
    assert told.child(5) is None
    at = parts[0].rect().center()
    assert told.childAt(at.x(), at.y()).text(NAME) == "Users"
    assert told.childAt(at.x() + 5000, at.y()) is None


def test_it_tells_what_is_selected_and_what_is_gone(canvas: CanvasView) -> None:
    told = QAccessible.queryAccessibleInterface(canvas)
    web = told.child(1)
    assert not web.state().selected
    canvas.select({"web"})
    assert web.state().selected
    canvas.set_design(design([client("users", 50)], []))
    assert not web.isValid()
    assert web.text(NAME) == ""
    assert told.childCount() == 1


def test_items_can_be_pressed_and_have_their_menus(canvas: CanvasView, qtbot) -> None:
    menus: list[str] = []
    canvas.context_requested.connect(lambda item, _at: menus.append(item))
    told = QAccessible.queryAccessibleInterface(canvas)
    link = told.child(4)
    deeds = link.actionInterface()
    assert deeds.actionNames() == ["Press", "SetFocus", "ShowMenu"]
    assert all(deeds.localizedActionName(each) for each in deeds.actionNames())
    assert link.valueInterface() is None
    assert link.textInterface() is None
    deeds.doAction("Press")
    qtbot.waitUntil(lambda: bool(link.state().selected))
    assert canvas.hasFocus()
    assert menus == []
    told.child(1).actionInterface().doAction("ShowMenu")
    qtbot.waitUntil(lambda: menus == ["web"])
    assert told.child(1).state().selected
    web = told.child(1)
    canvas.set_design(design([client("users", 50)], []))
    web.actionInterface().doAction("Press")  # gone: nothing happens
    qtbot.wait(1)
    assert canvas._stage.selection == frozenset()


@pytest.mark.parametrize("is_active", [False, True])
def test_widgets_that_go_take_what_was_told_of_them_along(
    qapp: QApplication, is_active: bool
) -> None:
    look = ThemeManager(qapp, "dark")
    kinds = {each.kind: each for each in COMPONENTS}
    QAccessible.setActive(is_active)
    try:
        for _round in range(4):
            view = CanvasView(kinds, look.theme, look.icons)
            view.set_design(SHOP)
            chart = QWidget(view)
            speak_as(chart, QAccessible.Role.Chart)
            told = QAccessible.queryAccessibleInterface(view)
            assert told.child(1).text(NAME) == "Web"
            found = QAccessible.queryAccessibleInterface(chart)
            assert found.role() == QAccessible.Role.Chart
            del told, found
            view.deleteLater()
            qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            del view, chart
            gc.collect()
    finally:
        QAccessible.setActive(False)
