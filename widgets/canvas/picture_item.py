"""Things with text on the canvas, painted into pictures that Qt copies without any Python while it animates.

A thousand of them are there at once: known, found, selected, hit. Qt hears of each when it is first painted,
so that a design opens as fast as its pictures can be shown, some a frame.
"""

from __future__ import annotations

import math
from itertools import count
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsPixmapItem

from widgets.canvas.geometry import COMPACT_ZOOM

if TYPE_CHECKING:
    from PySide6.QtWidgets import QGraphicsScene

    from widgets.canvas.look import Look

_LARGEST: Final = 4096
"""Longest edge of an item's picture in device pixels; a huge note is painted coarser."""
_STEP: Final = 1e-9
"""How much higher a picture lies than one of its sort that came before it, whichever is painted first."""
_numbers = count()


class PictureItem:
    """Something with text, painted into a picture at the resolution of the screen."""

    can_wait = False
    """Whether it may come some frames late when it has never been seen."""

    def __init__(self, item_id: str, rect: QRectF, margin: float, height: float) -> None:
        """Show nothing yet.

        Args:
            item_id: what it shows.
            rect: the outline in the scene.
            margin: room for what sticks out of it (scene units).
            height: among what it lies; of its sort, what comes later lies above.
        """
        self.item_id = item_id
        self.rect = rect
        self.height = height + _STEP * next(_numbers)
        self.gone = False
        """Whether it was taken off the canvas."""
        self._margin = margin
        self._shown: QGraphicsPixmapItem | None = None
        self._painted: object = None
        self._compact = False
        self._zoom = 1.0
        """The zoom at which it is painted."""
        self._visible = True
        self._opacity = 1.0

    @property
    def is_new(self) -> bool:
        """Whether it has never been painted."""
        return self._shown is None

    @property
    def is_visible(self) -> bool:
        """Whether there is anything to see."""
        return self._visible

    def set_visible(self, visible: bool) -> None:  # noqa: FBT001 - as Qt does
        """Hide it, or show it again."""
        if visible != self._visible:
            self._visible = visible
            if self._shown is not None:
                self._shown.setVisible(visible)

    def opacity(self) -> float:
        """How much of what lies below it covers."""
        return self._opacity

    def dim(self, opacity: float) -> None:
        """Let what lies below shine through."""
        self._opacity = opacity
        if self._shown is not None:
            self._shown.setOpacity(opacity)

    def pixmap(self) -> QPixmap:
        """The picture; nothing before it is first painted."""
        return QPixmap() if self._shown is None else self._shown.pixmap()

    def place(self, rect: QRectF) -> None:
        """Move to another outline."""
        self.rect = rect
        if self._shown is not None:
            self._shown.setPos(rect.left() - self._margin, rect.top() - self._margin)

    def outline(self) -> QRectF:
        """The outline with the room for what sticks out of it."""
        margin = self._margin
        return self.rect.adjusted(-margin, -margin, margin, margin)

    def stretch(self) -> None:
        """At another zoom: the picture is stretched the quick way until it is painted anew."""
        if self._shown is not None:
            self._shown.setTransformationMode(Qt.TransformationMode.FastTransformation)

    def join(self, scene: QGraphicsScene) -> None:
        """Be seen, if there is anything to see."""
        if self._shown is not None and self._shown.scene() is None:
            scene.addItem(self._shown)

    def leave(self, scene: QGraphicsScene) -> None:
        """Be seen no more."""
        self.gone = True
        if self._shown is not None and self._shown.scene() is not None:
            scene.removeItem(self._shown)

    def refresh(self, look: Look, zoom: float, ratio: float) -> bool:
        """Paint the picture if what it shows or its resolution changed; tells whether it did."""
        self._compact, self._zoom = zoom < COMPACT_ZOOM, zoom
        wanted = (self._content(), self._compact, look, zoom, ratio, self.rect.size().toTuple())
        if self._shown is not None:
            self._shown.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        if wanted == self._painted:
            return False
        self._painted = wanted
        outline = self.outline()
        scale = zoom * ratio
        scale = min(scale, _LARGEST / max(outline.width(), outline.height()))
        size = QSize(math.ceil(outline.width() * scale), math.ceil(outline.height() * scale))
        picture = QPixmap(size.expandedTo(QSize(1, 1)))
        picture.fill(QColor(0, 0, 0, 0))
        with QPainter(picture) as painter:
            painter.scale(scale, scale)
            painter.translate(self._margin, self._margin)
            self._paint(painter, look)
        shown = self._shown or self._made()
        shown.setPixmap(picture)
        shown.setScale(1.0 / scale)
        return True

    def paint_into(self, painter: QPainter, look: Look) -> None:
        """Paint as vectors at its place: for exports."""
        painter.save()
        painter.translate(self.rect.topLeft())
        self._compact, self._zoom = False, 1.0
        self._paint(painter, look)
        painter.restore()

    def _made(self) -> QGraphicsPixmapItem:
        """What Qt copies."""
        shown = self._shown = QGraphicsPixmapItem()
        shown.setShapeMode(QGraphicsPixmapItem.ShapeMode.BoundingRectShape)
        shown.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        shown.setZValue(self.height)
        shown.setOpacity(self._opacity)
        shown.setVisible(self._visible)
        self.place(self.rect)
        return shown

    def _content(self) -> object:
        """What the picture shows; equal contents are not painted twice."""
        raise NotImplementedError

    def _paint(self, painter: QPainter, look: Look) -> None:
        """Paint with the outline's top left corner at the origin."""
        raise NotImplementedError
