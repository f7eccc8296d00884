"""What went, let go of some a turn of the event loop: to free thousands of items takes longer than to make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Iterable

AT_ONCE: Final = 200
"""Items that are let go of in a turn."""


class Leaving(QObject):
    """Holds items that nobody knows any more, until it is their turn."""

    def __init__(self, parent: QObject) -> None:
        """Nothing left yet."""
        super().__init__(parent)
        self._held: list[object] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self.turn)

    def __len__(self) -> int:
        return len(self._held)

    def put(self, items: Iterable[object]) -> None:
        """These went."""
        self._held += items
        if len(self._held) <= AT_ONCE:
            self._held.clear()
        else:
            self._timer.start()

    def turn(self) -> None:
        """Let go of the next ones. Called by a timer."""
        del self._held[-AT_ONCE:]
        if not self._held:
            self._timer.stop()
