"""Waits with work until people see the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

PATIENCE_MS: Final = 1000
"""A window that is not painted by then, because it is minimized, begins all the same."""


class FirstPaint(QObject):
    """Calls once, right after a widget was painted for the first time."""

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget, self._then = widget, then
        self._begun = False
        widget.installEventFilter(self)
        QTimer.singleShot(PATIENCE_MS, self, self._begin)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See the first paint coming; the call waits until it is over."""
        if event.type() == QEvent.Type.Paint and watched is self._widget:
            self._widget.removeEventFilter(self)
            QTimer.singleShot(0, self, self._begin)
        return False

    def _begin(self) -> None:
        """Call, once."""
        if not self._begun:
            self._begun = True
            self._then()
