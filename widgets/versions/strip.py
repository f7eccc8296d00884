"""Paints a line for each replica with the versions that it held, and below them how many keys diverged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.model.units import format_quantity
from widgets.versions.history import Bar, VersionHistory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QPaintEvent

    from widgets.theme import ThemeManager

LEFT: Final = 120
"""Room for the names of the replicas (logical pixels)."""
TOP: Final = 16
"""Room for the marks."""
ROW: Final = 20
_SHOWN: Final = 12
"""Replicas that have a line each."""
_CURVE: Final = 44
_AXIS: Final = 16
_INK: Final = ("s1", "s2", "s3", "s4", "s5", "s6")
_NARROW: Final = 4


class VersionStrip(QWidget):
    """The picture. The same version has the same colour everywhere, the next one another."""

    def __init__(self, look: ThemeManager) -> None:
        """Show nothing yet."""
        super().__init__()
        self._look = look
        self.history = VersionHistory()
        self.names: Mapping[int, str] = {}
        self.span = 30.0
        """Simulated seconds that are shown."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as the lines."""
        return QSize(400, TOP + self._rows() * ROW + _CURVE + _AXIS)

    def minimumSizeHint(self) -> QSize:
        """Some room beside the names."""
        return QSize(LEFT + 100, self.sizeHint().height())

    def show_history(self, history: VersionHistory, names: Mapping[int, str]) -> None:
        """Show this; names are those of the instances by their numbers."""
        self.history, self.names = history, names
        self.updateGeometry()
        self.update()

    @property
    def begin(self) -> float:
        """The simulated time (s) at the left."""
        return max(0.0, self.history.now - self.span)

    def place(self, at: float) -> float:
        """Where a time (s) is, from the left."""
        return LEFT + (self.width() - LEFT - 8) * (at - self.begin) / self.span

    def ink(self, version: int) -> QColor:
        """The colour of a version."""
        return QColor(self._look.theme.series[_INK[version % len(_INK)]].colour)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Lines from the top, then the curve, then the time; marks over all."""
        with QPainter(self) as painter:
            theme = self._look.theme
            for row, instance in enumerate(self.history.owners[:_SHOWN]):
                top = TOP + row * ROW
                painter.setPen(QColor(theme.muted))
                name = self.names.get(instance, f"Instance {instance + 1}")
                area = QRectF(0, top, LEFT - 8, ROW - 4)
                told = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, LEFT - 8)
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, told)
                painter.fillRect(QRectF(LEFT, top, self.width() - LEFT - 8, ROW - 4), theme.track)
                self._paint_bars(painter, self.history.bars(instance, self.begin), top)
            floor = TOP + self._rows() * ROW + _CURVE
            self._paint_curve(painter, floor)
            self._paint_axis(painter, floor)
            self._paint_marks(painter, floor)

    def _rows(self) -> int:
        """Lines that there are."""
        return min(len(self.history.owners), _SHOWN)

    def _paint_bars(self, painter: QPainter, bars: list[Bar], top: int) -> None:
        """One replica; what is narrower than a pixel is covered by the next."""
        done, skips = 0, False
        for bar in bars:
            left, right = self.place(bar.begin), self.place(bar.end)
            if int(right) <= done or bar.version == 0:
                skips = bar.version > 0
                continue
            left = min(left, done) if skips else left
            done, skips = int(right), False
            area = QRectF(left, top, right - left, ROW - 4)
            ink = self.ink(bar.version)
            painter.fillRect(area, ink)
            text = str(bar.version)
            if painter.fontMetrics().horizontalAdvance(text) + _NARROW < area.width():
                painter.setPen(QColor("black" if ink.lightness() > 128 else "white"))
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_curve(self, painter: QPainter, floor: int) -> None:
        """How many keys diverged."""
        theme, begin = self._look.theme, self.begin
        points = [each for each in self.history.divergent if each[0] >= begin]
        most = max((count for _at, count in points), default=0)
        area = QRectF(0, floor - _CURVE, LEFT - 8, _CURVE)
        painter.setPen(QColor(theme.muted))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        now = points[-1][1] if points else 0
        painter.drawText(area, int(flags), f"Divergent keys\n{now}, most {most}")
        painter.setPen(QPen(QColor(theme.chart_grid), 1.0))
        painter.drawLine(LEFT, floor, self.width() - 8, floor)
        if most:
            painter.setPen(QPen(QColor(theme.state("strained").colour), 1.5))
            high = _CURVE - 6
            line = [QPointF(self.place(at), floor - high * count / most) for at, count in points]
            painter.drawPolyline(QPolygonF(line))

    def _paint_axis(self, painter: QPainter, floor: int) -> None:
        """The times at both ends."""
        painter.setPen(QColor(self._look.theme.muted))
        area = QRectF(LEFT, floor, self.width() - LEFT - 8, _AXIS)
        bottom = Qt.AlignmentFlag.AlignBottom
        painter.drawText(
            area, int(bottom | Qt.AlignmentFlag.AlignLeft), format_quantity(self.begin, "s")
        )
        end = format_quantity(self.begin + self.span, "s")
        painter.drawText(area, int(bottom | Qt.AlignmentFlag.AlignRight), end)

    def _paint_marks(self, painter: QPainter, floor: int) -> None:
        """What events did, and where it ended; a text has room where none is before it."""
        free = float(LEFT)
        for mark in self.history.marks:
            if mark.at < self.begin:
                continue
            left = self.place(mark.at)
            colour = self._look.theme.state("healthy" if mark.is_end else "failing").colour
            painter.setPen(QPen(QColor(colour), 1.5))
            painter.drawLine(QPointF(left, 0), QPointF(left, floor))
            if left >= free:
                painter.drawText(QPointF(left + 4, TOP - 5), mark.text)
                free = left + 8 + painter.fontMetrics().horizontalAdvance(mark.text)
