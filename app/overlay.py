"""A card that floats over the window until something else is clicked: findings, command palette."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsDropShadowEffect, QWidget
from shiboken6 import isValid

from app.panes import stops_in
from widgets.theme import ThemeManager, set_role

_DELETES: Final = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_HEARD: Final = frozenset(
    {QEvent.Type.MouseButtonPress, QEvent.Type.Resize, QEvent.Type.ShortcutOverride}
)
_LOOKED_AT: Final = 240
"""Width of what is left beside a card from which something can be looked at there (px)."""


class Overlay(QFrame):
    """Base of floating cards. Escape or a click elsewhere closes it; focus goes back where it was."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        super().__init__(window)
        self.host = window
        """The window that it floats over."""
        self.look = look
        self._back_to: QWidget | None = None
        set_role(self, "card")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # so that Escape is heard
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._shadow = QGraphicsDropShadowEffect(self)
        self._shadow.setBlurRadius(32)
        self._shadow.setOffset(0, 8)
        self.setGraphicsEffect(self._shadow)
        self.hide()
        look.changed.connect(
            self.dress
        )  # not by a lambda, which would outlive a card of a window that was closed

    def dress(self) -> None:
        """Take the colours of the theme."""
        colour = QColor(self.look.theme.shadow)
        colour.setAlphaF(min(1.0, 2.0 * self.look.theme.shadow_alpha))
        self._shadow.setColor(colour)

    def place(self) -> None:
        """Set size and position inside the window. For subclasses."""

    def open(self) -> None:
        """Show it in front."""
        self._back_to = QApplication.focusWidget()
        self.dress()
        self.place()
        self.show()
        self.raise_()
        self.setFocus(
            Qt.FocusReason.PopupFocusReason
        )  # whoever has something to type in takes it from here
        _application().installEventFilter(self)

    def covers(self, part: QWidget) -> int:
        """Pixels of the right side of a part of the window that it lies on.

        0 while it is closed, and where it leaves too little of the part to look at anything.
        """
        free = part.mapFrom(self.host, self.pos()).x()
        return max(0, part.width() - free) if self.isVisible() and free > _LOOKED_AT else 0

    def close_card(self) -> None:
        """Hide it and give the focus back."""
        if not self.isVisible():
            return
        _application().removeEventFilter(self)
        self.hide()
        if self._back_to is not None and isValid(self._back_to):
            self._back_to.setFocus(Qt.FocusReason.PopupFocusReason)
        self._back_to = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close on a click outside; the click itself still counts. Follow the window's size."""
        kind = event.type()
        if kind not in _HEARD:  # an open card hears of every event of every widget
            return False
        if kind == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            inside = self.rect().contains(self.mapFromGlobal(event.globalPosition().toPoint()))
            if not inside and isinstance(watched, QWidget):
                self.close_card()
        elif kind == QEvent.Type.Resize and watched is self.host:
            self.place()
        elif kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            inside = isinstance(watched, QWidget) and self.isAncestorOf(watched)
            if inside and event.key() in _DELETES:
                event.accept()  # not for what is selected behind the card
                return True
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001, N802 - Qt's
        """Tab goes round in the card: what lies behind it would keep it open and not hear Escape."""
        stops = [part for part in stops_in(self) if part.focusProxy() is None]
        focus: QWidget | None = self.window().focusWidget()
        if not stops:
            return False
        step = 1 if forward else -1
        place = stops.index(focus) + step if focus in stops else min(step, 0)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[place % len(stops)].setFocus(reason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_card()
        else:
            super().keyPressEvent(event)


def _application() -> QCoreApplication:
    """The application: while a card is open, it hears of every click."""
    app = QCoreApplication.instance()
    if app is None:
        msg = "a card needs an application"
        raise RuntimeError(msg)
    return app
