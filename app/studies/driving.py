"""A study driven in a process of its own: the window hears what came of it, and never waits for it.

The runs are computed by processes of that process. What is left over for it takes seconds in a large study:
reading what was done before, and saying what all of it means. In a thread of the window it would hold the
interpreter's lock, and leave the window hundreds of thousands of objects to look through for garbage.
"""

from __future__ import annotations

import queue
import signal
import threading
import time
from typing import TYPE_CHECKING, Final

from app.studies.news import Cease, Ended, Export, Exported, Progress, Told
from engine.run.protocol import Stop
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
from engine.study.export import ExportError, export

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from app.studies.news import Drive, Said
    from engine.study import Report

_WAIT: Final = 0.06
"""Wall seconds after which it looks whether it is still wanted."""
_REPORT_EVERY: Final = 0.5
"""Wall seconds between looks at what can be said so far."""
_REST: Final = 20.0
"""Times as long as a look took until the next one: more where it takes long to say anything of so many runs."""
_KEPT: Final = 20
"""Designs whose finished runs are kept."""


def serve(connection: Connection) -> None:
    """Drive the study that is named first, and export what it found, until ``Stop`` or the end of the pipe."""
    # An interrupt in the terminal is the app's to handle; the end of the pipe then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        said: queue.SimpleQueue[object] = queue.SimpleQueue()
        wanted = connection.recv()
        threading.Thread(target=_read, args=(connection, said), daemon=True).start()
        StudyDriver(wanted, connection.send, said).drive()
    except (EOFError, OSError):
        return  # the app is gone, and nobody is left to tell


def _read(connection: Connection, said: queue.SimpleQueue[object]) -> None:
    """Pass on what is said; the end of the pipe is a ``Stop``."""
    word: object = None
    while not isinstance(word, Stop):
        try:
            word = connection.recv()
        except (EOFError, OSError):
            word = Stop()
        said.put(word)


class StudyDriver:
    """One study from its start to its end, and what was found until nobody asks for it any more."""

    def __init__(
        self,
        wanted: Drive,
        say: Callable[[Said], object],
        asked: queue.SimpleQueue[object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make ready.

        Args:
            wanted: what is asked.
            say: tells the window something.
            asked: what the window says.
            clock: wall seconds.
        """
        self._wanted, self._say, self._asked, self._clock = wanted, say, asked, clock
        self._begun = clock()
        self._told = self._begun
        self._pause = _REPORT_EVERY
        self._ceases = False
        """Whether the study is to end."""
        self._leaves = False
        """Whether this process is to end."""

    def drive(self) -> None:
        """Run it, with everything that the file holds already done, and stay until ``Stop``."""
        run = self._open()
        if run is None:
            return
        try:
            self._tell(run)
            while not run.over and not self._ceases:
                self._take(run)
                run.wait(_WAIT)
                self._obey(run, wait=False)
        finally:
            unfinished = not run.over
            run.cancel()
        if unfinished and not self._leaves:
            self._say_progress(run, self._clock())
            self._say_report(run, run.report())
            self._say(Ended(f"Stopped after {_count(run.done)}; they are kept. Start goes on."))
        while not self._leaves:
            self._obey(run, wait=True)

    def _open(self) -> StudyRun | None:
        """Read what was done before; None where that cannot be, which is said."""
        path = self._wanted.path
        try:
            storage = Storage(path)
            _forget_old(path.parent)
            return StudyRun(self._wanted.study, LocalExecutor(), storage)
        except (ExecutorError, StorageError, OSError) as error:
            self._say(Ended(str(error)))
            return None

    def _obey(self, run: StudyRun, wait: bool) -> None:  # noqa: FBT001 - named by both callers
        """Do what the window has asked meanwhile."""
        while wait or not self._asked.empty():
            word = self._asked.get()
            wait = False
            if isinstance(word, Export):
                self._say(_exported(run, word.path))
            else:
                self._ceases = isinstance(word, Cease | Stop)
                self._leaves = isinstance(word, Stop)

    def _take(self, run: StudyRun) -> None:
        """Take in what was finished."""
        events = run.poll()
        for event in events:
            match event:
                case Concluded(report):
                    self._say_progress(run, self._clock())
                    self._say_report(run, report)
                    self._say(Ended(f"{_count(run.done)} in {self._elapsed()}"))
                case Stopped(reason):
                    self._say(Ended(reason))
        if any(isinstance(event, PointDone) for event in events) and not run.over:
            self._tell(run)

    def _tell(self, run: StudyRun) -> None:
        """Say how far it is, and now and then what can be said already."""
        now = self._clock()
        self._say_progress(run, now)
        if run.done and now - self._told >= self._pause:
            self._say_report(run, run.report())
            self._told = self._clock()
            self._pause = max(_REPORT_EVERY, _REST * (self._told - now))

    def _say_report(self, run: StudyRun, report: Report) -> None:
        """Say what was found."""
        self._say(Told(report, self._wanted.look(run, report)))

    def _say_progress(self, run: StudyRun, now: float) -> None:
        """Say how far it is."""
        broke = f", {run.failed} broke" if run.failed else ""
        words = f"{run.done} of {run.expected} runs{broke}{self._left(run, now)}"
        self._say(Progress(run.done, run.expected, words))

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


def _exported(run: StudyRun, path: Path) -> Exported:
    """Write what was found so far."""
    try:
        return Exported(tuple(export(run.study, run.outcomes, path)))
    except ExportError as error:
        return Exported(error=str(error))


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
