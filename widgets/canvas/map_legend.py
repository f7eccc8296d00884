"""The legend of a map that is painted on the canvas: what it shows, what its shapes mean, how it goes away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets.theme import ElidedLabel, set_role
from widgets.theme.shapes import paint_state

if TYPE_CHECKING:
    from widgets.canvas.blast_map import BlastMap
    from widgets.canvas.health import State
    from widgets.canvas.look import Look

_SHAPE: Final = 12
_SIGN: Final = 14
_WIDEST: Final = 220
"""Room that a title takes at most; a longer one ends in dots."""
_CORNER: Final = 12
"""Distance from the edges of the canvas."""


class Shape(QWidget):
    """The shape of a state, in its colour."""

    def __init__(self, state: State, look: Look) -> None:
        """Show a state."""
        super().__init__()
        self._state, self._look = state, look
        self.setFixedSize(_SHAPE, _SHAPE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        del event
        with QPainter(self) as painter:
            paint_state(painter, self._look.theme.state(self._state), QRectF(self.rect()))


class MapLegend(QFrame):
    """Sits in a corner of the canvas while there is a map."""

    dismissed = Signal()
    """The map is to go away."""
    back_requested = Signal()
    """From the reach of one failure back to all of them."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self._look = look
        self._map: BlastMap | None = None
        set_role(self, "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = set_role(ElidedLabel(), "strong")
        self._title.setMaximumWidth(_WIDEST)
        self._back = set_role(QPushButton(), "link")
        self._back.clicked.connect(self.back_requested)
        self._close = set_role(QToolButton(), "flat")
        self._close.setIconSize(QSize(_SIGN, _SIGN))
        self._close.setAccessibleName("Take the map away")
        self._close.setToolTip("Take the map away (Esc)")
        self._close.clicked.connect(self.dismissed)
        self._keys = QHBoxLayout()
        self._keys.setSpacing(5)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title, 1)
        head.addWidget(self._back)
        head.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 8)
        column.setSpacing(4)
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        column.addLayout(head)
        column.addLayout(self._keys)
        self.hide()

    @property
    def text(self) -> str:
        """Everything that it says, as a screen reader reads it."""
        if self._map is None:
            return ""
        keys = ", ".join(f"{count} {word}" for _, word, count in self._map.keys)
        return f"{self._map.title}: {keys}"

    def set_look(self, look: Look) -> None:
        """Take another theme."""
        self._look = look
        self.show_map(self._map)

    def show_map(self, blast: BlastMap | None) -> None:
        """Explain a map, or go away."""
        self._map = blast
        self.setVisible(blast is not None)
        if blast is None:
            return
        self._title.set_full_text(blast.title)
        self._back.setText(blast.back)
        self._back.setVisible(bool(blast.back))
        self._close.setIcon(self._look.icons.icon("close", self._look.theme.muted, _SIGN))
        self._list(blast)
        self.setAccessibleName("Legend of the map")
        self.setAccessibleDescription(self.text)

    def settle(self) -> None:
        """Stand at the bottom left, across from the minimap."""
        place = self.parentWidget()
        if place is not None:
            self.move(_CORNER, place.height() - self.height() - _CORNER)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep to the corner."""
        super().resizeEvent(event)
        self.settle()

    def _list(self, blast: BlastMap) -> None:
        """A shape and a word for each tone that is on the map."""
        while (item := self._keys.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for tone, word, count in blast.keys:
            self._keys.addWidget(Shape(tone, self._look))
            self._keys.addWidget(set_role(QLabel(f"{word} {count}"), "caption"))
            self._keys.addSpacing(8)
        self._keys.addStretch(1)
