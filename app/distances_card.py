"""The card of distances: how far the frames of the open design are from each other, typed and drawn."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout

from app.distances import finding
from app.overlay import Overlay
from engine.model.design import Design
from engine.model.trip_edits import trip_edit
from widgets.distances.view import Distances
from widgets.theme import set_role
from widgets.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QWidget

    from widgets.distances.panel import DistancesPanel
    from widgets.theme import ThemeManager

_MANY: Final = 60
"""Frames from which on their pairs are gone through in several turns of the event loop."""
_TURN: Final = 0.01
"""Seconds of such a turn."""


class DistancesCard(Overlay):
    """Floats over the middle of the window."""

    edit_requested = Signal(object)
    """An ``Edit`` that says how far two frames are from each other."""
    jump_requested = Signal(str)
    """A frame to be shown on the canvas."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        """Show nothing yet."""
        super().__init__(window, look)
        self.setAccessibleName("Distances between frames")
        self.panel: DistancesPanel | None = None
        self._design = Design()
        self._turns = Turns(self)

    def set_design(self, design: Design) -> None:
        """Follow the open design."""
        self._design = design
        if self.panel is not None and self.isVisible():
            self._show(self.panel)

    def open(self) -> None:
        """Show the distances as they are now, ready to be typed."""
        panel = self.panel or self._build()
        panel.forget_problem()
        self._show(panel)
        super().open()
        panel.table.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Sit in the middle, as large as it needs."""
        size = self.sizeHint().boundedTo(self.host.size() * 0.94)
        self.resize(size)
        self.move(
            (self.host.width() - size.width()) // 2, (self.host.height() - size.height()) // 3
        )

    def _show(self, panel: DistancesPanel) -> None:
        """Show the distances as they are now, those of many frames some turns later."""
        self._turns.forget()
        is_long = len(self._design.frames) > _MANY
        self._turns.do(self._showing(panel, is_long=is_long), is_long=is_long)

    def _showing(self, panel: DistancesPanel, *, is_long: bool) -> Iterator[None]:
        """The same in steps. Of other frames than before, what somebody has set is seen at once."""
        until = time.monotonic() + _TURN
        found = Distances()
        for place, found in enumerate(finding(self._design)):
            if is_long and place == 0 and found.frames != panel.model.frames:
                panel.show_distances(replace(found, trips=dict(found.trips)))
            if time.monotonic() >= until:
                yield
                until = time.monotonic() + _TURN
        panel.show_distances(found)

    def _build(self) -> DistancesPanel:
        """Made when it is first asked for, since most starts never ask."""
        # Here, not above: the window does not wait for the map's linear algebra.
        from widgets.distances.panel import DistancesPanel  # noqa: PLC0415

        panel = self.panel = DistancesPanel(self.look)
        panel.typed.connect(self._type)
        panel.chosen.connect(self.jump_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(set_role(QLabel("Distances"), "title"))
        column.addWidget(panel, 1)
        return panel

    def _type(self, one: str, other: str, seconds: float | None) -> None:
        """Ask for the edit that says what was typed."""
        self.edit_requested.emit(trip_edit(self._design, one, other, seconds))
