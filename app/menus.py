"""Menus made from the records of ``app.actions``, and the submenus that are filled when they open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.actions import MENUS, SUBMENUS
from widgets.theme import menu_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from PySide6.QtWidgets import QMenu, QMenuBar

    from app.actions import ActionSet


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a submenu; without ``act`` it is a grey line of text."""

    text: str
    act: Callable[[], object] | None = None
    action: str = ""
    """Name of an action that stands here instead."""


def build_menus(
    places: Iterable[QMenu | QMenuBar],
    actions: ActionSet,
    fillers: Mapping[str, Callable[[], Iterable[Item]]],
    breaks: Callable[[QMenu], object],
) -> None:
    """Put all menus into each place: the menu bar, and the menu button.

    Args:
        places: where.
        actions: what the entries do.
        fillers: what is in each submenu, by its name.
        breaks: fills the submenu *Break it*, which makes its own entries.
    """
    for place in places:
        for spec in MENUS:
            menu = place.addMenu(spec.title)
            for entry in spec.entries:
                if entry == "-":
                    menu.addSeparator()
                elif entry == ">break":
                    _submenu(menu, entry, breaks)
                elif entry.startswith(">"):
                    _submenu(menu, entry, _refiller(fillers[entry[1:]], actions))
                else:
                    menu.addAction(actions[entry])


def _submenu(menu: QMenu, entry: str, refill: Callable[[QMenu], object]) -> None:
    """Add a submenu that is filled whenever it opens."""
    submenu = menu.addMenu(SUBMENUS[entry[1:]])
    submenu.aboutToShow.connect(lambda: refill(submenu))


def _refiller(items: Callable[[], Iterable[Item]], actions: ActionSet) -> Callable[[QMenu], object]:
    """What fills a submenu with these items."""
    return lambda menu: fill(menu, items(), actions)


def fill(menu: QMenu, items: Iterable[Item], actions: ActionSet) -> None:
    """Fill a submenu anew."""
    menu.clear()
    empty = True
    for item in items:
        empty = False
        if item.action:
            menu.addAction(actions[item.action])
        elif item.text == "-":
            menu.addSeparator()
        else:
            entry = menu.addAction(menu_text(item.text))
            entry.setEnabled(item.act is not None)
            if item.act is not None:
                entry.triggered.connect(lambda _checked, call=item.act: call())
    if empty:
        menu.addAction("Nothing here yet").setEnabled(False)
