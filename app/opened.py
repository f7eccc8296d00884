"""A window with everything behind it: what works for the shell that people saw first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis import start_analyst
from app.commands import Commands
from app.dialogs import Dialogs, QtDialogs
from app.examples import first_example
from app.places import shipped_designs
from app.services import Services, build_services
from app.shell import open_shell
from app.workbench import Workbench
from engine.catalog import COMPONENTS
from engine.run.transport import WorkerTransport
from widgets.canvas import BEGIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication

    from app.places import Places
    from app.run_controller import Transport
    from app.shell import Shell
    from app.window import MainWindow


@dataclass(frozen=True, slots=True)
class Opened:
    """A window and what works behind it."""

    window: MainWindow
    bench: Workbench
    services: Services
    commands: Commands

    def close(self) -> None:
        """End every process, but leave what is unsaved for the next start."""
        self.commands.close()
        self.bench.desk.close()
        self.bench.what_if.close()
        self.services.stop()


def equip(
    shell: Shell,
    start_process: Callable[[], Transport] = WorkerTransport,
    dialogs: Callable[[MainWindow], Dialogs] = QtDialogs,
) -> Opened:
    """Put everything behind a window. No design is open and nothing runs yet."""
    window, views, look, settings = shell.window, shell.views, shell.look, shell.settings
    asks = dialogs(window)
    services = build_services(
        window,
        places=shell.places,
        settings=settings,
        dialogs=asks,
        start_process=start_process,
        start_analyst=start_analyst,
    )
    by_kind = {component.kind: component for component in COMPONENTS}
    bench = Workbench(window, views, services, look, by_kind, asks)
    commands = Commands(bench, asks)
    window.files_dropped.connect(services.files.open_dropped)
    opened = Opened(window, bench, services, commands)
    window.guard_close(lambda: _end(opened))
    views.canvas.hint = BEGIN
    return opened


def open_window(
    app: QApplication,
    places: Places,
    start_process: Callable[[], Transport] = WorkerTransport,
    dialogs: Callable[[MainWindow], Dialogs] = QtDialogs,
) -> Opened:
    """Make a window and everything behind it at once. No design is open and nothing runs yet."""
    return equip(open_shell(app, places), start_process, dialogs)


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


def _end(opened: Opened) -> bool:
    """Whether the window may close; then everything behind it ends, and nothing is left to recover."""
    services = opened.services
    if not services.files.may_leave(opened.window.close):
        return False
    services.settings.update(speed=min(services.run.speed, 1000.0))
    opened.close()
    services.close()
    return True
