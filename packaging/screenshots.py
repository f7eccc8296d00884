"""Make the pictures of the README: the real application, a shipped design, a real run."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEventLoop, QSize  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from app.opened import open_window  # noqa: E402
from app.places import Places  # noqa: E402

if TYPE_CHECKING:
    from app.run_controller import RunController

PICTURES = ROOT / "assets" / "screenshots"
DESIGN = ROOT / "saved_designs" / "flash-sale.windtunnel"
SELECTED = "checkout"
SPEED = 5.0
LOADS = ((0.0, 1.0), (30.0, 1.8), (60.0, 2.4))
"""Simulated seconds, and what the load dial is turned to then."""
UNTIL = 95.0
"""Simulated seconds after which the picture is taken: the sale has brought the database down."""
SIZE = QSize(1600, 1000)
PATIENCE_MS = 60_000


def spin(until_ms: int) -> None:
    """Let the application work for some wall time."""
    clock = QElapsedTimer()
    clock.start()
    while clock.elapsed() < until_ms:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def wait_for(run: RunController, time: float) -> None:
    """Let the run come to a simulated time (s)."""
    clock = QElapsedTimer()
    clock.start()
    while run.now < time:
        spin(20)
        if clock.elapsed() > PATIENCE_MS:
            raise SystemExit("the run does not come forward")


def shoot(app: QApplication, theme: str, folder: Path) -> Path:
    """Run the design in a fresh window and grab it."""
    opened = open_window(app, Places(folder / theme, folder / theme))
    opened.bench.look.set_preference(theme)
    opened.window.resize(SIZE)
    opened.window.show()
    services = opened.services
    if not services.files.open_copy(DESIGN):
        raise SystemExit(f"{DESIGN} could not be opened")
    transport = opened.bench.views.transport
    transport.set_speed(SPEED)
    transport.speed_changed.emit(SPEED)
    services.run.set_running(True)
    for at, factor in LOADS:
        wait_for(services.run, at)
        transport.set_load(factor)
        transport.load_changed.emit(factor)
    wait_for(services.run, UNTIL)
    opened.bench.views.canvas.select({SELECTED})
    spin(400)
    path = PICTURES / f"{theme}.png"
    opened.window.grab().save(str(path))
    services.close()
    opened.window.deleteLater()
    return path


def main() -> int:
    """Both themes."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        for theme in ("dark", "light"):
            path = shoot(app, theme, Path(folder))
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
