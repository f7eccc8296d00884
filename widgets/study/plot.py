"""Draws pictures of studies: bands, dots, bars, lines, in the manner of the charts.

pyqtgraph has no types, so its objects are ``Any`` and stay inside this file.
"""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from widgets.instruments.text import nice_step, value_text
from widgets.plot_frame import framed
from widgets.plot_library import plot_library
from widgets.theme import CAPTION, Fonts, set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from widgets.study.picture import Band, Bar, Dots, Picture, Zone
    from widgets.theme import Theme

pg = plot_library()

_LEFT, _BOTTOM = 62, 24
_LONGEST_LABEL = 220
_PEN = 1.6
_BAND = 40
"""Opacity of an interval's area, of 255."""
_ZONE = 34
"""The same of what was predicted."""
_PALE = 90
"""Opacity of a bar that cannot be told from zero."""
_BELOW = 0.07
"""Air below zero where large circles lie on it."""
_EDGE = 0.15
"""Share of the width at the left in which words stand at the right of their circle."""
_SMALL, _LARGE = 7.0, 11.0
"""Sizes of circles (px): of measurements, and of those with words beside them."""
_AIR = 0.06
_ALIKE = 0.6
"""Share of the largest value from which on an axis need not begin at zero."""
_TICK_EVERY = 76.0
_BAR = 0.62
"""Share of its row that a bar fills."""
_SERIES: Final = ("s4", "s3", "s5", "s6", "s2", "s1")


