"""Reference cycles are collected on Qt's thread alone.

Python looks for them in whichever thread makes the next object. Where that is a thread that reads what
another process says, the widgets among the garbage are deleted there, while Qt paints or times them here:
the process dies of it, minutes later and somewhere else.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_PERIOD = 1000
"""Milliseconds between two looks at how much there is."""


class GarbageCollector(QObject):
    """Does for one thread what Python's collector does for all: the same generations and thresholds."""

    def __init__(self, parent: QObject) -> None:
        """Take over from Python's collector, until ``stop``."""
        super().__init__(parent)
        self._timer = QTimer(self, interval=_PERIOD)
        self._timer.timeout.connect(collect_due)
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give it back to Python's own collector."""
        self._timer.stop()
        gc.enable()


def collect_due() -> int:
    """Collect the oldest generation that is due, the younger ones with it; returns how many objects went."""
    due = [
        generation
        for generation, (count, threshold) in enumerate(
            zip(gc.get_count(), gc.get_threshold(), strict=True)
        )
        if 0 < threshold < count
    ]
    return gc.collect(due[-1]) if due else 0
