"""The one item that paints everything which moves: streams, dots, and links that are being dragged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.dots import KINDS, Dots, Streams
from widgets.canvas.frame_painter import paint_frame
from widgets.canvas.items import LIVE_Z, FrameItem, LinkItem
from widgets.canvas.link_painter import paint_link

if TYPE_CHECKING:
    import numpy.typing as npt

    from widgets.canvas.look import Look
    from widgets.canvas.wires import Floats

_EVERYWHERE: Final = QRectF(-2e7, -2e7, 4e7, 4e7)
_ANGLES: Final = 24
"""Directions in which strokes are painted, over half a turn."""
_STROKE_KEY: Final = 100
_EDGE: Final = 12.0
"""Pixels beyond the edge of the view at which a dot is still painted."""
_RADIUS: Final = {"request": 3.3, "retry": 3.2, "answer": 2.2, "failure": 3.3}


class LiveLayer(QGraphicsItem):
    """Painted once a frame, between the backdrop and the cards."""

    def __init__(self, dots: Dots, streams: Streams, look: Look) -> None:
        """Show the given dots and streams."""
        super().__init__()
        self._dots = dots
        self._streams = streams
        self._look = look
        self._sprites: dict[tuple[int, float], QPixmap] = {}
        self.links: dict[str, LinkItem] = {}
        """Links painted here and not in the backdrop, while their ends move."""
        self.frames: dict[str, FrameItem] = {}
        """Frames painted here while they move."""
        self.still = False
        """Whether nothing that moves is painted: a map is looked at, and strokes in other colours lie over its own."""
        self.glowing: LinkItem | None = None
        """The link under the pointer."""
        self.setZValue(LIVE_Z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_look(self, look: Look) -> None:
        """Take another theme."""
        self._look = look
        self._sprites.clear()

    def clear(self) -> None:
        """Another design: nothing of this one is painted any more."""
        self.links.clear()
        self.frames.clear()
        self.glowing = None
        self.still = False

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
            paint_link(painter, link.wire, link.face, self._look, zoom)
        if self.glowing is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            width = self.glowing.face.width + 4.0
            painter.setPen(self._look.pen(self._look.theme.selection, width, 0.28))
            painter.drawPath(self.glowing.wire.path)
        if not self.still:
            ratio = widget.devicePixelRatioF() if widget is not None else 1.0
            self._paint_moving(painter, ratio)

    def _paint_moving(self, painter: QPainter, ratio: float) -> None:
        """Copy pictures of strokes and dots to whole device pixels: twice as fast as to points."""
        transform = painter.worldTransform()
        pixels = QTransform.fromScale(ratio, ratio)
        size = _size(transform) * ratio
        shown = pixels.mapRect(QRectF(painter.viewport())).adjusted(-_EDGE, -_EDGE, _EDGE, _EDGE)
        painter.setWorldTransform(QTransform.fromScale(1.0 / ratio, 1.0 / ratio))
        if len(self._streams):
            self._paint_streams(painter, transform * pixels, shown, size)
        if len(self._dots):
            self._paint_dots(painter, transform * pixels, shown, size)
        painter.setWorldTransform(transform)

    def _paint_streams(
        self, painter: QPainter, to_pixels: QTransform, shown: QRectF, size: float
    ) -> None:
        """Every stroke is a copy of a short line in about its direction."""
        places, directions = self._streams.strokes()
        corners, seen = _seen(_mapped(places, to_pixels), shown)
        directions = directions[seen]
        turn = np.arctan2(directions[:, 1], directions[:, 0]) * (_ANGLES / math.pi)
        angles = np.rint(turn).astype(np.int64) % _ANGLES
        strokes = [self._stroke(angle, size) for angle in range(_ANGLES)]
        draw = painter.drawPixmap
        half = strokes[0].width() / 2
        for (x, y), angle in zip(_whole(corners - half), angles.tolist(), strict=True):
            draw(x, y, strokes[angle])

    def _paint_dots(
        self, painter: QPainter, to_pixels: QTransform, shown: QRectF, size: float
    ) -> None:
        """All dots, each a copy of its kind's picture."""
        places, kinds = self._dots.places()
        corners, seen = _seen(_mapped(places, to_pixels), shown)
        sprites = [self._sprite(kind, size) for kind in range(len(KINDS))]
        halves = np.array([sprite.width() / 2 for sprite in sprites])
        shift = halves[kinds[seen]][:, None]
        draw = painter.drawPixmap
        for (x, y), kind in zip(_whole(corners - shift), kinds[seen].tolist(), strict=True):
            draw(x, y, sprites[kind])

    def _stroke(self, angle: int, size: float) -> QPixmap:
        """Picture of a stroke at one of the angles of half a turn."""
        key = (_STROKE_KEY + angle, size)
        if key not in self._sprites:
            self._sprites[key] = self._painted_stroke(angle * math.pi / _ANGLES, size)
        return self._sprites[key]

    def _painted_stroke(self, angle: float, size: float) -> QPixmap:
        """Paint a stroke."""
        reach = 4.2 * size
        picture = _blank(2 * reach + 3.0 * size)
        middle = picture.width() / 2
        tip = QPointF(math.cos(angle) * reach, math.sin(angle) * reach)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self._look.pen(self._look.theme.dot, 1.7 * size, 0.6))
            painter.drawLine(QPointF(middle, middle) - tip, QPointF(middle, middle) + tip)
        return picture

    def _sprite(self, kind: int, size: float) -> QPixmap:
        """Picture of a dot; retries are hollow, failures red, answers small."""
        key = (kind, size)
        if key not in self._sprites:
            self._sprites[key] = self._painted(KINDS[kind], size)
        return self._sprites[key]

    def _painted(self, kind: str, size: float) -> QPixmap:
        """Paint a dot."""
        theme = self._look.theme
        radius = _RADIUS[kind] * size
        picture = _blank(2 * radius + 3.0 * size)
        centre = QPointF(picture.width() / 2, picture.height() / 2)
        colour = theme.state("failing").colour if kind == "failure" else theme.dot
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._look.colour(theme.canvas, 0.7), 0.8 * size))
            painter.setBrush(self._look.colour(colour, 0.6 if kind == "answer" else 1.0))
            if kind == "retry":
                painter.setPen(QPen(self._look.colour(colour), 1.5 * size))
                painter.setBrush(self._look.colour(theme.canvas))
                radius -= 0.6 * size
            painter.drawEllipse(centre, radius, radius)
        return picture


def _blank(edge: float) -> QPixmap:
    """A clear square picture."""
    pixels = math.ceil(edge)
    picture = QPixmap(pixels, pixels)
    picture.fill(QColor(0, 0, 0, 0))
    return picture


def _size(transform: QTransform) -> float:
    """How large dots are at a zoom: they shrink and grow less than the cards."""
    return min(max(math.sqrt(transform.m11()), 0.7), 1.6)


def _mapped(points: Floats, transform: QTransform) -> Floats:
    """Scene points in the pixels of the view; the view never turns or shears."""
    return points * (transform.m11(), transform.m22()) + (transform.dx(), transform.dy())


def _seen(points: Floats, shown: QRectF) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The points inside a rectangle, and which of all they are."""
    x, y = points[:, 0], points[:, 1]
    seen = (x > shown.left()) & (x < shown.right()) & (y > shown.top()) & (y < shown.bottom())
    return points[seen], seen


def _whole(points: Floats) -> list[list[int]]:
    """Points rounded to whole pixels."""
    rounded: list[list[int]] = np.rint(points).astype(np.int64).tolist()
    return rounded
