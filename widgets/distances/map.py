"""The map of distances: frames as points, far apart where a round trip takes long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.model.units import format_quantity
from widgets.distances.labels import name_rooms, number_room, rooms_below
from widgets.distances.placing import placed
from widgets.distances.view import Distances
from widgets.theme import CAPTION, SMALL, directed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QMouseEvent, QPaintEvent

    from widgets.distances.view import Trip
    from widgets.theme import ThemeManager

_RADIUS: Final = 7.0
_MARGIN_X, _MARGIN_Y = 76.0, 40.0
_MOST_LABELS: Final = 10
"""Frames up to which every line has its number."""
_MOST_NAMES: Final = 40
"""Frames up to which names make room for each other; those of more stand below their points."""
_NAME_WIDTH: Final = 130.0
_NAME_HEIGHT: Final = 16.0
_NEAR: Final = 18.0
"""Pixels around a point that count as on it."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A line between two frames."""

    start: QPointF
    end: QPointF
    trip: Trip
    is_chosen: bool


class DistanceMap(QWidget):
    """Paints the frames and what is between them."""

    chosen = Signal(str)
    """A frame was clicked."""

    def __init__(self, look: ThemeManager) -> None:
        """Show nothing yet."""
        super().__init__()
        self._look = look
        self._shown = Distances()
        self._points: dict[str, tuple[float, float]] = {}
        self._pair: tuple[str, str] | None = None
        self._picture = QPixmap()
        self._pictured: tuple[object, ...] = ()
        """What the picture shows."""
        self._titles: dict[str, str] = {}
        self._rooms: dict[str, QRectF] = {}
        self._named: tuple[object, ...] = ()
        """What the names and their rooms are of."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Map of round trips")

    def sizeHint(self) -> QSize:
        """Room for a few regions."""
        return QSize(430, 320)

    def minimumSizeHint(self) -> QSize:
        """Less is not readable."""
        return QSize(260, 180)

    def show_distances(self, distances: Distances) -> None:
        """Show these."""
        self._shown = distances
        trips = {pair: trip.seconds for pair, trip in distances.trips.items()}
        self._points = placed([frame.id for frame in distances.frames], trips)
        self.update()

    def highlight(self, pair: tuple[str, str] | None) -> None:
        """Bring out what is between two frames."""
        if pair != self._pair:
            self._pair = pair
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what was painted before, where nothing about it changed: of hundreds of frames it takes a turn."""
        ratio, size = self.devicePixelRatioF(), self.size()
        shown = (self._shown, self._pair, self._look.theme, self.font(), ratio, size)
        if shown != self._pictured:
            self._pictured = shown
            self._picture = QPixmap(size * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            with QPainter(self._picture) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint(painter)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._picture)

    def _paint(self, painter: QPainter) -> None:
        """Lines below, points and names above."""
        frames = self._shown.frames
        shows_all = len(frames) <= _MOST_LABELS
        longest = max((trip.seconds for trip in self._shown.trips.values()), default=0.0)
        ways = list(self._ways())
        for way in ways:
            self._paint_line(painter, way, longest)
        points, (titles, names) = self._places(), self._names()
        taken = [*names.values(), *(_around(at) for at in points.values())]
        # The chosen one first: it has its number even where there is no room for all of them.
        for way in sorted(ways, key=lambda each: not each.is_chosen):
            if shows_all or way.is_chosen:
                self._paint_number(painter, way, taken)
        painter.setFont(self._font(SMALL))
        for frame in frames:
            at, room = points[frame.id], names[frame.id]
            self._paint_point(painter, frame.id, at, titles[frame.id], room)

    def _names(self) -> tuple[dict[str, str], dict[str, QRectF]]:
        """As much of the frames' names as is seen, and where; found once, whatever the theme."""
        known = (self._shown, self.font(), self.size())
        if known != self._named:
            self._named = known
            metrics = QFontMetricsF(self._font(SMALL))
            self._titles = {each.id: _elided(each.title, metrics) for each in self._shown.frames}
            sizes = {each: _size(text, metrics) for each, text in self._titles.items()}
            place = name_rooms if len(sizes) <= _MOST_NAMES else rooms_below
            self._rooms = place(self._places(), sizes, _RADIUS, self.size())
        return self._titles, self._rooms

    def _ways(self) -> Iterator[_Way]:
        """The lines between frames of which something is known, in the order of the frames."""
        places, chosen = self._places(), set(self._pair or ())
        order = {frame_id: number for number, frame_id in enumerate(places)}
        seen = {
            tuple(sorted(pair, key=order.__getitem__)): trip
            for pair, trip in self._shown.trips.items()
        }
        for one, other in sorted(seen, key=lambda pair: (order[pair[0]], order[pair[1]])):
            yield _Way(places[one], places[other], seen[one, other], {one, other} == chosen)

    def at(self, frame_id: str) -> QPointF:
        """Where a frame is."""
        return self._places()[frame_id]

    def _places(self) -> dict[str, QPointF]:
        """Where the frames are, by id."""
        wide = max(self.width() - 2.0 * _MARGIN_X, 1.0)
        high = max(self.height() - 2.0 * _MARGIN_Y, 1.0)
        heights = [y for _, y in self._points.values()] or [0.0]
        scale = min(wide, high / max(max(heights) - min(heights), high / wide))
        left, top = self.width() / 2.0, self.height() / 2.0 - _NAME_HEIGHT / 2.0
        return {
            each: QPointF(left + (x - 0.5) * scale, top + (y - 0.5) * scale)
            for each, (x, y) in self._points.items()
        }

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a frame chooses it."""
        for frame_id, at in self._places().items():
            if (event.position() - at).manhattanLength() < _NEAR:
                self.chosen.emit(frame_id)
                return

    def _paint_line(self, painter: QPainter, way: _Way, longest: float) -> None:
        """The longer the way, the paler; dashed where nobody set it."""
        theme = self._look.theme
        colour = QColor(theme.accent.colour if way.is_chosen else theme.link)
        if not way.is_chosen:
            colour.setAlphaF(0.9 - 0.55 * way.trip.seconds / (longest or 1.0))
        pen = QPen(colour, 2.0 if way.is_chosen else 1.5)
        if way.trip.inherited:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(way.start, way.end)

    def _paint_number(self, painter: QPainter, way: _Way, taken: list[QRectF]) -> None:
        """The round trip, on its line; where there is no room, only that of the chosen one."""
        theme = self._look.theme
        font = self._font(CAPTION)
        font.setItalic(way.trip.inherited)
        painter.setFont(font)
        text = format_quantity(way.trip.seconds, "s")
        size = QFontMetricsF(font).boundingRect(text).adjusted(-4, -1, 4, 1).size()
        room, is_free = number_room(way.start, way.end, size, taken)
        if not is_free and not way.is_chosen:
            return
        taken.append(room)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(room, 3, 3)
        painter.setPen(QColor(theme.text if way.is_chosen else theme.muted))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_point(
        self, painter: QPainter, frame_id: str, at: QPointF, title: str, room: QRectF
    ) -> None:
        """A frame and its name beside it."""
        theme = self._look.theme
        is_chosen = self._pair is not None and frame_id in self._pair
        painter.setPen(QPen(QColor(theme.panel), 2.0))
        painter.setBrush(QColor(theme.accent.colour if is_chosen else theme.muted))
        painter.drawEllipse(at, _RADIUS, _RADIUS)
        backdrop = QColor(theme.panel)
        backdrop.setAlphaF(0.8)
        painter.fillRect(room, backdrop)
        painter.setPen(QColor(theme.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, title)

    def _font(self, pixels: int) -> QFont:
        """The font of the map in a size."""
        font = self.font()
        font.setPixelSize(pixels)
        return font


def _elided(title: str, metrics: QFontMetricsF) -> str:
    """As much of a name as there is room for."""
    return directed(metrics.elidedText(title, Qt.TextElideMode.ElideRight, _NAME_WIDTH))


def _size(text: str, metrics: QFontMetricsF) -> QSizeF:
    """What a name takes."""
    return QSizeF(metrics.horizontalAdvance(text) + 6.0, metrics.height())


def _around(at: QPointF) -> QRectF:
    """The square around a point."""
    return QRectF(at.x() - _RADIUS, at.y() - _RADIUS, 2.0 * _RADIUS, 2.0 * _RADIUS)
