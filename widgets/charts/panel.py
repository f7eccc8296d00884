"""The charts under the canvas, side by side over one time axis."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from engine.model.metric import EXTRA
from widgets.charts.chart import Chart
from widgets.charts.chart_menu import BasisMenu, ChartMenu
from widgets.charts.feeds import BusiestFeed, TrafficFeed
from widgets.charts.latency import LatencyFeed
from widgets.charts.pace import FRAME, Pace
from widgets.charts.pinned import PinnedFeed
from widgets.instruments import History, TimeAxis
from widgets.instruments.metrics import charted, charted_as
from widgets.instruments.sources import item_name, sources
from widgets.theme import IconSet, set_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from PySide6.QtGui import QResizeEvent, QShowEvent

    from engine.model.component import Component
    from engine.model.design import Design
    from engine.sim.snapshot import Sample, Snapshot
    from widgets.charts.bands import Basis
    from widgets.instruments.metrics import Charted
    from widgets.theme import Theme

_NARROWEST = 210
"""Width of a chart below which the row scrolls sideways (logical pixels)."""

_TWO_ROWS = 160
"""Height of the panel from which there is room for a second row of words over the charts (logical pixels)."""

_PATIENCE = 2
"""Frames that a chart waits for a better moment at most."""

_APART = 4
"""Time from a turn in which data came to that of the first chart (ms)."""


class ChartsPanel(QWidget):
    """Latency, traffic and the busiest nodes of a run, and pinned metrics.

    Give it every snapshot with ``add_snapshot``; call ``clear_run`` before a new run. New data is
    drawn by the event loop, one chart a frame in turn, so that a frame stays short; nothing is
    drawn while the panel is hidden. Zoom, edits and themes redraw all charts together.
    """

    cursor_moved = Signal(float)
    """Simulated instant that is pointed at (s); NaN for none."""
    traces_requested = Signal(str, object, float)
    """A request is to be shown, "p99" or "failed", of an item (None: any), about an instant (s)."""
    export_requested = Signal(object)
    """A ``Chart`` to be written to a file."""
    range_changed = Signal(float, float)
    """Visible range of simulated time (s)."""
    changed = Signal()
    """There is something new in the record of this run, or another run behind it."""

    def __init__(
        self,
        theme: Theme,
        axis: TimeAxis | None = None,
        parent: QWidget | None = None,
        components: Mapping[str, Component] = MappingProxyType({}),
        pace: Pace | None = None,
        *,
        at_once: bool = True,
    ) -> None:
        """Make empty charts; give the same ``axis`` to the timeline, and both move as one.

        Args:
            theme: colours.
            axis: the time axis that others share.
            parent: the widget that this is a part of.
            components: records by kind: what components measure beside the usual, and in which unit.
            pace: of a canvas beside it, by another clock.
            at_once: whether it has its charts right away; else whoever makes it goes through ``making``.
        """
        super().__init__(parent)
        self.pace = pace if pace is not None else Pace()
        """Of a canvas beside it, in whose frames the charts take their turns."""
        self._components = components
        self.axis = axis if axis is not None else TimeAxis(self)
        self._theme = theme
        self._icons = IconSet()
        self._design: Design | None = None
        self._history = self._new_history()
        self._kept: History | None = None
        self._keep_next = False
        self._latency = LatencyFeed(theme)
        self._traffic = TrafficFeed(theme)
        self._busiest = BusiestFeed(theme)
        self._row = QHBoxLayout()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._draw_stale)
        self._stale: list[Chart] = []
        self._held: Chart | None = None
        """What was worked out anew, and is painted in the next turn."""
        self._put_off = 0
        """How often the next chart's turn was, since its last one."""
        self._all_stale = True
        self._legend_rows = 0
        self._waiting = ""
        self.charts: list[Chart] = []
        """The charts from left to right, pinned ones last."""
        self._build()
        self.axis.range_changed.connect(self._range_changed)
        self.axis.cursor_moved.connect(self._cursor_moved)
        if at_once:
            for _ in self.making():
                pass

    def making(self) -> Iterator[None]:
        """Make the charts that there always are, one a step: each takes some milliseconds."""
        for feed in (self._latency, self._traffic, self._busiest):
            self.charts.append(self._add(feed))
            yield

    @property
    def design(self) -> Design | None:
        """The design whose run is shown."""
        return self._design

    @property
    def history(self) -> History:
        """The record of the present run."""
        return self._history

    @property
    def kept_history(self) -> History | None:
        """The record of the run that is laid behind; None where there is none."""
        return self._kept

    @property
    def has_kept_run(self) -> bool:
        """Whether a run is kept, or will be."""
        return self._kept is not None or self._keep_next

    @property
    def latency(self) -> LatencyFeed:
        """What the latency chart shows."""
        return self._latency

    def set_theme(self, theme: Theme) -> None:
        """Colour everything anew."""
        self._theme = theme
        for chart in self.charts:
            chart.set_theme(theme)
        self._invalidate()

    def set_design(self, design: Design) -> None:
        """Take names, clients and events from a design, new or edited."""
        self._design = design
        clients = sources(design)
        begins = set(clients)
        names = {node.id: node.name or node.id for node in design.nodes}
        self._latency.set_clients(clients, names)
        self._traffic.set_clients(clients)
        self._busiest.set_nodes(tuple(n.id for n in design.nodes if n.id not in begins), names)
        for chart in self.charts:
            if isinstance(chart.feed, PinnedFeed):
                chart.feed.set_name(item_name(design, chart.feed.key[1]))
        events = tuple(event.at for event in design.scenario.events)
        self.axis.set_scenario(design.scenario.duration, events)
        for chart in self.charts:
            chart.set_marks(events)
        self._invalidate()

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Take in what happened since the snapshot before."""
        before = self._history.version
        self._history.add(snapshot.samples)
        self.axis.set_now(snapshot.time)
        if self._history.version != before:
            self._mark_stale(_APART)

    def clear_run(self) -> None:
        """Begin a new run; the old one stays behind it, dimmed, if ``keep_run`` was called."""
        if self._keep_next and self._history.table.rows:
            self._kept, self._keep_next = self._history, False
            self._history = self._new_history()
        else:
            self._history.clear()
        self.axis.set_now(0.0)
        self._invalidate()

    def keep_run(self) -> None:
        """Keep the present run: once the next begins, it is drawn dimmed behind it."""
        self._keep_next = True

    def go_back(self, instant: float) -> None:
        """The run went back to a time (s) and goes on from there; how it was stays behind it, dimmed."""
        self._kept, self._keep_next = self._history.copy(), False
        self._history.forget_after(instant)
        self.axis.set_now(instant)
        self._invalidate()

    def export(self, chart: Chart) -> None:
        """Ask for a chart to be written to a file."""
        self.export_requested.emit(chart)

    def lay_behind(self, samples: Iterable[Sample]) -> None:
        """Lay another run behind this one, dimmed, in place of one that is there."""
        self._kept, self._keep_next = self._new_history(), False
        self._kept.add(samples)
        self._invalidate()

    def drop_kept_run(self) -> None:
        """Forget the kept run."""
        self._kept, self._keep_next = None, False
        self._invalidate()

    def set_measured(self, result: Mapping[str, Any] | None) -> None:
        """Put the result of a measurement behind the latency; None takes it away."""
        self._latency.measured = result
        self._invalidate()

    def show_measured(self, shown: bool) -> None:  # noqa: FBT001 - a slot
        """Show what was measured, or not."""
        self._latency.shows_measured = shown
        self._invalidate()

    def set_waiting(self, why: str) -> None:
        """Say in charts that have no numbers yet what they wait for; nothing where no run is on."""
        if why != self._waiting:
            self._waiting = why
            for chart in self.charts:
                chart.set_waiting(why)

    def enlarge(self, chart: Chart | None) -> None:
        """Show one chart alone, or all of them again: None, or the one that is shown alone."""
        large = None if chart is None or chart.is_large else chart
        for each in self.charts:
            each.setVisible(large is None or each is large)
            each.set_large(large=each is large)
        self._settle_anew()
        if chart is not None:
            chart.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_range(self, start: float, end: float) -> None:
        """Show this range of simulated time."""
        self.axis.set_range(start, end)

    def set_cursor(self, instant: float) -> None:
        """Point at an instant; NaN for none."""
        self.axis.set_cursor(instant)

    def pin(self, metric: str, item: str) -> None:
        """Add a chart of a metric (see ``widgets.instruments.metrics``) of a node or link.

        Raises:
            KeyError: when there is no such metric.
        """
        if any(_key(chart) == (metric, item) for chart in self.charts):
            return
        feed = PinnedFeed(charted_as(metric, self.metrics_of(item)), item, self._theme)
        if self._design is not None:
            feed.set_name(item_name(self._design, item))
        self.charts.append(self._add(feed))
        self._invalidate()

    def show_request(self, wanted: str, item: str | None, instant: float) -> None:
        """Ask for a single request that is like those of a chart."""
        self.traces_requested.emit(wanted, item, instant)

    def metrics_of(self, item: str) -> list[Charted]:
        """What can be pinned of a node or link: the usual, and what it has measured beside that."""
        known = charted(item, self._design, self._components)
        usual = [each for each in known if not each.name.startswith(EXTRA)]
        found = [f"{EXTRA}{name}" for name in self._history.extras(item)]
        return [*usual, *(charted_as(name, known) for name in found)]

    def unpin(self, metric: str, item: str) -> None:
        """Take a pinned chart away."""
        for chart in [chart for chart in self.charts if _key(chart) == (metric, item)]:
            if chart.is_large:
                self.enlarge(None)
            self.charts.remove(chart)
            self._stale = [other for other in self._stale if other is not chart]
            if self._held is chart:
                self._release()
            self._row.removeWidget(chart)
            chart.hide()
            chart.deleteLater()

    def refresh(self) -> None:
        """Draw what is new, now."""
        self._timer.stop()
        self._release()
        if not self.isVisible():
            return
        self._all_stale = False
        self._stale = []
        for chart in self.charts:
            if self._is_on(chart):
                self._refresh(chart)
        self._settle_heads()

    def _draw_stale(self) -> None:
        """Draw one chart, and the next in the next frame; or all where all changed."""
        if self._all_stale:
            self.refresh()
        elif self._held is not None:
            self._release()  # in a turn of its own: to work out what is drawn takes as long as to paint it
            if self._stale:
                self._timer.start(self.pace.wait() or FRAME)
        elif self._put_off < _PATIENCE and not self.pace.claim():
            self._put_off += 1  # its timer came late, and the canvas' has come or is due
            self._timer.start(self.pace.wait(1))
        elif self._stale and self.isVisible():
            self._put_off = 0
            chart = self._stale.pop(0)
            if self._is_on(chart):
                self._held = chart
                chart.plot.hold()
                self._refresh(chart)
                self._settle_heads()
            if self._stale or self._held is not None:
                self._timer.start(0 if self._held is not None else self.pace.wait() or FRAME)

    def _release(self) -> None:
        """Have the chart painted that was worked out in the turn before."""
        if self._held is not None:
            self._held.plot.release()
            self._held = None

    def _refresh(self, chart: Chart) -> None:
        """Draw one chart over the range of the axis, with what was measured behind it."""
        chart.set_times()
        if chart.feed is self._latency:
            runs = [self._history] if self._kept is None else [self._history, self._kept]
            self._latency.choose(runs, self.axis.start, self.axis.end)
            chart.set_bands(self._latency.bands)
        chart.refresh(self._history, self._kept)

    def _settle_heads(self) -> None:
        """Put all legends below the titles, and then in two rows, once one does not fit."""
        shown = [chart for chart in self.charts if self._is_on(chart)]
        if not self._legend_rows and any(chart.is_tight for chart in shown):
            self._legend_rows = 1
            for chart in self.charts:
                chart.stack_head()
        if self._legend_rows and self.height() >= _TWO_ROWS:
            rows = max((chart.legend.rows_in(chart.width()) for chart in shown), default=1)
            self._legend_rows = max(rows, self._legend_rows)
            for chart in self.charts:
                chart.legend.set_rows(self._legend_rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """With more room legends may stand beside titles again; the next refresh decides."""
        super().resizeEvent(event)
        self._settle_anew()

    def _is_on(self, chart: Chart) -> bool:
        """Whether a chart is shown: all are, or the large one alone."""
        return chart.is_large or not any(each.is_large for each in self.charts)

    def _settle_anew(self) -> None:
        """Let legends stand beside titles again where they fit; what comes with the next refresh may fit no more."""
        self._legend_rows = 0
        for chart in self.charts:
            chart.join_head()
            chart.legend.set_rows(1)
        self._settle_heads()
        self._invalidate()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while it was hidden."""
        super().showEvent(event)
        if self._stale or self._all_stale:
            self._invalidate()

    def _build(self) -> None:
        """A row that scrolls sideways when it is too narrow."""
        set_role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Charts")
        inner = QWidget(self)
        inner.setLayout(self._row)
        self._row.setContentsMargins(16, 6, 14, 6)
        self._row.setSpacing(20)
        scroll = QScrollArea(self)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def _new_history(self) -> History:
        """An empty record that knows what components count."""
        found = (metric for each in self._components.values() for metric in each.metrics)
        return History(counted={metric.name for metric in found if metric.counts})

    def _add(self, feed: LatencyFeed | TrafficFeed | BusiestFeed | PinnedFeed) -> Chart:
        """Put a chart at the end of the row."""
        chart = Chart(feed, self.axis, self._theme, self._icons, self)
        chart.setMinimumWidth(_NARROWEST)
        chart.menu_requested.connect(self._show_menu)
        chart.choice_requested.connect(self._show_bases)
        chart.enlarge_requested.connect(self.enlarge)
        chart.set_waiting(self._waiting)
        if self._design is not None:
            chart.set_marks([event.at for event in self._design.scenario.events])
        if any(each.is_large for each in self.charts):
            chart.hide()
        self._row.addWidget(chart, 1)
        return chart

    def _invalidate(self) -> None:
        """Draw all charts soon, once."""
        self._all_stale = True
        self._timer.start(0)
        self.changed.emit()

    def _range_changed(self, start: float, end: float) -> None:
        """The axis moved: by itself, a chart after the other follows, one a frame; by hand, all do at once."""
        if self.axis.is_gliding:
            self._mark_stale()
        else:
            for chart in self.charts:
                if self._is_on(chart):
                    chart.set_times()
            self._invalidate()
        self.range_changed.emit(start, end)

    def _mark_stale(self, apart: int = 0) -> None:
        """Draw all charts, one a frame, the first so much later at least (ms)."""
        self._stale += [chart for chart in self.charts if chart not in self._stale]
        near = not self._all_stale and self._held is None and self._timer.remainingTime() < apart
        if near or not self._timer.isActive():
            self._timer.start(self.pace.wait(apart))
        self.changed.emit()

    def _cursor_moved(self, instant: float) -> None:
        """Somebody points at an instant, here or on the timeline."""
        for chart in self.charts:
            chart.show_cursor()
        self.cursor_moved.emit(instant)

    def _show_menu(self, chart: Chart, position: QPoint) -> None:
        """What can be done with a chart."""
        menu = ChartMenu(self, chart, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(position)

    def _show_bases(self, chart: Chart, position: QPoint) -> None:  # noqa: ARG002 - only latency has some
        """Which requests the latency may be of."""
        menu = BasisMenu(self, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(position)

    def show_basis(self, basis: Basis | None) -> None:
        """Show the latency of answers or of all requests; None decides by how many fail."""
        self._latency.wanted = basis
        self._invalidate()

    def show_client(self, client: str | None) -> None:
        """Show the latency of this client; None for the slowest."""
        self._latency.choice = client
        self._invalidate()


def _key(chart: Chart) -> tuple[str, str] | None:
    """What a pinned chart shows."""
    return chart.feed.key if isinstance(chart.feed, PinnedFeed) else None
