"""What a screen reader is told: everything that takes keys has a name, a role and, where it changes, a description.

Asked through Qt's accessibility interfaces, which is what AT-SPI, UI Automation and VoiceOver hand on.
"""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QComboBox, QWidget

from app.places import shipped_designs

_PLAIN = {QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Pane}


def told(widget: QWidget) -> tuple[str, QAccessible.Role]:
    """The name and the role that a screen reader hears."""
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name), found.role()


def stops(window: QWidget) -> list[QWidget]:
    """What the keyboard can be put on, as it is seen now."""
    return [
        each
        for each in window.findChildren(QWidget)
        if each.isVisible()
        and each.isEnabled()
        and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.focusProxy() is None
        and not isinstance(each.parentWidget(), QComboBox)
    ]


def nameless(window: QWidget) -> list[str]:
    """Stops of which a screen reader could only say what sort of thing they are."""
    return [
        f"{type(each).__name__} in {type(each.parentWidget()).__name__}"
        for each in stops(window)
        if not told(each)[0].strip()
    ]


@pytest.mark.parametrize("selected", ["", "node", "link", "frame", "all"])
def test_everything_that_takes_keys_has_a_name(launch: Any, selected: str) -> None:
    robot = launch(shipped_designs() / "region-lost.windtunnel")
    design = robot.services.document.design
    chosen = {
        "": set(),
        "node": {design.nodes[-1].id},
        "link": {design.links[0].id},
        "frame": {design.frames[0].id},
        "all": {node.id for node in design.nodes},
    }[selected]
    robot.views.canvas.select(chosen)
    assert len(stops(robot.window)) > 20
    assert nameless(robot.window) == []


@pytest.mark.parametrize(
    "card", ["view.distances", "view.findings", "view.outline", "run.why", "run.study"]
)
def test_cards_and_panels_have_names(launch: Any, card: str) -> None:
    robot = launch(shipped_designs() / "region-lost.windtunnel")
    robot.wait(lambda: robot.now > 0.0)
    robot.opened.bench.actions[card].trigger()
    assert nameless(robot.window) == []


def test_the_canvas_says_what_is_selected_and_how_it_is(launch: Any) -> None:
    robot = launch(shipped_designs() / "region-lost.windtunnel")
    robot.wait(lambda: robot.now > 1.0)
    robot.views.canvas.select({robot.services.document.design.frames[0].id})
    found = QAccessible.queryAccessibleInterface(robot.views.canvas)
    assert found.text(QAccessible.Text.Name) == "Design canvas"
    assert "Region" in found.text(QAccessible.Text.Description)


def test_charts_say_their_values(launch: Any) -> None:
    robot = launch(shipped_designs() / "hello.windtunnel")
    robot.wait(lambda: robot.now > 3.0)
    charts = robot.views.charts.panel.charts
    robot.views.charts.panel.set_cursor(1.0)
    robot.views.charts.panel.refresh()
    said = [QAccessible.queryAccessibleInterface(each) for each in charts]
    assert [each.text(QAccessible.Text.Name) for each in said] == ["Latency", "Traffic", "Busiest"]
    assert "goodput" in said[1].text(QAccessible.Text.Description)
