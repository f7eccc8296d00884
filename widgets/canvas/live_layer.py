"""The one item that paints everything which moves: streams, dots, and links that are being dragged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.dots import KINDS, Dots, Streams
from widgets.canvas.frame_painter import paint_frame
from widgets.canvas.items import LIVE_Z, FrameItem, LinkItem
from widgets.canvas.link_painter import paint_link

if TYPE_CHECKING:
    from widgets.canvas.look import Look
    from widgets.canvas.wires import Floats

_EVERYWHERE: Final = QRectF(-2e7, -2e7, 4e7, 4e7)
_RADIUS: Final = {"request": 3.3, "retry": 3.2, "answer": 2.2, "failure": 3.3}


class LiveLayer(QGraphicsItem):
    """Painted once a frame, between the backdrop and the cards."""

    def __init__(self, dots: Dots, streams: Streams, look: Look) -> None:
        """Show the given dots and streams."""
        super().__init__()
        self._dots = dots
        self._streams = streams
        self._look = look
        self._sprites: dict[tuple[int, float, float], QPixmap] = {}
        self.links: dict[str, LinkItem] = {}
        """Links painted here and not in the backdrop, while their ends move."""
        self.frames: dict[str, FrameItem] = {}
        """Frames painted here while they move."""
        self.glowing: LinkItem | None = None
        """The link under the pointer."""
        self.setZValue(LIVE_Z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_look(self, look: Look) -> None:
        """Take another theme."""
        self._look = look
        self._sprites.clear()

    def boundingRect(self) -> QRectF:
        """Everywhere: it is painted in each frame anyway."""
        return _EVERYWHERE

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Paint links, then streams, then dots."""
        del option
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        zoom = painter.worldTransform().m11()
        for frame in self.frames.values():
            paint_frame(painter, frame.frame, frame.face, self._look, zoom)
        for link in self.links.values():
            paint_link(painter, link.wire, link.face, self._look)
        if self.glowing is not None and self.glowing.isVisible():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            width = self.glowing.face.width + 4.0
            painter.setPen(self._look.pen(self._look.theme.selection, width, 0.28))
            painter.drawPath(self.glowing.wire.path)
        transform = painter.worldTransform()
        painter.setWorldTransform(QTransform())
        if len(self._streams):
            self._paint_streams(painter, transform)
        if len(self._dots):
            ratio = widget.devicePixelRatioF() if widget is not None else 1.0
            self._paint_dots(painter, transform, ratio)
        painter.setWorldTransform(transform)

    def _paint_streams(self, painter: QPainter, transform: QTransform) -> None:
        """All strokes at once."""
        begin, end = (_mapped(points, transform) for points in self._streams.strokes())
        pen = QPen(self._look.colour(self._look.theme.dot, 0.55), 1.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLines(
            [
                QLineF(x, y, u, v)
                for (x, y), (u, v) in zip(begin.tolist(), end.tolist(), strict=True)
            ]
        )

    def _paint_dots(self, painter: QPainter, transform: QTransform, ratio: float) -> None:
        """All dots, each a copy of its kind's picture."""
        places, kinds = self._dots.places()
        size = min(max(math.sqrt(transform.m11()), 0.7), 1.6)
        sprites = [self._sprite(kind, size, ratio) for kind in range(len(KINDS))]
        half = [sprite.width() / ratio / 2 for sprite in sprites]
        draw = painter.drawPixmap
        for (x, y), kind in zip(_mapped(places, transform).tolist(), kinds.tolist(), strict=True):
            draw(QPointF(x - half[kind], y - half[kind]), sprites[kind])

    def _sprite(self, kind: int, size: float, ratio: float) -> QPixmap:
        """Picture of a dot; retries are hollow, failures red, answers small."""
        key = (kind, size, ratio)
        if key not in self._sprites:
            self._sprites[key] = self._painted(KINDS[kind], size, ratio)
        return self._sprites[key]

    def _painted(self, kind: str, size: float, ratio: float) -> QPixmap:
        """Paint a dot."""
        theme = self._look.theme
        radius = _RADIUS[kind] * size
        edge = math.ceil((2 * radius + 3.0) * ratio)
        picture = QPixmap(edge, edge)
        picture.fill(QColor(0, 0, 0, 0))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(edge / 2, edge / 2)
        colour = theme.state("failing").colour if kind == "failure" else theme.dot
        painter.setPen(QPen(self._look.colour(theme.canvas, 0.7), 0.8 * ratio))
        painter.setBrush(self._look.colour(colour, 0.6 if kind == "answer" else 1.0))
        if kind == "retry":
            painter.setPen(QPen(self._look.colour(colour), 1.5 * ratio))
            painter.setBrush(self._look.colour(theme.canvas))
            radius -= 0.6
        painter.drawEllipse(centre, radius * ratio, radius * ratio)
        painter.end()
        picture.setDevicePixelRatio(ratio)
        return picture


def _mapped(points: Floats, transform: QTransform) -> Floats:
    """Scene points in the pixels of the view; the view never turns or shears."""
    return points * (transform.m11(), transform.m22()) + (transform.dx(), transform.dy())
