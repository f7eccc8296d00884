"""The seed: a number that turns into a field when it is clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRegularExpression, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from widgets.theme import SMALL

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QMouseEvent

    from widgets.theme import Theme

_LARGEST = 2**63 - 1
_SHORTEST, _LONGEST = "0000", "0" * 14


class SeedField(QLineEdit):
    """Shows the seed; Enter or leaving takes a new one, Esc keeps the old one."""

    seed_changed = Signal(object)
    """A person chose this seed (an int; it may need 63 bits)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show seed 1."""
        super().__init__("1", parent)
        self._seed = 1
        self._is_fresh = False
        """Whether it has just been given the focus."""
        self.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{1,19}"), self))
        self.setAccessibleName("Seed")
        self.setToolTip("Seed: same design, same seed, same numbers")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setTextMargins(-2, 0, 0, 0)
        self.editingFinished.connect(self._take)
        self.textChanged.connect(self.updateGeometry)

    def set_theme(self, theme: Theme) -> None:
        """Look like text until the mouse is over it."""
        self.setStyleSheet(
            f"QLineEdit {{ background: transparent; border: 1px solid transparent; border-radius: 4px;"
            f" padding: 0; min-height: 0; font-size: {SMALL}px; font-weight: 600; }}"
            f"QLineEdit:hover {{ background: {theme.field}; }}"
            f"QLineEdit:focus {{ background: {theme.field}; border-color: {theme.accent.colour}; }}"
        )

    def set_seed(self, seed: int) -> None:
        """Show a seed; one that is being typed is not disturbed."""
        self._seed = seed
        if not self.hasFocus():
            self.setText(str(seed))
            self.setCursorPosition(0)

    def sizeHint(self) -> QSize:
        """As wide as its number, within reason."""
        metrics = QFontMetrics(self.font())
        wanted = metrics.horizontalAdvance(self.text() + "0")
        least, most = metrics.horizontalAdvance(_SHORTEST), metrics.horizontalAdvance(_LONGEST)
        return QSize(min(max(wanted, least), most) + 10, 18)

    def minimumSizeHint(self) -> QSize:
        """Never cut by a layout."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives up; Enter takes the number and leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.setText(str(self._seed))
            self.clearFocus()
            return
        super().keyPressEvent(event)
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.clearFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Ready to be typed over."""
        super().focusInEvent(event)
        self._is_fresh = True
        self.selectAll()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The click that brought the focus selects everything, as a key does; another one places the cursor."""
        super().mouseReleaseEvent(event)
        if self._is_fresh and not self.hasSelectedText():
            self.selectAll()
        self._is_fresh = False

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What cannot be a seed is put back."""
        super().focusOutEvent(event)
        self.setText(str(self._seed))
        self.setCursorPosition(0)

    def _take(self) -> None:
        """Take what was typed."""
        text = self.text()
        if text and int(text) <= _LARGEST and int(text) != self._seed:
            self._seed = int(text)
            self.seed_changed.emit(self._seed)
