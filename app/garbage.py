"""Reference cycles are collected on Qt's thread alone, and only among what is new while somebody works.

Python looks for them in whichever thread makes the next object. Where that is a thread that reads what
another process says, the widgets among the garbage are deleted there, while Qt paints or times them here:
the process dies of it, minutes later and somewhere else.

To look through everything that a window with a large design holds takes a tenth of a second. So the collector looks
at objects once, while they are young, and leaves alone those that stay; through all of them it looks while the person
is in another application.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

_PERIOD: Final = 100
"""Milliseconds between two looks at how much there is."""
_YOUNG: Final = 10_000
"""Objects that cycles are looked for among at once: some milliseconds."""
_LOADED: Final = 2
"""Where so many times as many come within a period, a module or a design was loaded: all that stays."""
_OFTEN: Final = 10
"""Looks at young objects after which it is worth while to look through all."""
_SELDOM: Final = 50
"""The same after which it is counted how many objects there are: that takes a millisecond."""
_AWAY: Final = 2_000
"""Milliseconds in another application after which the person is away; from window to window it takes less."""
_MORE: Final = 2_000_000
"""Where there are twice as many as after the last look through all, and so many more, all are looked through even
while somebody works, or memory would have no end."""


class GarbageCollector(QObject):
    """Does for one thread what Python's collector does for all."""

    def __init__(self, parent: QObject, young: int = _YOUNG) -> None:
        """Take over from Python's collector, until ``stop``.

        Args:
            parent: the owner.
            young: new objects after which cycles are looked for among them.
        """
        super().__init__(parent)
        self._young = young
        self._looks = 0
        """At young objects, since all were looked through."""
        self._stayed = 0
        """Objects that were left then."""
        self._timer = QTimer(self, interval=_PERIOD)
        self._timer.timeout.connect(self.look)
        self._away = QTimer(self, interval=_AWAY, singleShot=True)
        self._away.timeout.connect(self.look_through_all)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._follow_state)
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give it back to Python's own collector."""
        self._timer.stop()
        self._away.stop()
        gc.enable()

    def look(self) -> None:
        """Collect cycles among what is new, if that is much. Called by a timer."""
        new = gc.get_count()[0]
        if new < self._young:
            return
        if new < _LOADED * self._young:
            gc.collect(0)
        gc.freeze()
        self._looks += 1
        if self._looks % _SELDOM == 0 and gc.get_freeze_count() > 2 * self._stayed + _MORE:
            self.look_through_all()

    def look_through_all(self) -> None:
        """Collect all cycles there are."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._looks, self._stayed = 0, gc.get_freeze_count()

    def _follow_state(self, state: Qt.ApplicationState) -> None:
        """The person came to this application, or went to another one."""
        if state == Qt.ApplicationState.ApplicationActive:
            self._away.stop()
        elif self._looks >= _OFTEN:
            self._away.start()
