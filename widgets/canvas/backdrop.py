"""What lies under the cards, kept as picture tiles: grid, frames and links.

Stroking hundreds of curves takes longer than a frame, copying pictures does not. Tiles live in the
pixels of the drawing at the current zoom, so panning only paints what comes into view. At another zoom
the old tiles are stretched, and give way to new ones within some frames.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final, TypeAlias

from PySide6.QtCore import QElapsedTimer, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap, QTransform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
_PARTS: Final = 20
"""Parts that are painted in a frame at most; what is in more of them comes with the next ones."""
_PART_TIME: Final = 8_000_000
"""Nanoseconds of a frame after which no further part is painted."""
_AREAS: Final = 64
"""Areas that are looked at one by one; of more, what they lie in together changed."""
Part: TypeAlias = "Callable[[QPainter], None]"
"""Paints some of what lies in a picture, with the painter in scene coordinates."""
Paint: TypeAlias = "Callable[[QPainter, QRectF, float], Sequence[Part] | None]"
"""Gets a painter in scene coordinates, what to cover and the zoom; returns what is left to paint, in parts."""


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


@dataclass(slots=True)
class _Job:
    """A picture under way: of one tile, or of the rectangle around many."""

    area: QRect
    """In pixels of the drawing."""
    picture: QPixmap
    parts: deque[Part]
    """What is left to paint."""

    @property
    def tiles(self) -> list[Tile]:
        """The tiles that it shows."""
        columns = range(self.area.left() // _EDGE, (self.area.right() + 1) // _EDGE)
        rows = range(self.area.top() // _EDGE, (self.area.bottom() + 1) // _EDGE)
        return [(column, row) for column in columns for row in rows]


class Backdrop:
    """A cache of tiles; ``paint`` draws the scene under the cards into any rectangle."""

    def __init__(
        self,
        paint: Paint,
        ground: Callable[[], QColor],
        budget: int = _TILE_TIME,
    ) -> None:
        """Start empty.

        Args:
            paint: paints what lies somewhere, or begins to.
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
        self._job: _Job | None = None
        """What is being painted over several frames."""
        self._spent = QElapsedTimer()
        """Since this frame began to paint parts."""
        self._urgent: set[Tile] = set()
        self._later: dict[Tile, None] = {}
        """In the order in which they were touched, so that every tile has its turn."""

    @property
    def is_settled(self) -> bool:
        """Whether every tile is up to date."""
        return not (self._urgent or self._later or self._missing or self._job)

    @property
    def zoom(self) -> float:
        """At which its tiles are painted (logical pixels a unit of the scene)."""
        return self._scale / self._ratio or 1.0

    def clear(self) -> None:
        """Forget everything, as when the theme changes."""
        self._old.clear()
        self._forget()

    def _forget(self) -> None:
        """Forget the tiles of the present zoom."""
        self._job = None
        self._tiles.clear()
        self._missing.clear()
        self._urgent.clear()
        self._later.clear()

    def touch(self, rect: QRectF) -> None:
        """What lies in ``rect`` (scene) changed by an edit: right in the next frame."""
        self._urgent.update(self._known(rect))

    def touch_all(self, rects: Sequence[QRectF]) -> None:
        """As ``touch``, for any number of places."""
        if len(rects) > _AREAS:
            rects = (reduce(QRectF.united, rects),)
        for rect in rects:
            self.touch(rect)

    def add(self, rects: Iterable[QRectF], part: Part) -> None:
        """Something came that lies over all the rest: paint it alone on the tiles that are up to date.

        Args:
            rects: where it lies (scene).
            part: paints it.
        """
        touched = {each for rect in rects for each in self._known(rect)} - self._urgent
        if self._job is not None and not touched.isdisjoint(self._job.tiles):
            self._job.parts.append(part)
        for tile in touched & self._tiles.keys():
            picture = self._tiles[tile]
            picture.setDevicePixelRatio(1.0)
            with QPainter(picture) as painter:
                self._set_up(painter, _area_of(tile))
                part(painter)
            picture.setDevicePixelRatio(self._ratio)

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
        if any(tile not in self._tiles for tile in wanted):
            painter.fillRect(QRectF(0.0, 0.0, size.width(), size.height()), self._ground())
            self._draw_old(painter, size, projection)
        ratio = projection.ratio
        for tile in wanted:
            picture = self._tiles.get(tile)
            if picture is not None:
                x = (tile[0] * _EDGE + round(projection.x)) / ratio
                y = (tile[1] * _EDGE + round(projection.y)) / ratio
                painter.drawPixmap(QPointF(x, y), picture)
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
        """Existing tiles that a scene rectangle touches; none for nothing."""
        if rect.isNull():
            return ()
        edge = _EDGE / self._scale if self._scale else 1.0
        left, right = rect.left() // edge, rect.right() // edge
        top, bottom = rect.top() // edge, rect.bottom() // edge
        under_way = () if self._job is None else self._job.tiles
        known = itertools.chain(self._tiles, self._missing, under_way)
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
        self._spent.start()
        left = self._go_on(_PARTS)
        under_way = set() if self._job is None else set(self._job.tiles)
        absent = {t for t in wanted if t not in self._tiles and t not in under_way}
        self._missing = absent - self._urgent
        if self._missing and self._old:
            left = self._paint_some(wanted, left)
        elif not absent and not under_way:
            self._old.clear()
        if left <= 0:
            return
        due = [t for t in wanted if t in self._urgent or (t in absent and not self._old)]
        seen = set(wanted)
        waiting = (t for t in self._later if t in seen and t not in self._urgent)
        due += itertools.islice(waiting, _LATER)
        areas = [_around(due)] if len(due) >= _AT_ONCE else [_area_of(tile) for tile in due]
        for area in areas:
            if left <= 0:
                return
            left = self._begin(area, left)

    def _begin(self, area: QRect, most: int) -> int:
        """Paint an area, or as much of it as there are parts left for; returns how many then are.

        What is touched from here on is painted again.
        """
        picture = QPixmap(area.size())
        units = 1.0 / self._scale
        covered = QRectF(
            area.left() * units, area.top() * units, area.width() * units, area.height() * units
        )
        with QPainter(picture) as painter:
            self._set_up(painter, area)
            more = self._paint(painter, covered, self._scale / self._ratio) or ()
        self._job = _Job(area, picture, deque(more))
        for tile in self._job.tiles:
            self._urgent.discard(tile)
            self._missing.discard(tile)
            self._later.pop(tile, None)
        return self._go_on(most - 1)

    def _go_on(self, most: int) -> int:
        """Paint more of what is under way, and show it once it is whole.

        Returns:
            How many parts may still be painted; none where something is left of this.
        """
        job = self._job
        if job is None:
            return most
        with QPainter(job.picture) as painter:
            self._set_up(painter, job.area)
            while job.parts and most > 0:
                job.parts.popleft()(painter)
                most -= 1
                if self._spent.nsecsElapsed() > _PART_TIME:
                    most = 0
        if not job.parts:
            self._job = None
            for tile in job.tiles:
                cut = _area_of(tile).translated(-job.area.topLeft())
                piece = job.picture if job.area == _area_of(tile) else job.picture.copy(cut)
                piece.setDevicePixelRatio(self._ratio)
                self._tiles[tile] = piece
        return most

    def _paint_some(self, wanted: list[Tile], left: int) -> int:
        """Paint missing tiles, those in the middle first, as many as a frame has time for."""
        column = (wanted[0][0] + wanted[-1][0]) / 2
        row = (wanted[0][1] + wanted[-1][1]) / 2
        spent = QElapsedTimer()
        spent.start()
        for tile in sorted(self._missing, key=lambda t: (abs(t[0] - column) + abs(t[1] - row), t)):
            if left <= 0:
                break
            left = self._begin(_area_of(tile), left)
            if spent.nsecsElapsed() > self._budget:
                break
        return left

    def _set_up(self, painter: QPainter, area: QRect) -> None:
        """Have the painter of an area's picture paint in scene coordinates."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-area.topLeft())
        painter.scale(self._scale, self._scale)

    def _trim(self, wanted: list[Tile]) -> None:
        """Forget tiles out of sight when there are too many."""
        if len(self._tiles) <= _MOST:
            return
        keep = set(wanted)
        for tile in [t for t in self._tiles if t not in keep]:
            del self._tiles[tile]
        self._urgent &= keep
        self._later = {tile: None for tile in self._later if tile in keep}


def _around(tiles: list[Tile]) -> QRect:
    """The rectangle around tiles, in pixels of the drawing."""
    left, top = min(t[0] for t in tiles), min(t[1] for t in tiles)
    right, bottom = max(t[0] for t in tiles) + 1, max(t[1] for t in tiles) + 1
    return QRect(left * _EDGE, top * _EDGE, (right - left) * _EDGE, (bottom - top) * _EDGE)


def _area_of(tile: Tile) -> QRect:
    """A tile in pixels of the drawing."""
    return QRect(tile[0] * _EDGE, tile[1] * _EDGE, _EDGE, _EDGE)
