"""What a right click offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from app.actions import SUBMENUS
from app.break_menu import DURATIONS, faults_for
from widgets.canvas import WAYS
from widgets.theme import menu_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QWidget

    from app.actions import ActionSet
    from app.break_menu import Fault
    from engine.model.component import Component
    from engine.model.design import Design
    from widgets.theme import ThemeManager


class BreakMenus:
    """Fills *Break it* menus, and remembers how long a fault is to last."""

    def __init__(
        self,
        components: Mapping[str, Component],
        look: ThemeManager,
        break_it: Callable[[str, Fault, float | None], object],
    ) -> None:
        self._components, self._look, self._break_it = components, look, break_it
        self._duration: float | None = 30.0

    def fill(self, menu: QMenu, design: Design, item_id: str | None) -> None:
        """List the faults of an item and how long they last."""
        menu.clear()
        faults = faults_for(design, item_id, self._components) if item_id else ()
        if item_id is None or not faults:
            menu.addAction("Select a node or a link first").setEnabled(False)
            return
        for fault in faults:
            icon = self._look.icons.icon(fault.icon, self._look.theme.muted, 16)
            action = menu.addAction(icon, menu_text(fault.title))
            action.triggered.connect(
                lambda _checked, it=fault: self._break_it(item_id, it, self._duration)
            )
        menu.addSeparator()
        group = QActionGroup(menu)
        lasts = menu.addMenu("Lasts")
        for text, duration in DURATIONS:
            choice = QAction(text, group, checkable=True, checked=duration == self._duration)
            choice.triggered.connect(lambda _checked, it=duration: self._remember(it))
            lasts.addAction(choice)

    def _remember(self, duration: float | None) -> None:
        """Use this duration from now on."""
        self._duration = duration


def item_menu(
    parent: QWidget,
    actions: ActionSet,
    breaks: Callable[[QMenu], object],
    *,
    several: bool,
    is_node: bool = False,
) -> QMenu:
    """The menu of a node, a link, a frame or a note, or of several of them."""
    menu = _menu(parent)
    broken = menu.addMenu("Break it")
    breaks(broken)
    menu.addAction(actions["run.repair"])
    menu.addSeparator()
    if several:
        aligning = menu.addMenu(SUBMENUS["align"])
        for way in WAYS:
            aligning.addAction(actions[f"align.{way}"])
    menu.addAction(actions["insert.comment"])
    menu.addAction(actions["view.path"])
    menu.addSeparator()
    if is_node:
        for name in ("run.show_p99", "run.show_failed"):
            menu.addAction(actions[name])
        menu.addSeparator()
    for name in ("edit.rename", "edit.duplicate", "edit.copy", "edit.cut", "edit.delete"):
        menu.addAction(actions[name])
    return menu


def canvas_menu(parent: QWidget, actions: ActionSet) -> QMenu:
    """The menu of the empty canvas."""
    menu = _menu(parent)
    for name in (
        "insert.component", "insert.note", "insert.frame", "-",
        "edit.paste", "edit.select_all", "-", "view.fit", "view.layout",
    ):  # fmt: skip
        if name == "-":
            menu.addSeparator()
        else:
            menu.addAction(actions[name])
    return menu


def _menu(parent: QWidget) -> QMenu:
    """A menu that goes away by itself."""
    menu = QMenu(parent)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
