"""Runs one study at a time in processes of its own, and tells how far it is. It never blocks."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from engine.study import (
    Concluded,
    ExecutorError,
    LocalExecutor,
    PointDone,
    Stopped,
    Storage,
    StorageError,
    StudyRun,
)
from engine.study.export import export

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from engine.study import Outcome, Study

_TICK_MS: Final = 60
_REPORT_EVERY: Final = 0.5
"""Wall seconds between looks at what can be said so far."""
_REST: Final = 20.0
"""Times as long as a look took until the next one."""
_KEPT: Final = 20
"""Designs whose finished runs are kept."""


class RunningStudy(QObject):
    """What runs now, or ran last. Finished runs are kept on disk: the same question goes on from there."""

    progressed = Signal(int, int, str)
    """Runs done, runs wanted as far as known, and both in words."""
    reported = Signal(object)
    """A ``Report``: what can be said so far."""
    ended = Signal(str)
    """Nothing runs any more; how it ended, in a line."""

    def __init__(self, parent: QObject, folder: Path) -> None:
        super().__init__(parent)
        self._folder = folder
        self._run: StudyRun | None = None
        self._begun = self._told = 0.0
        self._pause = _REPORT_EVERY
        """Wall seconds until the next look: more where it takes long to say anything of so many runs."""
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def active(self) -> bool:
        """Whether one is under way."""
        return self._run is not None and not self._run.over

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What became of the runs that are done."""
        return {} if self._run is None else self._run.outcomes

    @property
    def progress(self) -> tuple[int, int]:
        """Runs done, and wanted as far as known."""
        return (0, 0) if self._run is None else (self._run.done, self._run.expected)

    def start(self, study: Study, digest: str) -> None:
        """Run a study of a design; what is known of that design already is not run again."""
        self.cancel()
        self._begun = self._told = time.monotonic()
        try:
            storage = Storage(self._folder / f"{digest[:32]}.jsonl")
            _forget_old(self._folder)
            self._run = StudyRun(study, LocalExecutor(), storage)
        except (ExecutorError, StorageError, OSError) as error:
            self.ended.emit(str(error))
            return
        self._tell()
        self._timer.start()

    def cancel(self) -> None:
        """Stop; what is done is kept. Safe to call when nothing is under way."""
        if self._run is None or self._run.over:
            return
        self._timer.stop()
        self._run.cancel()
        self.reported.emit(self._run.report())
        self.ended.emit(f"Stopped after {_count(self._run.done)}; they are kept. Start goes on.")

    def close(self) -> None:
        """End the processes without a word: the window is going."""
        self._timer.stop()
        if self._run is not None:
            self._run.cancel()

    def exporter(self, path: Path) -> Callable[[], list[Path]]:
        """Writes what was found so far and returns the files, in any thread. It raises ``ExportError``."""
        if self._run is None:
            return list
        return partial(export, self._run.study, dict(self._run.outcomes), path)

    def _poll(self) -> None:
        """Hear what was finished."""
        if self._run is None:
            return
        events = self._run.poll()
        for event in events:
            match event:
                case Concluded(report):
                    self._timer.stop()
                    self.reported.emit(report)
                    self.ended.emit(f"{_count(self._run.done)} in {self._elapsed()}")
                case Stopped(reason):
                    self._timer.stop()
                    self.ended.emit(reason)
        if any(isinstance(event, PointDone) for event in events) and not self._run.over:
            self._tell()

    def _tell(self) -> None:
        """Say how far it is, and now and then what can be said already."""
        run = self._run
        if run is None:
            return
        now = time.monotonic()
        broke = f", {run.failed} broke" if run.failed else ""
        words = f"{run.done} of {run.expected} runs{broke}{self._left(now)}"
        self.progressed.emit(run.done, run.expected, words)
        if run.done and now - self._told >= self._pause:
            self.reported.emit(run.report())
            self._told = time.monotonic()
            self._pause = max(_REPORT_EVERY, _REST * (self._told - now))

    def _left(self, now: float) -> str:
        """About how long it will take."""
        run = self._run
        fresh = 0 if run is None else run.done - run.resumed
        if run is None or fresh < 2:
            return ""
        left = (now - self._begun) / fresh * (run.expected - run.done)
        return f" · about {_span(left)} left" if left >= 1.0 else ""

    def _elapsed(self) -> str:
        """How long it took."""
        return _span(time.monotonic() - self._begun)


def _forget_old(folder: Path) -> None:
    """Keep the designs that were studied last."""
    files = sorted(folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[_KEPT:]:
        path.unlink(missing_ok=True)


def _count(runs: int) -> str:
    """So many runs."""
    return "1 run" if runs == 1 else f"{runs} runs"


def _span(seconds: float) -> str:
    """Wall time in a word or two."""
    if seconds < 60.0:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60.0)} min"
