"""Sends long work out of the window: reading, putting into text, writing. The window hears what came of it.

What mostly waits, for a disk, is done by a thread; what mostly computes is done by a process, since two
threads of one interpreter take turns.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from app.served import do_errand
from engine.run.child import Child
from engine.run.errand import ErrandError, Outcome, outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_MS: Final = 10
"""Milliseconds between looks while something is under way."""
_TOLD_AFTER: Final = 0.3
"""Wall seconds after which it is said what is under way."""
Place = Literal["thread", "process"]


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to do elsewhere."""

    words: str
    """What is done, for the status bar: ``Saving shop.windtunnel``."""
    work: Callable[[], Any]
    """For a process: a function of a module, or a ``partial`` of one, and values that can be pickled."""
    done: Callable[[Any], object]
    """Hears the value, in the window's thread."""
    failed: Callable[[Exception], object]
    """Hears the error, in the window's thread."""
    place: Place = "thread"
    can_stop: bool = False
    """Whether it may be given up half-way, which leaves everything as it was."""


class Sender(Protocol):
    """Where errands are sent."""

    def send(self, errand: Errand) -> None:
        """Have it done; ``done`` or ``failed`` hear of it, perhaps before this returns."""


class InlineErrands:
    """Does everything at once: for callers who would wait anyway."""

    def send(self, errand: Errand) -> None:
        """Do it."""
        _tell(errand, outcome_of(errand.work))


class _Thread:
    """An errand in a thread. No daemon: the end of this process waits for what is being written."""

    def __init__(self, errand: Errand) -> None:
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        work = errand.work
        run = lambda: self._outcomes.put(outcome_of(work))  # noqa: E731
        threading.Thread(target=run, name="windtunnel-errand").start()

    def hear(self) -> Outcome | None:
        """What came of it; None while it is under way."""
        return None if self._outcomes.empty() else self._outcomes.get()

    def close(self) -> None:
        """It ends by itself."""


class _Process:
    """An errand in a process of its own."""

    def __init__(self, errand: Errand) -> None:
        self._child = Child(do_errand, "windtunnel-errand")
        self._child.tell(errand.work)

    def hear(self) -> Outcome | None:
        """What came of it; None while it is under way."""
        for said in self._child.hear():
            if isinstance(said, Outcome):
                return said
            return Outcome(error=ErrandError(f"{self._child.end}; try again"))
        return None

    def close(self) -> None:
        """End it, whether it is done or not."""
        self._child.close()


@dataclass(frozen=True, slots=True)
class _Job:
    """An errand that is under way."""

    errand: Errand
    worker: _Thread | _Process
    begun: float


class Errands(QObject):
    """What is under way for one window."""

    told = Signal(str, bool)
    """What is under way, in words (empty for nothing), and whether it can be given up."""

    def __init__(self, parent: QObject, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._jobs: list[_Job] = []
        self._told = ("", False)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.listen)

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._jobs)

    def send(self, errand: Errand) -> None:
        """Have it done elsewhere; ``done`` or ``failed`` hear of it later, in this thread."""
        make = _Process if errand.place == "process" else _Thread
        self._jobs.append(_Job(errand, make(errand), self._clock()))
        self._timer.start()

    def listen(self) -> None:
        """Hear what came of what is under way. Called by a timer."""
        for job in list(self._jobs):
            outcome = job.worker.hear()
            if outcome is not None and job in self._jobs:
                self._jobs.remove(job)
                job.worker.close()
                _tell(job.errand, outcome)
        self._say()

    def stop(self) -> None:
        """Give up what can be given up."""
        for job in [each for each in self._jobs if each.errand.can_stop]:
            self._jobs.remove(job)
            job.worker.close()
        self._say()

    def close(self) -> None:
        """End in order: what writes ends first, and nobody hears of the rest."""
        self.stop()
        while self._jobs:
            waiting = QEventLoop()
            QTimer.singleShot(_LOOK_MS, waiting.quit)
            waiting.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            self.listen()
        self._timer.stop()

    def _say(self) -> None:
        """Say what has been under way for some time."""
        now = self._clock()
        late = [job for job in self._jobs if now - job.begun >= _TOLD_AFTER]
        words = ""
        if late:
            words = f"{late[0].errand.words} … {now - late[0].begun:.0f} s"
        told = (words, any(job.errand.can_stop for job in late))
        if told != self._told:
            self._told = told
            self.told.emit(*told)
        if not self._jobs:
            self._timer.stop()


def _tell(errand: Errand, outcome: Outcome) -> None:
    """Tell whoever sent it."""
    if outcome.error is None:
        errand.done(outcome.value)
    else:
        errand.failed(outcome.error)
