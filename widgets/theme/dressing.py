"""Another theme for what is already on the screen, in turns that are short however many widgets there are.

Qt dresses all widgets anew when the application's style sheet changes, and each one as often as it has ancestors:
hundreds of milliseconds. So the sheet is changed while Qt takes no widget for one that it has to dress, and the
widgets follow one by one: those that are seen first, before anything is painted, and the others afterwards.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from widgets.theme import style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QApplication, QWidget

    from widgets.theme.fonts import Fonts
    from widgets.theme.tokens import Theme

_AT_ONCE: Final = 40
"""Widgets that are dressed in one turn where no more of them are seen."""
_TURN: Final = 0.010
"""Seconds after which a later turn dresses no more widgets."""
_DRESSED: Final = Qt.WidgetAttribute.WA_WState_Polished
_OWN_STYLE: Final = Qt.WidgetAttribute.WA_SetStyle


class Dressing(QObject):
    """Dresses an application in one theme after the other."""

    ready = Signal()
    """The sheet is another one, and what is seen wears it; nothing has been painted since it changed."""

    def __init__(
        self, app: QApplication, parent: QObject, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        """Nothing to do.

        Args:
            app: the running application.
            parent: the owner.
            clock: counts seconds.
        """
        super().__init__(parent)
        self._app = app
        self._clock = clock
        self._seen: list[QWidget] = []
        """What is seen and still to be dressed: nothing is painted before."""
        self._hidden: list[QWidget] = []
        """What is still to be dressed after that."""
        self._held: list[QWidget] = []
        """Windows that are not painted meanwhile."""
        self._is_told = True
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self.turn)

    @property
    def is_busy(self) -> bool:
        """Whether some widgets still wear the theme before, or it is not told yet that there is another."""
        return bool(self._seen or self._hidden or self._held) or not self._is_told

    def dress(self, theme: Theme, fonts: Fonts) -> None:
        """Wear a theme: what is seen at once, or in the turns to come where it is much; the rest after that."""
        self._seen, self._hidden = [], []
        for widget in _change(self._app, theme, fonts):
            (self._seen if widget.isVisible() else self._hidden).append(widget)
        self._is_told = False
        self._timer.start()
        if len(self._seen) > _AT_ONCE:
            self._hold()
        else:
            while not self._is_told:
                self.turn()

    def turn(self) -> None:
        """Do what comes next: dress what is seen, tell, paint, dress the rest. Called by a timer."""
        if self._seen:
            self._dress_some(self._seen)
        elif not self._is_told:
            self._is_told = True
            self.ready.emit()
        elif self._held:
            self._release()
        else:
            self._dress_some(self._hidden)
        if not self.is_busy:
            self._timer.stop()

    def finish(self) -> None:
        """Dress all that wait: somebody needs the whole picture."""
        while self.is_busy:
            self.turn()

    def _dress_some(self, waiting: list[QWidget]) -> None:
        """As many as a turn has time for."""
        end = self._clock() + _TURN
        while waiting and self._clock() < end:
            widget = waiting.pop()
            if isValid(widget):
                # Sheets differ in colours alone: nothing is laid out anew.
                widget.style().polish(widget)
                widget.update()

    def _hold(self) -> None:
        """Have nothing painted for some turns."""
        for window in self._app.topLevelWidgets():
            if window.isVisible() and window.updatesEnabled():
                window.setUpdatesEnabled(False)
                self._held.append(window)

    def _release(self) -> None:
        """Paint what is seen: all of it is dressed."""
        held, self._held = self._held, []
        for window in held:
            if isValid(window):
                window.setUpdatesEnabled(True)
                # Qt takes a repaint that was asked for before, and delivered meanwhile, for one that is still to
                # come, and would ask for no other one ever again.
                QCoreApplication.postEvent(window, QEvent(QEvent.Type.UpdateRequest))


def _change(app: QApplication, theme: Theme, fonts: Fonts) -> list[QWidget]:
    """Change palette, font and sheet, and no widget; returns those that are to be dressed now."""
    widgets = [each for each in app.allWidgets() if each.testAttribute(_DRESSED)]
    plain = [each for each in widgets if not each.testAttribute(_OWN_STYLE)]
    _mark(widgets, plain, away=True)
    try:
        # Without a sheet in between Qt would go through all that has ever asked for a rule of the one before.
        app.setStyleSheet("")
        style.apply(app, theme, fonts)
    finally:
        _mark(widgets, plain, away=False)
    return widgets


def _mark(widgets: Iterable[QWidget], plain: Iterable[QWidget], *, away: bool) -> None:
    """Have Qt leave widgets alone, or look at them again."""
    for each in widgets:
        each.setAttribute(_DRESSED, not away)
    for each in plain:
        each.setAttribute(_OWN_STYLE, away)
