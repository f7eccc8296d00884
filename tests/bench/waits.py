"""How long the window waits while something large comes in, by a timer that is due every 5 ms."""

from __future__ import annotations

import gc
import json
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.opened import Opened
    from engine.model.design import Design
    from widgets.study import StudyRequest

    Wait = Callable[..., None]

TICK_MS = 5
SETTLE = 2.0
"""Wall seconds before and after."""
MOST = 120.0
"""Wall seconds that anything may take."""


def gaps(what: str, path: str) -> dict[str, float]:
    """The longest gap between two ticks (ms), while nothing happens and while something does."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from app.garbage import GarbageCollector
    from app.opened import open_window
    from app.places import Places

    gc.set_threshold(250_000)
    app = QApplication([])
    GarbageCollector(app)
    opened = open_window(app, Places.of_platform())
    opened.window.show()
    opened.services.files.new()
    ticks: list[tuple[float, float]] = []
    watch = QTimer(interval=TICK_MS)
    watch.setTimerType(Qt.TimerType.PreciseTimer)
    watch.timeout.connect(lambda: ticks.append((time.perf_counter(), time.thread_time())))

    def wait(until: Callable[[], bool] = lambda: True, least: float = 0.0) -> None:
        """Let the window live until something holds."""
        begun = time.monotonic()
        while not until() or time.monotonic() < begun + least:
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            assert time.monotonic() < begun + MOST, what

    watch.start()
    wait(least=SETTLE)
    ticks.clear()
    wait(least=SETTLE)
    idle = longest(ticks)[0]
    SITUATIONS[what](opened, wait, ticks.clear, Path(path))
    wait(least=SETTLE)
    watch.stop()
    opened.bench.desk.close()
    opened.services.close()
    gap, own = longest(ticks)
    return {"idle": idle, "gap": gap, "own": own}


def longest(ticks: list[tuple[float, float]]) -> tuple[float, float]:
    """The longest gap between ticks (ms), and the most that the window's thread computed between two."""
    walls, works = zip(
        *((after[0] - before[0], after[1] - before[1]) for before, after in pairwise(ticks)),
        strict=True,
    )
    return 1e3 * max(walls), 1e3 * max(works)


def edited(opened: Opened, wait: Wait, begin: Callable[[], None], path: Path) -> None:
    """A long recording is opened, edited twice, and thought about."""
    from engine.model.edits import SetField

    services = opened.services
    begin()
    services.files.open(path)
    wait(lambda: services.document.path == path)
    answers: list[object] = []
    services.theory.changed.connect(answers.append)
    for name in ("Front", "Web"):
        wait(lambda: not services.analysis.is_open("theory"), 0.5)
        answers.clear()
        assert services.document.push(SetField("web", ("name",), name))
        wait(lambda: bool(answers))


def resumed(opened: Opened, wait: Wait, begin: Callable[[], None], path: Path) -> None:
    """A chaos study of hundreds of experiments, whose runs are known, goes on and says what was found."""
    services = opened.services
    services.files.open(path)
    wait(lambda: services.document.path == path, SETTLE)
    desk = opened.bench.desk
    desk.open()
    form, running = desk.session.panel.form, desk.session.running
    form.choose_kind("chaos")
    form.set_text("seeds", "3")
    wait(lambda: not form._pause.isActive(), 0.5)
    runs = keep_runs(form.request, services.document.design, services.places.studies)
    gc.collect()  # what that has left over is not the window's
    begin()
    ended: list[str] = []
    running.ended.connect(ended.append)
    form.started.emit(form.request)
    wait(lambda: bool(ended))
    assert running.progress == (runs, runs), ended


def keep_runs(request: StudyRequest, design: Design, folder: Path) -> int:
    """Have all runs of the study done already: one was, and stands for the others."""
    from app.studies.asking import study_of
    from engine.release import engine_version
    from engine.study import Storage, Variant
    from engine.study.points import Outcome, run_point

    study = study_of(request, design)
    points = study.points({})
    one = run_point(points[0])
    assert one.error is None, one.error
    path = folder / f"{Variant.of(design).digest[:32]}.jsonl"
    with Storage(path) as storage:
        storage.append((points[0], Outcome(points[0].key, one.result, engine=engine_version())))
        others = [Outcome(each.key, {"": ""}, engine=engine_version()) for each in points[1:]]
        storage.append(*zip(points[1:], others, strict=True))
    # The result is put into text once: it is large, and the same in all.
    about, first, *lines = path.read_text("utf-8").splitlines()
    result = json.dumps(json.loads(first)["result"])
    whole = [line.replace('{"": ""}', result, 1) for line in lines]
    path.write_text("\n".join([about, first, *whole, ""]), "utf-8")
    return len(points)


def opened(opened: Opened, wait: Wait, begin: Callable[[], None], path: Path) -> None:
    """A design comes in, with all its links."""
    services, scene = opened.services, opened.bench.views.canvas._scene
    begin()
    services.files.open(path)
    wait(lambda: services.document.path == path and not scene.arriving.waiting)
    assert len(scene.links) == len(services.document.design.links)


SITUATIONS = {"opened": opened, "edited": edited, "resumed": resumed}
