"""Draws the service map: nodes from left to right, and between them who calls whom, with rate, errors and latency."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.model.units import format_quantity, format_share
from engine.traces.layers import columns
from widgets.theme import CAPTION, directed, plain_tip
from widgets.traces.labels import label_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent

    from engine.traces.edge import Edge, MapNode
    from widgets.theme import ThemeManager

_BOX: Final = QSize(118, 50)
_GAP: Final = 92.0
"""Least distance of two columns; words on an edge may need more."""
_WIDEST: Final = 240.0
_SMALLEST: Final = 0.85
"""Times its size as which the picture can still be read; where that is too large, it scrolls."""
_ROW: Final = 62.0
"""Least distance of two rows."""
_EDGE: Final = 10.0
"""Air around everything."""
_LINE: Final = 13.0
_PAD: Final = 4.0
"""Air beside the words on an edge."""
_HEAD: Final = 7.0
_REACH: Final = 6.0
"""Pixels around an edge that belong to it."""
_FAILING: Final = 0.01
"""Share of failures from which an edge and a node look it."""


class ServiceMapView(QWidget):
    """The picture; it lies in something that scrolls."""

    item_requested = Signal(str)
    """A node or link to be shown on the canvas."""

    def __init__(self, look: ThemeManager) -> None:
        """Nothing yet."""
        super().__init__()
        self._look = look
        self._names: Mapping[str, str] = {}
        self._edges: Sequence[Edge] = ()
        self._nodes: Mapping[str, MapNode] = {}
        self._columns: list[list[str]] = []
        self._gap = _GAP
        """Least distance of two columns that leaves room for all words, and for the heads beside them."""
        self._labels: dict[int, QRectF] | None = None
        """Where words stand on edges, by the place of the edge; None until it is known."""
        self.setAccessibleName("Service map")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.MinimumExpanding)
        look.changed.connect(self._place_again)

    def show_map(
        self, edges: Sequence[Edge], nodes: Sequence[MapNode], names: Mapping[str, str]
    ) -> None:
        """Show another map.

        Args:
            edges: who calls whom.
            nodes: what came to each node.
            names: of the nodes.
        """
        self._names, self._edges = names, edges
        self._nodes = {each.node: each for each in nodes}
        self._columns = columns(edges)
        widest = max((size.width() for size in self._sizes()), default=0.0)
        self._gap = max(_GAP, widest + 4.0 * _HEAD)
        self.setAccessibleDescription("; ".join(self.told(each) for each in edges))
        self.setMinimumSize(self.sizeHint() * _SMALLEST)
        self.updateGeometry()
        self._place_again()

    def labels(self) -> dict[int, QRectF]:
        """Where the words of edges stand in the picture, by the place of the edge; some have no room, and no words.

        Edges that fail choose first, then those with most calls.
        """
        if self._labels is None:
            boxes, sizes = self.boxes(), self._sizes()
            weight = [(each.error_share > _FAILING, each.rate) for each in self._edges]
            self._labels = label_places(
                [_course(each, boxes) for each in self._edges],
                sizes,
                boxes.values(),
                sorted(range(len(sizes)), key=lambda place: weight[place], reverse=True),
            )
        return self._labels

    def _sizes(self) -> list[QSizeF]:
        """Of the words on edges."""
        metrics = QFontMetricsF(self._look.fonts.numbers(CAPTION))
        widths = (max(map(metrics.horizontalAdvance, _words(each))) for each in self._edges)
        return [QSizeF(width + 2.0 * _PAD, 2.0 * _LINE + 2.0) for width in widths]

    def told(self, edge: Edge) -> str:
        """An edge in words."""
        return (
            f"{self._name(edge.source)} to {self._name(edge.target)}: {format_quantity(edge.rate, 'rps')}, "
            f"{format_share(edge.error_share, 1)} fail, p50 {_seconds(edge.p50)}, p99 {_seconds(edge.p99)}"
        )

    def sizeHint(self) -> QSize:
        """Room for all columns and rows."""
        count = len(self._columns)
        rows = max((len(each) for each in self._columns), default=0)
        width = 2 * _EDGE + count * _BOX.width() + max(count - 1, 0) * self._gap
        return QSize(round(width), round(2 * _EDGE + max(rows, 1) * _ROW - (_ROW - _BOX.height())))

    @property
    def scale(self) -> float:
        """Times its size as which the picture is shown."""
        whole = self.sizeHint()
        fit = min(self.width() / whole.width(), self.height() / whole.height())
        return min(max(fit, _SMALLEST), 1.0)

    def boxes(self) -> dict[str, QRectF]:
        """Where each node is in the picture."""
        wide, high = self.width() / self.scale, self.height() / self.scale
        count = len(self._columns)
        room = wide - 2 * _EDGE - count * _BOX.width()
        gap = max(min(room / (count - 1), _WIDEST), self._gap) if count > 1 else 0.0
        whole = count * _BOX.width() + (count - 1) * gap
        left = max((wide - whole) / 2.0, _EDGE)
        found: dict[str, QRectF] = {}
        for place, nodes in enumerate(self._columns):
            x = left + place * (_BOX.width() + gap)
            step = max((high - 2 * _EDGE) / len(nodes), _ROW)
            top = max((high - step * len(nodes)) / 2.0, 0.0)
            for row, node in enumerate(nodes):
                y = top + (row + 0.5) * step - _BOX.height() / 2.0
                found[node] = QRectF(x, y, _BOX.width(), _BOX.height())
        return found

    def item_at(self, point: QPointF) -> Edge | str | None:
        """The node or the edge under a point of the widget."""
        boxes, point = self.boxes(), point / self.scale
        node = next((name for name, box in boxes.items() if box.contains(point)), None)
        if node is not None:
            return node
        near = [
            (_distance(_course(each, boxes), point), place)
            for place, each in enumerate(self._edges)
        ]
        least, place = min(near, default=(math.inf, 0))
        return self._edges[place] if least <= _REACH else None

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Edges, then nodes, then the words on edges."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(self.scale, self.scale)
            boxes = self.boxes()
            courses = [_course(each, boxes) for each in self._edges]
            for edge, course in zip(self._edges, courses, strict=True):
                self._paint_edge(painter, edge, course)
            for node, box in boxes.items():
                self._paint_node(painter, node, box)
            for place, room in self.labels().items():
                self._paint_words(painter, self._edges[place], room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Everything stands elsewhere."""
        super().resizeEvent(event)
        self._place_again()

    def event(self, event: QEvent) -> bool:
        """Tell what is under the mouse."""
        if isinstance(event, QHelpEvent):
            found = self.item_at(QPointF(event.pos()))
            text = "" if found is None else self._tip(found)
            QToolTip.showText(event.globalPos(), plain_tip(text), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show on the canvas what is under the mouse."""
        found = self.item_at(event.position())
        if found is not None:
            self.item_requested.emit(found if isinstance(found, str) else found.link)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand where a click goes somewhere."""
        found = self.item_at(event.position())
        shape = Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.PointingHandCursor
        self.setCursor(shape)

    def _tip(self, found: Edge | str) -> str:
        """All that is known of a node or an edge."""
        if not isinstance(found, str):
            return f"{self.told(found)}\n{found.calls:,} calls recorded, {found.retries:,} of them again"
        known = self._nodes.get(found)
        if known is None:
            return self._name(found)
        numbers = f"{format_quantity(known.rate, 'rps')}, {format_share(known.error_share, 1)} fail"
        times = f"p50 {_seconds(known.p50)}, p99 {_seconds(known.p99)}"
        return f"{self._name(found)}: {numbers}, {times}\n{known.calls:,} calls recorded"

    def _paint_node(self, painter: QPainter, node: str, box: QRectF) -> None:
        """A card with a name and two lines of numbers."""
        theme, known = self._look.theme, self._nodes.get(node)
        fails = known is not None and known.error_share > _FAILING
        painter.setPen(QPen(QColor(theme.danger.colour if fails else theme.card_border), 1.0))
        painter.setBrush(QColor(theme.card))
        painter.drawRoundedRect(box, 6.0, 6.0)
        inner = box.adjusted(9.0, 4.0, -9.0, -4.0)
        strong = self._look.fonts.ui(CAPTION, QFont.Weight.DemiBold)
        painter.setFont(strong)
        painter.setPen(QColor(theme.text))
        name = QFontMetricsF(strong).elidedText(
            self._name(node), Qt.TextElideMode.ElideRight, inner.width()
        )
        top = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, top, directed(name))
        if known is None:
            return
        painter.setFont(self._look.fonts.numbers(CAPTION))
        painter.setPen(QColor(theme.danger.text if fails else theme.muted))
        rate = format_quantity(known.rate, "rps")
        painter.drawText(
            inner.adjusted(0, 15.0, 0, 0), top, f"{rate} · {_share(known.error_share)}"
        )
        painter.setPen(QColor(theme.muted))
        painter.drawText(inner.adjusted(0, 29.0, 0, 2.0), top, f"p99 {_seconds(known.p99)}")

    def _paint_edge(self, painter: QPainter, edge: Edge, course: QPainterPath) -> None:
        """A line that is the wider the more calls there are, with a head."""
        theme = self._look.theme
        fails = edge.error_share > _FAILING
        ink = QColor(theme.danger.colour if fails else theme.link)
        width = 1.0 + min(max(math.log10(max(edge.rate, 1.0)), 0.0), 4.0) * 0.6
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, width))
        painter.drawPath(course)
        tip = course.pointAtPercent(1.0)
        angle = math.radians(-course.angleAtPercent(1.0))
        sides = [
            tip - QPointF(math.cos(angle + turn), math.sin(angle + turn)) * _HEAD
            for turn in (0.45, -0.45)
        ]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon(QPolygonF([tip, *sides]))

    def _paint_words(self, painter: QPainter, edge: Edge, room: QRectF) -> None:
        """The rate, and below it errors and latency, on a ground of their own."""
        theme = self._look.theme
        painter.setFont(self._look.fonts.numbers(CAPTION))
        ground = QColor(theme.panel)
        ground.setAlpha(235)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(room, _PAD, _PAD)
        fails = edge.error_share > _FAILING
        colours = (theme.text, theme.danger.text if fails else theme.muted)
        line = QRectF(room.left(), room.top() + 1.0, room.width(), _LINE)
        for text, colour in zip(_words(edge), colours, strict=True):
            painter.setPen(QColor(colour))
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)
            line.translate(0.0, _LINE)

    def _place_again(self) -> None:
        """Find anew where words stand, and paint."""
        self._labels = None
        self.update()

    def _name(self, node: str) -> str:
        """What people call a node."""
        return self._names.get(node, node)


