"""The table of round trips: a row and a column for each frame, and a number for each two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont

from engine.model.units import format_quantity, parse_quantity
from widgets.theme import plain_tip

if TYPE_CHECKING:
    from widgets.distances.view import Distances, Place, Trip
    from widgets.theme import ThemeManager

Index = QModelIndex | QPersistentModelIndex
UNKNOWN: Final = "–"
"""What stands where nothing is known."""
MOST: Final = 1000.0
"""Longest round trip (s)."""


class TripTable(QAbstractTableModel):
    """The round trips of a design for a view. It changes nothing itself."""

    typed = Signal(str, str, object)
    """A number was typed for two frames: their ids, and seconds, or None where it was taken out."""
    refused = Signal(str)
    """What was wrong with what was typed, in a line; empty where nothing is."""

    def __init__(self, look: ThemeManager, distances: Distances) -> None:
        """Show these."""
        super().__init__()
        self._look = look
        self._shown = distances

    def show(self, distances: Distances) -> None:
        """Show others; whoever types goes on typing as long as the frames are the same."""
        if distances == self._shown:
            return
        if distances.frames == self._shown.frames:
            self._shown = distances
            last = len(distances.frames) - 1
            self.dataChanged.emit(self.index(0, 0), self.index(last, last))
            return
        self.beginResetModel()
        self._shown = distances
        self.endResetModel()

    @property
    def frames(self) -> tuple[Place, ...]:
        """The frames that are shown."""
        return self._shown.frames

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """One a frame."""
        return 0 if parent.isValid() else len(self._shown.frames)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """One a frame."""
        return self.rowCount(parent)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Two different frames have a number that can be typed."""
        if index.row() == index.column():
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The round trip between two frames, or how it looks."""
        if index.row() == index.column():
            return None
        return self._cell(index).get(role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take what was typed; a bare number is in milliseconds, nothing takes the number out."""
        text = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or text == self.data(index, role):
            return False
        try:
            seconds = 0.0 if text in ("", UNKNOWN) else _read(text)
        except ValueError as error:
            self.refused.emit(str(error))
            return False
        self.refused.emit("")
        one, other = self.ids(index)
        self.typed.emit(one, other, seconds or None)
        return True

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Names of the frames."""
        frame = self._shown.frames[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return frame.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(frame.title if not frame.place else f"{frame.title}: {frame.place}")
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Vertical:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def ids(self, index: Index) -> tuple[str, str]:
        """The two frames of a cell."""
        frames = self._shown.frames
        return frames[index.row()].id, frames[index.column()].id

    def _cell(self, index: Index) -> dict[int, object]:
        """A cell's text and looks, by role."""
        trip = self._shown.between(*self.ids(index))
        shown = "" if trip is None else format_quantity(trip.seconds, "s")
        inherited = trip is not None and trip.inherited
        theme, font, words = self._look.theme, QFont(), plain_tip(self._words(index, trip))
        font.setItalic(inherited)
        return {
            Qt.ItemDataRole.DisplayRole: shown or UNKNOWN,
            Qt.ItemDataRole.EditRole: shown,
            Qt.ItemDataRole.TextAlignmentRole: Qt.AlignmentFlag.AlignCenter,
            Qt.ItemDataRole.ForegroundRole: QColor(
                theme.text if shown and not inherited else theme.muted
            ),
            Qt.ItemDataRole.FontRole: font,
            Qt.ItemDataRole.ToolTipRole: words,
            Qt.ItemDataRole.AccessibleTextRole: words,
        }

    def _words(self, index: Index, trip: Trip | None) -> str:
        """A cell in a sentence."""
        frames = self._shown.frames
        between = f"{frames[index.row()].title} – {frames[index.column()].title}"
        if trip is None:
            return f"{between}: nothing is known; type a round trip, such as 80 ms"
        how = f" {trip.source}" if trip.inherited else ""
        return f"{between}: {format_quantity(trip.seconds, 's')} there and back{how}"


def _read(text: str) -> float:
    """The seconds that were typed; a bare number is in milliseconds.

    Raises:
        ValueError: with one line that says what to type.
    """
    try:
        float(text)
    except ValueError:
        seconds = parse_quantity(text, "s")
    else:
        seconds = parse_quantity(f"{text} ms", "s")
    if not 0.0 <= seconds <= MOST:
        msg = "A round trip is between 0 s and 1 000 s; type one such as 80 ms"
        raise ValueError(msg)
    return seconds
