"""The one time axis that charts and timeline share: visible range, following, cursor."""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

SHORTEST = 1.0
"""Smallest span that can be zoomed to (s)."""
_FIRST = 10.0
"""Span shown when a run has just begun (s)."""
_LOOKAHEAD = 2.0
"""An event to come is brought into view when it is nearer than so many times the run's age…"""
_SOON = 45.0
"""…or nearer than this (s)."""
_EXTENTS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_TICK = 33
"""Time between the steps of a glide (ms)."""
_AHEAD = 1.02
"""The end of the range is never nearer than so many times the run's age, however fast that grows."""
_ARRIVED = 0.002
"""A glide ends when so small a share of the range is left."""
NO_CURSOR = math.nan


def extent(seconds: float) -> float:
    """The next round length of a time axis (s) that holds so much: 10, 12, 15, 20, 25, 30, 40 and so on."""
    wanted = max(seconds, _FIRST)
    power = 10.0 ** math.floor(math.log10(wanted))
    for factor in _EXTENTS:
        if factor * power >= wanted * (1.0 - 1e-9):
            return factor * power
    return 10.0 * power


class TimeAxis(QObject):
    """Visible range of simulated time, and the instant that a person points at.

    While it follows, the range holds the whole run and grows in round steps, so lines stand still
    between them; it glides from one to the next. Zooming or panning ends that; ``reset`` takes it up again.
    """

    range_changed = Signal(float, float)
    cursor_moved = Signal(float)
    """Simulated instant (s); NaN when nobody points at one."""

    def __init__(self, parent: QObject | None = None, *, glide: int = 240) -> None:
        """Make an axis that shows an empty run; ``glide`` is the time constant of a smooth change (ms)."""
        super().__init__(parent)
        self.start = 0.0
        self.end = _FIRST
        self.cursor = NO_CURSOR
        self.held = NO_CURSOR
        """Instant of the past that is looked at, where the cursor rests (s); NaN for none."""
        self.following = True
        self.now = 0.0
        """How far the run is (s); 0 before it begins."""
        self._duration = _FIRST
        self._events: tuple[float, ...] = ()
        self._target = (self.start, self.end)
        self._glide = glide
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK)
        self._timer.timeout.connect(self._tick)

    @property
    def is_gliding(self) -> bool:
        """Whether the range moves by itself."""
        return self._timer.isActive()

    @property
    def span(self) -> float:
        """Visible length (s)."""
        return self.end - self.start

    @property
    def limit(self) -> float:
        """Latest instant that can be brought into view (s)."""
        return max(extent(self.now), self._duration, *self._events, _FIRST)

    def set_scenario(self, duration: float, events: tuple[float, ...]) -> None:
        """Say how long the scenario is and when its events begin (s)."""
        self._duration = duration
        self._events = events
        self._follow()

    def set_now(self, now: float) -> None:
        """Say how far the run is (s)."""
        if now != self.now:
            self.now = now
            self._follow()

    def set_range(self, start: float, end: float) -> None:
        """Show exactly this, and stop following."""
        self.following = False
        self._show(start, end)

    def zoom(self, factor: float, about: float) -> None:
        """Make the span so many times as long; ``about`` stays where it is on the screen."""
        span = min(max(self.span * factor, SHORTEST), self.limit)
        share = (about - self.start) / self.span
        self.set_range(about - share * span, about + (1.0 - share) * span)

    def pan(self, seconds: float) -> None:
        """Move the range, not past its limits."""
        self.set_range(self.start + seconds, self.end + seconds)

    def reset(self) -> None:
        """Follow the run again."""
        self.following = True
        self._follow()

    def set_cursor(self, instant: float) -> None:
        """Point at an instant; NaN points nowhere, or at the moment that is looked at."""
        if math.isnan(instant):
            instant = self.held
        both_none = math.isnan(instant) and math.isnan(self.cursor)
        if instant != self.cursor and not both_none:
            self.cursor = instant
            self.cursor_moved.emit(instant)

    def hold(self, instant: float) -> None:
        """Look at a moment of the past; NaN for now."""
        self.held = instant
        self.set_cursor(instant)

    def whole(self) -> float:
        """End of the range that holds the whole run, with what is soon to come (s)."""
        if self.now <= 0.0:
            return self._duration
        reach = max(self.now * _LOOKAHEAD, self.now + _SOON)
        near = [at * 1.05 for at in self._events if self.now < at <= reach]
        return extent(max([self.now, *near]))

    def _follow(self) -> None:
        """Glide to the whole run if the axis follows."""
        if self.following:
            wanted = (0.0, self.whole())
            if wanted != self._target:
                self._glide_to(wanted)

    def _glide_to(self, target: tuple[float, float]) -> None:
        """Move there smoothly; a glide under way takes the new target without a jolt."""
        self._target = target
        if self._glide <= 0:
            self._set(*target)
        elif not self._timer.isActive():
            self._clock.start()
            self._timer.start()

    def _tick(self) -> None:
        """One step of the glide: what is left of the way shrinks by a share of itself."""
        left = math.exp(-self._clock.restart() / self._glide)
        (a, b), (c, d) = (self.start, self.end), self._target
        start, end = c + (a - c) * left, max(d + (b - d) * left, min(self.now * _AHEAD, d))
        arrives = abs(end - d) + abs(start - c) < _ARRIVED * (d - c)
        self._set(*((c, d) if arrives else (start, end)))
        if arrives and self._target == (c, d):
            self._timer.stop()

    def _show(self, start: float, end: float) -> None:
        """Show a range at once, shifted and shortened into what exists."""
        self._timer.stop()
        span = min(max(end - start, SHORTEST), self.limit)
        start = min(max(start, 0.0), self.limit - span)
        self._target = (start, start + span)
        self._set(start, start + span)

    def _set(self, start: float, end: float) -> None:
        """Take a range and say so."""
        if (start, end) != (self.start, self.end):
            self.start, self.end = start, end
            self.range_changed.emit(start, end)
