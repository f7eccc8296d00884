"""Right click: what is offered, and that the chosen duration is remembered."""

import pytest
from PySide6.QtWidgets import QMenu, QWidget

from app.actions import ACTIONS, MENUS, SUBMENUS, ActionSet
from app.context_menu import BreakMenus
from engine.catalog import COMPONENTS
from engine.model.design import Design, Node, Note
from tests.helpers.robot import entry
from widgets.theme import ThemeManager

BY_KIND = {component.kind: component for component in COMPONENTS}
DESIGN = Design(nodes=(Node(id="web", kind="service"),), notes=(Note(id="note"),))


@pytest.fixture
def broken() -> list[tuple[str, str, float | None]]:
    return []


@pytest.fixture
def menus(qapp, broken) -> BreakMenus:
    return BreakMenus(
        BY_KIND,
        ThemeManager(qapp, "dark"),
        lambda item, fault, duration: broken.append((item, fault.title, duration)),
    )


def test_a_fault_lasts_as_long_as_was_last_chosen(qtbot, menus, broken) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    menus.fill(menu, DESIGN, "web")
    entry(menu, "Slow × 10").trigger()
    entry(entry(menu, "Lasts").menu(), "until repaired").trigger()
    menus.fill(menu, DESIGN, "web")
    entry(menu, "Kill one instance").trigger()
    assert entry(entry(menu, "Lasts").menu(), "until repaired").isChecked()
    assert broken == [("web", "Slow × 10", 30.0), ("web", "Kill one instance", None)]


@pytest.mark.parametrize("item", [None, "note"])
def test_what_cannot_break_says_what_to_do(qtbot, menus, item) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    menus.fill(menu, DESIGN, item)
    (only,) = menu.actions()
    assert not only.isEnabled()


def test_every_menu_entry_names_an_action_and_every_action_is_in_a_menu() -> None:
    listed = [name for menu in MENUS for name in menu.entries if name != "-"]
    names = {spec.name for spec in ACTIONS}
    assert {name[1:] for name in listed if name.startswith(">")} == SUBMENUS.keys()
    inside = {name for name in names if name.startswith(("view.theme_", "align."))}
    assert {name for name in listed if not name.startswith(">")} == names - inside


def test_no_two_actions_share_a_key() -> None:
    keys = [key for spec in ACTIONS for key in spec.keys]
    assert len(keys) == len(set(keys))


def test_an_action_without_a_handler_is_a_mistake(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    with pytest.raises(KeyError, match=r"file\.new"):
        ActionSet(window).bind({})
