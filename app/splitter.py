"""Splitters whose handle is a line of one pixel, wider for the mouse than for the eye."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSplitter, QSplitterHandle

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from widgets.theme import ThemeManager

_GRIP: Final = 5
"""Width of a handle (logical px)."""


class LineHandle(QSplitterHandle):
    """A handle over the panel's colour, with the line along the side of the canvas."""

    def __init__(self, splitter: LineSplitter) -> None:
        super().__init__(splitter.orientation(), splitter)
        self._look = splitter.look

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the line in the middle of the grip."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(self._look.theme.panel))
            upright = self.orientation() == Qt.Orientation.Horizontal
            line = (
                QRect(self.width() // 2, 0, 1, self.height())
                if upright
                else QRect(0, self.height() // 2, self.width(), 1)
            )
            painter.fillRect(line, QColor(self._look.theme.hairline))


class LineSplitter(QSplitter):
    """A splitter with such handles. Painted, since a style sheet of its own would restyle all within."""

    def __init__(self, orientation: Qt.Orientation, look: ThemeManager) -> None:
        super().__init__(orientation)
        self.look = look
        self.setHandleWidth(_GRIP)

    def createHandle(self) -> QSplitterHandle:  # noqa: N802 - Qt's name
        """Make a handle."""
        return LineHandle(self)
