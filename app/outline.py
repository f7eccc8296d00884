"""The whole design as a tree of words: for screen readers, and for finding things in a large one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSignalBlocker, Signal
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
from app.outline_rows import Rows
from app.outline_tree import ID, OutlineTree
from engine.model.units import format_share
from widgets.theme import set_role
from widgets.turns import Turns, in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PySide6.QtGui import QShowEvent

    from engine.model.component import Component
    from engine.model.design import Design
    from engine.sim.snapshot import NodeSample, Sample, Snapshot
    from widgets.theme import ThemeManager

_AT_ONCE: Final = 1_500
"""Rows, those from before among them, that are made without a break."""


class OutlinePanel(QWidget):
    """Frames with what is in them, nodes with the links that leave them, notes."""

    selected = Signal(object)
    """Ids that the person chose, as a frozenset."""

    def __init__(self, components: Mapping[str, Component], look: ThemeManager) -> None:
        super().__init__()
        self._look = look
        look.changed.connect(lambda _theme: self._dress())
        self._components = components
        self._design: Design | None = None
        self._selected: frozenset[str] = frozenset()
        self._sample: Sample | None = None
        """What is said of nodes that come into view."""
        self._told: set[str] = set()
        """Nodes of which something of a run is said."""
        self.turns = Turns(self)
        """Follow large designs."""
        self.tree = QTreeWidget()
        self._rows = OutlineTree(self.tree)
        self._items = self._rows.items
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
        for folded in (self.tree.itemExpanded, self.tree.itemCollapsed):
            folded.connect(self._say_in_view)
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
        """Have the rows of a design: those of many some a turn, from above. Rows that stay the same stay."""
        many = len(design.frames) + len(design.nodes) + len(design.links) + len(design.notes)
        self.turns.forget()
        is_long = many + len(self._items) > _AT_ONCE
        steps = in_turns(self._following(design))
        self.turns.do(_after_others(steps) if is_long else steps, is_long=is_long)

    def _following(self, design: Design) -> Iterator[None]:
        """Follow a design in steps."""
        wanted = Rows(design, self._components)
        yield from wanted.working_out()
        for _ in self._rows.following(wanted):
            self._colour()
            yield
        self._colour()
        self.select(self._selected)
        self._say_in_view()

    def _colour(self) -> None:
        """What is said of an item is quieter than its name."""
        colour = QColor(self._look.theme.muted)
        for item in self._rows.take_made():
            item.setForeground(1, colour)

    def select(self, ids: frozenset[str]) -> None:
        """Show what is selected elsewhere."""
        asked, self._selected = self._selected | ids, ids
        with QSignalBlocker(self.tree):
            for item in map(self._items.get, asked):
                if item is not None:
                    item.setSelected(item.data(0, ID) in ids)
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
        for key in self._told:
            if key in self._items:
                self._items[key].setText(1, self._rows.said[key].kind)
        self._told.clear()

    def _say_in_view(self, *_moved: object) -> None:
        """Say how the nodes do that are in view, and have long names there: of thousands, nobody reads the others."""
        sample, tree = self._sample, self.tree
        if not self.isVisible():
            return
        item: QTreeWidgetItem | None = tree.itemAt(0, 0)
        bottom = tree.viewport().height()
        while item is not None and tree.visualItemRect(item).top() < bottom:
            if not item.text(1) and not item.isFirstColumnSpanned():
                item.setFirstColumnSpanned(True)
            node = None if sample is None else sample.nodes.get(item.data(0, ID))
            if node is not None and sample is not None:
                words = _words(node, max(sample.end - sample.start, 1e-9))
                self._told.add(item.data(0, ID))
                if item.text(1) != words:
                    item.setText(1, words)
            item = tree.itemBelow(item)

    def _dress(self) -> None:
        """The theme changed."""
        self._rows.made.extend(self._items.values())
        self._colour()

    def _choose(self) -> None:
        """Tell what was chosen."""
        self._selected = frozenset(item.data(0, ID) for item in self.tree.selectedItems())
        self.selected.emit(self._selected)


def _after_others(steps: Iterator[None]) -> Iterator[None]:
    """The steps, from the next turn on: an edit has other views to show in this one."""
    yield
    yield from steps


def _words(node: NodeSample, span: float) -> str:
    """How a node did in so many seconds, in few words."""
    parts = [f"{node.arrivals / span:,.0f} rps"]
    if node.utilization >= 0.005:
        parts.append(f"{format_share(node.utilization)} busy")
    if failed := sum(node.failed.values()):
        parts.append(f"{failed / span:,.0f} failing")
    return ", ".join(parts)
