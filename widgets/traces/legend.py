"""What the colours of a waterfall mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.traces.span import PARTS
from widgets.theme import CAPTION, plain_tip
from widgets.traces.bars import PART_NAMES, paint_part

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from widgets.theme import ThemeManager

_SWATCH: Final = 10
_GAP: Final = 8
_PATH: Final = "critical path"


class PhaseLegend(QWidget):
    """A swatch and a word for each part; the longer story is in its tip."""

    def __init__(self, look: ThemeManager) -> None:
        """In the colours of a theme."""
        super().__init__()
        self._look = look
        self.setFont(look.fonts.ui(CAPTION))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        told = "\n".join(f"{part}: a span {text}" for part, text in PARTS.items())
        self.setToolTip(plain_tip(f"{told}\nline below a bar: the critical path"))
        self.setAccessibleName(f"Colours: {', '.join(PART_NAMES)}, {_PATH}")
        look.changed.connect(lambda _theme: self.update())

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(200, self.fontMetrics().height() + 6)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """One after the other, as far as there is room."""
        painter = QPainter(self)
        theme, metrics = self._look.theme, self.fontMetrics()
        left, middle = 8.0, self.height() / 2.0
        for part in PART_NAMES:
            paint_part(painter, QRectF(left, middle - 5.0, _SWATCH, 10.0), part, theme)
            left = self._write(painter, part, left + _SWATCH + 4.0)
        painter.fillRect(QRectF(left, middle - 1.0, _SWATCH, 2.0), QColor(theme.text))
        self._write(painter, _PATH, left + _SWATCH + 4.0)
        painter.end()
        self.setMinimumHeight(metrics.height() + 6)

    def _write(self, painter: QPainter, word: str, left: float) -> float:
        """A word; where the next swatch begins."""
        width = float(self.fontMetrics().horizontalAdvance(word))
        painter.setPen(QColor(self._look.theme.muted))
        place = QRectF(left, 0.0, width + 2.0, float(self.height()))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, word)
        return left + width + _GAP
