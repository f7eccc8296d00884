"""Traces: the slowest and the failed requests of a run, each as a waterfall, and the service map."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from widgets.theme import ElidedLabel, set_role
from widgets.traces.bars import BarDelegate
from widgets.traces.legend import PhaseLegend
from widgets.traces.map_view import ServiceMapView
from widgets.traces.models import BAR, ENDED, EdgeRows, SpanRows, TraceRows
from widgets.traces.sequence import SequenceView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.traces.edge import Edge, MapNode
    from engine.traces.span import Trace
    from widgets.theme import ThemeManager

List = Literal["slowest", "failed", "map"]
_LISTS: Final[tuple[tuple[List, str, str], ...]] = (
    ("slowest", "Slowest", "Requests that succeeded, the longest first"),
    ("failed", "Failed", "Requests that failed, the longest first"),
    ("map", "Service map", "Who calls whom: counts, errors and p99 of the sampled requests"),
)
_ROW: Final = 22
_REQUEST: Final = 2
"""Column of the list that takes the room which the others leave."""
_NAME: Final = 84
"""Width in which the name of a client can be read (logical pixels)."""
_BAR: Final = 14
"""Of the scroll bar beside the list (logical pixels)."""
_NOTHING: Final[Mapping[str, str]] = {
    "slowest": "No request has succeeded.",
    "failed": "No request has failed.",
    "map": "No request was sampled yet.",
}


class TracesPanel(QWidget):
    """A list at the left; at the right what is chosen there. It asks for nothing itself: it is shown answers."""

    wanted = Signal()
    """The person asks for what is there by now."""
    everything_wanted = Signal()
    """The person asks for the whole run, not a node or a moment alone."""
    item_requested = Signal(str)
    """A node or link to be shown."""

    def __init__(self, look: ThemeManager) -> None:
        """Nothing yet."""
        super().__init__()
        self._look = look
        self._names: Mapping[str, str] = MappingProxyType({})
        self._traces: dict[str, Sequence[Trace]] = {"slowest": (), "failed": ()}
        self.requests, self.spans, self.edges = TraceRows(), SpanRows(), EdgeRows()
        self.list = _table(self.requests, "Requests")
        self.waterfall = _table(self.spans, "Spans of the request")
        self.map = _table(self.edges, "Service map")
        self._is_divided = False
        """Whether a person divided the page; then it stays so."""
        self._bars = BarDelegate(look.theme)
        self.waterfall.setItemDelegateForColumn(BAR, self._bars)
        self.legend = PhaseLegend(look)
        self.told = set_role(ElidedLabel(), "caption")
        self.empty = set_role(QLabel("", wordWrap=True), "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.about = QPushButton()
        self.again = QPushButton("Refresh")
        self.buttons = QButtonGroup(self)
        self._pages = QStackedWidget()
        self.sequence = SequenceView(look)
        self.as_sequence = set_role(QPushButton("Sequence"), "flat")
        self.picture = ServiceMapView(look)
        self.as_table = set_role(QPushButton("Table"), "flat")
        self._maps = QStackedWidget()
        self._build()
        self._stretch()
        self.buttons.idClicked.connect(lambda _place: self._fill())
        self.list.selectionModel().currentRowChanged.connect(self._choose)
        self.waterfall.activated.connect(self._jump_to_span)
        self.waterfall.clicked.connect(self._jump_to_span)
        self.map.activated.connect(self._jump_to_edge)
        self.map.clicked.connect(self._jump_to_edge)
        self.picture.item_requested.connect(self.item_requested)
        self.again.clicked.connect(self.wanted)
        self.about.clicked.connect(self.everything_wanted)
        look.changed.connect(self._dress)
        self.say("Run the design first (Space).")

    @property
    def shown_list(self) -> List:
        """Which list is shown."""
        return _LISTS[self.buttons.checkedId()][0]

    @property
    def chosen(self) -> Trace | None:
        """The request whose waterfall is shown."""
        row = self.list.currentIndex().row()
        return self.requests.rows[row] if 0 <= row < len(self.requests.rows) else None

    def say(self, text: str) -> None:
        """Show nothing but a line."""
        self.empty.setText(text)
        self._pages.setCurrentWidget(self.empty)

    def show_traces(
        self,
        slowest: Sequence[Trace],
        failed: Sequence[Trace],
        edges: Sequence[Edge],
        names: Mapping[str, str],
        map_nodes: Sequence[MapNode] = (),
    ) -> None:
        """Show other requests, in the list that is chosen.

        Args:
            slowest: those that succeeded.
            failed: those that did not.
            edges: the service map.
            names: of the nodes.
            map_nodes: what came to the nodes of the map.
        """
        self._names = names
        self.picture.show_map(edges, map_nodes, names)
        self._traces = {"slowest": slowest, "failed": failed}
        self.edges.show(edges, names)
        for place, (name, title, _tip) in enumerate(_LISTS):
            count = len(edges) if name == "map" else len(self._traces[name])
            self.buttons.button(place).setText(f"{title} ({count})")
        self._fill()

    def choose(self, trace: str | None) -> None:
        """Show a request, in whichever list it is."""
        for place, (name, _title, _tip) in enumerate(_LISTS):
            for row, each in enumerate(self._traces.get(name, ())):
                if each.id == trace:
                    self.buttons.button(place).setChecked(True)
                    self._fill()
                    self.list.selectRow(row)
                    self.list.scrollTo(self.requests.index(row, 0))
                    return

    def show_list(self, name: List) -> None:
        """Show one of the lists."""
        place = [each for each, _title, _tip in _LISTS].index(name)
        self.buttons.button(place).setChecked(True)
        self._fill()

    def tell(self, text: str, about: str) -> None:
        """Say what sampling has left out, and what the requests are about: nothing for the whole run."""
        self.told.set_full_text(text)
        self.about.setText(f"{about}  ✕")
        self.about.setVisible(bool(about))
        self.about.setAccessibleName(f"{about}: show the whole run instead")

    def _fill(self) -> None:
        """Show the chosen list."""
        name = self.shown_list
        if name == "map":
            page: QWidget = self._maps if self.edges.rows else self.empty
        else:
            self.requests.show(self._traces[name], self._names)
            self.list.setColumnHidden(ENDED, name == "slowest")
            page = self._split if self.requests.rows else self.empty
            if self.requests.rows:
                self._give_room()
                self.list.selectRow(0)
            else:
                self._show(None)
        self.as_table.setVisible(name == "map")
        self.as_sequence.setVisible(name != "map")
        self.empty.setText(_NOTHING[name])
        self._pages.setCurrentWidget(page)

    def _give_room(self) -> None:
        """Make the list as wide as its columns need, up to half of the page, unless a person divided that."""
        header, (left, right) = self.list.horizontalHeader(), self._split.sizes()
        fixed = (
            c for c in range(header.count()) if c != _REQUEST and not header.isSectionHidden(c)
        )
        needed = _NAME + _BAR + sum(map(header.sectionSize, fixed))
        wanted = min(needed, (left + right) // 2)
        if not self._is_divided and left < wanted:
            self._split.setSizes([wanted, left + right - wanted])

    def _divide(self) -> None:
        """A person divided the page."""
        self._is_divided = True

    def _choose(self, now: QModelIndex, _before: QModelIndex) -> None:
        """Another request was chosen."""
        trace = self.requests.rows[now.row()] if now.isValid() else None
        self._show(trace)

    def _show(self, trace: Trace | None) -> None:
        """Show a request in both views."""
        self.spans.show_trace(trace, self._names)
        self.sequence.show_trace(trace, self._names)

    def _jump_to_span(self, index: QModelIndex) -> None:
        """Show the node of a span."""
        self.item_requested.emit(self.spans.rows[index.row()].node)

    def _jump_to_edge(self, index: QModelIndex) -> None:
        """Show the link of an edge."""
        self.item_requested.emit(self.edges.rows[index.row()].link)

    def _build(self) -> None:
        """A row of buttons over the pages."""
        set_role(self, "panel").setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Traces")
        row = QHBoxLayout()
        row.setContentsMargins(12, 2, 12, 4)
        row.setSpacing(6)
        for place, (_name, title, tip) in enumerate(_LISTS):
            button = set_role(QPushButton(title), "flat")
            button.setFixedHeight(24)
            button.setCheckable(True)
            button.setToolTip(tip)
            self.buttons.addButton(button, place)
            row.addWidget(button)
        self.buttons.button(0).setChecked(True)
        self.about.hide()
        self.about.setToolTip("Show the whole run")
        self.again.setToolTip("Ask the run for what is there by now")
        row.addWidget(self.as_sequence)
        row.addWidget(self.as_table)
        row.addWidget(self.about)
        row.addWidget(self.told, 1)
        row.addWidget(self.again)
        right = self._right()
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.list)
        self._split.addWidget(right)
        self._split.setStretchFactor(0, 2)
        self._split.setStretchFactor(1, 3)
        self._split.splitterMoved.connect(self._divide)
        for page in (self._split, self._drawn(), self.empty):
            self._pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 4)
        whole.setSpacing(0)
        whole.addLayout(row)
        whole.addWidget(self._pages, 1)

    def _drawn(self) -> QWidget:
        """The service map as a picture, or as a table."""
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.picture)
        scroll.setAccessibleName("Picture of the service map")
        for page in (scroll, self.map):
            self._maps.addWidget(page)
        self.as_table.setCheckable(True)
        self.as_table.setFixedHeight(24)
        self.as_table.setToolTip("The numbers of the map, a link a row")
        self.as_table.toggled.connect(lambda on: self._maps.setCurrentIndex(1 if on else 0))
        self.as_table.hide()
        return self._maps

    def _right(self) -> QWidget:
        """The waterfall, or the sequence diagram."""
        waterfall = QWidget()
        column = QVBoxLayout(waterfall)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.waterfall, 1)
        column.addWidget(self.legend)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.sequence)
        scroll.setAccessibleName("Sequence diagram of the request")
        views = QStackedWidget()
        views.addWidget(waterfall)
        views.addWidget(scroll)
        self.as_sequence.setCheckable(True)
        self.as_sequence.setFixedHeight(24)
        self.as_sequence.setToolTip(
            "Who tells whom what, step by step, what is locked, and who is in doubt"
        )
        self.as_sequence.toggled.connect(lambda on: views.setCurrentIndex(1 if on else 0))
        return views

    def _stretch(self) -> None:
        """Give room to what needs it."""
        fit, stretch = QHeaderView.ResizeMode.ResizeToContents, QHeaderView.ResizeMode.Stretch
        for table, wide in ((self.list, _REQUEST), (self.waterfall, BAR), (self.map, 0)):
            header = table.horizontalHeader()
            header.setSectionResizeMode(fit)
            header.setSectionResizeMode(wide, stretch)
        self.map.horizontalHeader().setSectionResizeMode(1, stretch)
        names = self.waterfall.horizontalHeader()
        names.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        names.resizeSection(0, 160)

    def _dress(self) -> None:
        """Take the colours of the theme."""
        self._bars.theme = self._look.theme
        self.waterfall.viewport().update()


def _table(model: TraceRows | SpanRows | EdgeRows, name: str) -> QTableView:
    """A table of whole rows that the arrow keys walk."""
    table = QTableView()
    table.setModel(model)
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(_ROW)
    table.horizontalHeader().setHighlightSections(False)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    return table
