"""The whole design in a corner, states coloured; drag the rectangle to look elsewhere.

It covers no card and no note: it moves along the edges of the view, and goes away where all is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from widgets.canvas.geometry import with_margin
from widgets.canvas.minimap_place import free_place

if TYPE_CHECKING:
    from widgets.canvas.camera import Camera
    from widgets.canvas.look import Look
    from widgets.canvas.scene import CanvasScene

SIZE: Final = QSize(132, 76)
_PADDING: Final = 7.0
_MANY: Final = 60
"""From so many nodes on their corners are not rounded: nobody sees it."""
_MARGIN: Final = 12.0
"""Distance from the edges of the view."""
_REST: Final = 160
"""Milliseconds of rest after which it looks for another place."""


class Minimap(QWidget):
    """A map of the design. Its picture is painted again only when something moved or changed state."""

    def __init__(self, scene: CanvasScene, camera: Camera, look: Look, parent: QWidget) -> None:
        """Show ``scene`` and steer ``camera``."""
        super().__init__(parent)
        self._scene = scene
        self._camera = camera
        self._look = look
        self._is_over_links = False
        """Whether there is no place where it covers no link."""
        self._ground = QPixmap()
        self._picture = QPixmap()
        self._shown = QRectF()
        self._outdated = True
        self._content = QRectF()
        self._map = QRectF()
        self._around: tuple[QWidget, ...] = ()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(self.settle)
        camera.moved.connect(self.keep_clear)
        scene.shifted.connect(self.keep_clear)
        self.setFixedSize(SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Minimap")
        self.setToolTip("Drag to look elsewhere")
        self._stays_away = False
        self.hide()

    def set_look(self, look: Look) -> None:
        """Take another theme."""
        self._look = look
        self.touch()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy the picture; it is put together again when the view looks elsewhere."""
        del event
        shown = self._camera.shown()
        self._bring_up_to_date(shown)
        if shown != self._shown:
            self._shown = shown
            self._picture = self._with_view(shown)
        with QPainter(self) as painter:
            painter.drawPixmap(QPointF(0.0, 0.0), self._picture)

    def _with_view(self, shown: QRectF) -> QPixmap:
        """The map, and on it what the view shows."""
        picture = QPixmap(self._ground)
        look = self._look
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(look.colour(look.theme.selection), 1.25))
            painter.setBrush(look.colour(look.theme.selection, 0.06))
            painter.drawRoundedRect(self._to_map(shown), 3.0, 3.0)
        return picture

    def touch(self) -> None:
        """The design or its states changed: the map is painted again in the next frame."""
        self._outdated = True
        self.keep_clear()
        self.update()

    def stand_beside(self, *others: QWidget) -> None:
        """Cover none of these either, while they are shown."""
        self._around = others

    def stay_away(self) -> None:
        """Be shown never again: the view is looked at, not worked on."""
        self._stays_away = True
        self.hide()

    def keep_clear(self) -> None:
        """Get out of the way at once; another place is looked for when nothing moves any more."""
        if not self._scene.design.nodes:
            self._rest.stop()
            self.hide()
        elif self.isHidden():
            self._rest.start()
        elif self._is_taken(QRectF(self.geometry())) or (
            not self._is_over_links and self._is_crossed(QRectF(self.geometry()))
        ):
            self.hide()
            self._rest.start()

    def go_home(self) -> None:
        """Stand in the first corner that is free: the design or the view is another one."""
        self.hide()
        self.settle()

    def settle(self) -> None:
        """Stand where nothing is covered, or nowhere."""
        place = self.parentWidget()
        if place is None or self._stays_away or not self._scene.design.nodes:
            return
        here = QRectF(self.geometry())
        if not self.isHidden() and not self._is_taken(here) and not self._is_crossed(here):
            return
        room, size = QRectF(place.rect()), QSizeF(SIZE)
        spot = free_place(
            room, size, _MARGIN, lambda each: self._is_taken(each) or self._is_crossed(each)
        )
        self._is_over_links = spot is None
        if spot is None:
            spot = free_place(room, size, _MARGIN, self._is_taken)
        if spot is not None:
            self.move(spot.toPoint())
        self.setVisible(spot is not None)

    def _is_crossed(self, spot: QRectF) -> bool:
        """Whether a link runs through a part of the view (pixels): it stands there only where all else is taken."""
        inverted, _ = self._camera.view.viewportTransform().inverted()
        area = inverted.mapRect(spot)
        return self._scene.courses.crosses(area.left(), area.top(), area.right(), area.bottom())

    def _is_taken(self, spot: QRectF) -> bool:
        """Whether something that is to stay readable reaches into a part of the view (pixels)."""
        if any(
            spot.intersects(QRectF(each.geometry())) for each in self._around if not each.isHidden()
        ):
            return True
        inverted, _ = self._camera.view.viewportTransform().inverted()
        area = inverted.mapRect(spot)
        scene = self._scene
        return scene.wiring.obstacles.touches(with_margin(area)) or any(
            note.outline().intersects(area) for note in scene.notes.values()
        )

    def _bring_up_to_date(self, shown: QRectF) -> None:
        """Paint the picture again if what it shows, or how much, changed."""
        ratio = self.devicePixelRatioF()
        if self._outdated:
            self._content = self._scene.content_rect()
        area = self._content.united(shown).adjusted(-20.0, -20.0, 20.0, 20.0)
        if not self._outdated and area == self._map and self._ground.devicePixelRatio() == ratio:
            return
        self._outdated = False
        self._map = area
        self._shown = QRectF()
        self._ground = QPixmap(SIZE * ratio)
        self._ground.setDevicePixelRatio(ratio)
        self._ground.fill(QColor(0, 0, 0, 0))
        with QPainter(self._ground) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        """Paint ground, frames, notes, and nodes in the colours of their states."""
        look, theme = self._look, self._look.theme
        painter.setPen(QPen(look.colour(theme.card_border), 1.0))
        painter.setBrush(look.colour(theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8.0, 8.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(look.colour(theme.frame_border), 1.0))
        for frame in self._scene.frames.values():
            painter.drawRoundedRect(self._to_map(frame.rect), 2.0, 2.0)
        scale, middle = self._scale(), QPointF(SIZE.width() / 2, SIZE.height() / 2)
        painter.translate(middle)
        painter.scale(scale, scale)
        painter.translate(-self._map.center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(theme.sticky))
        painter.drawRects([note.rect for note in self._scene.notes.values()])
        by_state: dict[str, list[QRectF]] = {}
        state_of = self._scene.presenter.state
        for card in self._scene.cards.values():
            by_state.setdefault(state_of(card.item_id), []).append(card.rect)
        for state, rects in by_state.items():
            painter.setBrush(look.colour(theme.state(state).colour))
            if len(self._scene.cards) > _MANY:
                painter.drawRects(rects)
                continue
            for rect in rects:
                painter.drawRoundedRect(rect, 1.5 / scale, 1.5 / scale)

    def _scale(self) -> float:
        """Map pixels a scene unit."""
        return min(
            (SIZE.width() - 2 * _PADDING) / max(self._map.width(), 1.0),
            (SIZE.height() - 2 * _PADDING) / max(self._map.height(), 1.0),
        )

    def _to_map(self, rect: QRectF) -> QRectF:
        """A rectangle of the scene on the map."""
        scale = self._scale()
        middle = QPointF(SIZE.width() / 2, SIZE.height() / 2)
        corner = (rect.topLeft() - self._map.center()) * scale + middle
        return QRectF(corner.x(), corner.y(), rect.width() * scale, rect.height() * scale)

    def _look_at(self, at: QPointF) -> None:
        """Bring the place under the pointer to the middle of the view."""
        middle = QPointF(SIZE.width() / 2, SIZE.height() / 2)
        self._camera.look_at((at - middle) / self._scale() + self._map.center())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look there."""
        self._look_at(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Keep looking where the pointer goes."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look_at(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press that was taken is released here too."""
        event.accept()
