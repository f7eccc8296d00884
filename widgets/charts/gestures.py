"""The mouse and the keyboard over a chart: point, zoom, pan, reset. All of it acts on the axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from widgets.instruments.time_axis import NO_CURSOR

if TYPE_CHECKING:
    from widgets.charts.plot import Plot
    from widgets.instruments import TimeAxis

_ZOOM = 0.8
"""Span after one notch of the wheel, over the span before."""
_NOTCH = 120.0
"""A wheel notch in Qt's eighths of a degree."""
_DRAG = 4.0
"""Pixels that a press moves before it pans."""


def press_key(axis: TimeAxis, key: Qt.Key, step: float) -> bool:
    """Arrows move the cursor by ``step`` seconds, + and - zoom, Home follows the run, Esc points nowhere.

    Returns whether the key meant something.
    """
    at = axis.cursor if math.isfinite(axis.cursor) else min(axis.now, axis.end)
    if key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
        forth = step if key == Qt.Key.Key_Right else -step
        axis.set_cursor(min(max(at + forth, axis.start), axis.end))
    elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
        axis.zoom(_ZOOM, at)
    elif key == Qt.Key.Key_Minus:
        axis.zoom(1.0 / _ZOOM, at)
    elif key == Qt.Key.Key_Home:
        axis.reset()
    elif key == Qt.Key.Key_Escape and math.isfinite(axis.cursor):
        axis.set_cursor(NO_CURSOR)
    else:
        return False
    return True


class Gestures(QObject):
    """Watches a plot's canvas. Hover points, wheel zooms, drag pans, double click follows again."""

    def __init__(self, plot: Plot, axis: TimeAxis) -> None:
        """Watch ``plot`` and act on ``axis``."""
        super().__init__(plot)
        self._plot = plot
        self._axis = axis
        self._pressed: QPointF | None = None
        self._grabbed = 0.0
        self._panning = False
        canvas = plot.canvas
        canvas.setMouseTracking(True)
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the mouse events that mean something; the rest goes on."""
        kind = event.type()
        if kind == QEvent.Type.Leave:
            self._axis.set_cursor(NO_CURSOR)
            return False
        if isinstance(event, QWheelEvent):
            return self._wheel(event)
        if isinstance(event, QMouseEvent):
            return self._mouse(event)
        return super().eventFilter(watched, event)

    def _mouse(self, event: QMouseEvent) -> bool:
        """Point, pan or reset."""
        kind, left = event.type(), Qt.MouseButton.LeftButton
        position = event.position()
        if kind == QEvent.Type.MouseButtonDblClick and event.button() == left:
            self._pressed = None
            self._axis.reset()
        elif kind == QEvent.Type.MouseButtonPress and event.button() == left:
            self._pressed, self._panning = position, False
            self._grabbed = self._plot.time_at(position)
        elif kind == QEvent.Type.MouseButtonRelease and event.button() == left:
            self._pressed = None
            self._plot.canvas.unsetCursor()
        elif kind == QEvent.Type.MouseMove:
            self._move(position)
        else:
            return False
        return True

    def _move(self, position: QPointF) -> None:
        """Pan while pressed, else point."""
        if self._pressed is None:
            inside = self._plot.holds(position)
            self._axis.set_cursor(self._plot.time_at(position) if inside else NO_CURSOR)
            return
        if not self._panning and abs(position.x() - self._pressed.x()) < _DRAG:
            return
        if not self._panning:
            self._panning = True
            self._plot.canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._axis.pan(self._grabbed - self._plot.time_at(position))

    def _wheel(self, event: QWheelEvent) -> bool:
        """Zoom about the instant under the mouse; sideways scrolling pans."""
        delta = event.angleDelta()
        if abs(delta.x()) > abs(delta.y()):
            self._axis.pan(-delta.x() / _NOTCH * self._axis.span * 0.08)
        elif delta.y():
            factor = _ZOOM ** (delta.y() / _NOTCH)
            self._axis.zoom(factor, self._plot.time_at(event.position()))
        event.accept()
        return True
