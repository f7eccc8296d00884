"""The presentation itself: the canvas over the whole screen, and below it what is said to it in large type.

It has an engine of its own, which repeats the scenario from the start, so that every moment is there whatever
the window behind it has run.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEasingCurve, QRectF, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.pair.side import Side
from engine.model.presenting import moment_of
from engine.model.units import format_share
from widgets.instruments import TimeAxis
from widgets.instruments.text import instant_text
from widgets.theme import breakable, hairline, set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent

    from app.pair.side import Context, Shown
    from engine.model.design import Step

_GLIDE: Final = 420
"""Milliseconds from one view to the next."""
_MARGIN: Final = 44.0
"""Scene units around a design that is shown whole."""
_NEXT: Final = frozenset(
    {
        Qt.Key.Key_Right,
        Qt.Key.Key_Down,
        Qt.Key.Key_Space,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
    }
)
_BACK: Final = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Backspace})


class PresentWindow(QWidget):
    """One step at a time, by arrows, Space or clicks; Escape leaves."""

    closed = Signal(int)
    """The step that was shown last."""

    def __init__(self, shown: Shown, context: Context, host: QWidget, *, still: bool) -> None:
        """Show nothing yet; ``still`` jumps from view to view."""
        super().__init__(host, Qt.WindowType.Window)
        set_role(self, "panel").setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("Presentation – Windtunnel")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._look = context.look
        self._still = still
        self._steps = shown.design.presentation
        self.place = 0
        self.side = Side(shown, context, TimeAxis(self), self)
        for _ in self.side.making(charts=False):
            pass
        self.side.charts.hide()
        self.side.charts.setParent(self)
        self._moments = [moment_of(shown.design, place) for place in range(len(self._steps))]
        self._reached = -1.0
        self.canvas = self.side.canvas
        self.canvas.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.canvas.minimap.stay_away()
        self.canvas.set_motion("reduced" if still else "full")
        self.title, self.words = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.count, self.clock = QLabel(), set_role(QLabel(), "mono")
        self._glide = QVariantAnimation(self, duration=_GLIDE)
        self._glide.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._glide.valueChanged.connect(self._look_at)
        self._build()
        self.side.progressed.connect(self._hear)
        self.canvas.arrived.connect(self._widen)
        self.side.stopped.connect(lambda _problem: self._show_time())
        self._look.changed.connect(self._dress)
        self._dress()

    def begin(self, place: int) -> None:
        """Show a step, and have the engine come to the last moment that any step shows."""
        self.side.begin()
        last = max(self._moments, default=0.0)
        if last > 0.0:
            self.side.run.step_time(last)
        self.go_to(place)

    def go_to(self, place: int) -> None:
        """Show a step; before the first and after the last nothing happens."""
        if not 0 <= place < len(self._steps):
            return
        self.place = place
        step = self._steps[place]
        title = step.title or self.side.shown.title
        self.title.setText(breakable(title))
        self.words.setText(breakable(step.text))
        self.words.setVisible(bool(step.text.strip()))
        self.count.setText(f"{place + 1} of {len(self._steps)}")
        self.setAccessibleName(f"Step {place + 1} of {len(self._steps)}: {title}. {step.text}")
        self._show_moment()
        QTimer.singleShot(0, self, self._move)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Next, back, first, last, leave."""
        key = event.key()
        if key in _NEXT:
            self.go_to(self.place + 1)
        elif key in _BACK:
            self.go_to(self.place - 1)
        elif key == Qt.Key.Key_Home:
            self.go_to(0)
        elif key == Qt.Key.Key_End:
            self.go_to(len(self._steps) - 1)
        elif key == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click goes on, one with the right button back."""
        self.go_to(self.place + (-1 if event.button() == Qt.MouseButton.RightButton else 1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Type grows with the screen; the view stays what it was."""
        super().resizeEvent(event)
        self._dress()
        QTimer.singleShot(0, self, self._jump)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the step once the size is known."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._jump)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the engine."""
        self.end()
        super().closeEvent(event)

    def end(self) -> None:
        """End the engine and say so, once."""
        if self._reached != math.inf:
            self._reached = math.inf
            self._glide.stop()
            self.side.close()
            self.closed.emit(self.place)

    def _build(self) -> None:
        """Canvas, then the words over a line with the moment and the number of the step."""
        foot = QWidget()
        words = QVBoxLayout(foot)
        words.setContentsMargins(40, 18, 40, 18)
        words.setSpacing(6)
        line = QHBoxLayout()
        for label in (self.title, self.words):
            label.setTextFormat(Qt.TextFormat.PlainText)
        line.addWidget(self.title, 1)
        line.addSpacing(32)
        line.addWidget(self.clock, 0, Qt.AlignmentFlag.AlignTop)
        line.addSpacing(24)
        line.addWidget(self.count, 0, Qt.AlignmentFlag.AlignTop)
        words.addLayout(line)
        words.addWidget(self.words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(hairline())
        column.addWidget(foot)

    def _wanted(self, step: Step) -> QRectF:
        """What a step looks at."""
        if step.view is not None:
            return QRectF(step.view.x, step.view.y, step.view.width, step.view.height)
        margin = _MARGIN
        return self.canvas.content_rect(whole=False).adjusted(-margin, -margin, margin, margin)

    def _move(self) -> None:
        """Glide to what the step looks at."""
        wanted = self._wanted(self._steps[self.place])
        self._glide.stop()
        if self._still or not self.isVisible():
            self._look_at(wanted)
            return
        self._glide.setStartValue(self.canvas.camera.shown())
        self._glide.setEndValue(wanted)
        self._glide.start()

    def _jump(self) -> None:
        """Look at it at once."""
        if self._steps and self._glide.state() != QVariantAnimation.State.Running:
            self._look_at(self._wanted(self._steps[self.place]))

    def _widen(self) -> None:
        """All links are there: where the whole design is looked at, they may stick out of it."""
        if self._steps and self._steps[self.place].view is None:
            self._jump()

    def _look_at(self, rect: QRectF) -> None:
        """A view, or one on the way to it."""
        self.canvas.camera.show_rect(rect)

    def _hear(self) -> None:
        """The engine came further: perhaps to what is to be shown."""
        wanted = self._moments[self.place] if self._moments else 0.0
        if self._reached < wanted:
            self._show_moment()
        self._reached = max(self._reached, self.side.now)

    def _show_moment(self) -> None:
        """Show the moment of the step, as soon as the engine has come to it."""
        wanted = self._moments[self.place] if self._moments else 0.0
        if self.side.now >= wanted - 1e-9:
            self.side.show_moment(wanted)
        self._show_time()

    def _show_time(self) -> None:
        """Which moment it is, or how far the engine is on the way to it."""
        wanted, now = self._moments[self.place] if self._moments else 0.0, self.side.now
        if self.side.problem:
            self.clock.setText(self.side.problem)
        elif now >= wanted - 1e-9:
            self.clock.setText(instant_text(wanted) if wanted > 0.0 else "")
        else:
            self.clock.setText(f"running to {instant_text(wanted)} … {format_share(now / wanted)}")

    def _dress(self, _theme: object = None) -> None:
        """Large type in the colours of the theme."""
        theme, size = self._look.theme, max(16, round(self.height() / 36))
        self.title.setStyleSheet(f"font-size: {round(1.4 * size)}px; font-weight: 700")
        self.words.setStyleSheet(f"font-size: {size}px")
        for label in (self.count, self.clock):
            label.setStyleSheet(f"font-size: {round(0.8 * size)}px; color: {theme.muted}")
        if _theme is not None:
            self.side.dress()