class StudyPlot(QWidget):
    """One plot, made anew for each picture: a study has dozens of points, not thousands."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty plot."""
        super().__init__(parent)
        self._theme = theme
        self._picture: Picture | None = None
        self._view, self._frame = framed(self)
        self._box: Any = self._frame.box
        self._head = set_role(QLabel(textFormat=Qt.TextFormat.RichText, wordWrap=True), "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self._view, 1)
        self._quiet()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Colour everything anew."""
        self._theme = theme
        self._view.setBackground(theme.panel)
        self._draw()

    def show_picture(self, picture: Picture | None) -> None:
        """Draw a picture in place of the one before; None for an empty plot."""
        self._picture = picture
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Pens follow the density of the screen."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Labels follow the size."""
        super().resizeEvent(event)
        self._draw()

    def _quiet(self) -> None:
        """Take away everything that pyqtgraph brings and the house does not want."""
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setMinimumSize(60, 60)
        self._frame.grid.setContentsMargins(0, 9, 18, 0)
        self._box.disableAutoRange()
        self._box.setDefaultPadding(0.0)
        for side in ("left", "bottom"):
            axis = self._frame.axes[side]
            axis.setPen(QPen(Qt.PenStyle.NoPen))
            axis.setStyle(
                tickFont=Fonts().numbers(CAPTION),
                tickLength=0,
                tickAlpha=0,
                tickTextOffset=6,
                autoExpandTextSpace=False,
                hideOverlappingLabels=False,
            )
        self._frame.axes["bottom"].setHeight(_BOTTOM)

    def _draw(self) -> None:
        """Draw the picture from nothing."""
        self._box.clear()
        picture = self._picture
        for side in ("left", "bottom"):
            self._frame.axes[side].setTextPen(self._theme.muted)
            self._frame.axes[side].setTicks([[]])
        self._head.setText("" if picture is None else self._title(picture))
        if picture is None or picture.empty:
            return
        if picture.bars:
            self._draw_bars(picture)
        else:
            self._draw_axes(picture)

    def _title(self, picture: Picture) -> str:
        """What is drawn, and whose colour is whose."""
        words = [f"<b>{escape(picture.title)}</b>"]
        for number, band in enumerate(picture.bands):
            if band.label and band.measured:
                ink = self._theme.series[_SERIES[number % len(_SERIES)]].text
                dash = "╌ " if band.line == "dashed" else ""
                words.append(f'<span style="color:{ink}">{dash}{escape(band.label)}</span>')
        for dots in picture.dots:
            if dots.texts:
                tone = self._theme.series["goodput"] if dots.good else self._theme.danger
                sign = "●" if dots.good else "○"
                words.append(f'<span style="color:{tone.text}">{sign} {escape(dots.label)}</span>')
        words += [
            f'<span style="color:{self._theme.load.text}">▒ {escape(zone.label)}</span>'
            for zone in picture.zones
        ]
        return " &nbsp; ".join(words)

    def _draw_axes(self, picture: Picture) -> None:
        """Bands, dots and lines over two axes."""
        xs = [x for band in picture.bands for x in band.xs]
        xs += [x for dots in picture.dots for x in dots.xs]
        xs += [mark.x for mark in picture.marks]
        xs += [end for zone in picture.zones for end in (zone.left, zone.right)]
        ys = [y for band in picture.bands for y in (*band.lows, *band.highs, *band.means)]
        ys += [y for dots in picture.dots for y in dots.ys]
        ys += [level.y for level in picture.levels]
        left, right = _padded(xs)
        bottom, top = _heights(ys)
        if picture.zones or any(dots.texts for dots in picture.dots):
            bottom -= _BELOW * (top - bottom)
        self._box.setRange(xRange=(left, right), yRange=(bottom, top), padding=0)
        self._frame.axes["left"].setWidth(_LEFT)
        self._grid(left, right, _ticks(bottom, top, 5.0, picture.y_unit))
        wide = max(2.0, (self.width() - _LEFT) / _TICK_EVERY)
        least = 1.0 if picture.whole else 0.0
        self._frame.axes["bottom"].setTicks(
            [_ticks(left, right, wide, picture.x_unit, least=least)]
        )
        for zone in picture.zones:
            self._zone(zone, bottom, top)
        for level in picture.levels:
            self._line((left, right), (level.y, level.y), level.label, upright=False)
        for mark in picture.marks:
            self._line((mark.x, mark.x), (bottom, top), mark.label, upright=True)
        for number, band in enumerate(picture.bands):
            self._band(band, self._theme.series[_SERIES[number % len(_SERIES)]].colour)
        for dots in picture.dots:
            self._dots(dots)

    def _grid(self, left: float, right: float, ticks: list[tuple[float, str]]) -> None:
        """Labels at the left and a faint line for each."""
        self._frame.axes["left"].setTicks([ticks])
        heights = np.repeat(np.array([height for height, _ in ticks]), 2)
        grid = pg.PlotCurveItem(
            np.tile(np.array([left, right]), len(ticks)), heights, connect="pairs", antialias=False
        )
        grid.setPen(self._pen(self._theme.chart_grid, 1.0))
        grid.setZValue(-60)
        self._box.addItem(grid, ignoreBounds=True)

    def _band(self, band: Band, colour: str) -> None:
        """A line through the means, and the area of the intervals."""
        xs, means = np.array(band.xs), np.array(band.means)
        ink = QColor(colour)
        ink.setAlpha(_BAND)
        ends = [
            pg.PlotCurveItem(xs, np.nan_to_num(np.array(side), nan=0.0))
            for side in (band.lows, band.highs)
        ]
        area = pg.FillBetweenItem(*ends, brush=ink)
        area.setZValue(-20)
        self._box.addItem(area, ignoreBounds=True)
        line = pg.PlotCurveItem(xs, means, antialias=True, connect="finite")
        pen = self._pen(colour, _PEN)
        if band.line == "dashed":
            pen.setStyle(Qt.PenStyle.DashLine)
        line.setPen(pen)
        self._box.addItem(line, ignoreBounds=True)
        if not band.measured:
            return
        whiskers = pg.ErrorBarItem(
            x=xs,
            y=means,
            top=np.array(band.highs) - means,
            bottom=means - np.array(band.lows),
            beam=0.0,
            pen=self._pen(colour, 1.0),
        )
        self._box.addItem(whiskers, ignoreBounds=True)
        self._scatter(xs, means, colour, hollow=band.line == "dashed")

    def _zone(self, zone: Zone, bottom: float, top: float) -> None:
        """A shaded part of the axis; its name stands in the title, where no curve runs through it."""
        ink = QColor(self._theme.load.colour)
        ink.setAlpha(_ZONE)
        block = pg.BarGraphItem(
            x0=[zone.left], x1=[zone.right], y0=[bottom], y1=[top],
            brush=ink, pen=QPen(Qt.PenStyle.NoPen),
        )  # fmt: skip
        block.setZValue(-50)
        self._box.addItem(block, ignoreBounds=True)
        for side in (zone.left, zone.right):
            edge = pg.PlotCurveItem(np.array([side, side]), np.array([bottom, top]))
            edge.setPen(self._pen(self._theme.load.colour, 1.0))
            edge.setZValue(-49)
            self._box.addItem(edge, ignoreBounds=True)

    def _dots(self, dots: Dots) -> None:
        """Single measurements; what failed is hollow as well as red."""
        theme = self._theme
        colour = theme.series["goodput"].colour if dots.good else theme.danger.colour
        size = _LARGE if dots.texts else _SMALL
        self._scatter(np.array(dots.xs), np.array(dots.ys), colour, hollow=not dots.good, size=size)
        left, right = self._box.viewRange()[0]
        for x, y, told in zip(dots.xs, dots.ys, dots.texts, strict=False):
            beyond = x > left + _EDGE * (right - left)
            if not told:
                continue
            text = pg.TextItem(told, color=self._theme.text, anchor=(1.1 if beyond else -0.1, 1.1))
            text.setFont(Fonts().numbers(CAPTION))
            text.setPos(x, y)
            text.setZValue(20)
            self._box.addItem(text, ignoreBounds=True)

    def _scatter(
        self, xs: Any, ys: Any, colour: str, *, hollow: bool, size: float = _SMALL
    ) -> None:
        """Small circles, or larger ones."""
        brush = QColor(self._theme.panel if hollow else colour)
        points = pg.ScatterPlotItem(
            x=xs, y=ys, size=size, pen=self._pen(colour, 1.4), brush=brush, antialias=True
        )
        points.setZValue(10)
        self._box.addItem(points, ignoreBounds=True)

    def _line(self, xs: Sequence[float], ys: Sequence[float], label: str, *, upright: bool) -> None:
        """A dashed line with its name beside it."""
        pen = self._pen(self._theme.muted, 1.0)
        pen.setStyle(Qt.PenStyle.DashLine)
        line = pg.PlotCurveItem(np.array(xs, dtype=float), np.array(ys, dtype=float), pen=pen)
        line.setZValue(-10)
        self._box.addItem(line, ignoreBounds=True)
        text = pg.TextItem(label, color=self._theme.text, anchor=(0, 0) if upright else (0, 1))
        text.setFont(Fonts().numbers(CAPTION))
        place = (xs[0], ys[1]) if upright else (xs[0], ys[0])
        left, right = self._box.viewRange()[0]
        if upright and xs[0] > (left + right) / 2.0:
            text.setAnchor((1, 0))
        text.setPos(*place)
        self._box.addItem(text, ignoreBounds=True)

    def _draw_bars(self, picture: Picture) -> None:
        """Bars beside their names, the first on top, each with its interval."""
        bars = picture.bars
        rows = np.arange(len(bars), 0, -1, dtype=np.float64)
        ends = [end for bar in bars for end in (bar.value, bar.low, bar.high)]
        left, right = _padded([*ends, 0.0])
        self._box.setRange(xRange=(left, right), yRange=(0.4, len(bars) + 0.6), padding=0)
        self._frame.axes["left"].setWidth(self._label_width(bars))
        names = [(float(row), bar.label) for row, bar in zip(rows, bars, strict=True)]
        self._frame.axes["left"].setTicks([names])
        wide = max(2.0, self._box.width() / _TICK_EVERY)
        ticks = _ticks(left, right, wide, picture.x_unit)
        self._frame.axes["bottom"].setTicks([ticks])
        zero = pg.PlotCurveItem(np.zeros(2), np.array([0.4, len(bars) + 0.6]))
        zero.setPen(self._pen(self._theme.muted, 1.0))
        self._box.addItem(zero, ignoreBounds=True)
        values = np.array([bar.value for bar in bars])
        brushes = [self._bar_brush(bar) for bar in bars]
        blocks = pg.BarGraphItem(
            x0=np.minimum(values, 0.0), width=np.abs(values), y=rows, height=_BAR,
            brushes=brushes, pen=QPen(Qt.PenStyle.NoPen),
        )  # fmt: skip
        self._box.addItem(blocks, ignoreBounds=True)
        whiskers = pg.ErrorBarItem(
            x=values, y=rows, beam=0.18, pen=self._pen(self._theme.text, 1.2),
            left=values - np.array([bar.low for bar in bars]),
            right=np.array([bar.high for bar in bars]) - values,
        )  # fmt: skip
        self._box.addItem(whiskers, ignoreBounds=True)

    def _bar_brush(self, bar: Bar) -> QColor:
        """More is warm, less is cool; what cannot be told from zero is pale."""
        series = self._theme.series
        ink = QColor((series["s4"] if bar.value > 0.0 else series["s1"]).colour)
        ink.setAlpha(255 if bar.clear else _PALE)
        return ink

    def _label_width(self, bars: Sequence[Bar]) -> int:
        """Room for the longest name."""
        metrics = self.fontMetrics()
        longest = max(metrics.horizontalAdvance(bar.label) for bar in bars)
        return min(_LONGEST_LABEL, longest + 14)

    def _pen(self, colour: str, width: float) -> QPen:
        """A pen so many logical pixels wide, whatever the plot's scale and the screen's density."""
        pen = QPen(QColor(colour), width * self.devicePixelRatioF())
        pen.setCosmetic(True)
        return pen


def _finite(values: Sequence[float]) -> list[float]:
    """The values that can be drawn."""
    return [value for value in values if math.isfinite(value)]


def _padded(values: Sequence[float]) -> tuple[float, float]:
    """A range that holds values, with some air."""
    finite = _finite(values)
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    air = (high - low) * _AIR or abs(high) * _AIR or 1.0
    return low - air, high + air


def _heights(values: Sequence[float]) -> tuple[float, float]:
    """A range of heights: from zero, unless all values are so alike that nothing could be told."""
    finite = _finite(values)
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    if 0.0 <= low < _ALIKE * high:
        return 0.0, high * (1.0 + _AIR)
    return _padded(values)


def _ticks(
    low: float, high: float, count: float, unit: str, *, least: float = 0.0
) -> list[tuple[float, str]]:
    """Round ticks of a range with their unit, no closer than ``least``."""
    step = nice_step(max(least, (high - low) / count))
    if least >= 1.0:
        step = float(math.ceil(step))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    largest = max(abs(low), abs(high))
    digits = max(3, math.ceil(math.log10(largest / step)) + 1) if largest > 0.0 else 3
    marks = [place * step for place in range(first, last + 1)]
    return [(mark, value_text(mark, unit, digits)) for mark in marks]
