"""One measurement of the window, in this process: `python -m tests.bench.scenes NAME …`."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.bench.hands import drag, edit
from tests.bench.waits import gaps

if TYPE_CHECKING:
    # Qt and the application are imported by each scene: what a scene imports is part of its time.
    from PySide6.QtWidgets import QApplication

    from app.opened import Opened

FRAME = 1 / 60
SETTLE_MS = 2000
"""Wall time that a run gets to be under way before anything is measured."""


def bare() -> dict[str, float]:
    """A window with one chart: the least that PySide6 and pyqtgraph can show."""
    import pyqtgraph
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication([])
    window = QMainWindow()
    window.setCentralWidget(pyqtgraph.PlotWidget())
    window.resize(1600, 1000)
    window.show()
    return {"painted": painted(app)}


def window() -> dict[str, float]:
    """The application, started as a person starts it, up to the event loop."""
    from app.__main__ import main as start

    found: dict[str, float] = {}

    def until_painted(app: QApplication) -> int:
        found["painted"] = painted(app)
        return 0

    class Late:
        """Takes over the event loop no sooner than the application loads Qt: what comes after Qt loads slower."""

        def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
            if name == "app.main":
                sys.meta_path.remove(self)
                from PySide6.QtWidgets import QApplication

                QApplication.exec = until_painted  # the event loop ends with the first picture

    sys.meta_path.insert(0, Late())
    start([])
    return found


def painted(app: QApplication) -> float:
    """When the window was first painted (s, on the clock that all processes share)."""
    from PySide6.QtCore import QCoreApplication, QEvent, QObject

    seen: list[float] = []

    class Watch(QObject):
        """Waits for the moment when the window's contents have been painted."""

        waiting = True

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if self.waiting and event.type() == QEvent.Type.Paint and watched.isWidgetType():
                self.waiting = False
                # All widgets of a window are painted within one event; this comes right after it.
                QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))
            return False

        def event(self, event: QEvent) -> bool:
            if event.type() == QEvent.Type.User:
                seen.append(time.monotonic())
            return True

    watch = Watch()
    app.installEventFilter(watch)
    end = time.monotonic() + 20
    while not seen and time.monotonic() < end:
        app.processEvents()
    app.removeEventFilter(watch)
    assert seen, "the window was never painted"
    return seen[0]


def frames(path: str, dots: str, seconds: str) -> dict[str, float]:
    """The canvas with a run on it: a snapshot and two frames every thirtieth of a second.

    Frames in a second of processor time: nothing waits here, and a busy machine makes that no longer.
    """
    from PySide6.QtWidgets import QApplication

    from engine.catalog import COMPONENTS
    from engine.model import files
    from engine.run.session import Session
    from widgets.canvas import CanvasView
    from widgets.theme import ThemeManager

    app = QApplication([])
    look = ThemeManager(app, "dark")
    by_kind = {component.kind: component for component in COMPONENTS}
    view = CanvasView(by_kind, look.theme, look.icons)
    view.resize(1600, 1000)
    design = files.load(Path(path))
    view.set_design(design)
    view.show()
    app.processEvents()
    view._scene.arriving.finish()
    view.fit()
    session = Session(design)
    under_way = view._scene.dots
    shown: list[int] = []
    works: list[float] = []
    while sum(works) < float(seconds):
        session.advance(session.now + FRAME * 2)  # not measured: it has a process of its own
        snapshot = session.snapshot()
        room = max(0, int(dots) - len(under_way))
        snapshot = replace(snapshot, crossings=snapshot.crossings[:room])
        begun = time.process_time()
        view.show_snapshot(snapshot, FRAME * 2)
        view._timer.stop()  # frames are made here, as fast as they can be
        for _ in range(2):
            view.advance(FRAME)
            app.processEvents()
            works.append(time.process_time() - begun)
            begun = time.process_time()
        shown.append(len(under_way))
    return {"fps": len(works) / sum(works), "dots": median(shown)}


