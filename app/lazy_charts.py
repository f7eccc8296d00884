"""The place of the charts: the window is on the screen before the chart library is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.theme import set_role
from widgets.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from engine.model.component import Component
    from engine.model.design import Design
    from engine.sim.snapshot import Sample, Snapshot
    from widgets.charts import ChartsPanel
    from widgets.instruments import TimeAxis
    from widgets.theme import Theme, ThemeManager


class LazyCharts(QWidget):
    """Makes the charts when there is a design to show, which is right after the first paint.

    Loading the library and making three charts takes as long as everything else in the window, so it is done in
    turns, between which the window answers. What the charts are told meanwhile they hear when they are there.
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
        self._told: list[Callable[[ChartsPanel], None]] = []
        """What the charts are still to hear."""
        self._waiting = ""
        self._turns = Turns(self)
        set_role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        look.changed.connect(self._dress)

    @property
    def is_ready(self) -> bool:
        """Whether the charts are there."""
        return self._panel is not None

    @property
    def panel(self) -> ChartsPanel:
        """The charts themselves: who asks for them gets them at once."""
        if self._panel is None:
            self._begin()
            self._turns.finish()
        assert self._panel is not None  # the last step
        return self._panel

    def begin_frame(self, canvas: int = 0) -> None:
        """A canvas draws now: the charts wait for a turn of their own. Each canvas has a number."""
        if self._panel is not None:
            self._panel.pace.begin(canvas)

    def set_design(self, design: Design) -> None:
        """Chart this design from now on."""
        self._tell(lambda panel: panel.set_design(design))

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Take in what happened."""
        self._tell(lambda panel: panel.add_snapshot(snapshot))

    def clear_run(self) -> None:
        """Begin a new run."""
        self._tell(lambda panel: panel.clear_run())

    def set_waiting(self, why: str) -> None:
        """Say in charts that have no numbers yet what they wait for; nothing where no run is on."""
        self._waiting = why
        if self._panel is not None:
            self._panel.set_waiting(why)

    def lay_behind(self, samples: Iterable[Sample]) -> None:
        """Lay another run behind this one, dimmed."""
        self._tell(lambda panel: panel.lay_behind(samples))

    def go_back(self, instant: float) -> None:
        """The run went back to a time (s) and goes on from there."""
        self._tell(lambda panel: panel.go_back(instant))

    def set_measured(self, result: Mapping[str, Any] | None) -> None:
        """Put the result of a measurement behind the latency; None takes it away."""
        self._tell(lambda panel: panel.set_measured(result))

    def _tell(self, what: Callable[[ChartsPanel], None]) -> None:
        """Tell the charts something: now, or when they are there, in the order in which it came."""
        if self._panel is not None:
            what(self._panel)
        else:
            self._told.append(what)
            self._begin()

    def _begin(self) -> None:
        """Begin to make the charts."""
        if not self._turns.is_busy:
            self._turns.do(self._make(), is_long=True)

    def _make(self) -> Iterator[None]:
        """Load the library, make a chart after the other, and show all of them."""
        yield  # whoever asked for it has something else to do
        # Here, not above: these imports are what the window does not wait for.
        from widgets.plot_library import loading  # noqa: PLC0415

        yield from loading()
        from widgets.charts import ChartsPanel  # noqa: PLC0415

        yield
        theme = self._look.theme
        panel = ChartsPanel(theme, self._axis, components=self._components, at_once=False)
        yield
        yield from panel.making()
        if theme is not self._look.theme:
            panel.set_theme(self._look.theme)
        panel.set_waiting(self._waiting)
        panel.traces_requested.connect(self.traces_requested)
        panel.export_requested.connect(self.export_requested)
        self._panel = panel
        for what in self._told:
            what(panel)
        self._told.clear()
        yield
        self._column.addWidget(panel)
        panel.show()

    def _dress(self, theme: Theme) -> None:
        """Take the colours of the theme."""
        if self._panel is not None:
            self._panel.set_theme(theme)
