"""The rows of the outline's tree: what stays the same stays, with what was folded in it."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QTreeWidgetItem

from widgets.theme import directed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtWidgets import QTreeWidget

    from app.outline_rows import Row, Rows

ID: Final = Qt.ItemDataRole.UserRole
"""Role of the id of the item that a row is about."""
_STEP: Final = 50
"""Rows that are put into the tree, or taken from it, in a step."""


class OutlineTree:
    """Has the rows of a tree follow those that are wanted, in steps, after each of which one may stop."""

    def __init__(self, tree: QTreeWidget) -> None:
        """No rows yet."""
        self._tree = tree
        self.items: dict[str, QTreeWidgetItem] = {}
        """By id."""
        self.said: dict[str, Row] = {}
        """What rows say, where nothing of a run."""
        self.made: list[QTreeWidgetItem] = []
        """Rows that nobody has coloured yet."""
        self._at: dict[str, str] = {}
        """The row that each is under, the empty id for none; not of rows that are in no place yet."""
        self._below: dict[str, list[str]] = {"": []}
        """The other way round, from above."""
        self._folded: set[str] = set()
        """Rows that were folded when they were taken out."""

    def take_made(self) -> list[QTreeWidgetItem]:
        """The rows that were made since this was asked."""
        made, self.made = self.made, []
        return made

    def following(self, wanted: Rows) -> Iterator[None]:
        """Have these rows, in these places."""
        if self.items.keys().isdisjoint(wanted.rows):
            self._clear()
        yield from self._leaving(wanted)
        for number, (key, row) in enumerate(wanted.rows.items()):
            if self.said.get(key) != row:
                self._say(key, row)
            if number % _STEP == 0:
                yield
        # From below, so that rows come into the tree with all that is under them.
        for number, key in enumerate([*reversed(wanted.rows), ""]):
            yield from self._arranging(key, wanted.below[key])
            if number % _STEP == 0:
                yield

    def _clear(self) -> None:
        """No rows any more."""
        with QSignalBlocker(self._tree):
            self._tree.clear()
        for known in (self.items, self.said, self._at, self._folded):
            known.clear()
        self._below = {"": []}

    def _leaving(self, wanted: Rows) -> Iterator[None]:
        """Take the rows out that go, or go elsewhere; first all of them, since a row goes with what is under it."""
        gone = []
        for number, key in enumerate([*self.items]):
            row = wanted.rows.get(key)
            if key in self._at and (row is None or row.parent != self._at[key]):
                self._take(key)
            if row is None:
                gone.append(key)
            if number % _STEP == 0:
                yield
        for key in gone:
            del self.items[key], self.said[key], self._below[key]

    def _say(self, key: str, row: Row) -> None:
        """Have a row say something, which is in no place yet where it is new."""
        item, before = self.items.get(key), self.said.get(key)
        if item is None:
            item = self.items[key] = QTreeWidgetItem([directed(row.name), row.kind])
            item.setData(0, ID, key)
            self.made.append(item)
            self._below[key] = []
        else:
            item.setText(0, directed(row.name))
        if before is not None and before.kind != row.kind:
            item.setText(1, row.kind)
        spoken = f"{row.name}, {row.kind}" if row.kind else row.name
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, spoken)
        self.said[key] = row

    def _arranging(self, parent: str, wanted: Sequence[str]) -> Iterator[None]:
        """Have these rows, in this order, under one."""
        place, there = 0, self._below[parent]
        while place < len(wanted):
            if place < len(there) and there[place] == wanted[place]:
                place += 1
                continue
            if wanted[place] in self._at:  # it stands further below
                self._take(wanted[place])
                some = wanted[place : place + 1]
            else:
                some = list(takewhile(self._is_nowhere, wanted[place : place + _STEP]))
            self._put(parent, place, some)
            place += len(some)
            yield

    def _is_nowhere(self, key: str) -> bool:
        """Whether a row is in no place."""
        return key not in self._at

    def _take(self, key: str) -> None:
        """Take a row out, with all that is under it."""
        item, parent = self.items[key], self._at.pop(key)
        for each in _with_inner(item) if item.treeWidget() is not None else ():
            if each.childCount() and not each.isExpanded():
                self._folded.add(each.data(0, ID))
        place = self._below[parent].index(key)
        del self._below[parent][place]
        with QSignalBlocker(self._tree):
            if parent:
                self.items[parent].takeChild(place)
            else:
                self._tree.takeTopLevelItem(place)

    def _put(self, parent: str, place: int, keys: Sequence[str]) -> None:
        """Put rows that are in no place under one, and unfold what was not folded."""
        there, items = self._below[parent], [self.items[key] for key in keys]
        self._at.update(dict.fromkeys(keys, parent))
        with QSignalBlocker(self._tree):
            if parent:
                self.items[parent].insertChildren(place, items)
            else:
                self._tree.insertTopLevelItems(place, items)
            if items[0].treeWidget() is not None:
                if parent and not there:
                    self.items[parent].setExpanded(True)
                for item in items:
                    self._unfold(item)
        there[place:place] = keys

    def _unfold(self, item: QTreeWidgetItem) -> None:
        """Unfold a row, and the rows under it, unless somebody folded them."""
        for each in _with_inner(item):
            if not each.childCount():
                continue
            key = each.data(0, ID)
            if key not in self._folded:
                each.setExpanded(True)
            self._folded.discard(key)


def _with_inner(item: QTreeWidgetItem) -> Iterator[QTreeWidgetItem]:
    """A row and all that are under it."""
    yield item
    for child in map(item.child, range(item.childCount())):
        if child is not None:
            yield from _with_inner(child)
