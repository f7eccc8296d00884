"""Opens the window: makes the parts, puts them together, and enters the event loop."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from app.analysis import start_analyst
from app.commands import Commands
from app.dialogs import Dialogs, QtDialogs
from app.examples import first_example
from app.first_paint import FirstPaint
from app.garbage import GarbageCollector
from app.keys import KeyGuard
from app.places import Places, shipped_designs
from app.services import Services, build_services
from app.settings import Settings
from app.views import build_views
from app.window import MainWindow
from app.windows import NEW
from app.workbench import Workbench
from engine.catalog import COMPONENTS
from engine.run.transport import WorkerTransport
from widgets.theme import ThemeManager

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.run_controller import Transport

_ASIDE = 36
"""Pixels by which a further window stands aside from where the last one was."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A window and what works behind it."""

    window: MainWindow
    bench: Workbench
    services: Services
    commands: Commands


def open_window(
    app: QApplication,
    places: Places,
    start_process: Callable[[], Transport] = WorkerTransport,
    dialogs: Callable[[MainWindow], Dialogs] = QtDialogs,
) -> Opened:
    """Make a window and everything behind it. No design is open and nothing runs yet."""
    settings = Settings(places.settings)
    look = ThemeManager(app, settings.values.theme)
    views = build_views(COMPONENTS, look)
    window = MainWindow(views, look, settings)
    asks = dialogs(window)
    services = build_services(
        window,
        places=places,
        settings=settings,
        dialogs=asks,
        start_process=start_process,
        start_analyst=start_analyst,
    )
    by_kind = {component.kind: component for component in COMPONENTS}
    bench = Workbench(window, views, services, look, by_kind, asks)
    commands = Commands(bench, asks)
    window.files_dropped.connect(services.files.open_dropped)
    window.guard_close(lambda: _end(bench, commands))
    return Opened(window, bench, services, commands)


def start(opened: Opened, path: Path | None, *, is_new: bool = False) -> None:
    """Open a design, the one asked for, the last one, or a shipped one, and run it; or begin with none."""
    services, views = opened.services, opened.bench.views
    if is_new or not _open_first(services, path):
        services.files.new()
    speed = services.settings.values.speed
    services.run.set_speed(speed)
    views.transport.set_speed(speed)
    services.run.set_running(True)
    opened.bench.file_messages.offer_recovery(services.recovery.leftovers())


def run_app(arguments: Sequence[str]) -> int:
    """Run the application until its window is closed; returns the exit code."""
    app = QApplication([sys.argv[0], *arguments])
    app.setApplicationName("windtunnel")
    app.setApplicationDisplayName("")
    app.setDesktopFileName("windtunnel")
    KeyGuard(app)
    GarbageCollector(app)
    opened = open_window(app, Places.of_platform())
    is_new = NEW in arguments
    if is_new:
        opened.window.move(opened.window.pos() + QPoint(_ASIDE, _ASIDE))
    opened.window.show()
    # Where no window manager hands out the keyboard, the window asks for it itself.
    opened.window.activateWindow()
    path = Path(arguments[0]) if arguments and not is_new else None

    def begin() -> None:
        start(opened, path, is_new=is_new)
        opened.commands.tour.offer()

    # The window is painted first; then the design comes and the simulating process is started.
    FirstPaint(opened.bench.views.canvas.viewport(), begin)
    _heed_signals(app, opened.services)
    code = app.exec()
    opened.commands.close()
    opened.bench.desk.close()
    opened.bench.what_if.close()
    opened.services.stop()
    return code


def _heed_signals(app: QApplication, services: Services) -> None:
    """End on Ctrl-C and on a polite kill without questions; unsaved work is offered at the next start."""

    def leave(number: int, _frame: object) -> None:
        services.recovery.write()
        app.exit(128 + number)

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)


def _open_first(services: Services, path: Path | None) -> bool:
    """Open the first design that can be opened; a shipped one as a copy."""
    last = services.settings.values.last
    for wanted in (path, Path(last) if last else None, first_example(shipped_designs())):
        if wanted is None or (wanted is not path and not wanted.exists()):
            continue
        shipped = wanted.absolute().parent == shipped_designs()
        opened = services.files.open_copy(wanted) if shipped else services.files.open(wanted)
        if opened:
            return True
    return False


def _end(bench: Workbench, commands: Commands) -> bool:
    """Whether the window may close; then everything behind it ends."""
    services = bench.services
    if not services.files.may_leave(bench.window.close):
        return False
    services.settings.update(speed=min(services.run.speed, 1000.0))
    commands.close()
    bench.desk.close()
    bench.what_if.close()
    services.close()
    return True
