"""The window's part of ``windtunnel selftest``: build it without a display, run a design, see numbers."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.main import Opened, open_window, start
from app.places import Places
from engine.cli.selftest import Probe
from engine.sim.snapshot import Snapshot

_PATIENCE_MS: Final = 60_000


def check_window() -> str:
    """Open the window on a shipped design and wait for its first numbers."""
    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = QApplication.instance() or QApplication(["windtunnel"])
    if not isinstance(app, QApplication):
        msg = "there is an application without windows already"
        raise TypeError(msg)
    with tempfile.TemporaryDirectory(prefix="windtunnel-selftest-") as folder:
        places = Places(Path(folder, "config"), Path(folder, "state"))
        opened = open_window(app, places)
        try:
            return _watched(opened)
        finally:
            opened.services.close()
            opened.window.close()
            opened.window.deleteLater()


def _watched(opened: Opened) -> str:
    """Run until something was measured; what was seen, or an error."""
    loop, seen, broken = QEventLoop(), list[Snapshot](), list[str]()

    def take(snapshot: Snapshot, _elapsed: float) -> None:
        if snapshot.samples:
            seen.append(snapshot)
            loop.quit()

    def give_up(message: str, trace: str) -> None:
        broken.append(f"{message}\n{trace}")
        loop.quit()

    opened.services.run.snapshot.connect(take)
    opened.services.run.failed.connect(give_up)
    opened.window.show()
    start(opened, None)
    QTimer.singleShot(_PATIENCE_MS, loop.quit)
    loop.exec()
    if not seen:
        msg = broken[0] if broken else "the simulating process reported nothing"
        raise RuntimeError(msg)
    picture = opened.window.grab()
    title = opened.services.document.title
    return (
        f"{picture.width()} × {picture.height()} pixels, “{title}” running, "
        f"{seen[0].requests} requests in {seen[0].time:.1f} s simulated"
    )


PROBES: Final = (Probe("window", check_window),)
