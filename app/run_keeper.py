"""Keeps runs in the list of runs, and brings them back: to be repeated, or behind the charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.errands import Errand
from engine.model.files import FileError
from engine.run.journal import JournalError
from engine.run.protocol import ApplyEdit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from app.document import DesignDocument
    from app.errands import Sender
    from app.file_controller import FileController
    from app.run_controller import RunController
    from engine.model.design import Design
    from engine.run.archive import KeptRun
    from engine.sim.snapshot import Sample


@dataclass(frozen=True, slots=True)
class Recalled:
    """A kept run, ready to be repeated."""

    journal: str
    """The text of its file."""
    design: Design
    """The design that it ends with."""
    load: float
    """Where its load dial stands at the end."""
    end: float
    """How far it came (s)."""


class RunKeeper(QObject):
    """The list of runs, for one window. Nothing here waits for a disk."""

    changed = Signal()
    """A run was kept or deleted: who shows the list asks again."""
    failed = Signal(str)
    """Something did not work: one clear line."""
    told = Signal(str)
    """What was done."""

    def __init__(
        self,
        path: Path,
        run: RunController,
        document: DesignDocument,
        files: FileController,
        errands: Sender,
    ) -> None:
        super().__init__(run)
        self._path, self._run, self._document = path, run, document
        self._files, self._errands = files, errands
        run.measured.connect(self.keep_measured)

    def keep(self) -> None:
        """Keep the run as it is by now."""
        self._run.take_journal(partial(self._store, self._document.title, None, self._changed))

    def keep_measured(self, result: Mapping[str, Any]) -> None:
        """Keep a run that came to its end, with its result."""
        title = self._document.title
        self._run.take_journal(
            partial(self._store, title, result, lambda _words: self.changed.emit())
        )

    def find(self, search: str, show: Callable[[tuple[KeptRun, ...]], object]) -> None:
        """Have the runs shown in which some words occur."""

        def take(found: tuple[tuple[KeptRun, ...], int]) -> None:
            runs, damaged = found
            show(runs)
            if damaged:
                are = "is" if damaged == 1 else "are"
                self.failed.emit(
                    f"{damaged} of the kept runs {are} damaged, and left out of the list"
                )

        self._send("Reading the runs", partial(_list, self._path, search), take)

    def delete(self, number: int) -> None:
        """Forget a run."""
        self._send("Deleting a run", partial(_delete, self._path, number), self._changed)

    def rename(self, number: int, title: str) -> None:
        """Call a run something else."""
        work = partial(_rename, self._path, number, title)
        self._send("Renaming a run", work, self._changed)

    def open(self, number: int, done: Callable[[], object]) -> None:
        """Open the design of a run, and repeat the run."""

        def show(recalled: Recalled) -> None:
            if self._files.begin_with(recalled.design):
                self._run.repeat(recalled.journal, recalled.load, recalled.end)
                done()

        self._send("Reading a run", partial(_recall, self._path, number), show)

    def recall(self, number: int, show: Callable[[Recalled, str], object]) -> None:
        """Have a run, and what it is called, as it is to be repeated elsewhere."""

        def take(found: tuple[Recalled, str]) -> None:
            show(*found)

        self._send("Reading a run", partial(_recall_named, self._path, number), take)

    def samples(self, number: int, show: Callable[[list[Sample]], object]) -> None:
        """Have what a run measured, by repeating it beside everything else."""
        work = partial(measure_again, self._path, number)
        self._send("Repeating a run", work, show, elsewhere=True)

    def _store(
        self,
        title: str,
        result: Mapping[str, Any] | None,
        done: Callable[[str], object],
        text: str,
        problem: str,
    ) -> None:
        """Keep a run whose journal came."""
        if problem:
            self.failed.emit(f"The run was not kept: {problem}")
            return
        work = partial(_add, self._path, title, text, result)
        self._send("Keeping this run", work, done)

    def _changed(self, words: str) -> None:
        """The list is another."""
        self.told.emit(words)
        self.changed.emit()

    def _send(
        self,
        words: str,
        work: Callable[[], Any],
        done: Callable[[Any], object],
        *,
        elsewhere: bool = False,
    ) -> None:
        """Have something done in a thread, or, where it computes, in a process that can be ended."""
        failed = lambda error: self.failed.emit(str(error))  # noqa: E731
        place = "process" if elsewhere else "thread"
        self._errands.send(Errand(words, work, done, failed, place, can_stop=elsewhere))  # type: ignore[arg-type]


# The rest is done in a thread or a process: SQLite is loaded by who needs it, not by every start.


def _add(path: Path, title: str, text: str, result: Mapping[str, Any] | None) -> str:
    """Keep a run."""
    from engine.model import files  # noqa: PLC0415
    from engine.run.archive import Archive, NewRun  # noqa: PLC0415
    from engine.run.journal_file import loads  # noqa: PLC0415

    journal = loads(text)
    seed = journal.design.scenario.seed
    run = NewRun(
        title,
        files.dumps(journal.design),
        text,
        seed,
        journal.end.time,
        len(journal.entries),
        result,
    )
    Archive(path).add(run, datetime.now(UTC))
    return "Kept in the list of runs (Ctrl+H)."


def _list(path: Path, search: str) -> tuple[tuple[KeptRun, ...], int]:
    """The runs, and how many of all are damaged."""
    from engine.run.archive import Archive  # noqa: PLC0415

    archive = Archive(path)
    return archive.find(search), archive.damaged


def _delete(path: Path, number: int) -> str:
    """Forget a run."""
    from engine.run.archive import Archive  # noqa: PLC0415

    Archive(path).delete(number)
    return "Deleted the run."


def _rename(path: Path, number: int, title: str) -> str:
    """Call a run something else."""
    from engine.run.archive import Archive  # noqa: PLC0415

    Archive(path).rename(number, title)
    return "Renamed the run."


def _recall(path: Path, number: int) -> Recalled:
    """A run, ready to be repeated. Raises ``ArchiveError`` and ``JournalError``."""
    from engine.run.archive import Archive  # noqa: PLC0415
    from engine.run.journal_file import loads  # noqa: PLC0415

    text = Archive(path).journal(number)
    journal = loads(text)
    design, load = journal.design, 1.0
    for entry in journal.entries:
        if isinstance(entry.command, ApplyEdit):
            try:
                design = entry.command.edit.apply(design).design
            except (FileError, ValueError) as error:
                raise JournalError(str(error)) from error
        else:
            load = entry.command.factor
    return Recalled(text, design, load, journal.end.time)


def _recall_named(path: Path, number: int) -> tuple[Recalled, str]:
    """The same, with what it is called."""
    from engine.run.archive import Archive  # noqa: PLC0415

    recalled = _recall(path, number)
    return recalled, Archive(path).name(number) or recalled.design.title or "Untitled"


def measure_again(path: Path, number: int) -> list[Sample]:
    """What a run measured, second by second. Raises ``ArchiveError`` and ``JournalError``."""
    import math  # noqa: PLC0415
    import time  # noqa: PLC0415

    from engine.model.memory import DEFAULT_MEMORY  # noqa: PLC0415
    from engine.run.archive import Archive  # noqa: PLC0415
    from engine.run.journal_file import loads  # noqa: PLC0415
    from engine.run.rewinding import Rewinding  # noqa: PLC0415

    journal = loads(Archive(path).journal(number))
    until = math.nextafter(journal.end.time, math.inf)
    replay = Rewinding(journal, until, DEFAULT_MEMORY, time.perf_counter, watched=True)
    while not replay.advance():
        pass
    return list(replay.session.snapshot().samples)
