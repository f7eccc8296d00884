"""Runs one study at a time beside the window, and tells how far it is. It never blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.studies.driven import DrivenStudy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.studies.news import Look
    from engine.study import Study

_TICK_MS: Final = 60
_BEGINS: Final = "Looking at what is known …"


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
    def progress(self) -> tuple[int, int]:
        """Runs done, and wanted as far as known."""
        return self._progress

    def start(self, study: Study, digest: str, look: Look) -> None:
        """Run a study of a design; what is known of that design already is not run again.

        Args:
            study: what is asked.
            digest: of the design.
            look: makes of what was found what is shown of it, in another process.
        """
        self.close()
        self._progress = (0, 0)
        self._driven = DrivenStudy(study, self._folder / f"{digest[:32]}.jsonl", look)
        self._active = True
        self._timer.start()
        self.progressed.emit(0, 0, _BEGINS)

    def cancel(self) -> None:
        """Have it stop; what is done is kept. Safe to call when nothing is under way."""
        if self._driven is not None and self._active:
            self._driven.stop()
            self.progressed.emit(*self._progress, "Stopping …")

    def close(self) -> None:
        """End the processes without a word, and forget what was found."""
        self._timer.stop()
        self._active = False
        if self._driven is not None:
            self._driven.close()
            self._driven = None

    def exporter(self, path: Path) -> Callable[[], list[Path]]:
        """Has what was found so far written.

        Returns:
            What returns the files, in any thread but the window's. It raises ``ExportError``.
        """
        if self._driven is None:
            return list
        self._timer.start()
        return self._driven.exporter(path)

    def listen(self) -> None:
        """Tell what was heard since: of each sort the last, however much it was. Called by a timer."""
        driven = self._driven
        if driven is None:
            return
        news = driven.hear()
        if news.progress is not None:
            said = news.progress
            self._progress = (said.done, said.wanted)
            self.progressed.emit(said.done, said.wanted, said.words)
        if news.told is not None:
            self.reported.emit(news.told.report, news.told.shown)
        if news.ended is not None:
            self._active = False
            self.ended.emit(news.ended.words)
        if not self._active and not driven.exports:
            self._timer.stop()
