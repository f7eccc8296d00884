"""Each node, link, frame and note of the canvas as something of its own for screen readers.

Qt asks for an interface for each ``QObject``, so that every item that is asked about gets a small one. Nothing of
this is made while no screen reader runs.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleEvent,
    QAccessibleInterface,
    QWindow,
)
from PySide6.QtWidgets import QAccessibleWidget, QGraphicsView
from shiboken6 import VoidPtr

from widgets.canvas.where import place_of
from widgets.theme import speak_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from widgets.canvas.stage import Stage

_NOTHING: Final = VoidPtr(0)
Words = tuple[str, str]
"""Name and description."""


class ItemHandle(QObject):
    """Stands for an item of the design wherever Qt wants an object."""

    def __init__(self, item_id: str, voices: Voices) -> None:
        super().__init__(voices)
        self.item_id, self.voices = item_id, voices


class Voices(QObject):
    """The items of one canvas, as screen readers list them: nodes, links, frames, notes."""

    def __init__(self, view: QGraphicsView, stage: Stage, describe: Callable[[str], Words]) -> None:
        """Speak for ``view``; ``describe`` puts an item into words."""
        super().__init__(view)
        self.view, self.stage, self.describe = view, stage, describe
        self.ask_for_menu: Callable[[], object] = lambda: None
        """Opens the menu of what is selected."""
        self._handles: dict[str, ItemHandle] = {}
        speak_by(_interface_of, view)

    def items(self) -> list[str]:
        """Ids, in the order in which they are listed."""
        design = self.stage.design
        return [
            item.id
            for kind in (design.nodes, design.links, design.frames, design.notes)
            for item in kind
        ]

    def handle(self, item_id: str) -> ItemHandle:
        """The object that stands for an item; the same one as long as the canvas lives."""
        found = self._handles.get(item_id)
        if found is None:
            found = self._handles[item_id] = ItemHandle(item_id, self)
        return found

    def choose(self, item_id: str, *, menu: bool) -> None:
        """Select an item that is still there, with the keyboard on the canvas; ``menu`` opens its menu as well."""
        if self.stage.design.item(item_id) is None:
            return
        self.view.window().activateWindow()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.stage.select({item_id})
        if menu:
            self.ask_for_menu()

    def tell_focus(self, item_id: str) -> None:
        """The keyboard is at this item now."""
        event = QAccessibleEvent(self.handle(item_id), QAccessible.Event.Focus)
        QAccessible.updateAccessibility(event)


class ItemDeeds(QAccessibleActionInterface):
    """What a screen reader can have done with an item: select it, or open its menu."""

    def __init__(self, handle: ItemHandle) -> None:
        super().__init__()
        self._handle, self._voices = handle, handle.voices

    def actionNames(self) -> list[str]:  # noqa: N802 - Qt's name
        """What there is, by Qt's names."""
        return [self.pressAction(), self.setFocusAction(), self.showMenuAction()]

    def doAction(self, actionName: str) -> None:  # noqa: N802, N803 - Qt's names
        """Do it, but not from here: screen readers are told of it while they wait for this answer."""
        voices, menu = self._voices, actionName == self.showMenuAction()
        QTimer.singleShot(0, voices, partial(voices.choose, self._handle.item_id, menu=menu))

    def keyBindingsForAction(self, actionName: str) -> list[str]:  # noqa: N802, N803 - Qt's names
        """The keys that do the same to what is selected."""
        return ["Shift+F10"] if actionName == self.showMenuAction() else []


