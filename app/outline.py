"""The whole design as a tree of words: for screen readers, and for finding things in a large one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.keys import SHOWS_SELECTION
from app.naming import name_of
from engine.model.names import FRAME_KINDS, frame_name
from engine.model.units import format_share
from widgets.theme import directed, set_role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QShowEvent

    from engine.model.component import Component
    from engine.model.design import Design
    from engine.sim.snapshot import NodeSample, Sample, Snapshot
    from widgets.theme import ThemeManager

_ID: Final = Qt.ItemDataRole.UserRole


class OutlinePanel(QWidget):
    """Frames with what is in them, nodes with the links that leave them, notes."""

    selected = Signal(object)
    """Ids that the person chose, as a frozenset."""

    def __init__(self, components: Mapping[str, Component], look: ThemeManager) -> None:
        super().__init__()
        self._look = look
        look.changed.connect(lambda _theme: self._dress())
        self._components = components
        self._items: dict[str, QTreeWidgetItem] = {}
        self._design: Design | None = None
        self._selected: frozenset[str] = frozenset()
        self._sample: Sample | None = None
        """What is said of nodes that come into view."""
        self.tree = QTreeWidget()
        self.tree.setProperty(SHOWS_SELECTION, True)  # noqa: FBT003 - Qt's signature
        self.tree.setColumnCount(2)
        self.tree.setUniformRowHeights(True)
        self.tree.setAccessibleName("Outline of the design")
        self.tree.setHeaderHidden(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setIndentation(14)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setResizeContentsPrecision(
            0
        )  # by the rows in view: each word would measure hundreds
        bar = self.tree.verticalScrollBar()
        for moved in (bar.valueChanged, bar.rangeChanged):
            moved.connect(self._say_in_view)
        self.tree.itemSelectionChanged.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 10, 4, 6)
        title = set_role(QLabel("Outline"), "section")
        title.setContentsMargins(8, 0, 0, 4)
        layout.addWidget(title)
        layout.addWidget(self.tree)

    def set_design(self, design: Design) -> None:
        """Show a design, once somebody looks; what was folded or selected stays so."""
        self._design = design
        if self.isVisible():
            self._fill(design)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while nobody looked."""
        super().showEvent(event)
        if self._design is not None:
            self._fill(self._design)

    def _fill(self, design: Design) -> None:
        """Make the rows."""
        folded = {
            key for key, item in self._items.items() if item.childCount() and not item.isExpanded()
        }
        with QSignalBlocker(self.tree):
            self.tree.clear()
            self._items = {}
            for frame in design.frames:
                self._add(frame.id, frame_name(frame), FRAME_KINDS[frame.kind], None)
            for frame in design.frames:  # nested ones move in once all are there
                self._move_into(frame.id, frame.frame)
            for node in design.nodes:
                component = self._components.get(node.kind)
                kind = component.title if component else node.kind
                self._add(node.id, node.name or node.id, kind, node.frame)
            for link in design.links:
                self._add(link.id, f"→ {name_of(design, link.target)}", "", link.source)
            for note in design.notes:
                first = note.text.strip().split("\n", 1)[0].lstrip("# ")
                self._add(note.id, first or "Empty note", "", None)
            self.tree.expandAll()
            for key, item in self._items.items():
                if key in folded:
                    item.setExpanded(False)
                if not item.text(1):
                    item.setFirstColumnSpanned(True)
        self._dress()
        self.select(self._selected)

    def select(self, ids: frozenset[str]) -> None:
        """Show what is selected elsewhere."""
        self._selected = ids
        with QSignalBlocker(self.tree):
            for key, item in self._items.items():
                item.setSelected(key in ids)
            only = self._items.get(next(iter(ids))) if len(ids) == 1 else None
            if only is not None:
                self.tree.scrollToItem(only)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Say in words how each node in view does; others say so once they come into view."""
        if snapshot.samples:
            self._sample = snapshot.samples[-1]
            self._say_in_view()

    def forget_run(self) -> None:
        """A run begins: nothing is known of it yet."""
        self._sample = None

    def _say_in_view(self, *_moved: object) -> None:
        """Say how the nodes do that are in view: of thousands, nobody reads the others."""
        sample, tree = self._sample, self.tree
        if sample is None or not self.isVisible():
            return
        span = max(sample.end - sample.start, 1e-9)
        item: QTreeWidgetItem | None = tree.itemAt(0, 0)
        bottom = tree.viewport().height()
        while item is not None and tree.visualItemRect(item).top() < bottom:
            node = sample.nodes.get(item.data(0, _ID))
            if node is not None:
                words = _words(node, span)
                if item.text(1) != words:
                    item.setText(1, words)
            item = tree.itemBelow(item)

    def _dress(self) -> None:
        """What is said of an item is quieter than its name."""
        colour = QColor(self._look.theme.muted)
        for item in self._items.values():
            item.setForeground(1, colour)

    def _add(self, key: str, name: str, kind: str, parent: str | None) -> None:
        """One row, under its parent where that is shown."""
        item = QTreeWidgetItem([directed(name), kind])
        item.setData(0, _ID, key)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{name}, {kind}" if kind else name)
        under = self._items.get(parent) if parent else None
        if under is None:
            self.tree.addTopLevelItem(item)
        else:
            under.addChild(item)
        self._items[key] = item

    def _move_into(self, key: str, parent: str | None) -> None:
        """Put a frame's row under that of the frame around it."""
        under = self._items.get(parent) if parent else None
        item = self._items[key]
        if under is None or _parent_of(item) is not None:
            return
        above: QTreeWidgetItem | None = under
        while above is not None:
            if above is item:
                return  # frames that contain each other stay at the top
            above = _parent_of(above)
        self.tree.takeTopLevelItem(self.tree.indexOfTopLevelItem(item))
        under.addChild(item)

    def _choose(self) -> None:
        """Tell what was chosen."""
        self._selected = frozenset(item.data(0, _ID) for item in self.tree.selectedItems())
        self.selected.emit(self._selected)


def _parent_of(item: QTreeWidgetItem) -> QTreeWidgetItem | None:
    """The row above in the tree; Qt's stubs do not say that there may be none."""
    return item.parent()


def _words(node: NodeSample, span: float) -> str:
    """How a node did in so many seconds, in few words."""
    parts = [f"{node.arrivals / span:,.0f} rps"]
    if node.utilization >= 0.005:
        parts.append(f"{format_share(node.utilization)} busy")
    if failed := sum(node.failed.values()):
        parts.append(f"{failed / span:,.0f} failing")
    return ", ".join(parts)