def _words(edge: Edge) -> tuple[str, str]:
    """What stands on an edge: its rate, and its errors and latency."""
    return format_quantity(edge.rate, "rps"), f"{_share(edge.error_share)} · {_seconds(edge.p99)}"


def _course(edge: Edge, boxes: Mapping[str, QRectF]) -> QPainterPath:
    """From the right of the caller to the left of who is called; a way back runs below both."""
    source, target = boxes[edge.source], boxes[edge.target]
    begin = QPointF(source.right(), source.center().y())
    end = QPointF(target.left(), target.center().y())
    path = QPainterPath(begin)
    if end.x() > begin.x():
        bend = (end.x() - begin.x()) / 2.0
        path.cubicTo(begin + QPointF(bend, 0.0), end - QPointF(bend, 0.0), end)
        return path
    begin, end = QPointF(source.center().x(), source.bottom()), QPointF(target.center().x(), target.bottom())  # fmt: skip
    path = QPainterPath(begin)
    down = QPointF(0.0, 26.0)
    path.cubicTo(begin + down, end + down, end)
    return path


def _distance(course: QPainterPath, point: QPointF) -> float:
    """How far a point is from a line."""
    steps = 40
    places = (course.pointAtPercent(each / steps) for each in range(steps + 1))
    return min(math.hypot(each.x() - point.x(), each.y() - point.y()) for each in places)


def _share(value: float) -> str:
    """Errors for reading."""
    return format_quantity(float(f"{value:.2g}"), "%")


def _seconds(value: float) -> str:
    """A time for reading."""
    return format_quantity(value, "s")
