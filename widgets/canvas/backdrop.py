"""What lies under the cards, kept as picture tiles: grid, frames and links.

Stroking hundreds of curves takes longer than a frame, copying pictures does not. Tiles live in the
pixels of the drawing at the current zoom, so panning only paints what comes into view. At another zoom
the old tiles are stretched, and give way to new ones within some frames.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from PySide6.QtCore import QElapsedTimer, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap, QTransform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Tile: TypeAlias = tuple[int, int]
_EDGE: Final = 256
"""Edge of a tile in device pixels."""
_MOST: Final = 420
"""Tiles kept; beyond that those out of sight go (a quarter of a megabyte each)."""
_LATER: Final = 1
"""Tiles a frame whose live colours are brought up to date."""
_AT_ONCE: Final = 6
"""From so many tiles on they are painted as one picture and cut up."""
_TILE_TIME: Final = 2_000_000
"""Nanoseconds of a frame in which tiles are painted anew at another zoom."""


@dataclass(frozen=True, slots=True)
class Projection:
    """From scene to device: zoom times pixel ratio, then an offset in device pixels."""

    scale: float
    x: float
    y: float
    ratio: float

    @classmethod
    def of(cls, transform: QTransform, ratio: float) -> Projection:
        """From a view's transform (logical pixels) and its device pixel ratio."""
        return cls(transform.m11() * ratio, transform.dx() * ratio, transform.dy() * ratio, ratio)


