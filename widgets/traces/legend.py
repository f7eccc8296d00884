"""What the colours of a waterfall mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.traces.span import PARTS, Part
from widgets.theme import CAPTION, plain_tip
from widgets.traces.bars import PART_NAMES, paint_part

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from widgets.theme import ThemeManager

_SWATCH: Final = 10.0
_GAP: Final = 10.0
_LINE: Final = 17.0
_MARGIN: Final = 8.0
_PATH: Final = "critical path"


class PhaseLegend(QWidget):
    """A swatch and a word for each part, in as many lines as it takes; the longer story is in its tip."""

    def __init__(self, look: ThemeManager) -> None:
        """In the colours of a theme."""
        super().__init__()
        self._look = look
        self._words = look.fonts.ui(CAPTION)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        told = "\n".join(f"{part}: a span {text}" for part, text in PARTS.items())
        self.setToolTip(plain_tip(f"{told}\nline below a bar: the critical path"))
        self.setAccessibleName(f"Colours: {', '.join(PART_NAMES)}, {_PATH}")
        look.changed.connect(lambda _theme: self.update())

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        lines = 1 + max(line for _part, _left, line in self._places())
        return QSize(200, round(lines * _LINE) + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may take another number of lines."""
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """One after the other."""
        with QPainter(self) as painter:
            painter.setFont(self._words)
            theme = self._look.theme
            for part, left, line in self._places():
                top = 2.0 + line * _LINE
                if part is None:
                    swatch = QRectF(left, top + _LINE / 2.0 - 1.0, _SWATCH, 2.0)
                    painter.fillRect(swatch, QColor(theme.text))
                else:
                    paint_part(painter, QRectF(left, top + 4.0, _SWATCH, _LINE - 8.0), part, theme)
                painter.setPen(QColor(theme.muted))
                place = QRectF(left + _SWATCH + 4.0, top, float(self.width()), _LINE)
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, part or _PATH)

    def _places(self) -> list[tuple[Part | None, float, int]]:
        """Each part, or None for the critical path, with its left end and its line."""
        metrics = QFontMetricsF(self._words)
        found: list[tuple[Part | None, float, int]] = []
        left, line = _MARGIN, 0
        for part in (*PART_NAMES, None):
            width = _SWATCH + 4.0 + metrics.horizontalAdvance(part or _PATH)
            if left > _MARGIN and left + width > self.width() - _MARGIN:
                left, line = _MARGIN, line + 1
            found.append((part, left, line))
            left += width + _GAP
        return found
