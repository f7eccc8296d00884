"""A card with a pointer that says what to do where; it takes no clicks but its own, and no keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.theme import set_role

if TYPE_CHECKING:
    from widgets.theme import ThemeManager

WIDTH: Final = 300
_ARROW: Final = 9
_GAP: Final = 4
"""Between the pointer and what it points at."""
_EDGE: Final = 8
"""Least distance from the edges of the window."""
_RADIUS: Final = 8.0
_RING: Final = 4


class Ring(QWidget):
    """A line around what is meant. Clicks go through it."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        """Around nothing yet."""
        super().__init__(window)
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("What the tour points at")
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._look.theme.accent.colour), 2.0))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)


class Callout(QWidget):
    """Says a step."""

    skipped = Signal()
    left = Signal()
    """The tour is over for now."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        """Hidden."""
        super().__init__(window)
        self._look = look
        self._host = window
        self._tip, self._side = QPoint(), "top"
        self.ring = Ring(window, look)
        self.count = set_role(QLabel(textFormat=Qt.TextFormat.PlainText), "caption")
        self.learnt = set_role(QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True), "muted")
        self.title = set_role(QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True), "heading")
        self.text = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.skip = set_role(QPushButton("Skip this step"), "link")
        self.leave = set_role(QPushButton("Not now"), "link")
        for button in (self.skip, self.leave):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.skip.clicked.connect(self.skipped)
        self.leave.clicked.connect(self.left)
        self.setFixedWidth(WIDTH)
        self._lay_out()
        self.hide()
        look.changed.connect(lambda _theme: (self.update(), self.ring.update()))

    def say(self, count: str, title: str, text: str, learnt: str) -> None:
        """Show a step; told to screen readers where it is another one, or says something else."""
        if (title, text) == (self.title.text(), self.text.text()) and self.isVisible():
            return
        self.count.setText(count)
        self.title.setText(title)
        self.text.setText(text)
        self.learnt.setText(learnt)
        self.learnt.setVisible(bool(learnt))
        words = " ".join(each for each in (learnt, f"{count}: {title}.", text) if each)
        self.setAccessibleName(words)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def point_at(self, target: QRect) -> None:
        """Stand beside a part of the window, where there is most room, and never on it."""
        self._fit()
        room, size = self._host.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE), self.size()
        target = target.intersected(self._host.rect())
        self.ring.setGeometry(target.adjusted(-_RING, -_RING, _RING, _RING))
        middle = target.center()
        ways = {
            "top": (QPoint(middle.x() - size.width() // 2, target.bottom() + _GAP), room.bottom() - target.bottom() - size.height()),
            "left": (QPoint(target.right() + _GAP, middle.y() - size.height() // 2), room.right() - target.right() - size.width()),
            "right": (QPoint(target.left() - _GAP - size.width(), middle.y() - size.height() // 2), target.left() - room.left() - size.width()),
            "bottom": (QPoint(middle.x() - size.width() // 2, target.top() - _GAP - size.height()), target.top() - room.top() - size.height()),
        }  # fmt: skip
        side = next((name for name, (_place, free) in ways.items() if free >= 0), "top")
        place = ways[side][0]
        place.setX(max(room.left(), min(place.x(), room.right() - size.width())))
        place.setY(max(room.top(), min(place.y(), room.bottom() - size.height())))
        self._side, self._tip = side, middle - place
        self.move(place)
        for part in (self.ring, self):
            part.show()
            part.raise_()
        self.update()

    def close_card(self) -> None:
        """Go away."""
        self.hide()
        self.ring.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape is *Not now*."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A card with a pointer."""
        theme = self._look.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            card = QRectF(self.rect()).adjusted(_ARROW, _ARROW, -_ARROW, -_ARROW)
            painter.setPen(QPen(QColor(theme.accent.colour), 1.5))
            painter.setBrush(QColor(theme.panel))
            painter.drawRoundedRect(card, _RADIUS, _RADIUS)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent.colour))
            painter.drawPolygon(self._pointer(card))

    def _pointer(self, card: QRectF) -> QPolygonF:
        """The triangle at the side of what is meant, as near to it as the side allows."""
        x = min(max(float(self._tip.x()), card.left() + 16), card.right() - 16)
        y = min(max(float(self._tip.y()), card.top() + 16), card.bottom() - 16)
        a = float(_ARROW)
        corners = {
            "top": ((x - a, card.top()), (x + a, card.top()), (x, card.top() - a)),
            "bottom": ((x - a, card.bottom()), (x + a, card.bottom()), (x, card.bottom() + a)),
            "left": ((card.left(), y - a), (card.left(), y + a), (card.left() - a, y)),
            "right": ((card.right(), y - a), (card.right(), y + a), (card.right() + a, y)),
        }
        return QPolygonF([QPointF(*each) for each in corners[self._side]])

    def _fit(self) -> None:
        """As high as the words need at this width."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.setFixedHeight(layout.heightForWidth(WIDTH))

    def _lay_out(self) -> None:
        """Count, words, ways out."""
        ways = QHBoxLayout()
        ways.addWidget(self.leave)
        ways.addStretch(1)
        ways.addWidget(self.skip)
        column = QVBoxLayout(self)
        side = _ARROW + 14
        column.setContentsMargins(side, _ARROW + 10, side, _ARROW + 10)
        column.setSpacing(6)
        for part in (self.learnt, self.count, self.title, self.text):
            column.addWidget(part)
        column.addLayout(ways)
