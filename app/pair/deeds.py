"""What keys do in the window of a comparison, which Ctrl+K finds as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QKeySequence

from app.searching import Entry

if TYPE_CHECKING:
    from collections.abc import Callable


class Deed(NamedTuple):
    """What a key does."""

    keys: str
    title: str
    icon: str
    act: Callable[[], object]

    def entry(self) -> Entry:
        """The same, to be found by its title."""
        keys = QKeySequence(self.keys).toString(QKeySequence.SequenceFormat.NativeText)
        return Entry(self.title, keys, self.icon, self.act)
