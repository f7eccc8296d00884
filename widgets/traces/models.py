"""Traces, spans and the service map as tables for views."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from engine.model.units import format_instant, format_quantity, format_share
from engine.traces.critical import critical_path
from engine.traces.edge import Edge
from widgets.theme import directed
from widgets.traces.words import ended_as, in_vain, mostly, outcome_of, parts_of, title_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.traces.critical import Step
    from engine.traces.span import Span, Trace

Index = QModelIndex | QPersistentModelIndex
T = TypeVar("T")
BAR: Final = 2
"""The column of a waterfall that is painted."""
ENDED: Final = 3
"""The column that says how requests, or spans, ended."""
_INDENT: Final = "\u2003"


class Rows(QAbstractTableModel, Generic[T]):
    """One thing a row, in words."""

    titles: tuple[str, ...] = ()
    right: frozenset[int] = frozenset()
    """Columns of numbers."""

    def __init__(self) -> None:
        """Nothing yet."""
        super().__init__()
        self.rows: Sequence[T] = ()
        self.names: Mapping[str, str] = {}

    def show(self, rows: Sequence[T], names: Mapping[str, str]) -> None:
        """Show other things, and call nodes by these names."""
        self.beginResetModel()
        self.rows, self.names = rows, names
        self.endResetModel()

    def words(self, row: int, column: int) -> str:
        """A cell."""
        raise NotImplementedError

    def tip(self, row: int) -> str:
        """What a row says when it is pointed at."""
        return ", ".join(filter(None, map(partial(self.words, row), range(len(self.titles)))))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """One a thing."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """As many as titles."""
        return 0 if parent.isValid() else len(self.titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A cell in words; numbers stand at the right."""
        if role == Qt.ItemDataRole.DisplayRole:
            return directed(self.words(index.row(), index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.words(index.row(), index.column()) or self.tip(index.row())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tip(index.row())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight
                if index.column() in self.right
                else Qt.AlignmentFlag.AlignLeft
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Titles, over their columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight if section in self.right else Qt.AlignmentFlag.AlignLeft
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class TraceRows(Rows["Trace"]):
    """Requests, one a row."""

    titles = ("Took", "At", "Request", "Ended", "Mostly")
    right = frozenset({0, 1})

    def words(self, row: int, column: int) -> str:
        """A cell."""
        trace = self.rows[row]
        if column == 0:
            return format_quantity(trace.duration, "s")
        if column == 1:
            return format_instant(trace.start)
        if column == 2:
            root = self.names.get(trace.root.node, trace.root.node)
            kind = "message" if trace.root.kind == "message" else trace.request_class
            return f"{root}: {kind}" if kind else root
        return ended_as(trace) if column == ENDED else mostly(trace)


class SpanRows(Rows["Span"]):
    """The spans of a request, one a row, below the one that they were made for."""

    titles = ("Span", "Took", "", "Ended")
    right = frozenset({1})

    def __init__(self) -> None:
        """Nothing yet."""
        super().__init__()
        self.start = 0.0
        """When the request began (s)."""
        self.length = 0.0
        """Seconds that are shown."""
        self.path: Mapping[str, list[Step]] = {}
        """The steps of the critical path by span."""
        self._depths: list[int] = []

    def show_trace(self, trace: Trace | None, names: Mapping[str, str]) -> None:
        """Show another request, or none."""
        rows = [] if trace is None else _tree(trace)
        self._depths = [depth for _, depth in rows]
        path: dict[str, list[Step]] = {}
        if trace is not None:
            self.start = trace.start
            self.length = trace.shown_length
            for step in critical_path(trace):
                path.setdefault(step.span.id, []).append(step)
        self.path = path
        self.show([span for span, _ in rows], names)

    def words(self, row: int, column: int) -> str:
        """A cell; the bar has no words."""
        span = self.rows[row]
        if column == 0:
            return f"{_INDENT * min(self._depths[row], 12)}{title_of(span, self.names)}"
        if column == 1:
            return format_quantity(span.duration, "s")
        return outcome_of(span) if column == ENDED else ""

    def tip(self, row: int) -> str:
        """What a span spent its time on, and its own time on the critical path."""
        span = self.rows[row]
        told = [f"{title_of(span, self.names)}: {outcome_of(span)}"]
        if span.given_up:
            told.append(span.given_up)
        told.append(in_vain(span))
        told.append(parts_of(span))
        own = sum(step.seconds for step in self.path.get(span.id, []))
        if own > 0.0:
            told.append(f"{format_quantity(own, 's')} of its own on the critical path")
        return "\n".join(each for each in told if each)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """The bars' title is their length."""
        is_bar = section == BAR and orientation == Qt.Orientation.Horizontal
        if is_bar and role == Qt.ItemDataRole.DisplayRole:
            return f"0 – {format_quantity(self.length, 's')}" if self.rows else ""
        return super().headerData(section, orientation, role)


class EdgeRows(Rows[Edge]):
    """The service map, an edge a row."""

    titles = ("From", "To", "Calls", "Again", "Failed", "p99")
    right = frozenset({2, 3, 4, 5})

    def words(self, row: int, column: int) -> str:
        """A cell."""
        edge = self.rows[row]
        cells = (
            self.names.get(edge.source, edge.source),
            self.names.get(edge.target, edge.target),
            f"{edge.calls:,}",
            f"{edge.retries:,}",
            format_share(edge.error_share, 1),
            format_quantity(edge.p99, "s"),
        )
        return cells[column]


def _tree(trace: Trace) -> list[tuple[Span, int]]:
    """The spans as a tree is read, with how deep they lie."""
    children = trace.children()
    found: list[tuple[Span, int]] = []
    stack = [(trace.root, 0)]
    while stack:
        span, depth = stack.pop()
        found.append((span, depth))
        stack += [(each, depth + 1) for each in reversed(children.get(span.id, []))]
    return found
