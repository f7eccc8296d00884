"""Loads what pages, cards and further windows need before they are first opened, a part a turn of the event loop.

The first paint waits for none of it, and neither does whoever opens a page some seconds later: the pages themselves
are made then, too.
"""

from __future__ import annotations

import sys
from collections import deque
from importlib import import_module
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
_END: Final = object()
"""Instead of a step, where there is none any more."""


class Ahead(QObject):
    """Loads one module after the other, and then makes what they are for, while no mouse button is held."""

    def __init__(
        self, parent: QObject, parts: Iterable[str] = PARTS, making: Iterator[None] | None = None
    ) -> None:
        """Begin in some seconds.

        Args:
            parent: the owner.
            parts: names of the modules.
            making: makes the pages, in steps that have a turn each; None where there are none.
        """
        super().__init__(parent)
        self._waiting = deque(parts)
        self._making = making
        self._timer = QTimer(self, interval=_FIRST_MS)
        self._timer.timeout.connect(self.turn)
        self._timer.start()

    @property
    def waiting(self) -> int:
        """How many are still to be loaded; what is to be made counts as one."""
        return len(self._waiting) + (self._making is not None)

    def turn(self) -> None:
        """Load the next one that nobody has loaded, or make a part. Called by a timer."""
        self._timer.setInterval(_PAUSE_MS)
        if QGuiApplication.mouseButtons():
            return
        if not self._load() and self._making is not None and next(self._making, _END) is _END:
            self._making = None
        if not self.waiting:
            self._timer.stop()

    def _load(self) -> bool:
        """Load the next module that nobody has loaded; returns whether there was one."""
        while self._waiting:
            name = self._waiting.popleft()
            if name not in sys.modules:
                import_module(name)
                return True
        return False
