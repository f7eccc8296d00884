"""The palette's rows: category headings and, under each, the components that match a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from engine.model.component import CATEGORIES, Component

if TYPE_CHECKING:
    from collections.abc import Sequence

KIND_MIME_TYPE = "application/x-windtunnel-kind"
"""A dragged component: its kind, as UTF-8."""

COMPONENT_ROLE = Qt.ItemDataRole.UserRole
"""The :class:`Component` of an entry; ``None`` for a heading."""

_Index = QModelIndex | QPersistentModelIndex


class PaletteModel(QAbstractListModel):
    """A flat list of headings (strings) and entries (components), filtered by words."""

    def __init__(self, components: Sequence[Component]) -> None:
        """Show ``components`` in the order of their categories, then as given."""
        super().__init__()
        self._components = sorted(components, key=lambda c: CATEGORIES.index(c.category))
        self._rows: list[str | Component] = []
        self.set_query("")

    def set_query(self, query: str) -> None:
        """Keep the components that contain every word of ``query``; all of them when empty."""
        words = query.casefold().split()
        rows: list[str | Component] = []
        heading = ""
        for component in self._components:
            if not all(word in _haystack(component) for word in words):
                continue
            if component.category != heading:
                heading = component.category
                rows.append(heading)
            rows.append(component)
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def best_row(self, query: str) -> int:
        """Row that Enter in the search field places: a title that starts so, else the first."""
        entries = [(i, row) for i, row in enumerate(self._rows) if isinstance(row, Component)]
        start = query.strip().casefold()
        for i, component in entries:
            if component.title.casefold().startswith(start):
                return i
        for i, component in entries:
            if start in component.title.casefold():
                return i
        return entries[0][0] if entries else -1

    def rowCount(self, parent: _Index | None = None) -> int:
        """Headings and entries together."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What views and screen readers show of a row."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if isinstance(row, str):
            return row if role == Qt.ItemDataRole.DisplayRole else None
        answers: dict[int, object] = {
            Qt.ItemDataRole.DisplayRole: row.title,
            Qt.ItemDataRole.ToolTipRole: row.summary,
            Qt.ItemDataRole.AccessibleDescriptionRole: row.summary,
            COMPONENT_ROLE: row,
        }
        return answers.get(role)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Entries can be selected and dragged; headings only look."""
        if index.isValid() and isinstance(self._rows[index.row()], Component):
            return (
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsSelectable
                | Qt.ItemFlag.ItemIsDragEnabled
                | Qt.ItemFlag.ItemNeverHasChildren
            )
        return Qt.ItemFlag.ItemNeverHasChildren

    def mimeTypes(self) -> list[str]:
        """The one format that a drag offers."""
        return [KIND_MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Kind of the dragged entry."""
        data = QMimeData()
        component = indexes[0].data(COMPONENT_ROLE) if indexes else None
        if isinstance(component, Component):
            data.setData(KIND_MIME_TYPE, component.kind.encode())
        return data


def _haystack(component: Component) -> str:
    """Everything that a search looks through; the help names the products people know."""
    parts = (component.title, component.kind, component.category, component.summary, component.help)
    return " ".join(parts).casefold()
