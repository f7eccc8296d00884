"""The card of distances: how far the frames of the open design are from each other, typed and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout

from app.distances import distances_of
from app.overlay import Overlay
from engine.model.design import Design
from engine.model.trip_edits import trip_edit
from widgets.theme import set_role

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from widgets.distances.panel import DistancesPanel
    from widgets.theme import ThemeManager


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

    def set_design(self, design: Design) -> None:
        """Follow the open design."""
        self._design = design
        if self.panel is not None and self.isVisible():
            self.panel.show_distances(distances_of(design))

    def open(self) -> None:
        """Show the distances as they are now, ready to be typed."""
        panel = self.panel or self._build()
        panel.forget_problem()
        panel.show_distances(distances_of(self._design))
        super().open()
        panel.table.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Sit in the middle, as large as it needs."""
        size = self.sizeHint().boundedTo(self.host.size() * 0.94)
        self.resize(size)
        self.move(
            (self.host.width() - size.width()) // 2, (self.host.height() - size.height()) // 3
        )

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
