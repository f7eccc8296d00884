"""Draws a sequence diagram: a line for each node, arrows between them, bars for what is locked or in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.model.units import format_quantity
from engine.traces.sequence import Sequence, sequence_of
from widgets.theme import CAPTION, directed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QPaintEvent

    from engine.traces.sequence import Arrow, Bar, Tone
    from engine.traces.span import Trace
    from widgets.theme import ThemeManager

_TOP: Final = 34.0
_STEP: Final = 19.0
"""From one event to the next."""
_LEFT: Final = 78.0
"""Room for the times."""
_COLUMN: Final = 108.0
"""Least distance of two lines."""
_BAR: Final = 9.0
_HEAD: Final = 6.0
_MOST: Final = 400
"""Events that are drawn; a trace may have thousands of calls."""


class SequenceView(QWidget):
    """The diagram of one request; it is as high as its events, and lies in something that scrolls."""

    def __init__(self, look: ThemeManager) -> None:
        """Nothing yet."""
        super().__init__()
        self._look = look
        self._names: Mapping[str, str] = {}
        self.sequence: Sequence | None = None
        self._moments: list[float] = []
        self.setAccessibleName("Sequence diagram")
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(lambda _theme: self.update())

    def show_trace(self, trace: Trace | None, names: Mapping[str, str]) -> None:
        """Show another request, or none."""
        self._names = names
        self.sequence = None if trace is None else sequence_of(trace)
        moments = [] if self.sequence is None else self.sequence.moments()
        self._moments = moments[:_MOST]
        self.setAccessibleDescription(self.told())
        self.setMinimumSize(self.sizeHint())
        self.updateGeometry()
        self.update()

    def told(self) -> str:
        """The diagram in words, for those who do not see it."""
        found = self.sequence
        if found is None:
            return ""
        lines = [f"{self._name(crash.node)} crashes" for crash in found.crashes]
        lines += [
            f"{self._name(each.source)} to {self._name(each.target)}: {each.text}"
            for each in found.arrows
        ]
        lines += [f"{self._name(bar.node)} is {bar.what}" for bar in found.bars]
        return "; ".join(lines)

    def sizeHint(self) -> QSize:
        """Room for all lines and all events."""
        found = self.sequence
        if found is None:
            return QSize(0, 0)
        width = _LEFT + _COLUMN * len(found.lifelines)
        return QSize(round(width), round(_TOP + _STEP * (len(self._moments) + 1)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Lines, bars, arrows."""
        found = self.sequence
        if found is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self._look.fonts.ui(CAPTION))
            self._paint_lines(painter, found)
            for bar in found.bars:
                self._paint_bar(painter, bar)
            for arrow in found.arrows:
                self._paint_arrow(painter, arrow)
            for crash in found.crashes:
                self._paint_crash(painter, crash.node, crash.at)

    def _paint_lines(self, painter: QPainter, found: Sequence) -> None:
        """Names, lines, and the times at the left."""
        theme, metrics = self._look.theme, QFontMetricsF(painter.font())
        for place, node in enumerate(found.lifelines):
            x = self._x(place)
            room = QRectF(x - self._column() / 2.0 + 4.0, 4.0, self._column() - 8.0, 20.0)
            painter.setPen(QColor(theme.text))
            name = metrics.elidedText(self._name(node), Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, directed(name))
            painter.setPen(QPen(QColor(theme.track), 1.0))
            painter.drawLine(QPointF(x, 26.0), QPointF(x, float(self.height())))
        painter.setPen(QColor(theme.muted))
        last = -_STEP
        for moment in self._moments:
            y = self._y(moment)
            if y - last >= _STEP:
                text = f"+{format_quantity(moment - found.start, 's')}"
                painter.drawText(QPointF(6.0, y + 4.0), text)
                last = y

    def _paint_bar(self, painter: QPainter, bar: Bar) -> None:
        """A bar on the line of a node: plain while it is locked, hatched and named while in doubt."""
        theme = self._look.theme
        place = self._place(bar.node)
        top = self._y(bar.start)
        end = float(self.height()) if bar.end is None else self._y(bar.end)
        box = QRectF(self._x(place) - _BAR / 2.0, top, _BAR, max(3.0, end - top))
        tone = theme.danger.text if bar.what == "in doubt" else theme.warning_text
        colour = QColor(tone)
        faint = QColor(colour)
        faint.setAlphaF(0.3)
        painter.fillRect(box, faint)
        if bar.what == "in doubt":
            painter.fillRect(box, QBrush(colour, Qt.BrushStyle.BDiagPattern))
        painter.setPen(QPen(colour, 1.0))
        painter.drawRect(box)
        text = f"{bar.what}, still" if bar.end is None else bar.what
        down = 13.0 if bar.what == "locked" else 26.0
        painter.drawText(QPointF(box.right() + 4.0, top + down), text)

    def _paint_arrow(self, painter: QPainter, arrow: Arrow) -> None:
        """From one line to the other; what never came ends in the middle with a cross."""
        if not self._moments or arrow.sent > self._moments[-1]:
            return
        colour = self._colour(arrow.tone)
        pen = QPen(colour, 1.3)
        if arrow.back:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        start = QPointF(self._x(self._place(arrow.source)), self._y(arrow.sent))
        if arrow.source == arrow.target:
            painter.drawText(QPointF(start.x() + 8.0, start.y() - 3.0), arrow.text)
            return
        end = QPointF(self._x(self._place(arrow.target)), self._y(arrow.arrived or arrow.sent))
        if arrow.arrived is None:
            end = (start + end) / 2.0
        painter.drawLine(start, end)
        painter.setPen(QPen(colour, 1.3))
        way = 1.0 if end.x() > start.x() else -1.0
        if arrow.arrived is None:
            _cross(painter, end)
        else:
            painter.setBrush(colour)
            tip = [
                end,
                end + QPointF(-way * _HEAD, -_HEAD / 2.0),
                end + QPointF(-way * _HEAD, _HEAD / 2.0),
            ]
            painter.drawPolygon(QPolygonF(tip))
        width = QFontMetricsF(painter.font()).horizontalAdvance(arrow.text)
        # Messages are named where they arrive, answers where they come from: there they stand apart.
        if arrow.back or arrow.arrived is None:
            first, line = start.x() + (8.0 if way > 0.0 else -8.0 - width), start.y() + 16.0
        else:
            first = end.x() - (16.0 + width if way > 0.0 else -16.0)
            # Clear of an arrow that comes down to its end.
            steep = (end.y() - start.y()) / max(abs(end.x() - start.x()), 1.0)
            line = end.y() - max(steep, 0.0) * (16.0 + width)
        painter.drawText(QPointF(first, line - 4.0), arrow.text)

    def _paint_crash(self, painter: QPainter, node: str, at: float) -> None:
        """A node dies."""
        painter.setPen(QPen(QColor(self._look.theme.danger.text), 2.0))
        where = QPointF(self._x(self._place(node)), self._y(at))
        _cross(painter, where)
        painter.drawText(where + QPointF(8.0, 12.0), "crashes")

    def _colour(self, tone: Tone) -> QColor:
        """Of an arrow."""
        theme = self._look.theme
        colours = {"plain": theme.text, "good": theme.muted, "bad": theme.danger.text}
        return QColor(colours[tone])

    def _place(self, node: str) -> int:
        """Which line a node has."""
        found = self.sequence
        return found.lifelines.index(node) if found is not None else 0

    def _column(self) -> float:
        """Distance of two lines."""
        count = len(self.sequence.lifelines) if self.sequence is not None else 1
        return max(_COLUMN, (self.width() - _LEFT) / max(1, count))

    def _x(self, place: int) -> float:
        """Where a line is."""
        return _LEFT + (place + 0.5) * self._column()

    def _y(self, moment: float) -> float:
        """Where a moment is; moments that nobody can tell apart are the same."""
        low, high = 0, len(self._moments)
        while low < high:
            middle = (low + high) // 2
            if self._moments[middle] < moment:
                low = middle + 1
            else:
                high = middle
        return _TOP + _STEP * low

    def _name(self, node: str) -> str:
        """What people call a node."""
        return self._names.get(node, node)


def _cross(painter: QPainter, at: QPointF) -> None:
    """Something ends here."""
    size = 4.0
    painter.drawLine(at + QPointF(-size, -size), at + QPointF(size, size))
    painter.drawLine(at + QPointF(-size, size), at + QPointF(size, -size))
