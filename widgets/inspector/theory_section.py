"""The section *Theory beside measurement*: predicted, measured, and by how much they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from widgets.theme import breakable, plain_tip, section_label, set_role

if TYPE_CHECKING:
    from widgets.inspector.comparing import Compared, Comparison
    from widgets.theme import ThemeManager

_ALONE: Final = "Theory"
_BESIDE: Final = "Theory beside measurement"


class TheorySection(QWidget):
    """A table of predictions and measurements with the model's name and what does not hold under it."""

    def __init__(self, look: ThemeManager) -> None:
        """Hidden until something is predicted."""
        super().__init__()
        self._look = look
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 0)
        layout.setSpacing(6)
        self._title = section_label(_ALONE)
        layout.addWidget(self._title)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(7)
        self._grid.setHorizontalSpacing(10)
        self._grid.setColumnStretch(0, 1)
        layout.addLayout(self._grid)
        self._heads = [self._caption(text) for text in ("", "predicted", "measured", "")]
        for column, head in enumerate(self._heads):
            self._grid.addWidget(head, 0, column)
        self._rows: list[list[QLabel]] = []
        self.note = set_role(QLabel(), "caption")
        self.note.setWordWrap(True)
        # One long word must not make the panel wider than it is.
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.note)
        self._shown: Comparison | None = None
        self.hide()

    def show_comparison(self, comparison: Comparison | None) -> None:
        """Show a comparison, or nothing."""
        if comparison == self._shown:
            return
        self._shown = comparison
        self.setVisible(comparison is not None)
        if comparison is None:
            return
        beside = comparison.has_measured
        self._title.setText(_BESIDE if beside else _ALONE)
        # A column without anything in it would keep its distance from the last one.
        columns = 4 if any(line.apart for line in comparison.lines) else 3
        for column, head in enumerate(self._heads):
            head.setVisible(beside and 0 < column < columns)
        while len(self._rows) < len(comparison.lines):
            self._add()
        for number, row in enumerate(self._rows):
            used = number < len(comparison.lines)
            for column, label in enumerate(row):
                label.setVisible(used and column < (columns if beside else 2))
            if used:
                self._fill(row, comparison.lines[number])
        text = _prose(comparison)
        self.note.setText(breakable(text))
        self.note.setVisible(bool(text))

    def restyle(self) -> None:
        """Colour the lines anew, in another theme."""
        shown, self._shown = self._shown, None
        self.show_comparison(shown)

    def lines(self) -> list[tuple[str, ...]]:
        """What is shown, for tests and for reading aloud."""
        return [tuple(label.text() for label in row) for row in self._rows if not row[0].isHidden()]

    @property
    def title(self) -> str:
        """The heading."""
        return self._title.text()

    def _caption(self, text: str) -> QLabel:
        """A column's head."""
        head = set_role(QLabel(text), "caption")
        head.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return head

    def _add(self) -> None:
        """One more line."""
        place = len(self._rows) + 1
        row = [set_role(QLabel(), "field")]
        row += [set_role(QLabel(), "value") for _ in range(3)]
        row[0].setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for column, label in enumerate(row):
            if column:
                label.setFont(self._look.fonts.numbers(12))
                label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(label, place, column)
        self._rows.append(row)

    def _fill(self, row: list[QLabel], line: Compared) -> None:
        """Show one line."""
        for label, text in zip(
            row, (line.title, line.predicted, line.measured, line.apart), strict=True
        ):
            label.setText(text)
        row[0].setToolTip(plain_tip(line.title))
        colour = self._look.theme.state(line.state).text if line.state else ""
        for label in row[2 if line.measured else 1 :]:
            label.setStyleSheet(f"color: {colour};" if colour else "")


def _prose(comparison: Comparison) -> str:
    """The model, and one sentence for each thing that does not hold."""
    sentences = [f"Model: {comparison.model}."] if comparison.model else []
    sentences += [f"{note[:1].upper()}{note[1:]}." for note in comparison.notes]
    return "\n".join(sentences)
