"""Recordings: what is recorded, in one line and a small curve, and a button that loads a file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.model.units import format_quantity, format_share
from widgets.inspector.editors.base import Editor
from widgets.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pydantic import JsonValue

    from widgets.theme import ThemeManager

_BARS: Final = 60
"""Intervals of the small curve."""
_NAMED: Final = 3
"""Classes that are named with their share."""
_NONE: Final = np.array([], dtype=np.float64)


class Curve(QWidget):
    """The rate of a recording over its length, as a small filled curve."""

    def __init__(self, look: ThemeManager) -> None:
        """Nothing recorded."""
        super().__init__()
        self._look = look
        self.counts: list[int] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Two lines high."""
        return QSize(120, 36)

    def show_times(self, times: NDArray[np.float64]) -> None:
        """Show when arrivals come, given in their order."""
        self.counts = counts_of(times)
        self.setVisible(bool(self.counts))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A field with the curve in the accent colour."""
        if not self.counts:
            return
        theme = self._look.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.field))
            painter.drawRoundedRect(self.rect(), 6, 6)
            accent = QColor(theme.accent.colour)
            top, width, height = max(self.counts), self.width() - 12.0, self.height() - 10.0
            points = [
                QPointF(
                    6 + width * place / max(1, len(self.counts) - 1), 5 + height * (1 - count / top)
                )
                for place, count in enumerate(self.counts)
            ]
            floor = 5 + height
            area = QPolygonF(
                [QPointF(points[0].x(), floor), *points, QPointF(points[-1].x(), floor)]
            )
            shade = QColor(accent)
            shade.setAlphaF(0.25)
            painter.setBrush(shade)
            painter.drawPolygon(area)
            painter.setPen(accent)
            painter.drawPolyline(points)


class RecordingEditor(Editor):
    """Says what is recorded. Nobody types thousands of times: they come from a file."""

    def __init__(self, look: ThemeManager) -> None:
        """Nothing recorded."""
        super().__init__(look)
        self._shown: list[JsonValue] | None = None
        self.text = set_role(QLabel(), "caption")
        self.text.setWordWrap(True)
        self.text.setMinimumHeight(24)
        self.curve = Curve(look)
        self.load = set_role(QPushButton("Load a recording\N{HORIZONTAL ELLIPSIS}"), "link")
        self.load.setToolTip(
            "A table time[,class][,key][,work], an access log, or the output of k6, JMeter, Gatling, vegeta, hey, "
            "ab or Locust; "
            "plain or packed by gzip. The file is read once and kept in the design."
        )
        self.load.clicked.connect(self.file_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.text)
        layout.addWidget(self.curve)
        layout.addWidget(self.load, 0, Qt.AlignmentFlag.AlignLeft)
        self.entrance = self.load

    def wide(self) -> bool:
        """The curve needs room."""
        return not self.field.shape.nullable

    def refresh(self) -> None:
        """Show what is recorded."""
        value = self.field.value if isinstance(self.field.value, list) else []
        self.load.setVisible(self.wide() and not self.field.mixed)
        self.load.setAccessibleDescription(self.field.help)
        if value is self._shown and not self.field.mixed:
            return  # the very same recording, which is long
        self._shown = None if self.field.mixed else value
        times = self._times(value)
        self.text.setText("mixed" if self.field.mixed else told(value, times))
        self.curve.show_times(_NONE if self.field.mixed else times)

    def _times(self, value: Sequence[object]) -> NDArray[np.float64]:
        """The instants in order; none where something else is recorded."""
        if not self.wide():
            return _NONE
        try:
            instants = np.array(value, dtype=np.float64)
        except (TypeError, ValueError):
            numbers = [float(each) for each in value if isinstance(each, int | float)]
            instants = np.array(numbers, dtype=np.float64)
        if (instants[1:] < instants[:-1]).any():  # seldom: to sort what is in order takes long too
            instants.sort()
        return instants


def told(value: Sequence[object], times: NDArray[np.float64]) -> str:
    """What is recorded, in words."""
    if len(times) > 0:
        last = float(times[-1])
        length = format_quantity(last, "s")
        if last >= 120.0:
            length = f"{format_quantity(last / 60.0, '')} min"
        return f"{len(times):,} arrivals in {length}".replace(",", "\N{NO-BREAK SPACE}")
    if not value:
        return "none recorded"
    counts = _counts(value)
    if len(counts) > _NAMED:
        return f"{len(counts):,} different".replace(",", "\N{NO-BREAK SPACE}")
    shares = (f"{name} {format_share(count / len(value))}" for name, count in counts.most_common())
    return ", ".join(shares)


def _counts(value: Sequence[object]) -> Counter[str]:
    """How often each value is there; where there are many different ones, only which they are."""
    try:
        different = set(value)
    except TypeError:  # something that is no value of a recording
        return Counter(map(str, value))
    if len(different) > _NAMED:
        return Counter(map(str, different))
    return Counter({str(each): value.count(each) for each in different})


def counts_of(times: NDArray[np.float64]) -> list[int]:
    """Arrivals in each of some equal intervals from 0 to the last of them."""
    if len(times) == 0 or times[-1] <= 0.0:
        return []
    counts, _ = np.histogram(times, _BARS, (0.0, float(times[-1])))
    return [int(each) for each in counts]
