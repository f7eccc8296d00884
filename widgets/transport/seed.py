"""The seed: a number that turns into a field when it is clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRegularExpression, QSize, Signal
from PySide6.QtGui import QFontMetrics, QRegularExpressionValidator

from widgets.theme import SMALL
from widgets.transport.number_field import NumberField

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_LARGEST = 2**63 - 1
_SHORTEST, _LONGEST = "0000", "0" * 14


class SeedField(NumberField):
    """Shows the seed."""

    seed_changed = Signal(object)
    """A person chose this seed (an int; it may need 63 bits)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show seed 1."""
        super().__init__(SMALL, parent)
        self._seed = 1
        self.setText("1")
        self.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{1,19}"), self))
        self.setAccessibleName("Seed")
        self.setToolTip("Seed: same design, same seed, same numbers")
        self.textChanged.connect(self.updateGeometry)

    def set_seed(self, seed: int) -> None:
        """Show a seed; one that is being typed is not disturbed."""
        self._seed = seed
        if not self.hasFocus():
            self.put_back()

    def shown(self) -> str:
        """The seed in figures."""
        return str(self._seed)

    def sizeHint(self) -> QSize:
        """As wide as its number, within reason."""
        metrics = QFontMetrics(self.font())
        wanted = metrics.horizontalAdvance(self.text() + "0")
        least, most = metrics.horizontalAdvance(_SHORTEST), metrics.horizontalAdvance(_LONGEST)
        return QSize(min(max(wanted, least), most) + 10, 18)

    def take(self) -> None:
        """Take what was typed."""
        text = self.text()
        if text and int(text) <= _LARGEST and int(text) != self._seed:
            self._seed = int(text)
            self.seed_changed.emit(self._seed)