class Backdrop:
    """A cache of tiles; ``paint`` draws the scene under the cards into any rectangle."""

    def __init__(
        self,
        paint: Callable[[QPainter, QRectF, float], None],
        ground: Callable[[], QColor],
        budget: int = _TILE_TIME,
    ) -> None:
        """Start empty.

        Args:
            paint: gets a painter in scene coordinates, what to cover and the zoom.
            ground: the colour where nothing is painted yet.
            budget: nanoseconds of a frame for new tiles at another zoom; one is always painted.
        """
        self._budget = budget
        self._paint = paint
        self._ground = ground
        self._old: dict[Tile, QPixmap] = {}
        self._old_scale = 1.0
        """Tiles of an earlier zoom, while those of the present one are not all there."""
        self._missing: set[Tile] = set()
        """Visible tiles that are not painted yet."""
        self._scale = 0.0
        self._ratio = 1.0
        self._tiles: dict[Tile, QPixmap] = {}
        self._urgent: set[Tile] = set()
        self._later: dict[Tile, None] = {}
        """In the order in which they were touched, so that every tile has its turn."""

    @property
    def is_settled(self) -> bool:
        """Whether every tile is up to date."""
        return not self._urgent and not self._later and not self._missing

    def clear(self) -> None:
        """Forget everything, as when the theme changes."""
        self._old.clear()
        self._forget()

    def _forget(self) -> None:
        """Forget the tiles of the present zoom."""
        self._tiles.clear()
        self._missing.clear()
        self._urgent.clear()
        self._later.clear()

    def touch(self, rect: QRectF) -> None:
        """What lies in ``rect`` (scene) changed by an edit: right in the next frame."""
        self._urgent.update(self._known(rect))

    def fade(self, rect: QRectF) -> None:
        """What lies in ``rect`` changed while running: within some frames."""
        self._later.update(dict.fromkeys(self._known(rect)))

    def draw(self, painter: QPainter, size: QSize, projection: Projection) -> None:
        """Draw the visible tiles; the painter's transform is the view's."""
        if projection.ratio != self._ratio:
            self.clear()
        elif abs(projection.scale - self._scale) > 1e-9:
            self._keep_old()
        self._scale, self._ratio = projection.scale, projection.ratio
        wanted = self._visible(size, projection)
        self._bring_up_to_date(wanted)
        before = painter.worldTransform()
        painter.setWorldTransform(QTransform())
        if self._missing:
            painter.fillRect(QRectF(0.0, 0.0, size.width(), size.height()), self._ground())
            self._draw_old(painter, size, projection)
        ratio = projection.ratio
        for tile in wanted:
            if tile not in self._missing:
                x = (tile[0] * _EDGE + round(projection.x)) / ratio
                y = (tile[1] * _EDGE + round(projection.y)) / ratio
                painter.drawPixmap(QPointF(x, y), self._tiles[tile])
        painter.setWorldTransform(before)
        self._trim(wanted)

    def _keep_old(self) -> None:
        """The zoom is another one: tiles of the last one that was painted as a whole stand in."""
        if self._tiles and not self._missing:
            self._old, self._old_scale = dict(self._tiles), self._scale
        self._forget()

    def _draw_old(self, painter: QPainter, size: QSize, projection: Projection) -> None:
        """Stretch the tiles of an earlier zoom to where they belong now."""
        ratio = projection.ratio
        edge = _EDGE * projection.scale / self._old_scale / ratio
        left, top = round(projection.x) / ratio, round(projection.y) / ratio
        shown = QRectF(0.0, 0.0, size.width(), size.height())
        for (column, row), picture in self._old.items():
            room = QRectF(left + column * edge, top + row * edge, edge, edge)
            if room.intersects(shown):
                painter.drawPixmap(room, picture, QRectF(picture.rect()))

    def _known(self, rect: QRectF) -> Iterable[Tile]:
        """Existing tiles that a scene rectangle touches."""
        edge = _EDGE / self._scale if self._scale else 1.0
        left, right = rect.left() // edge, rect.right() // edge
        top, bottom = rect.top() // edge, rect.bottom() // edge
        known = itertools.chain(self._tiles, self._missing)
        return [t for t in known if left <= t[0] <= right and top <= t[1] <= bottom]

    @staticmethod
    def _visible(size: QSize, projection: Projection) -> list[Tile]:
        """Tiles that the viewport shows."""
        x, y = round(projection.x), round(projection.y)
        width, height = size.width() * projection.ratio, size.height() * projection.ratio
        columns = range(-x // _EDGE, int((width - x - 1) // _EDGE) + 1)
        rows = range(-y // _EDGE, int((height - y - 1) // _EDGE) + 1)
        return [(column, row) for row in rows for column in columns]

    def _bring_up_to_date(self, wanted: list[Tile]) -> None:
        """Paint what is missing or changed, and a few of those that can wait."""
        self._missing = {t for t in wanted if t not in self._tiles and t not in self._urgent}
        if self._missing and self._old:
            self._paint_some(wanted)
        else:
            self._missing.clear()
        if not self._missing:
            self._old.clear()
        missing = [
            t
            for t in wanted
            if t in self._urgent or (t not in self._tiles and t not in self._missing)
        ]
        seen = set(wanted)
        waiting = (t for t in self._later if t in seen and t not in self._urgent)
        missing += itertools.islice(waiting, _LATER)
        if len(missing) >= _AT_ONCE:
            self._paint_together(missing)
        else:
            for tile in missing:
                self._paint_tile(tile)
        for tile in missing:
            self._urgent.discard(tile)
            self._missing.discard(tile)
            self._later.pop(tile, None)

    def _paint_tile(self, tile: Tile) -> None:
        """Paint one tile."""
        area = QRect(tile[0] * _EDGE, tile[1] * _EDGE, _EDGE, _EDGE)
        picture = self._picture(area)
        picture.setDevicePixelRatio(self._ratio)
        self._tiles[tile] = picture

    def _paint_some(self, wanted: list[Tile]) -> None:
        """Paint missing tiles, those in the middle first, as many as a frame has time for."""
        column = (wanted[0][0] + wanted[-1][0]) / 2
        row = (wanted[0][1] + wanted[-1][1]) / 2
        spent = QElapsedTimer()
        spent.start()
        for tile in sorted(self._missing, key=lambda t: (abs(t[0] - column) + abs(t[1] - row), t)):
            self._paint_tile(tile)
            self._missing.discard(tile)
            if spent.nsecsElapsed() > self._budget:
                return

    def _paint_together(self, tiles: list[Tile]) -> None:
        """Paint the rectangle around many tiles once and cut it up."""
        left, top = min(t[0] for t in tiles), min(t[1] for t in tiles)
        right, bottom = max(t[0] for t in tiles) + 1, max(t[1] for t in tiles) + 1
        area = QRect(left * _EDGE, top * _EDGE, (right - left) * _EDGE, (bottom - top) * _EDGE)
        picture = self._picture(area)
        for column in range(left, right):
            for row in range(top, bottom):
                cut = QRect((column - left) * _EDGE, (row - top) * _EDGE, _EDGE, _EDGE)
                piece = picture.copy(cut)
                piece.setDevicePixelRatio(self._ratio)
                self._tiles[(column, row)] = piece
                self._urgent.discard((column, row))
                self._missing.discard((column, row))
                self._later.pop((column, row), None)

    def _picture(self, area: QRect) -> QPixmap:
        """Paint an area given in pixels of the drawing."""
        picture = QPixmap(area.size())
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-area.topLeft())
        painter.scale(self._scale, self._scale)
        units = 1.0 / self._scale
        covered = QRectF(
            area.left() * units, area.top() * units, area.width() * units, area.height() * units
        )
        self._paint(painter, covered, self._scale / self._ratio)
        painter.end()
        return picture

    def _trim(self, wanted: list[Tile]) -> None:
        """Forget tiles out of sight when there are too many."""
        if len(self._tiles) <= _MOST:
            return
        keep = set(wanted)
        for tile in [t for t in self._tiles if t not in keep]:
            del self._tiles[tile]
        self._urgent &= keep
        self._later = {tile: None for tile in self._later if tile in keep}
