"""Paints when a span did what: a bar of parts in a row of a waterfall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.traces.span import PARTS
from widgets.traces.models import SpanRows

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

    from engine.traces.span import Part, Segment, Span
    from widgets.theme import Theme

_HEIGHT: Final = 9.0
_LEAST: Final = 1.5
"""Width of the shortest part (logical pixels): nothing is hidden."""
_LATE: Final = 0.35
"""Opacity of what a node does for nobody."""
_WAITS: Final = frozenset({"queue", "connection", "retry", "hold"})
"""Parts that are waits, which are hatched: they are told from work without colour."""


class BarDelegate(QStyledItemDelegate):
    """The bar of a span; below it a line where it is on the critical path."""

    def __init__(self, theme: Theme) -> None:
        """Paint in these colours."""
        super().__init__()
        self.theme = theme

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Ground, the span's whole time, its parts, and the critical path."""
        model = index.model()
        if not isinstance(model, SpanRows) or model.length <= 0.0:
            return
        rect = QRectF(option.rect).adjusted(6.0, 0.0, -6.0, 0.0)
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setClipRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(self.theme.selected_row))
        span = model.rows[index.row()]
        scale = rect.width() / model.length
        self._paint_span(painter, rect, span, model.start, scale)
        top = rect.center().y() + _HEIGHT / 2.0 + 2.0
        for step in model.path.get(span.id, []):
            left = rect.left() + (step.start - model.start) * scale
            width = max(_LEAST, (step.end - step.start) * scale)
            painter.fillRect(QRectF(left, top, width, 2.0), QColor(self.theme.text))
        painter.restore()

    def _paint_span(
        self, painter: QPainter, rect: QRectF, span: Span, start: float, scale: float
    ) -> None:
        """A span's whole time, and its parts; what came after it was given up is faint."""
        top = rect.center().y() - _HEIGHT / 2.0
        left = rect.left() + (span.sent - start) * scale
        whole = QRectF(left, top + 3.0, max(_LEAST, span.duration * scale), _HEIGHT - 6.0)
        painter.fillRect(whole, QColor(self.theme.track))
        for segment in span.segments:
            for begun, over, opacity in _stretches(segment, span.end):
                painter.setOpacity(opacity)
                place = QRectF(
                    rect.left() + (begun - start) * scale,
                    top,
                    max(_LEAST, (over - begun) * scale),
                    _HEIGHT,
                )
                paint_part(painter, place, segment.part, self.theme)
        painter.setOpacity(1.0)


def paint_part(painter: QPainter, place: QRectF, part: Part, theme: Theme) -> None:
    """A stretch of a bar in the colour of what it was spent on."""
    colour = QColor(theme.phases[part].colour)
    if part in _WAITS and place.width() > 3.0:
        faint = QColor(colour)
        faint.setAlphaF(0.45)
        painter.fillRect(place, faint)
        painter.fillRect(place, QBrush(colour, Qt.BrushStyle.BDiagPattern))
    else:
        painter.fillRect(place, colour)


def _stretches(segment: Segment, end: float) -> list[tuple[float, float, float]]:
    """The parts of a stretch before and after the span was given up, with their opacities."""
    if segment.end <= end:
        return [(segment.start, segment.end, 1.0)]
    if segment.start >= end:
        return [(segment.start, segment.end, _LATE)]
    return [(segment.start, end, 1.0), (end, segment.end, _LATE)]


PART_NAMES: Final = tuple(PARTS)
"""In the order in which legends list them."""
