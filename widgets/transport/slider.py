"""A thin slider over a dial, in the manner of the house: track, filled part, round knob."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from widgets.own_keys import OwnKeys

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QWheelEvent

    from widgets.theme import Ink, Theme
    from widgets.transport.dials import Dial

_KNOB = 5.5
_TRACK = 3.0
_HEIGHT = 22
_NARROWEST = 44
_PAGE = 10
"""Steps that a page key goes."""


class DialSlider(QSlider):
    """A slider whose positions mean what its dial says. Double click goes back to rest."""

    dialed = Signal(float)
    """A person chose this value; ``set_value`` does not say so."""

    def __init__(self, dial: Dial, width: int, parent: QWidget | None = None) -> None:
        """Make a slider ``width`` pixels wide where there is room."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        OwnKeys(self, {"Backspace": None})
        self._dial = dial
        self._width = width
        self._value = dial.rest
        self._ink = "#888888"
        self._track = "#444444"
        self._ring = "#ffffff"
        self.setRange(0, dial.last)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setValue(dial.position(dial.rest))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def dialled(self) -> float:
        """The value it stands at; exact even where the knob can only stand near it."""
        return self._value

    def set_colours(self, ink: Ink, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self._ink, self._track, self._ring = ink.colour, theme.track, theme.text
        self.update()

    def set_value(self, value: float) -> None:
        """Show a value that was set elsewhere."""
        self._value = value
        self.setValue(self._dial.position(value))
        self.update()

    def sizeHint(self) -> QSize:
        """Its usual width."""
        return QSize(self._width, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Still usable."""
        return QSize(_NARROWEST, _HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to where it was pressed."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._dial.settle(self._position_at(event.position())))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(self._dial.settle(self._position_at(event.position())))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A drag is over; everything was said while it went on."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to rest."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._dial.position(self._dial.rest))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One step a notch."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        if delta:
            self._choose(self._dial.step(self.value(), 1 if delta > 0 else -1))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows step, pages leap, Home and End go to the ends, Backspace goes back to rest."""
        key = Qt.Key(event.key())
        moves = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: _PAGE,
            Qt.Key.Key_PageDown: -_PAGE,
        }
        if key in moves:
            self._choose(self._dial.step(self.value(), moves[key]))
        elif key in {Qt.Key.Key_Home, Qt.Key.Key_End}:
            self._choose(0 if key == Qt.Key.Key_Home else self._dial.last)
        elif key == Qt.Key.Key_Backspace:
            self._choose(self._dial.position(self._dial.rest))
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Track, filled part, knob, and a ring while it has the focus."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            middle = self.height() / 2.0
            left, right = self._ends()
            x = left + (right - left) * self.value() / max(self._dial.last, 1)
            half = _TRACK / 2.0
            painter.setBrush(QColor(self._track))
            painter.drawRoundedRect(QRectF(0, middle - half, self.width(), _TRACK), half, half)
            painter.setBrush(QColor(self._ink))
            painter.drawRoundedRect(QRectF(0, middle - half, x, _TRACK), half, half)
            if self.hasFocus():
                painter.setPen(QPen(QColor(self._ring), 1.5))
            painter.drawEllipse(QPointF(x, middle), _KNOB, _KNOB)

    def _ends(self) -> tuple[float, float]:
        """Where the knob's centre stands at either end."""
        return _KNOB + 1.0, self.width() - _KNOB - 1.0

    def _position_at(self, point: QPointF) -> int:
        """Position under a point."""
        left, right = self._ends()
        share = (point.x() - left) / max(right - left, 1.0)
        return round(min(max(share, 0.0), 1.0) * self._dial.last)

    def _choose(self, position: int) -> None:
        """Take a position and say so."""
        position = min(max(position, 0), self._dial.last)
        value = self._dial.value(position)
        if value != self._value or position != self.value():
            self._value = value
            self.setValue(position)
            self.dialed.emit(value)
            self.update()
