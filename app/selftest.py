"""The window's part of ``windtunnel selftest``: build it without a display, run a design, see it charted.

Qt goes on after an exception in a slot or in a paint event: here every one of them is a failure.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtWidgets import QApplication

from app.opened import Opened, open_window, start
from app.places import Places
from engine.cli.selftest import Probe
from engine.sim.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from PySide6.QtGui import QImage

_PATIENCE_MS: Final = 60_000
_CHARTED_S: Final = 12.0
"""Simulated seconds after which every chart has a curve."""
_SIZE: Final = QSize(1440, 900)
"""Of a usual screen (logical pixels): in a small window a curve of some seconds is a few points."""
_VIVID: Final = 60
"""Least difference between the strongest and the weakest part of a colour that only curves have."""
_POINTS: Final = 20
"""Least points of such a colour where a curve was painted."""


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
        with _nothing_unhandled():
            opened = open_window(app, places)
            try:
                return _watched(opened)
            finally:
                opened.services.close()
                opened.window.close()
                opened.window.deleteLater()


@contextmanager
def _nothing_unhandled() -> Iterator[None]:
    """Fail where there was an exception that nobody handled, even if all else went well."""
    errors: list[str] = []
    before = sys.excepthook

    def note(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        place = traceback.extract_tb(trace)[-1:]
        where = f" ({Path(place[0].filename).name}:{place[0].lineno})" if place else ""
        errors.append(f"{kind.__name__}: {error}{where}")
        before(kind, error, trace)

    sys.excepthook = note
    try:
        yield
    finally:
        sys.excepthook = before
        if errors:
            msg = f"{len(errors)} unhandled, first {errors[0]}"
            raise RuntimeError(msg)


def _watched(opened: Opened) -> str:
    """Run until something was measured; what was seen, or an error."""
    loop, seen, broken = QEventLoop(), list[Snapshot](), list[str]()

    def take(snapshot: Snapshot, _elapsed: float) -> None:
        seen.append(snapshot)
        if snapshot.time >= _CHARTED_S:
            loop.quit()

    def give_up(message: str, trace: str) -> None:
        broken.append(f"{message}\n{trace}")
        loop.quit()

    opened.services.run.snapshot.connect(take)
    opened.services.run.failed.connect(give_up)
    opened.window.resize(_SIZE)
    opened.window.show()
    start(opened, None)
    QTimer.singleShot(_PATIENCE_MS, loop.quit)
    loop.exec()
    if not seen or broken:
        msg = broken[0] if broken else "the simulating process reported nothing"
        raise RuntimeError(msg)
    picture = opened.window.grab()
    charted = _charted(opened)
    title = opened.services.document.title
    return (
        f"{picture.width()} × {picture.height()} pixels, “{title}” running, "
        f"{seen[-1].requests} requests in {seen[-1].time:.1f} s simulated, {charted} charts"
    )


def _charted(opened: Opened) -> int:
    """Paint every chart; how many there are. An error where one shows nothing of its curves."""
    panel = opened.bench.views.charts.panel
    panel.refresh()
    for chart in panel.charts:
        if _vivid(chart.plot.grab().toImage()) < _POINTS:
            msg = f"the chart “{chart.feed.title}” paints no curve"
            raise RuntimeError(msg)
    return len(panel.charts)


def _vivid(image: QImage) -> int:
    """Points of a picture that are neither grey nor nearly so, of every second one."""
    colours = (
        image.pixelColor(x, y)
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    )
    parts = ((each.red(), each.green(), each.blue()) for each in colours)
    return sum(max(rgb) - min(rgb) > _VIVID for rgb in parts)


PROBES: Final = (Probe("window", check_window),)
