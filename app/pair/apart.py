"""What sets the two designs of a pair apart: rings on both canvases, a count in the bar, and a list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QPushButton, QWidget

from app.differences_card import DifferencesCard
from app.pair.marks import outlines_of
from engine.catalog.differing import counts_line, telling
from widgets.turns import Turns, in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.pair.side import Side
    from engine.catalog.differing import Told
    from widgets.theme import ThemeManager

_AGAIN: Final = 150
"""Milliseconds after an edit until the designs are compared anew."""
_AT_ONCE: Final = 500
"""Nodes and links that are compared without a break."""


class Apart(QObject):
    """Compares both designs, anew once an edit of one of them has rested."""

    def __init__(self, sides: tuple[Side, ...], window: QWidget, look: ThemeManager) -> None:
        """Nothing is compared yet."""
        super().__init__(window)
        self._sides = sides
        self._found: tuple[Told, ...] = ()
        self.counts = QPushButton()
        self.counts.setToolTip("List what sets the two designs apart (D)")
        self.counts.setCheckable(True)
        self.counts.clicked.connect(self.toggle)
        self.card = DifferencesCard(window, look)
        self.card.left.connect(partial(self.counts.setChecked, False))  # noqa: FBT003 - Qt's signature
        self._turns = Turns(self)
        self._again = QTimer(self, singleShot=True, interval=_AGAIN)
        self._again.timeout.connect(self.compare)
        for side in sides:
            side.document.changed.connect(lambda *_: self._again.start())

    def toggle(self) -> None:
        """Open the list of differences, or close it."""
        if self.card.isVisible():
            self.card.close_card()
        else:
            self.card.show_differences("From A to B", self._found)
            self.counts.setChecked(True)

    def compare(self) -> None:
        """Ring and count what sets the designs apart; of large ones in turns."""
        self._turns.forget()
        designs = [side.design for side in self._sides]
        many = max(len(each.nodes) + len(each.links) for each in designs) > _AT_ONCE
        self._turns.do(in_turns(self.comparing()), is_long=many)

    def comparing(self) -> Iterator[None]:
        """The same, step by step."""
        found: list[Told] = []
        for each in telling(*(side.design for side in self._sides)):
            found.append(each)
            yield
        self._found = tuple(found)
        for side, outlines in zip(self._sides, outlines_of(self._found), strict=True):
            side.canvas.outlines.show(outlines)
        self.counts.setText(counts_line(self._found).capitalize())
        if self.card.isVisible():
            self.card.show_differences("From A to B", self._found)

    def close(self) -> None:
        """Compare no more."""
        self._again.stop()
        self._turns.forget()
        self.card.close_card()
