"""Where the view looks: zoom to a point, pan, fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QFrame, QGraphicsView

if TYPE_CHECKING:
    from collections.abc import Callable

LEAST: Final = 0.08
MOST: Final = 4.0
STEP: Final = 1.25
"""Factor of a zoom key and of a notch of the wheel."""
_ROOM: Final = 56.0
"""Scene units left free around a fitted design."""


class Camera(QObject):
    """Moves a graphics view."""

    moved = Signal()
    """The view shows another part, or the same at another zoom."""

    def __init__(self, view: QGraphicsView) -> None:
        """Control ``view``, at 100 % to begin with."""
        super().__init__(view)
        self.view = view
        self.zoom = 1.0
        self._fitted = (0.0, QPointF())
        """Where it was after the last fit: zoom, and the place in the upper left corner."""
        self._fitted_in = QSize()
        """The size of the view at the last fit."""
        self._window = QSize()

    @property
    def is_as_fitted(self) -> bool:
        """Whether nobody has looked elsewhere since everything was fitted, whatever the size of the view is now."""
        return (self.zoom, self.shown().topLeft()) == self._fitted

    @property
    def has_new_room(self) -> bool:
        """Whether the view has another size than at the last fit."""
        return self.view.viewport().size() != self._fitted_in

    def follow_window(self, fit: Callable[[], object]) -> None:
        """Have everything fitted again, unless somebody has looked elsewhere, where the window got another size.

        Not where only the view did: what is put beside it and taken away moves nothing.
        """
        size = self.view.window().size()
        if size != self._window:
            self._window = size
            QTimer.singleShot(0, self, fit)  # all else takes its room first

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom and keep the place under ``at`` (viewport; its middle by default) where it is."""
        self.zoom_to(self.zoom * factor, at)

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom to a value and keep the place under ``at`` where it is."""
        zoom = min(max(zoom, LEAST), MOST)
        if abs(zoom - 1.0) < 0.02:
            zoom = 1.0
        anchor = at if at is not None else QRectF(self.view.viewport().rect()).center()
        place = self.to_scene(anchor)
        if abs(zoom - self.zoom) < 1e-9:
            return
        self.zoom = zoom
        self.view.setTransform(QTransform.fromScale(zoom, zoom))
        drift = self.to_view(place) - anchor
        self._scroll(drift.x(), drift.y())
        self.moved.emit()

    def pan_by(self, delta: QPointF) -> None:
        """Move what is shown along with the pointer (viewport pixels)."""
        self._scroll(-delta.x(), -delta.y())
        self.moved.emit()

    def look_at(self, place: QPointF) -> None:
        """Bring a place of the scene to the middle."""
        middle = QRectF(self.view.viewport().rect()).center()
        drift = self.to_view(place) - middle
        self._scroll(drift.x(), drift.y())
        self.moved.emit()

    def fit(self, rect: QRectF, most: float = 1.0, below: float = 0.0) -> None:
        """Show a whole rectangle, never larger than ``most``; ``below`` pixels at the foot are kept free."""
        room = self.view.viewport().size()
        if rect.isEmpty() or room.isEmpty():
            self.zoom_to(1.0)
            self.look_at(rect.center())
            self._fitted, self._fitted_in = (self.zoom, self.shown().topLeft()), room
            return
        wanted = rect.adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM)
        zoom = min(room.width() / wanted.width(), (room.height() - below) / wanted.height(), most)
        self.zoom_to(zoom)
        self.look_at(rect.center() + QPointF(0.0, below / 2.0 / self.zoom))
        self._fitted, self._fitted_in = (self.zoom, self.shown().topLeft()), room

    def show_rect(self, rect: QRectF) -> None:
        """Show a whole rectangle, exactly: in a view of its proportions it fills that."""
        room = self.view.viewport().size()
        if not rect.isEmpty() and not room.isEmpty():
            self.zoom_to(min(room.width() / rect.width(), room.height() / rect.height()))
            self.look_at(rect.center())

    def reveal(self, rect: QRectF, covered: int = 0) -> None:
        """Pan as little as needed to bring a rectangle into view.

        Args:
            rect: in the scene.
            covered: pixels at the right side of the view on which something else lies.
        """
        shown = self.shown()
        margin = 24.0 / self.zoom
        inner = shown.adjusted(margin, margin, -margin - covered / self.zoom, -margin)
        dx = min(0.0, rect.left() - inner.left()) or max(0.0, rect.right() - inner.right())
        dy = min(0.0, rect.top() - inner.top()) or max(0.0, rect.bottom() - inner.bottom())
        if dx or dy:
            self.pan_by(QPointF(-dx * self.zoom, -dy * self.zoom))

    def shown(self) -> QRectF:
        """The part of the scene in view."""
        rect = QRectF(self.view.viewport().rect())
        return QRectF(self.to_scene(rect.topLeft()), self.to_scene(rect.bottomRight()))

    def to_scene(self, at: QPointF) -> QPointF:
        """A place of the viewport in the scene, without rounding to pixels."""
        inverted, _ = self.view.viewportTransform().inverted()
        return inverted.map(at)

    def to_view(self, place: QPointF) -> QPointF:
        """A place of the scene in the viewport."""
        return self.view.viewportTransform().map(place)

    def _scroll(self, dx: float, dy: float) -> None:
        """Scroll by viewport pixels."""
        across, down = self.view.horizontalScrollBar(), self.view.verticalScrollBar()
        across.setValue(across.value() + round(dx))
        down.setValue(down.value() + round(dy))


def is_near(a: QPoint, b: QPoint, reach: int) -> bool:
    """Whether two places of the screen are closer than ``reach`` in both directions."""
    return abs(a.x() - b.x()) < reach and abs(a.y() - b.y()) < reach


def become_canvas(view: QGraphicsView) -> None:
    """Without bars or anchors; painted whole, and open for pinches and drops."""
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
    view.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
    view.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
    view.setOptimizationFlags(
        QGraphicsView.OptimizationFlag.DontSavePainterState
        | QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing
    )
    view.viewport().setMouseTracking(True)
    view.viewport().grabGesture(Qt.GestureType.PinchGesture)
    view.setAcceptDrops(True)
    view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    view.setMinimumSize(240, 160)
