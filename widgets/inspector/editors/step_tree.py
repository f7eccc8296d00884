"""The steps of a flow as a tree: each in a few words, dragged to where it is to be done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QBrush, QColor, QDropEvent, QFocusEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QScrollArea, QTreeWidget, QTreeWidgetItem

from engine.model.flow_edit import Entry, Path, entries, inner_key
from engine.model.units import format_quantity
from widgets.inspector.lawtext import law_text
from widgets.own_keys import OwnKeys
from widgets.theme import plain_tip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from widgets.theme import ThemeManager

_PATH: Final = Qt.ItemDataRole.UserRole
_KIND: Final = Qt.ItemDataRole(_PATH + 1)
_MOST: Final = 14
"""Rows that are seen at once; it scrolls beyond."""
_KEYS: Final = {
    "Alt+Up": "up",
    "Alt+Down": "down",
    "Alt+Right": "into",
    "Alt+Left": "out",
    "Del": "remove",
    "Backspace": "remove",
    "Ins": "add",
    "+": "add",
    "Shift++": "add",
    "Return": "edit",
    "Enter": "edit",
    "F2": "edit",
}
"""What is done with the chosen step; everything else walks through the tree."""


class StepTree(QTreeWidget):
    """Shows steps and says what is to be done with them; it changes nothing itself."""

    asked = Signal(str)
    """``up``, ``down``, ``into``, ``out``, ``remove``, ``add`` or ``edit``, for the step that is chosen."""
    dropped = Signal(object, object)
    """Path of a step, and the path that it is to have."""

    def __init__(self, look: ThemeManager) -> None:
        """No steps."""
        super().__init__()
        self._look = look
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Steps")
        self.setAccessibleDescription(
            "Alt and up or down moves a step, Alt and right puts it into another one, Alt and left "
            "takes it out, Insert adds one, Delete removes it, Enter edits it"
        )
        self.currentItemChanged.connect(lambda *_: QTimer.singleShot(0, self, self._come_into_view))
        OwnKeys(self, {keys: partial(self.asked.emit, what) for keys, what in _KEYS.items()})

    @property
    def chosen(self) -> Path | None:
        """Path of the step that is chosen."""
        item = self.currentItem()
        return item.data(0, _PATH) if item is not None else None

    def show_flow(self, flow: Any, names: Mapping[str, str], chosen: Path | None) -> None:
        """Show the steps; ``names`` are those of links by id."""
        blocked = self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.clear()
        items: dict[Path, QTreeWidgetItem] = {}
        for entry in entries(flow):
            around = entry.path[:-2]
            item = QTreeWidgetItem([told(entry, names)])
            item.setData(0, _PATH, entry.path)
            item.setData(0, _KIND, entry.kind)
            item.setToolTip(0, plain_tip(told(entry, names)))
            if not entry.kind:
                item.setForeground(0, QBrush(QColor(self._look.theme.danger.text)))
            items[entry.path] = item
            if around in items:
                items[around].addChild(item)
            else:
                self.addTopLevelItem(item)
        self.expandAll()
        at = items.get(chosen) if chosen is not None else None
        first = at if at is not None else self.topLevelItem(0)
        if first is not None:
            self.setCurrentItem(first)
        self.blockSignals(blocked)
        rows = min(max(len(items), 1), _MOST)
        height = self.sizeHintForRow(0) if items else self.fontMetrics().height() + 8
        self.setFixedHeight(rows * height + 6)
        QTimer.singleShot(0, self, self._come_into_view)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where keys go."""
        super().focusInEvent(event)
        QTimer.singleShot(0, self, self._come_into_view)

    def dropEvent(self, event: QDropEvent) -> None:
        """Say where a step was dropped; the tree itself shows it once the flow is so."""
        path = self.chosen
        to = self._target(event)
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if path is not None and to is not None:
            self.dropped.emit(path, to)

    def _come_into_view(self) -> None:
        """Have what is around the tree scroll to the chosen step; the tree itself is as high as its steps."""
        around = self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        inside = around.widget() if around is not None else None
        item = self.currentItem()
        if around is None or inside is None or item is None or not self.hasFocus():
            return
        row = self.visualItemRect(item)
        middle = self.viewport().mapTo(inside, row.center())
        around.ensureVisible(middle.x(), middle.y(), 0, 2 * row.height())

    def _target(self, event: QDropEvent) -> Path | None:
        """The path at which a step is dropped: beside another one, or as the last inside it."""
        item = self.itemAt(event.position().toPoint())
        if item is None:
            return (self.topLevelItemCount(),)
        path: Path = item.data(0, _PATH)
        where = self.dropIndicatorPosition()
        place = QAbstractItemView.DropIndicatorPosition
        if where == place.AboveItem:
            return path
        kind = item.data(0, _KIND)
        key = inner_key(kind) if kind != "choice" else ""
        if where == place.OnItem and key:
            return (*path, key, item.childCount())
        return (*path[:-1], int(path[-1]) + 1)


def told(entry: Entry, names: Mapping[str, str]) -> str:
    """A step in a few words."""
    raw = entry.raw
    plain = {"sequence": "In order", "choice": "Choice", "async": "Without waiting"}
    match entry.kind:
        case "work":
            work = raw["work"]
            own = isinstance(work, dict | int | float)
            text = f"Work  {' '.join(law_text(work))}" if own else "Work  service time"
        case "call":
            text = f"Call  {names.get(str(raw['call']), str(raw['call']))}"
        case "parallel":
            copies, need = raw.get("copies", 1), raw.get("need")
            parts = ["At once", f"× {copies}" if copies != 1 else ""]
            text = "  ".join([*filter(None, parts), *([f"{need} needed"] if need else [])])
        case "transaction":
            text = _transaction(raw["transaction"], names)
        case "loop":
            text = f"{raw['loop']} times"
        case "way":
            text = _way(raw)
        case _:
            text = plain.get(entry.kind) or f"No step: {', '.join(map(str, raw)) or 'empty'}"
    return text


def _transaction(raw: Any, names: Mapping[str, str]) -> str:
    """How participants agree, and who they are."""
    inner = raw if isinstance(raw, dict) else {}
    mode = str(inner.get("mode", "two_phase")).replace("_", " ")
    found = inner.get("participants")
    taking = [names.get(str(each), str(each)) for each in found] if isinstance(found, list) else []
    return "  ".join([mode.capitalize(), ", ".join(taking)])


def _way(raw: Mapping[str, Any]) -> str:
    """When a way is taken."""
    when = str(raw["when"]).replace("_", " ") if raw.get("when") else ""
    share = raw.get("probability")
    parts = [
        f"if {when}" if when else "",
        f"of {raw['class']}" if raw.get("class") else "",
        format_quantity(share, "%") if isinstance(share, int | float) else "",
    ]
    return "  ".join(part for part in parts if part) or "else"
