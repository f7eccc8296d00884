"""What can be done with a chart: zoom out, keep the run, choose a client, pin and unpin."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from widgets.charts.pinned import PinnedFeed
from widgets.instruments.sources import item_name
from widgets.instruments.text import instant_text
from widgets.theme import menu_text

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from engine.model.design import Design
    from widgets.charts.bands import Basis
    from widgets.charts.chart import Chart
    from widgets.charts.latency import LatencyFeed
    from widgets.instruments import History, TimeAxis
    from widgets.instruments.metrics import Charted


class Charts(Protocol):
    """What the menu acts on."""

    axis: TimeAxis

    @property
    def design(self) -> Design | None:
        """The design whose run is shown."""

    @property
    def history(self) -> History:
        """The record of the present run."""

    @property
    def has_kept_run(self) -> bool:
        """Whether a run is kept, or will be."""

    @property
    def latency(self) -> LatencyFeed:
        """What the latency chart shows."""

    def enlarge(self, chart: Chart | None) -> None:
        """Show one chart alone, or all again."""

    def export(self, chart: Chart) -> None:
        """Ask for a chart to be written to a file."""

    def keep_run(self) -> None:
        """Keep the present run."""

    def drop_kept_run(self) -> None:
        """Forget the kept run."""

    def show_client(self, client: str | None) -> None:
        """Show the latency of a client; None for the slowest."""

    def show_basis(self, basis: Basis | None) -> None:
        """Show the latency of answers or of all requests; None decides by how many fail."""

    def show_measured(self, shown: bool) -> None:  # noqa: FBT001 - a slot
        """Show what a measurement found, or not."""

    def pin(self, metric: str, item: str) -> None:
        """Add a chart of a metric of an item."""

    def unpin(self, metric: str, item: str) -> None:
        """Take a pinned chart away."""

    def show_request(self, wanted: str, item: str | None, instant: float) -> None:
        """Ask for a single request that is like those of a chart."""

    def metrics_of(self, item: str) -> list[Charted]:
        """What can be pinned of an item."""


_BASES: Final[tuple[tuple[Basis | None, str], ...]] = (
    (None, "All requests once more than 1 % fail"),
    ("all", "All requests, failed ones too"),
    ("answers", "Answers only"),
)


class BasisMenu(QMenu):
    """Which requests the latency is of."""

    def __init__(self, panel: Charts, parent: QWidget | None = None) -> None:
        """Offer all, with the present choice marked."""
        super().__init__("Latency counts", parent)
        group = QActionGroup(self)
        for basis, text in _BASES:
            action = QAction(text, self, checkable=True)
            action.setChecked(panel.latency.wanted == basis)
            action.triggered.connect(partial(panel.show_basis, basis))
            group.addAction(action)
            self.addAction(action)


def add_requests(menu: QMenu, panel: Charts, item: str | None = None) -> None:
    """Add entries that show single requests of the moment that is pointed at.

    Args:
        menu: of a chart.
        panel: the charts, which know that moment.
        item: the node through which they came; None for any.
    """
    instant = panel.axis.cursor
    at = "" if math.isnan(instant) else f" about {instant_text(instant)}"
    for wanted, title in (("p99", "Show me a p99 request"), ("failed", "Show me a failed one")):
        action = menu.addAction(f"{title}{at}")
        action.triggered.connect(partial(panel.show_request, wanted, item, instant))


class ChartMenu(QMenu):
    """The menu of one chart. Lists of items are filled when they are opened: designs may be large."""

    def __init__(self, panel: Charts, chart: Chart, parent: QWidget | None = None) -> None:
        """Offer what fits the chart and the run."""
        super().__init__(parent)
        self._panel = panel
        alone = "Show all charts" if chart.is_large else "Enlarge"
        self.addAction(alone, partial(panel.enlarge, chart))
        self.addAction("Show the whole run", panel.axis.reset)
        keep = self.addAction("Keep this run behind the next", panel.keep_run)
        keep.setEnabled(panel.history.table.rows > 0)
        drop = self.addAction("Remove the kept run", panel.drop_kept_run)
        drop.setEnabled(panel.has_kept_run)
        export = self.addAction("Export chart…", partial(panel.export, chart))
        export.setEnabled(chart.has_lines)
        if chart.feed is panel.latency:
            self._add_measured()
            self.addMenu(BasisMenu(panel, self))
        self.addSeparator()
        self._add_requests(chart)
        if chart.feed is panel.latency and len(panel.latency.clients) > 1:
            self._add_clients()
        if panel.design is not None:
            self._add_pins()
        if isinstance(chart.feed, PinnedFeed):
            self.addAction("Unpin", partial(panel.unpin, *chart.feed.key))

    def _add_requests(self, chart: Chart) -> None:
        """Single requests of the moment that is pointed at, at the node of a pinned chart, or where its link leads."""
        item = None
        design = self._panel.design
        if isinstance(chart.feed, PinnedFeed) and design is not None:
            pinned = chart.feed.key[1]
            link = design.link_by_id.get(pinned)
            node = link.target if link is not None else pinned
            item = node if node in design.node_by_id else None
        add_requests(self, self._panel, item)
        self.addSeparator()

    def _add_measured(self) -> None:
        """A switch for what the last measurement found."""
        latency = self._panel.latency
        measured = QAction("Measured values and their margins", self, checkable=True)
        measured.setChecked(latency.shows_measured)
        measured.setEnabled(latency.measured is not None)
        measured.toggled.connect(self._panel.show_measured)
        self.addAction(measured)

    def _add_clients(self) -> None:
        """One entry a client, and the slowest."""
        panel = self._panel
        menu = self.addMenu("Latency of")
        group = QActionGroup(menu)
        choices: list[str | None] = [None, *panel.latency.clients]
        for client in choices:
            name = "Slowest client" if client is None else self._name(client)
            action = QAction(menu_text(name), menu, checkable=True)
            action.setChecked(panel.latency.choice == client)
            action.triggered.connect(partial(panel.show_client, client))
            group.addAction(action)
            menu.addAction(action)

    def _add_pins(self) -> None:
        """Nodes and links, each with its metrics."""
        design = self._panel.design
        if design is None:
            return
        for title, items in (("Pin of node", design.nodes), ("Pin of link", design.links)):
            menu = self.addMenu(title)
            menu.setEnabled(bool(items))
            ids = tuple(item.id for item in items)
            menu.aboutToShow.connect(partial(self._list_items, menu, ids))

    def _list_items(self, menu: QMenu, ids: tuple[str, ...]) -> None:
        """Fill a list of items when it is opened for the first time."""
        if menu.isEmpty():
            for item in sorted(ids, key=self._name):
                metrics = menu.addMenu(menu_text(self._name(item)))
                metrics.aboutToShow.connect(partial(self._list_metrics, metrics, item))

    def _list_metrics(self, menu: QMenu, item: str) -> None:
        """Fill a list of metrics when it is opened for the first time."""
        panel = self._panel
        if not menu.isEmpty() or panel.design is None:
            return
        for metric in panel.metrics_of(item):
            menu.addAction(metric.title, partial(panel.pin, metric.name, item))

    def _name(self, item: str) -> str:
        """What people call an item."""
        design = self._panel.design
        return item if design is None else item_name(design, item)
