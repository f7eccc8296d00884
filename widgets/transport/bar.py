"""The middle of the top bar: how the simulation is driven."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets.theme import set_role
from widgets.transport.dials import LoadDial, SpeedDial, clock_text
from widgets.transport.load import LoadField
from widgets.transport.seed import SeedField
from widgets.transport.slider import DialSlider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from widgets.theme import IconSet, Theme

_ICON = 18
_SPEED_WIDTH, _LOAD_WIDTH = 82, 122
_CLOCK = "00:00:00.0"


class TransportBar(QWidget):
    """Run or pause, step, restart; speed, load, clock, seed. Says what a person wants, shows what is."""

    run_toggled = Signal(bool)
    """Run (true) or pause."""
    step_time_requested = Signal()
    """Advance by one simulated second."""
    step_request_requested = Signal()
    """Advance until one more request is answered."""
    breakpoints_requested = Signal()
    """Say when the run is to pause by itself."""
    restart_requested = Signal()
    speed_changed = Signal(float)
    """Simulated seconds a wall second; infinity for as fast as it goes."""
    load_changed = Signal(float)
    """Factor on all traffic."""
    seed_changed = Signal(object)
    """New seed, an int of up to 63 bits (a C++ int of Qt's has 32)."""
    keyboard_freed = Signal()
    """A number was typed, or not, and the keyboard is in none of the bar's parts now."""

    def __init__(self, theme: Theme, icons: IconSet, parent: QWidget | None = None) -> None:
        """Make a bar that is paused at 0."""
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._shortcuts: dict[str, str] = {"run": "Space"}
        self._running = False
        self._speed_dial, self._load_dial = SpeedDial(), LoadDial()
        self.run_button = set_role(QToolButton(self), "transport-primary")
        self.step_button = set_role(QToolButton(self), "transport")
        self.step_menu_button = set_role(QToolButton(self), "flat")
        self.restart_button = set_role(QToolButton(self), "transport")
        self.step_menu = QMenu(self)
        self.speed = DialSlider(self._speed_dial, _SPEED_WIDTH, self)
        self.load = DialSlider(self._load_dial, _LOAD_WIDTH, self)
        self.seed = SeedField(self)
        self._speed_text = self._value("1000×")
        self._load_text = LoadField(self)
        self._clock = self._value(_CLOCK)
        self._build()
        self._connect()
        self.set_theme(theme, icons)
        self.set_time(0.0)
        self.set_speed(1.0)
        self.set_load(1.0)

    def set_theme(self, theme: Theme, icons: IconSet | None = None) -> None:
        """Take colours and icons anew."""
        self._theme = theme
        self._icons = icons if icons is not None else self._icons
        self.speed.set_colours(theme.accent, theme)
        self.load.set_colours(theme.load, theme)
        self.seed.set_theme(theme)
        self._load_text.set_theme(theme)
        for button, name in (
            (self.step_button, "step"),
            (self.step_menu_button, "chevron-down"),
            (self.restart_button, "restart"),
        ):
            button.setIcon(self._icons.icon(name, theme.text, _ICON))
        self._show_running()

    def set_shortcuts(self, shortcuts: Mapping[str, str]) -> None:
        """Keys to name in tooltips, by ``run``, ``step_time``, ``step_request`` and ``restart``."""
        self._shortcuts = dict(shortcuts)
        self._show_running()
        self._name(self.step_button, "Step one second", "step_time")
        self._name(self.restart_button, "Restart from 0", "restart")

    def set_running(self, running: bool) -> None:  # noqa: FBT001 - a state, as in Qt's setters
        """Show whether the simulation goes on."""
        self._running = running
        self._show_running()

    def set_time(self, seconds: float) -> None:
        """Show the simulated time."""
        text = clock_text(seconds)
        if text != self._clock.text():
            self._clock.setText(text)

    def set_speed(self, speed: float) -> None:
        """Show the speed."""
        self.speed.set_value(speed)
        self._show_speed(speed)

    def set_load(self, factor: float) -> None:
        """Show the load factor."""
        self.load.set_value(factor)
        self._show_load(factor)

    def set_seed(self, seed: int) -> None:
        """Show the seed."""
        self.seed.set_seed(seed)

    def _build(self) -> None:
        """Buttons, then captions over values with their sliders."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        step = QHBoxLayout()
        step.setSpacing(0)
        for button, layout in (
            (self.run_button, row),
            (self.step_button, step),
            (self.step_menu_button, step),
            (self.restart_button, row),
        ):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setIconSize(QSize(_ICON, _ICON))
            layout.addWidget(button)
        row.insertLayout(1, step)
        self.step_menu_button.setIconSize(QSize(10, 10))
        self.step_menu_button.setFixedWidth(18)
        row.addSpacing(8)
        self._add_field(row, "Speed", self._speed_text, self.speed)
        row.addSpacing(16)
        self._add_field(row, "Load", self._load_text, self.load)
        row.addSpacing(16)
        set_role(self._clock, "mono")
        self._clock.setStyleSheet("font-weight: 700")
        self._add_field(row, "Simulated", self._clock, None)
        row.addSpacing(12)
        self._add_field(row, "Seed", self.seed, None)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for before, after in pairwise((self.speed, self._load_text, self.load, self.seed)):
            QWidget.setTabOrder(before, after)

    def _add_field(
        self, row: QHBoxLayout, caption: str, value: QWidget, slider: DialSlider | None
    ) -> None:
        """A caption over a value, and a slider beside them."""
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        label = set_role(QLabel(caption, self), "section")
        label.setBuddy(slider if slider is not None else value)
        column.addWidget(label)
        column.addWidget(value)
        row.addLayout(column)
        if slider is not None:
            slider.setAccessibleName(caption)
            row.addWidget(slider)

    def _value(self, widest: str) -> QLabel:
        """A value under a caption, wide enough for the widest."""
        label = QLabel(self)
        label.setMinimumWidth(8 * len(widest))
        return set_role(label, "strong")

    def _connect(self) -> None:
        """Widgets to signals."""
        self.run_button.clicked.connect(lambda: self.run_toggled.emit(not self._running))
        self.step_button.clicked.connect(self.step_time_requested)
        self.restart_button.clicked.connect(self.restart_requested)
        self.step_menu.addAction("One second", self.step_time_requested.emit)
        self.step_menu.addAction("One request", self.step_request_requested.emit)
        self.step_menu.addSeparator()
        self.step_menu.addAction("Pause when…", self.breakpoints_requested.emit)
        self.step_menu_button.setMenu(self.step_menu)
        self.step_menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.speed.dialed.connect(self._speed_dialed)
        self.load.dialed.connect(self._load_dialed)
        for field in (self._load_text, self.seed):
            field.left.connect(self.keyboard_freed)
        self._load_text.load_changed.connect(self._load_typed)
        self.seed.seed_changed.connect(self.seed_changed)
        self._name(self.step_button, "Step one second", "step_time")
        self._name(self.step_menu_button, "Step by…", "")
        self._name(self.restart_button, "Restart from 0", "restart")
        self._clock.setAccessibleName("Simulated time")

    def _name(self, button: QToolButton, text: str, shortcut: str) -> None:
        """Tooltip and name for screen readers."""
        key = self._shortcuts.get(shortcut, "")
        button.setAccessibleName(text)
        button.setToolTip(f"{text} ({key})" if key else text)

    def _show_running(self) -> None:
        """The button offers what can be done next."""
        icon = "pause" if self._running else "play"
        self.run_button.setIcon(self._icons.icon(icon, self._theme.on_accent, _ICON))
        self._name(self.run_button, "Pause" if self._running else "Run", "run")

    def _speed_dialed(self, speed: float) -> None:
        """A person chose a speed."""
        self._show_speed(speed)
        self.speed_changed.emit(speed)

    def _load_dialed(self, factor: float) -> None:
        """A person turned the load dial."""
        self._show_load(factor)
        self.load_changed.emit(factor)

    def _load_typed(self, factor: float) -> None:
        """A person typed a factor, which the slider may not reach."""
        self.set_load(factor)
        self.load_changed.emit(factor)

    def _show_speed(self, speed: float) -> None:
        """Write the speed."""
        text = self._speed_dial.text(speed)
        self._speed_text.setText(text)
        self.speed.setToolTip(
            "As fast as it goes" if text == "max" else f"{text} real time. Double-click for 1×"
        )
        self.speed.setAccessibleDescription(text)

    def _show_load(self, factor: float) -> None:
        """Write the load factor."""
        text = self._load_dial.text(factor)
        self._load_text.set_load(factor)
        self.load.setToolTip(f"All traffic {text}. Double-click for × 1")
        self.load.setAccessibleDescription(text)
