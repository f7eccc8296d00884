"""The numbers of both sides beside each other, a tile for each, between the canvases and the charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from widgets.theme import ElidedLabel, set_role

if TYPE_CHECKING:
    from app.pair.numbers import Figure
    from widgets.theme import ThemeManager

LETTERS: Final = ("A", "B")
_TONES: Final = {"better": "healthy", "worse": "failing"}


class Tile(QWidget):
    """One number of both sides and the difference."""

    def __init__(self, look: ThemeManager) -> None:
        """Nothing to show yet."""
        super().__init__()
        self._look = look
        self._verdict = ""
        self.title = set_role(ElidedLabel(), "caption")
        self.values = tuple(set_role(QLabel(), "strong") for _ in LETTERS)
        self.difference = set_role(ElidedLabel(), "caption")
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 5, 12, 5)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        grid.addWidget(self.title, 0, 0, 1, 5)
        for side, letter in enumerate(LETTERS):
            grid.addWidget(set_role(QLabel(letter), "caption"), 1, 2 * side)
            grid.addWidget(self.values[side], 1, 2 * side + 1)
        grid.setColumnStretch(4, 1)
        grid.addWidget(self.difference, 2, 0, 1, 5)

    def show_figure(self, figure: Figure) -> None:
        """Show a number."""
        self.title.set_full_text(figure.title)
        for side, label in enumerate(self.values):
            label.setText(figure.value_text(side))
        self.difference.set_full_text(figure.difference_text)
        self.setAccessibleName(
            f"{figure.title}: A {figure.value_text(0)}, B {figure.value_text(1)}; {figure.difference_text}"
        )
        if figure.verdict != self._verdict:
            self._verdict = figure.verdict
            self.dress()

    def dress(self) -> None:
        """Colour the difference by what it means."""
        theme = self._look.theme
        tone = _TONES.get(self._verdict)
        colour = theme.state(tone).text if tone is not None else theme.muted
        self.difference.setStyleSheet(f"color: {colour}")


class Tiles(QWidget):
    """A row of tiles, and over which time they are."""

    def __init__(self, look: ThemeManager) -> None:
        """No numbers yet."""
        super().__init__()
        self._look = look
        self.tiles: list[Tile] = []
        self.when = set_role(QLabel(wordWrap=True), "caption")
        self.when.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.when.setFixedWidth(104)
        set_role(self, "panel").setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 2, 12, 2)
        self._row.setSpacing(4)
        self._row.addWidget(self.when)

    def show_figures(self, found: tuple[Figure, ...], when: str) -> None:
        """Show these numbers, taken over a time that ``when`` names."""
        while len(self.tiles) < len(found):
            tile = Tile(self._look)
            self.tiles.append(tile)
            self._row.addWidget(tile, 1)
        for tile, figure in zip(self.tiles, found, strict=True):
            tile.show_figure(figure)
        if self.when.text() != when:
            self.when.setText(when)

    def dress(self) -> None:
        """Take the theme."""
        for tile in self.tiles:
            tile.dress()