def timer(path: str, seconds: str, speed: str) -> dict[str, float]:
    """How late a 16 ms timer comes in the window, with the engine idle or as busy as it can be."""
    from PySide6.QtCore import Qt, QTimer

    app, opened = application()
    run = opened.services.run
    assert opened.services.files.open(Path(path))
    opened.window.show()
    if speed == "unlimited":
        run.set_speed(float("inf"))
        run.set_running(True)
    ticks: list[float] = []
    watch = QTimer()
    watch.setTimerType(Qt.TimerType.PreciseTimer)
    watch.timeout.connect(lambda: ticks.append(time.perf_counter()))
    QTimer.singleShot(SETTLE_MS, lambda: watch.start(16))
    QTimer.singleShot(SETTLE_MS + int(float(seconds) * 1000), app.quit)
    app.exec()
    cores = run.rates().cores
    opened.services.close()
    late = sorted(after - before for before, after in pairwise(ticks))
    return {"p99": late[int(len(late) * 0.99)] * 1000, "cores": cores}


def open_file(path: str) -> dict[str, float]:
    """From the choice of a file to the frame that shows it, in a window that shows a design."""
    app, opened = application()
    opened.window.show()
    opened.services.files.new()
    end = time.monotonic() + SETTLE_MS / 1000
    while time.monotonic() < end:
        app.processEvents()
    begun = time.perf_counter()
    assert opened.services.files.open(Path(path))
    scene = opened.bench.views.canvas._scene
    while not scene.cards or scene.arriving.waiting:
        app.processEvents()
    opened.bench.views.canvas.viewport().repaint()
    app.processEvents()
    seconds = time.perf_counter() - begun
    opened.services.close()
    return {"seconds": seconds}


def scrub(path: str, seconds: str) -> dict[str, float]:
    """From the wish to see a moment to the frame that shows it, in a window with so many simulated seconds behind it.

    Processor time: nothing waits here, and a busy machine makes that no longer.
    """
    from engine.run.session import Session

    app, opened = application()
    opened.window.show()
    assert opened.services.files.open(Path(path))
    opened.services.run.close()  # the run is fed from here, so that nothing else takes time
    run, travel = opened.services.run, opened.bench.travel
    session = Session(opened.services.document.design)
    while session.now < float(seconds):
        session.advance(session.now + 1.0)
        run._show(session.snapshot(), running=False)
    app.processEvents()
    walls: list[float] = []
    for step in range(1, 61):
        begun = time.process_time()
        travel.show_moment(float(seconds) * ((step * 37) % 60 + 0.5) / 60.0)
        opened.bench.views.canvas.viewport().repaint()
        app.processEvents()
        walls.append(time.process_time() - begun)
    pieces, size = len(travel.past), travel.past.size
    opened.services.close()
    return {"p95": sorted(walls)[56] * 1000, "pieces": pieces, "bytes": size}


def zoom(path: str) -> dict[str, float]:
    """From a notch of the wheel to the frame at the other zoom, back and forth over a design that is seen whole.

    Processor time, as for looking back.
    """
    app, opened = application()
    opened.window.resize(1600, 1000)
    opened.window.show()
    assert opened.services.files.open(Path(path))
    opened.services.run.close()
    canvas = opened.bench.views.canvas
    while not canvas._scene.cards or canvas._scene.arriving.waiting:
        app.processEvents()
    canvas.fit()
    walls: list[float] = []
    for step in range(40):
        for _ in range(3):
            canvas.advance(FRAME)
            app.processEvents()
        begun = time.process_time()
        (canvas.zoom_in if step % 4 < 2 else canvas.zoom_out)()
        canvas.viewport().repaint()
        walls.append(time.process_time() - begun)
    opened.services.close()
    return {"median": median(walls) * 1000}


def application() -> tuple[QApplication, Opened]:
    """The whole application, with no design open."""
    from PySide6.QtWidgets import QApplication

    from app.opened import open_window
    from app.places import Places

    app = QApplication([])
    return app, open_window(app, Places.of_platform())


SCENES = {
    "bare": bare,
    "window": window,
    "frames": frames,
    "timer": timer,
    "open": open_file,
    "gaps": gaps,
    "scrub": scrub,
    "zoom": zoom,
    "edit": edit,
    "drag": drag,
}


def main() -> int:
    """Run the scene that is named, and print what it found."""
    name, *arguments = sys.argv[1:]
    sys.stdout.write(json.dumps(SCENES[name](*arguments)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
