"""Runs one study at a time beside the window, and tells how far it is. It never blocks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.studies.driving import DrivenStudy
from engine.study.export import export

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from engine.study import Outcome, Report, Study

_TICK_MS: Final = 60


class RunningStudy(QObject):
    """What runs now, or ran last. Finished runs are kept on disk: the same question goes on from there."""

    progressed = Signal(int, int, str)
    """Runs done, runs wanted as far as known, and both in words."""
    reported = Signal(object, object)
    """A ``Report``: what can be said so far, and what was made of it to be shown."""
    ended = Signal(str)
    """Nothing runs any more; how it ended, in a line."""

    def __init__(self, parent: QObject, folder: Path) -> None:
        super().__init__(parent)
        self._folder = folder
        self._driven: DrivenStudy | None = None
        self._active = False
        self._progress = (0, 0)
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self.listen)

    @property
    def active(self) -> bool:
        """Whether one is under way."""
        return self._active

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What became of the runs that are done."""
        run = None if self._driven is None else self._driven.run
        return {} if run is None else dict(run.outcomes)

    @property
    def progress(self) -> tuple[int, int]:
        """Runs done, and wanted as far as known."""
        return self._progress

    def start(
        self, study: Study, digest: str, shown: Callable[[Report], object] = lambda report: report
    ) -> None:
        """Run a study of a design; what is known of that design already is not run again.

        Args:
            study: what is asked.
            digest: of the design.
            shown: makes of a report what is shown of it, in a thread.
        """
        if self._driven is not None:
            self._driven.stop()
        self._progress = (0, 0)
        self._driven = DrivenStudy(study, self._folder / f"{digest[:32]}.jsonl", shown)
        self._active = True
        self._timer.start()

    def cancel(self) -> None:
        """Have it stop; what is done is kept. Safe to call when nothing is under way."""
        if self._driven is not None and self._active:
            self._driven.stop()
            self.progressed.emit(*self._progress, "Stopping …")

    def close(self) -> None:
        """End the processes without a word: the window is going."""
        self._timer.stop()
        self._active = False
        if self._driven is not None:
            self._driven.stop()

    def exporter(self, path: Path) -> Callable[[], list[Path]]:
        """Writes what was found so far and returns the files, in any thread. It raises ``ExportError``."""
        run = None if self._driven is None else self._driven.run
        if run is None:
            return list
        return partial(export, run.study, dict(run.outcomes), path)

    def listen(self) -> None:
        """Tell what was heard since: of each sort the last, however much it was. Called by a timer."""
        if self._driven is None:
            return
        news = self._driven.hear()
        if news.progress is not None:
            said = news.progress
            self._progress = (said.done, said.wanted)
            self.progressed.emit(said.done, said.wanted, said.words)
        if news.told is not None:
            self.reported.emit(news.told.report, news.told.shown)
        if news.ended is not None:
            self._timer.stop()
            self._active = False
            self.ended.emit(news.ended.words)
