"""Loads what pages, cards and further windows need before they are first opened, a part a turn of the event loop.

The first paint waits for none of it, and neither does whoever opens a page some seconds later. After the last part
the collector of garbage leaves alone what is there.
"""

from __future__ import annotations

import gc
import sys
from collections import deque
from importlib import import_module
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from collections.abc import Iterable

PARTS: Final = (
    "engine.study.points",
    "engine.study",
    "engine.study.gain",
    "widgets.study",
    "app.studies.session",
    "widgets.traces",
    "widgets.help",
    "widgets.board",
    "widgets.charts.budget_panel",
    "widgets.versions.panel",
    "app.pair.side",
    "app.pair.window",
    "app.presenting.window",
    "widgets.distances.panel",
)
"""Modules, those before that others need."""
_PAUSE_MS: Final = 400
"""Milliseconds between two of them: frames of a run go on in between."""
_FIRST_MS: Final = 4_000
"""Milliseconds from the start on in which people look at other things."""


class Ahead(QObject):
    """Loads one module after the other while no mouse button is held."""

    def __init__(self, parent: QObject, parts: Iterable[str] = PARTS) -> None:
        """Begin in some seconds.

        Args:
            parent: the owner.
            parts: names of the modules.
        """
        super().__init__(parent)
        self._waiting = deque(parts)
        self._timer = QTimer(self, interval=_FIRST_MS)
        self._timer.timeout.connect(self.turn)
        self._timer.start()

    @property
    def waiting(self) -> int:
        """How many are still to be loaded."""
        return len(self._waiting)

    def turn(self) -> None:
        """Load the next one that nobody has loaded. Called by a timer."""
        self._timer.setInterval(_PAUSE_MS)
        if QGuiApplication.mouseButtons():
            return
        while self._waiting:
            name = self._waiting.popleft()
            if name not in sys.modules:
                import_module(name)
                break
        if not self._waiting:
            self._timer.stop()
            # What is there by now stays: to look through it for garbage, again and again, held the window up.
            gc.freeze()
