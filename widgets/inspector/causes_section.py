"""The section that says why the selected node is in trouble: the beginning of its chain of causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from widgets.causes import NARROW, FactRow
from widgets.theme import section_label, set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.why.fact import Fact
    from widgets.theme import ThemeManager

MOST: Final = 5
"""Lines that are shown here; the card of *Why?* has all."""


class CausesSection(QWidget):
    """Hidden while all is well."""

    item_requested = Signal(str)
    """An item that a line is about is to be shown."""
    all_requested = Signal()
    """The whole chain is wanted."""

    def __init__(self, look: ThemeManager) -> None:
        """Nothing is wrong yet."""
        super().__init__()
        self._look = look
        self._shown: tuple[str, tuple[Fact, ...]] = ("", ())
        self.rows: list[FactRow] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 0)
        layout.setSpacing(0)
        self.title = section_label("")
        layout.addWidget(self.title)
        layout.addSpacing(4)
        self._lines = QVBoxLayout()
        layout.addLayout(self._lines)
        self.more = set_role(QPushButton(), "link")
        self.more.clicked.connect(self.all_requested)
        layout.addWidget(self.more)
        self.hide()

    def show_causes(self, word: str, facts: Sequence[Fact]) -> None:
        """Say why a node is what ``word`` says; nothing where there are no facts.

        What is shown stays as it is while the facts do, with the keyboard where it was.
        """
        shown = (word, tuple(facts))
        if shown == self._shown:
            return
        self._shown = shown
        for row in self.rows:
            row.hide()
            row.deleteLater()
        first = facts[:MOST]
        last = len(facts) - 1
        self.rows = [
            FactRow(fact, self._look, NARROW, is_first=place == 0, is_last=place == last)
            for place, fact in enumerate(first)
        ]
        for row in self.rows:
            row.chosen.connect(self.item_requested)
            self._lines.addWidget(row)
        rest = len(facts) - len(first)
        self.title.setText(f"Why is it {word}?")
        self.more.setText(f"All {len(facts)} lines (W)")
        self.more.setVisible(rest > 0)
        self.setVisible(bool(facts))
