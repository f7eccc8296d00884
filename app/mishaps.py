"""What nobody foresaw: said in the window, where it would be a line on a terminal that nobody has open."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from app.banner import Message

if TYPE_CHECKING:
    from types import TracebackType

    from app.banner import BannerArea
    from app.recovery import Recovery

_TEXT = (
    "Something in the window failed that should not have. Your design is as it was, and what is unsaved "
    "is kept for the next start. Save it under another name to be sure."
)


class Mishaps(QObject):
    """Exceptions that came to nobody: each place where one was raised is told once, and the window lives on.

    What fails while it is painted fails in every frame.
    """

    _happened = Signal(str)
    """What is to be told; not at once, for it may come amid a painting, or in another thread."""

    def __init__(self, banners: BannerArea, recovery: Recovery) -> None:
        """Hear of all that is raised from now on, until ``stop``."""
        super().__init__(banners)
        self._banners, self._recovery = banners, recovery
        self._known: set[tuple[str, str, int]] = set()
        self._before = sys.excepthook
        self._happened.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        sys.excepthook = self._hear

    def stop(self) -> None:
        """Leave them to whoever heard of them before."""
        sys.excepthook = self._before

    def _hear(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Something was raised that nobody caught."""
        self._before(kind, error, trace)
        place = traceback.extract_tb(trace)[-1:]
        where = (place[0].filename, place[0].lineno or 0) if place else ("", 0)
        if (kind.__name__, *where) not in self._known:
            self._known.add((kind.__name__, *where))
            self._happened.emit("".join(traceback.format_exception(kind, error, trace)))

    def _tell(self, details: str) -> None:
        """Keep what there is, and say what happened."""
        self._recovery.write()
        self._banners.show_message(Message("mishap", _TEXT, details=details))
