"""A study driven by a thread: the window hears what came of it, and never waits for it.

The runs are computed by processes. What is left over for this one takes seconds in a large study: reading what
was done before, and saying what all of it means. The thread takes its turn with the window every few milliseconds.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Final

from engine.records import dataclass
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

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.study import Report, Study

_WAIT: Final = 0.06
"""Wall seconds after which the thread looks whether it is still wanted."""
_REPORT_EVERY: Final = 0.5
"""Wall seconds between looks at what can be said so far."""
_REST: Final = 20.0
"""Times as long as a look took until the next one: more where it takes long to say anything of so many runs."""
_KEPT: Final = 20
"""Designs whose finished runs are kept."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is."""

    done: int
    wanted: int
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """What can be said so far."""

    report: Report
    shown: object
    """What people see of it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing runs any more; how it ended, in a line."""

    words: str


@dataclass(frozen=True, slots=True)
class News:
    """The last of each that was said; None where nothing was."""

    progress: Progress | None = None
    told: Told | None = None
    ended: Ended | None = None


class DrivenStudy:
    """One study from its start to its end."""

    def __init__(
        self,
        study: Study,
        path: Path,
        shown: Callable[[Report], object] = lambda report: report,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin, with everything that the file holds already done.

        Args:
            study: what is asked.
            path: where what is known is kept.
            shown: makes of a report what people see of it; called in the thread, for that takes as long.
            clock: wall seconds.
        """
        self.run: StudyRun | None = None
        """None until what was done before is read, and where it cannot be."""
        self._study, self._path, self._clock = study, path, clock
        self._shown = shown
        self._said: queue.SimpleQueue[Progress | Told | Ended] = queue.SimpleQueue()
        self._unwanted = threading.Event()
        self._begun = clock()
        self._told = self._begun
        self._pause = _REPORT_EVERY
        # No daemon: the end of this process waits until the runs are ended and what is done is kept.
        threading.Thread(target=self._drive, name="windtunnel-study").start()

    def stop(self) -> None:
        """Have it end soon. It does not wait."""
        self._unwanted.set()

    def hear(self) -> News:
        """What was said since, as much of it as counts: of many reports only the last is of any use."""
        progress, told, ended = None, None, None
        while not self._said.empty():
            said = self._said.get()
            if isinstance(said, Progress):
                progress = said
            elif isinstance(said, Ended):
                ended = said
            else:
                told = said
        return News(progress, told, ended)

    def _drive(self) -> None:
        """Run it, in the thread."""
        try:
            storage = Storage(self._path)
            _forget_old(self._path.parent)
            run = StudyRun(self._study, LocalExecutor(), storage)
        except (ExecutorError, StorageError, OSError) as error:
            self._said.put(Ended(str(error)))
            return
        self.run = run
        self._tell(run)
        while not run.over and not self._unwanted.is_set():
            self._take(run)
            run.wait(_WAIT)
        if not run.over:
            run.cancel()
            self._say_progress(run, self._clock())
            self._say_report(run.report())
            self._said.put(
                Ended(f"Stopped after {_count(run.done)}; they are kept. Start goes on.")
            )

    def _take(self, run: StudyRun) -> None:
        """Take in what was finished."""
        events = run.poll()
        for event in events:
            match event:
                case Concluded(report):
                    self._say_progress(run, self._clock())
                    self._say_report(report)
                    self._said.put(Ended(f"{_count(run.done)} in {self._elapsed()}"))
                case Stopped(reason):
                    self._said.put(Ended(reason))
        if any(isinstance(event, PointDone) for event in events) and not run.over:
            self._tell(run)

    def _tell(self, run: StudyRun) -> None:
        """Say how far it is, and now and then what can be said already."""
        now = self._clock()
        self._say_progress(run, now)
        if run.done and now - self._told >= self._pause:
            self._say_report(run.report())
            self._told = self._clock()
            self._pause = max(_REPORT_EVERY, _REST * (self._told - now))

    def _say_report(self, report: Report) -> None:
        """Say what was found."""
        self._said.put(Told(report, self._shown(report)))

    def _say_progress(self, run: StudyRun, now: float) -> None:
        """Say how far it is."""
        broke = f", {run.failed} broke" if run.failed else ""
        words = f"{run.done} of {run.expected} runs{broke}{self._left(run, now)}"
        self._said.put(Progress(run.done, run.expected, words))

    def _left(self, run: StudyRun, now: float) -> str:
        """About how long it will take."""
        fresh = run.done - run.resumed
        if fresh < 2:
            return ""
        left = (now - self._begun) / fresh * (run.expected - run.done)
        return f" · about {_span(left)} left" if left >= 1.0 else ""

    def _elapsed(self) -> str:
        """How long it took."""
        return _span(self._clock() - self._begun)


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
