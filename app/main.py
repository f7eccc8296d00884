"""Shows the window, puts everything behind it, and enters the event loop."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.first_paint import FirstPaint
from app.garbage import GarbageCollector
from app.keys import KeyGuard
from app.places import Places
from app.shell import open_shell
from app.windows import NEW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.mishaps import Mishaps
    from app.opened import Opened
    from app.shell import Shell

_ASIDE = 36
"""Pixels by which a further window stands aside from where the last one was."""


class _Session:
    """A window from its first picture to its end."""

    def __init__(self, shell: Shell, path: Path | None, *, is_new: bool) -> None:
        self._shell, self._path, self._is_new = shell, path, is_new
        self._opened: Opened | None = None
        self._mishaps: Mishaps | None = None

    def begin(self) -> None:
        """The window is painted: now comes all that works behind it, and the design."""
        # The window does not wait for these.
        from app.ahead import Ahead  # noqa: PLC0415
        from app.mishaps import Mishaps  # noqa: PLC0415
        from app.opened import equip, start  # noqa: PLC0415

        self._shell.window.keep_on_screen()
        try:
            self._opened = equip(self._shell)
        except Exception:
            QApplication.exit(1)  # a window behind which nothing works is worse than none
            raise
        self._mishaps = Mishaps(self._shell.views.banners, self._opened.services.recovery)
        start(self._opened, self._path, is_new=self._is_new)
        self._opened.commands.tour.offer()
        window = self._shell.window
        Ahead(window, making=window.instruments.make_ahead())

    def write(self) -> None:
        """Keep what is unsaved for the next start."""
        if self._opened is not None:
            self._opened.services.recovery.write()

    def close(self) -> None:
        """End everything."""
        if self._mishaps is not None:
            self._mishaps.stop()
        if self._opened is not None:
            self._opened.close()


def run_app(arguments: Sequence[str]) -> int:
    """Run the application until its window is closed; returns the exit code."""
    app = QApplication([sys.argv[0], *arguments])
    app.setApplicationName("windtunnel")
    app.setApplicationDisplayName("")
    app.setDesktopFileName("windtunnel")
    read_left_to_right(app)
    KeyGuard(app)
    GarbageCollector(app)
    shell = open_shell(app, Places.of_platform())
    window, is_new = shell.window, NEW in arguments
    if is_new:
        window.move(window.pos() + QPoint(_ASIDE, _ASIDE))
    session = _Session(
        shell, Path(arguments[0]) if arguments and not is_new else None, is_new=is_new
    )
    window.show()
    # Where no window manager hands out the keyboard, the window asks for it itself.
    window.activateWindow()
    FirstPaint(shell.views.canvas.viewport(), session.begin)
    _heed_signals(app, session)
    code = app.exec()
    session.close()
    return code


def read_left_to_right(app: QApplication) -> None:
    """Lay the window out as its words are read, whatever the system or ``-reverse`` say.

    All words are English, and time goes to the right; names are written in the direction of their own script.
    """
    app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def _heed_signals(app: QApplication, session: _Session) -> None:
    """End on Ctrl-C and on a polite kill without questions; unsaved work is offered at the next start."""

    def leave(number: int, _frame: object) -> None:
        session.write()
        app.exit(128 + number)

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)
