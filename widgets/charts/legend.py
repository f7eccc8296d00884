"""A chart's legend: coloured words at the right that show and hide their lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets.theme import CAPTION, Fonts, directed, plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from widgets.theme import Theme

_GAP, _TIGHT_GAP = 14, 9
"""Distance of the words, where there is room and where there is not."""
_LEAST = 26
"""Narrowest a word is elided to (logical pixels)."""
_HEIGHT = 20
_ROW = 17
"""Height of a row where there are two."""
_MOST_ROWS = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One word: whose line it stands for, what it says, its colour and perhaps its value."""

    key: str
    label: str
    colour: str
    value: str = ""
    hint: str = ""
    """What the word means, for whoever stays with the mouse on it."""
    act: str = ""
    """What a click does where it does not hide the line."""
    brief: str = ""
    """A shorter label, for where there is no room for all of them; empty where there is none."""

    @property
    def least(self) -> str:
        """What is said where room runs out."""
        return self.value or self.brief or self.label


class Word(QAbstractButton):
    """A word that is lit while its line is shown."""

    def __init__(self, parent: QWidget) -> None:
        """Make a lit word without text."""
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._font = Fonts().numbers(CAPTION, QFont.Weight.Medium)
        self.colours = ("#000000", "#000000")
        """Colour while its line is shown, and while it is hidden."""

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        return QSize(self.width_of(self.text()), _HEIGHT)

    def width_of(self, text: str) -> int:
        """Room for a text in the word's font."""
        return QFontMetrics(self._font).horizontalAdvance(text) + 2

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the word, struck out while hidden, with a ring while it has the focus."""
        with QPainter(self) as painter:
            font = QFont(self._font)
            lit = self.isChecked() or not self.isCheckable()
            font.setStrikeOut(not lit)
            painter.setFont(font)
            shown, hidden = self.colours
            painter.setPen(QColor(shown if lit else hidden))
            metrics = QFontMetrics(font)
            text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(self.rect(), flags, directed(text))
            if self.hasFocus():
                painter.setPen(QPen(QColor(shown), 1))
                painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


class Legend(QWidget):
    """Words at the right, in one row or two, cut to fair shares where room runs out."""

    toggled = Signal(str, bool)
    """A line (by key) was shown or hidden."""
    asked = Signal(str)
    """A word (by key) was clicked that stands for a choice."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty legend."""
        super().__init__(parent)
        self._theme = theme
        self._entries: tuple[Entry, ...] = ()
        self._words: dict[str, Word] = {}
        self.hidden: frozenset[str] = frozenset()
        """Keys of the lines that a person switched off."""
        self._rows = 1
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Take the colour of hidden words from another theme."""
        self._theme = theme

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these words; those that vanished go."""
        new = tuple(entries)
        if new == self._entries:
            return
        if [entry.key for entry in new] != [entry.key for entry in self._entries]:
            self._renew(new)
        self._entries = new
        for entry in new:
            word = self._words[entry.key]
            word.colours = (entry.colour, self._theme.disabled)
            word.setAccessibleName(f"{entry.label} {entry.value}".strip())
        self._lay_out()

    def wanted_width(self) -> int:
        """Room for all words without their values, close together."""
        words = [self._words[entry.key].width_of(entry.label) for entry in self._entries]
        return sum(words) + _TIGHT_GAP * (len(words) - 1)

    def rows_in(self, width: int) -> int:
        """How many rows the words need in a width, as far as there may be."""
        return 1 if self.wanted_width() <= width else _MOST_ROWS

    def set_rows(self, rows: int) -> None:
        """Use so many rows."""
        if rows != self._rows:
            self._rows = rows
            self.setFixedHeight(_HEIGHT if rows == 1 else rows * _ROW)
            self._lay_out()

    def word(self, key: str) -> Word:
        """The button of a line."""
        return self._words[key]

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Place the words anew."""
        self._lay_out()

    def _renew(self, entries: tuple[Entry, ...]) -> None:
        """Make and drop buttons so that there is one for each entry."""
        wanted = {entry.key for entry in entries}
        for key in [key for key in self._words if key not in wanted]:
            word = self._words.pop(key)
            word.hide()
            word.deleteLater()
        for entry in entries:
            if entry.key not in self._words:
                word = Word(self)
                if entry.act:
                    word.setCheckable(False)
                    word.clicked.connect(partial(self.asked.emit, entry.key))
                else:
                    word.setChecked(entry.key not in self.hidden)
                    word.toggled.connect(partial(self._toggle, entry.key))
                self._words[entry.key] = word
                word.show()

    def _toggle(self, key: str, shown: bool) -> None:  # noqa: FBT001 - a slot for Qt's bool
        """Remember and report a switch."""
        self.hidden = self.hidden - {key} if shown else self.hidden | {key}
        self.toggled.emit(key, shown)

    def _lay_out(self) -> None:
        """Right-align the words; first values without words and brief words, then cut ones, as room runs out."""
        if not self._entries:
            return
        full = [f"{entry.label} {entry.value}".strip() for entry in self._entries]
        widths = self._fill(full)
        room = self.width() * self._rows
        if sum(widths) + _GAP * len(widths) > room:
            widths = self._fill([entry.least for entry in self._entries])
        height = self.height() // self._rows
        for row, places in enumerate(self._broken(widths)):
            self._lay_row(places, [widths[i] for i in places], row * height, height)
        for entry, text in zip(self._entries, full, strict=True):
            word = self._words[entry.key]
            act = entry.act or f"{'Hide' if word.isChecked() else 'Show'} {entry.label}"
            word.setToolTip(plain_tip("\n".join(filter(None, (text, entry.hint, act)))))

    def _broken(self, widths: list[int]) -> list[list[int]]:
        """Places of the words by row: each row is filled before the next, the last takes the rest."""
        rows: list[list[int]] = [[]]
        used = 0
        for i, width in enumerate(widths):
            if rows[-1] and used + width > self.width() and len(rows) < self._rows:
                rows.append([])
                used = 0
            rows[-1].append(i)
            used += width + _TIGHT_GAP
        return rows

    def _lay_row(self, places: list[int], widths: list[int], top: int, height: int) -> None:
        """Place one row of words."""
        gap, gaps = _GAP, len(places) - 1
        if sum(widths) + gap * gaps > self.width():
            gap = _TIGHT_GAP
            widths = _shares(widths, self.width() - gap * gaps)
        x = self.width() - sum(widths) - gap * gaps
        for i, width in zip(places, widths, strict=True):
            word = self._words[self._entries[i].key]
            word.setGeometry(x, top, width, height)
            word.update()
            x += width + gap

    def _fill(self, texts: list[str]) -> list[int]:
        """Give the words these texts and tell how wide they want to be."""
        widths = []
        for entry, text in zip(self._entries, texts, strict=True):
            word = self._words[entry.key]
            word.setText(text)
            widths.append(word.sizeHint().width())
        return widths


def _shares(wanted: list[int], room: int) -> list[int]:
    """Cut the widest words first, so that short ones stay whole."""
    widths = list(wanted)
    while sum(widths) > room:
        widest = max(widths)
        if widest <= _LEAST:
            break
        over = [i for i, width in enumerate(widths) if width == widest]
        below = max((width for width in widths if width < widest), default=_LEAST)
        cut = max(below, _LEAST, widest - -(-(sum(widths) - room) // len(over)))
        cut = min(cut, widest - 1)
        for i in over:
            widths[i] = cut
    return widths