class ItemAccessible(QAccessibleInterface):
    """What a screen reader is told of one item."""

    def __init__(self, handle: ItemHandle) -> None:
        super().__init__()
        self._handle, self._voices = handle, handle.voices
        self._deeds = ItemDeeds(handle)

    def interface_cast(self, arg__1: QAccessible.InterfaceType) -> Any:
        """A pointer to what can be done with it; there is nothing else of that kind.

        Qt for Python makes pointers of these two alone: None or a number would end the process.
        """
        return self._deeds if arg__1 == QAccessible.InterfaceType.ActionInterface else _NOTHING

    def isValid(self) -> bool:  # noqa: N802 - Qt's name
        """Whether the item is still there."""
        return self._voices.stage.design.item(self._handle.item_id) is not None

    def object(self) -> QObject:
        """What stands for it."""
        return self._handle

    def role(self) -> QAccessible.Role:
        """An entry of the canvas."""
        return QAccessible.Role.ListItem

    def text(self, kind: QAccessible.Text) -> str:
        """Its name, and how it does."""
        if not self.isValid():
            return ""
        name, about = self._voices.describe(self._handle.item_id)
        return {QAccessible.Text.Name: name, QAccessible.Text.Description: about}.get(kind, "")

    def setText(self, kind: QAccessible.Text, text: str) -> None:  # noqa: N802 - Qt's name
        """Names are changed in the inspector."""

    def state(self) -> QAccessible.State:
        """Whether it is selected, and whether it has the keyboard."""
        state, stage = QAccessible.State(), self._voices.stage
        chosen = self._handle.item_id in stage.selection
        view = self._voices.view
        state.selectable = state.focusable = 1
        state.selected = int(chosen)
        state.focused = int(chosen and len(stage.selection) == 1 and view.hasFocus())
        state.offscreen = int(place_of(view, self._handle.item_id).isEmpty())
        return state

    def rect(self) -> QRect:
        """Where it is on the screen."""
        view = self._voices.view
        place = place_of(view, self._handle.item_id)
        return QRect(view.viewport().mapToGlobal(place.topLeft()), place.size())

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]  # there may be none
        """The canvas."""
        return QAccessible.queryAccessibleInterface(self._voices.view)

    def window(self) -> QWindow:
        """The window that the canvas is in."""
        return self._voices.view.window().windowHandle()

    def childCount(self) -> int:  # noqa: N802 - Qt's name
        """It has no parts."""
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # noqa: ARG002
        """It has no parts."""
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # noqa: N802, ARG002
        """It has no parts."""
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:  # noqa: N802, ARG002
        """It has no parts."""
        return -1


class CanvasAccessible(QAccessibleWidget):
    """The canvas, with its items in place of its scroll bars."""

    def __init__(self, voices: Voices) -> None:
        super().__init__(voices.view, QAccessible.Role.Canvas, "")
        self._voices = voices

    def childCount(self) -> int:  # noqa: N802 - Qt's name
        """As many as the design has."""
        return len(self._voices.items())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """The item of that place."""
        items = self._voices.items()
        if not 0 <= index < len(items):
            return None
        return QAccessible.queryAccessibleInterface(self._voices.handle(items[index]))

    def indexOfChild(self, child: QAccessibleInterface) -> int:  # noqa: N802 - Qt's name
        """The place of an item."""
        handle = child.object()
        items = self._voices.items()
        known = isinstance(handle, ItemHandle) and handle.item_id in items
        return items.index(handle.item_id) if known and isinstance(handle, ItemHandle) else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # noqa: N802
        """The card at a place of the screen; of frames that lie in each other, the first."""
        view = self._voices.view
        at = view.viewport().mapFromGlobal(QPoint(x, y))
        for item_id in self._voices.items():
            if place_of(view, item_id).contains(at):
                return QAccessible.queryAccessibleInterface(self._voices.handle(item_id))
        return None

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]  # noqa: N802
        """The one item that is selected, while the canvas has the keyboard."""
        chosen = self._voices.stage.selection
        if len(chosen) != 1 or not self._voices.view.hasFocus():
            return None
        return QAccessible.queryAccessibleInterface(self._voices.handle(next(iter(chosen))))


def _interface_of(of: QObject) -> QAccessibleInterface | None:
    """The interface for an item or a canvas; None for everything else, which Qt knows by itself."""
    if isinstance(of, ItemHandle):
        return ItemAccessible(of)
    if isinstance(of, QGraphicsView):
        voices = of.findChild(Voices)
        return CanvasAccessible(voices) if isinstance(voices, Voices) else None
    return None
