"""A bare pyqtgraph plot in the manner of the house: no frame, faint grid, muted labels, thin lines.

Only drawing happens here; gestures are in ``gestures``, what is drawn comes from ``lines``.
pyqtgraph has no types, so its objects are ``Any`` and stay inside this file.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QFrame, QGraphicsView, QLabel, QVBoxLayout, QWidget

from widgets.instruments.text import time_ticks
from widgets.plot_frame import framed
from widgets.plot_library import plot_library
from widgets.theme import CAPTION, Fonts, set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent

    from widgets.charts.bands import Band
    from widgets.charts.scales import Ticks
    from widgets.theme import Theme

pg = plot_library()

_LEFT = 50
"""Width of the vertical labels: the plots of all charts begin at the same distance."""
_BOTTOM = 22
_OVER_TOP, _OVER_RIGHT = 9, 15
"""Room for the halves of labels that reach over the ends of the axes."""
_PEN = 1.6
_STRIP = 4.0
"""Width of what is marked along the foot, half of which lies outside (logical pixels)."""
_KEPT = 0.35
"""Strength of the lines of an earlier run against the panel behind them."""
_FILL = 0.38
"""Strength of an area against the panel behind it."""
_BAND = 0.3
"""Opacity of a measured band: the lines before it and the grid behind it stay readable."""
_TICK_EVERY = 52.0
"""A time label every so many pixels at most."""
_LABEL_EVERY = 14.0
"""Pixels from a label of a height to the next, at least."""
_MANY_MARKS = 200
"""Marks of events from which on those are left out that stand on others."""
_PAD = 0.02
"""Air above and below the range, so that a line on the border is not cut."""


class Plot(QWidget):
    """Lines over time with axes. Heights are in the scale's coordinate."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty plot."""
        super().__init__(parent)
        self._theme = theme
        self._curves: dict[str, Any] = {}
        self._range = (0.0, 1.0)
        self._times = (0.0, 10.0)
        self._marks: tuple[float, ...] = ()
        self._ticks: Ticks = []
        self._labelled: Ticks = []
        """Those for which there is room."""
        self._view, self._frame = framed(self)
        self._box: Any = self._frame.box
        self._grid: Any = pg.PlotCurveItem(connect="pairs", antialias=False)
        self._event_marks: Any = pg.PlotCurveItem(connect="pairs", antialias=False)
        self._cursor: Any = pg.PlotCurveItem(antialias=False)
        self._hint = QLabel(self)
        self._build()
        self.set_theme(theme)

    @property
    def canvas(self) -> QWidget:
        """The widget that receives the mouse over the plot."""
        viewport: QWidget = self._view.viewport()
        return viewport

    @property
    def times(self) -> tuple[float, float]:
        """The range of simulated time that is shown (s)."""
        return self._times

    @property
    def width_of_lines(self) -> float:
        """Pixels from the first to the last visible instant."""
        return max(float(self._box.width()), 1.0)

    def time_at(self, position: QPointF) -> float:
        """Simulated instant under a position in ``canvas`` coordinates (s)."""
        scene = self._view.mapToScene(position.toPoint())
        return float(self._box.mapSceneToView(scene).x())

    def holds(self, position: QPointF) -> bool:
        """Whether a position in ``canvas`` coordinates lies between the axes."""
        scene = self._view.mapToScene(position.toPoint())
        return bool(self._box.sceneBoundingRect().contains(scene))

    def set_theme(self, theme: Theme) -> None:
        """Colour everything anew."""
        self._theme = theme
        self._view.setBackground(theme.panel)
        for side in ("left", "bottom"):
            self._frame.axes[side].setTextPen(theme.muted)
        self._grid.setPen(self._pen(theme.chart_grid, 1.0))
        mark = self._pen(theme.muted, 1.0)
        mark.setStyle(Qt.PenStyle.DotLine)
        self._event_marks.setPen(mark)
        self._event_marks.setOpacity(0.4)
        self._cursor.setPen(self._pen(theme.text, 1.0))
        self._cursor.setOpacity(0.7)

    def set_times(self, start: float, end: float) -> None:
        """Show this range of simulated time."""
        self._times = (start, end)
        self._box.setXRange(start, end, padding=0)
        axis = self._frame.axes["bottom"]
        axis.setTicks([time_ticks(start, end, self.width_of_lines / _TICK_EVERY)])
        self._draw_grid()
        if len(self._marks) > _MANY_MARKS:
            self._draw_marks()

    def set_heights(self, low: float, high: float, ticks: Ticks) -> None:
        """Show this range of heights with these labels."""
        if (low, high) == self._range and ticks == self._ticks:
            return
        self._range, self._ticks = (low, high), ticks
        air = (high - low) * _PAD
        self._box.setYRange(low - air, high + air, padding=0)
        self._show_ticks()
        self._draw_marks()

    def hold(self) -> None:
        """Ask for no painting of what comes until ``release``; who paints meanwhile paints it."""
        self._view.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)

    def release(self) -> None:
        """Paint what came."""
        self._view.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.canvas.update()

    def set_marks(self, instants: Sequence[float]) -> None:
        """Faint vertical lines at these instants."""
        self._marks = tuple(instants)
        self._draw_marks()

    def set_cursor(self, instant: float) -> None:
        """A vertical line at an instant; NaN for none."""
        visible = math.isfinite(instant)
        self._cursor.setVisible(visible)
        if visible:
            low, high = self._span()
            self._cursor.setData(np.array([instant, instant]), np.array([low, high]))

    def set_hint(self, text: str) -> None:
        """What to do to see something; empty once there is something."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))
        self._event_marks.setVisible(bool(self._marks) and not text)

    def draw(self, key: str, times: NDArray[np.float64], heights: NDArray[np.float64]) -> None:
        """Give a line its points, making it when it is new."""
        curve = self._curves.get(key)
        if curve is None:
            curve = pg.PlotCurveItem(antialias=True, connect="finite", skipFiniteCheck=False)
            # One path of 200 antialiased segments takes 2.5 ms to stroke, its segments alone 0.15.
            curve.setSegmentedLineMode("on")
            self._curves[key] = curve
            self._box.addItem(curve, ignoreBounds=True)
        curve.setData(times, heights)
        curve.setVisible(True)

    def stroke(self, key: str, colour: str, order: int, *, dashed: bool = False) -> None:
        """Make a line thin and coloured, or dashed and thinner where it is a bound."""
        curve = self._curves[key]
        pen = self._pen(colour, 1.0 if dashed else _PEN)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
            # Each segment by itself would begin with a dash, which makes a line of them.
            curve.setSegmentedLineMode("off")
        curve.setPen(pen)
        curve.setZValue(order)

    def dim(self, key: str, colour: str, order: int) -> None:
        """Make a line the shadow of an earlier run."""
        self.stroke(key, _mixed(colour, self._theme.panel, _KEPT).name(), order)

    def fill(self, key: str, colour: str, order: int) -> None:
        """Make a line the upper border of an area that reaches down to zero."""
        curve = self._curves[key]
        curve.setPen(self._pen(colour, 1.0))
        curve.setFillLevel(0.0)
        curve.setBrush(_mixed(colour, self._theme.panel, _FILL))
        curve.setZValue(order)

    def band(self, band: Band, heights: NDArray[np.float64]) -> set[str]:
        """Put a measured value behind the lines; returns the keys of what was drawn.

        Args:
            band: What was measured, and when.
            heights: Of its lower border, its value and its upper border.
        """
        area, value = f"~area-{band.key}", f"~value-{band.key}"
        times = np.array([band.begin, band.end])
        self.draw(area, times, np.repeat(heights[2:], 2))
        self.draw(value, times, np.repeat(heights[1:2], 2))
        colour = QColor(band.colour)
        pen = self._pen(band.colour, 1.0)
        pen.setStyle(Qt.PenStyle.DashLine)
        self._curves[value].setPen(pen)
        colour.setAlphaF(_BAND)
        self._curves[area].setPen(QPen(Qt.PenStyle.NoPen))
        self._curves[area].setFillLevel(float(heights[0]))
        self._curves[area].setBrush(colour)
        for key in (area, value):
            self._curves[key].setZValue(-30)
        return {area, value}

    def strip(self, key: str, spans: NDArray[np.float64], colour: str) -> None:
        """Mark stretches of time (begin and end a row, s) along the foot."""
        low, _ = self._span()
        instants, heights = spans.ravel(), np.full(spans.size, low)
        self.draw(key, instants, heights)
        curve = self._curves[key]
        curve.setData(instants, heights, connect="pairs")
        curve.setPen(self._pen(colour, _STRIP))
        curve.setZValue(40)

    def keep_only(self, keys: set[str]) -> None:
        """Hide every line that is not among these: all are drawn."""
        for key, curve in self._curves.items():
            curve.setVisible(key in keys)
        # pyqtgraph would do this while it paints, and have everything painted a second time.
        self._view.scene().prepareForPaint()

    def changeEvent(self, event: QEvent) -> None:
        """Pens follow the density of the screen."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.set_theme(self._theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Labels follow the size."""
        super().resizeEvent(event)
        self._hint.setGeometry(_LEFT, 0, max(self.width() - _LEFT, 0), self.height() - _BOTTOM)
        self.set_times(*self._times)
        self._show_ticks()

    def _build(self) -> None:
        """Take away everything that pyqtgraph brings and the house does not want."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setMinimumSize(60, 60)
        self._frame.grid.setContentsMargins(0, _OVER_TOP, _OVER_RIGHT, 0)
        self._box.disableAutoRange()
        self._box.setDefaultPadding(0.0)
        left, bottom = self._frame.axes["left"], self._frame.axes["bottom"]
        for axis in (left, bottom):
            axis.setPen(QPen(Qt.PenStyle.NoPen))
            axis.setStyle(
                tickFont=Fonts().numbers(CAPTION),
                tickLength=0,
                tickAlpha=0,
                autoExpandTextSpace=False,
            )
        left.setWidth(_LEFT)
        left.setStyle(tickTextOffset=6, hideOverlappingLabels=False)
        bottom.setHeight(_BOTTOM)
        bottom.setStyle(tickTextOffset=6, hideOverlappingLabels=30)
        for curve, order in ((self._grid, -60), (self._event_marks, -50), (self._cursor, 50)):
            curve.setZValue(order)
            self._box.addItem(curve, ignoreBounds=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_role(self._hint, "muted")

    def _pen(self, colour: str, width: float) -> QPen:
        """A pen so many logical pixels wide, whatever the plot's scale and the screen's density."""
        pen = QPen(QColor(colour), width * self.devicePixelRatioF())
        pen.setCosmetic(True)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen

    def _span(self) -> tuple[float, float]:
        """Heights from border to border, the air included."""
        low, high = self._range
        air = (high - low) * _PAD
        return low - air, high + air

    def _show_ticks(self) -> None:
        """As many labels as do not touch each other, from the top one down."""
        room = max(self.height() - _BOTTOM, 1) / _LABEL_EVERY
        every = max(1, math.ceil((len(self._ticks) - 1) / max(room, 1.0)))
        self._labelled = self._ticks[::-1][::every][::-1]
        self._frame.axes["left"].setTicks([self._labelled])
        self._draw_grid()

    def _draw_grid(self) -> None:
        """One item draws a faint horizontal line a label."""
        heights = np.repeat(np.array([height for height, _ in self._labelled]), 2)
        self._grid.setData(np.tile(np.array(self._times), len(self._labelled)), heights)

    def _draw_marks(self) -> None:
        """One item draws all event marks."""
        low, high = self._span()
        marks = np.array(self._marks, dtype=np.float64)
        if len(marks) > _MANY_MARKS:  # those in view, one a place that can be told from others
            start, end = self._times
            marks = marks[(marks >= start) & (marks <= end)]
            places = np.round((marks - start) / max(end - start, 1e-9) * self.width_of_lines / 2.0)
            marks = marks[np.unique(places, return_index=True)[1]]
        instants = np.repeat(marks, 2)
        heights = np.tile(np.array([low, high]), len(marks))
        self._event_marks.setData(instants, heights)
        self._event_marks.setVisible(bool(self._marks) and self._hint.isHidden())


def _mixed(colour: str, behind: str, share: float) -> QColor:
    """An opaque colour that looks like a translucent one: areas may then lie on each other."""
    front, back = QColor(colour), QColor(behind)
    rest = 1.0 - share
    return QColor(
        round(front.red() * share + back.red() * rest),
        round(front.green() * share + back.green() * rest),
        round(front.blue() * share + back.blue() * rest),
    )
