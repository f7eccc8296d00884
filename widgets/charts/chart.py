"""One chart: title, legend and plot, showing what a feed gives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from widgets.charts.gestures import Gestures, press_key
from widgets.charts.legend import Entry, Legend
from widgets.charts.lines import Line, Lines
from widgets.charts.more import HeadButton
from widgets.charts.plot import Plot
from widgets.instruments.text import value_text
from widgets.theme import ElidedLabel, plain_tip, set_role, speak_as

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import (
        QContextMenuEvent,
        QEnterEvent,
        QFocusEvent,
        QKeyEvent,
        QMouseEvent,
        QPainter,
        QResizeEvent,
    )

    from widgets.charts.bands import Band
    from widgets.charts.lines import Feed
    from widgets.instruments import History, TimeAxis
    from widgets.theme import IconSet, Theme

_PIXELS_PER_POINT = 2.5
_KEPT = "~kept"
_CHOICE = "~choice"
_STRIP = "~strip"
_HEAD_GAP = 12
_ALARM_GAP = 8
_ALL_HIDDEN = "All lines are hidden: click a word above to show one"


class Chart(QWidget):
    """Shows a feed's lines over the shared time axis."""

    menu_requested = Signal(object, QPoint)
    """This chart, and where on the screen."""
    enlarge_requested = Signal(object)
    """This chart, to be shown instead of the others, or beside them again."""
    choice_requested = Signal(object, QPoint)
    """This chart, whose lines may be of something else, and where on the screen."""

    def __init__(
        self,
        feed: Feed,
        axis: TimeAxis,
        theme: Theme,
        icons: IconSet,
        parent: QWidget | None = None,
    ) -> None:
        """Make an empty chart."""
        super().__init__(parent)
        self.feed = feed
        self._axis = axis
        self._theme = theme
        self._shown = Lines(np.zeros(0), np.zeros(0), ())
        self._kept: Lines | None = None
        self._bands: tuple[Band, ...] = ()
        plain = Qt.TextFormat.PlainText
        self.title = ElidedLabel()
        self.title.set_full_text(feed.title)
        self.alarm = QLabel(self, textFormat=plain)
        """What is marked along the foot, in words."""
        self.more = HeadButton(theme, icons, "more", self)
        self.more.name("Chart menu", "Pin metrics, keep this run…")
        self.enlarge = HeadButton(theme, icons, "enlarge", self)
        self.is_large = False
        """Whether it is shown instead of the others."""
        self._waiting = ""
        self.legend = Legend(theme, self)
        self.plot = Plot(theme, self)
        self._head = QHBoxLayout()
        self._names = QHBoxLayout()
        self._is_stacked = False
        self._gestures = Gestures(self.plot, axis)
        self._build()
        self.plot.set_hint(feed.hint)
        self.plot.set_times(axis.start, axis.end)

    def set_theme(self, theme: Theme) -> None:
        """Colour everything anew; the caller refreshes afterwards."""
        self._theme = theme
        self.feed.set_theme(theme)
        self.legend.set_theme(theme)
        self.more.set_theme(theme)
        self.enlarge.set_theme(theme)
        self._light_title()
        self.plot.set_theme(theme)

    def set_large(self, *, large: bool) -> None:
        """Whether it is shown instead of the others."""
        self.is_large = large
        name = "Show all charts" if large else "Enlarge"
        tip = (
            "All charts again (Esc)"
            if large
            else "This chart alone (Enter, or double-click its title)"
        )
        self.enlarge.name(name, tip)
        self._show_more()

    def set_waiting(self, why: str) -> None:
        """Say what it waits for while there are no numbers; nothing where no run is on."""
        self._waiting = why
        if not len(self._shown.times):
            self.plot.set_hint(self._hint())

    def _hint(self) -> str:
        """What an empty chart says."""
        if self._shown.lines and not self._visible(self._shown):
            return _ALL_HIDDEN
        if len(self._shown.times):
            return self.feed.nothing
        return self._waiting or self.feed.hint

    def set_times(self) -> None:
        """Show the axis' range, if it is another one."""
        times = self._axis.start, self._axis.end
        if times != self.plot.times:
            self.plot.set_times(*times)

    def set_marks(self, instants: Sequence[float]) -> None:
        """Mark events."""
        self.plot.set_marks(instants)

    def set_bands(self, bands: tuple[Band, ...]) -> None:
        """Put measured values behind the lines; the caller refreshes afterwards."""
        self._bands = bands

    def refresh(self, history: History, kept: History | None) -> None:
        """Draw the visible part of the run, and of the kept run behind it."""
        points = max(int(self.plot.width_of_lines / _PIXELS_PER_POINT), 8)
        begin, end = self._axis.start, self._axis.end
        self.feed.choose([history] if kept is None else [history, kept], begin, end)
        self._shown = self.feed.lines(history, begin, end, points)
        self._kept = self.feed.lines(kept, begin, end, points) if kept is not None else None
        self.title.set_full_text(self.feed.title)
        self.setAccessibleName(self.feed.title)
        self._fit()
        self._draw()
        self.show_values()

    @property
    def name(self) -> str:
        """What it is called."""
        return self.feed.title

    @property
    def has_lines(self) -> bool:
        """Whether there is anything to see."""
        return len(self._shown.times) > 0

    def table(self) -> tuple[list[str], list[list[str]]]:
        """What is shown as numbers, in the SI units of the titles: a row a point, those of a kept run after this one's."""
        labels = list(dict.fromkeys(line.label for line in self._shown.lines))
        rows: list[list[str]] = []
        for run, lines in (("this run", self._shown), ("kept run", self._kept)):
            if lines is None:
                continue
            values = {line.label: line.values for line in lines.lines}
            for place, end in enumerate(lines.ends.tolist()):
                found = (values[each][place] if each in values else math.nan for each in labels)
                cells = ["" if math.isnan(each) else repr(float(each)) for each in found]
                rows.append([run, repr(end), *cells])
        unit = self.feed.scale.measure
        said = [f"{each} ({unit})" if unit else each for each in labels]
        return ["run", "time (s)", *said], rows

    def paint_chart(self, painter: QPainter) -> None:
        """Paint it as it looks now, without its buttons."""
        hidden = [each for each in (self.more, self.enlarge) if each.isVisible()]
        for each in hidden:
            each.hide()
        self.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        for each in hidden:
            each.show()

    def show_values(self) -> None:
        """The legend's words, with the values at the cursor when there is one."""
        cursor = self._axis.cursor
        index = -1
        if math.isfinite(cursor) and len(self._shown.ends):
            index = int(np.searchsorted(self._shown.ends, cursor - 1e-9))
            index = index if index < len(self._shown.ends) else -1
        scale = self.feed.scale
        entries = [
            Entry(
                line.key,
                line.label,
                line.ink.text,
                "" if index < 0 or line.dashed else scale.text(float(line.values[index])),
                line.hint,
            )
            for line in self._shown.lines
        ]
        entries = [*self._choice(), *entries]
        self._say_alarm(index)
        self.legend.show_entries(entries if len(self._shown.times) else [])
        said = ", ".join(f"{each.label} {each.value}" for each in entries if each.value)
        if said and self._shown.choice:
            said = f"{self._shown.choice}: {said}"
        if said and self.alarm.text():
            said = f"{said}, {self.alarm.text()}"
        self.setAccessibleDescription(said or self._hint())

    def _choice(self) -> list[Entry]:
        """The word for what the lines are of, where that can be chosen."""
        lines = self._shown
        if not lines.choice:
            return []
        label, brief = f"{lines.choice} \u25be", f"{lines.choice_brief or lines.choice} \u25be"
        hint, act = lines.choice_hint, lines.choice_act
        return [Entry(_CHOICE, label, self._theme.muted, "", hint, act, brief)]

    def _say_alarm(self, index: int) -> None:
        """Say what is marked along the foot: its share at the cursor, or of everything visible."""
        strip = self._shown.strip
        self.alarm.setVisible(strip is not None)
        if strip is None:
            self.alarm.clear()
            return
        share = strip.total if index < 0 else float(strip.shares[index])
        self.alarm.setText(f"{value_text(share, '%', 2)} {strip.label}")
        self.alarm.setStyleSheet(f"color: {strip.ink.text}")
        self.alarm.setToolTip(plain_tip(strip.hint))

    @property
    def is_tight(self) -> bool:
        """Whether title and legend do not fit side by side."""
        title = self.title.sizeHint().width() + self.more.width() + self.enlarge.width()
        if self._shown.strip is not None:
            title += self.alarm.sizeHint().width() + _ALARM_GAP
        wanted = title + _HEAD_GAP + self.legend.wanted_width()
        return wanted > self.width()

    def stack_head(self) -> None:
        """Put the legend below the title, and the buttons over the end of its row, which the words may have."""
        self._head.setDirection(QHBoxLayout.Direction.TopToBottom)
        self._head.setSpacing(0)
        self._is_stacked = True
        for button in (self.more, self.enlarge):
            self._names.removeWidget(button)
        self._place_buttons()

    def join_head(self) -> None:
        """Put the legend beside the title."""
        self._head.setDirection(QHBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(_HEAD_GAP)
        if self._is_stacked:
            self._is_stacked = False
            for button in (self.more, self.enlarge):
                self._names.insertWidget(self._names.count() - 1, button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the buttons at the end of the row."""
        super().resizeEvent(event)
        self._place_buttons()

    def _place_buttons(self) -> None:
        """At the right of the title, where nothing lays them out."""
        if self._is_stacked:
            right = self.width()
            for button in (self.enlarge, self.more):
                right -= button.width()
                button.move(right, 0)
                button.raise_()

    def show_cursor(self) -> None:
        """The vertical line, and the values beside it."""
        self.plot.set_cursor(self._axis.cursor)
        self.show_values()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Point and zoom by keys."""
        step = self._axis.span / max(self.plot.width_of_lines / _PIXELS_PER_POINT, 8.0)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or (
            event.key() == Qt.Key.Key_Escape and self.is_large and math.isnan(self._axis.cursor)
        ):
            self.enlarge_requested.emit(self)
        elif not press_key(self._axis, Qt.Key(event.key()), step):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where keys go."""
        super().focusInEvent(event)
        self._light_title()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keys go elsewhere."""
        super().focusOutEvent(event)
        self._light_title()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer the menu."""
        super().enterEvent(event)
        self._show_more()

    def leaveEvent(self, event: QEvent) -> None:
        """Be quiet again."""
        super().leaveEvent(event)
        self._show_more()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click beside the plot enlarges."""
        if event.position().y() < self.plot.y():
            self.enlarge_requested.emit(self)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu."""
        self.menu_requested.emit(self, event.globalPos())

    def _build(self) -> None:
        """Title left, legend right, plot below."""
        set_role(self.title, "heading")
        set_role(self.alarm, "caption")
        self.alarm.hide()
        self.title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._head.setContentsMargins(0, 0, 0, 0)
        self._head.setSpacing(_HEAD_GAP)
        names = self._names
        names.setSpacing(2)
        names.addStrut(self.more.height())
        names.addWidget(self.title)
        names.addSpacing(_ALARM_GAP - names.spacing())
        names.addWidget(self.alarm)
        names.addWidget(self.more)
        names.addWidget(self.enlarge)
        names.addStretch(1)
        self._head.addLayout(names)
        self._head.addWidget(self.legend, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._head)
        layout.addWidget(self.plot, 1)
        self.legend.toggled.connect(self._toggled)
        self.legend.asked.connect(self._ask_for_choice)
        self.more.clicked.connect(self._ask_for_menu)
        self.enlarge.clicked.connect(lambda: self.enlarge_requested.emit(self))
        self.set_large(large=False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        speak_as(self, QAccessible.Role.Chart)
        self.setAccessibleName(self.feed.title)

    def _light_title(self) -> None:
        """The title says whether keys act on this chart."""
        ink = self._theme.accent.text if self.hasFocus() else self._theme.text
        self.title.setStyleSheet(f"color: {ink}")

    def _show_more(self) -> None:
        """The buttons are seen while the mouse is over the chart; the way back to the others, always."""
        self.more.set_lit(self.underMouse())
        self.enlarge.set_lit(self.underMouse() or self.is_large)

    def _ask_for_menu(self) -> None:
        """The button opens the menu below itself."""
        below = self.more.mapToGlobal(QPoint(0, self.more.height()))
        self.menu_requested.emit(self, below)

    def _ask_for_choice(self, key: str) -> None:
        """The word opens its menu below itself."""
        word = self.legend.word(key)
        self.choice_requested.emit(self, word.mapToGlobal(QPoint(0, word.height())))

    def _toggled(self, key: str, shown: bool) -> None:  # noqa: ARG002, FBT001 - a slot
        """A word was switched."""
        self._fit()
        self._draw()

    def _visible(self, lines: Lines) -> list[Line]:
        """Lines that are not switched off."""
        return [line for line in lines.lines if line.key not in self.legend.hidden]

    def _visible_bands(self) -> list[Band]:
        """Measured values whose lines are not switched off."""
        return [band for band in self._bands if band.key not in self.legend.hidden]

    def _fit(self) -> None:
        """Fit the vertical scale to what is visible."""
        low, high = math.inf, -math.inf
        for lines in (self._shown, self._kept):
            for line in self._visible(lines) if lines is not None else ():
                tops = line.values if line.base is None else line.values + line.base
                finite = tops[np.isfinite(tops) & (tops > 0.0)]
                if len(finite):
                    low, high = min(low, float(finite.min())), max(high, float(finite.max()))
        for band in self._visible_bands() if high > -math.inf else ():
            low, high = min(low, band.low), max(high, band.high)
        data = (low, high) if high > -math.inf else (math.nan, math.nan)
        bottom, top = self.feed.scale.fit(*data)
        self.plot.set_heights(bottom, top, self.feed.scale.ticks())

    def _draw(self) -> None:
        """Hand all lines to the plot."""
        drawn: set[str] = set()
        if self._kept is not None:
            for line in self._visible(self._kept):
                if line.base is None and not line.dashed:
                    key = line.key + _KEPT
                    self.plot.draw(key, self._kept.times, self._place(line.values))
                    self.plot.dim(key, line.ink.colour, -20)
                    drawn.add(key)
        stacked = np.zeros(len(self._shown.times))
        for i, line in enumerate(self._visible(self._shown)):
            if line.base is None:
                self.plot.draw(line.key, self._shown.times, self._place(line.values))
                self.plot.stroke(line.key, line.ink.colour, i, dashed=line.dashed)
            else:
                stacked = stacked + np.nan_to_num(line.values)
                self.plot.draw(line.key, self._shown.times, self._place(stacked))
                self.plot.fill(line.key, line.ink.colour, -10 - i)
            drawn.add(line.key)
        has_lines = any(np.isfinite(line.values).any() for line in self._visible(self._shown))
        for band in self._visible_bands() if has_lines else ():
            heights = self._place(np.array([band.low, band.value, band.high]))
            if np.isfinite(heights).all():
                drawn |= self.plot.band(band, heights)
        strip = self._shown.strip
        if strip is not None:
            self.plot.strip(_STRIP, strip.spans, strip.ink.colour)
            drawn.add(_STRIP)
        self.plot.keep_only(drawn)
        self.plot.set_hint("" if has_lines else self._hint())

    def _place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Heights of values."""
        return self.feed.scale.place(values)
