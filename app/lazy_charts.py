"""The place of the charts: the window is on the screen before the chart library is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.model.component import Component
    from engine.model.design import Design
    from engine.sim.snapshot import Sample, Snapshot
    from widgets.charts import ChartsPanel
    from widgets.instruments import TimeAxis
    from widgets.theme import Theme, ThemeManager


class LazyCharts(QWidget):
    """Makes the charts when there is a design to show, which is right after the first paint.

    Loading the library and making three charts takes as long as everything else in the window.
    """

    export_requested = Signal(object)
    """A ``Chart`` to be written to a file."""
    traces_requested = Signal(str, object, float)
    """Which request is to be shown first, through which node (None), about which time (s)."""

    def __init__(
        self, look: ThemeManager, axis: TimeAxis, components: Mapping[str, Component]
    ) -> None:
        super().__init__()
        self._components = components
        self._look, self._axis = look, axis
        self._panel: ChartsPanel | None = None
        self._waiting = ""
        set_role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        look.changed.connect(self._dress)

    @property
    def panel(self) -> ChartsPanel:
        """The charts themselves."""
        if self._panel is None:
            # Here, not above: this import is what the window does not wait for.
            from widgets.charts import ChartsPanel  # noqa: PLC0415

            self._panel = ChartsPanel(self._look.theme, self._axis, components=self._components)
            self._panel.set_waiting(self._waiting)
            self._panel.traces_requested.connect(self.traces_requested)
            self._panel.export_requested.connect(self.export_requested)
            self._column.addWidget(self._panel)
        return self._panel

    def begin_frame(self, canvas: int = 0) -> None:
        """A canvas draws now: the charts wait for a turn of their own. Each canvas has a number."""
        if self._panel is not None:
            self._panel.pace.begin(canvas)

    def set_design(self, design: Design) -> None:
        """Chart this design from now on."""
        self.panel.set_design(design)

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Take in what happened."""
        self.panel.add_snapshot(snapshot)

    def clear_run(self) -> None:
        """Begin a new run."""
        self.panel.clear_run()

    def set_waiting(self, why: str) -> None:
        """Say in charts that have no numbers yet what they wait for; nothing where no run is on."""
        self._waiting = why
        if self._panel is not None:
            self._panel.set_waiting(why)

    def lay_behind(self, samples: Iterable[Sample]) -> None:
        """Lay another run behind this one, dimmed."""
        self.panel.lay_behind(samples)

    def go_back(self, instant: float) -> None:
        """The run went back to a time (s) and goes on from there."""
        self.panel.go_back(instant)

    def set_measured(self, result: Mapping[str, Any] | None) -> None:
        """Put the result of a measurement behind the latency; None takes it away."""
        self.panel.set_measured(result)

    def _dress(self, theme: Theme) -> None:
        """Take the colours of the theme."""
        if self._panel is not None:
            self._panel.set_theme(theme)
