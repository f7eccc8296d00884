"""Saves the run on screen as a file with which it can be replayed to the same result."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.dialogs import RUN_SUFFIX
from app.errands import Errand
from engine.model.files import shown_name, write

if TYPE_CHECKING:
    from pathlib import Path

    from app.dialogs import Dialogs
    from app.errands import Sender
    from app.file_controller import FileController
    from app.run_controller import RunController


class RunSaver(QObject):
    """Asks where, then the simulating process what happened; nobody waits for the answer."""

    saved = Signal(str)
    """A run was saved: name of the file."""
    failed = Signal(str)
    """A run was not saved: one clear line."""

    def __init__(
        self, run: RunController, files: FileController, dialogs: Dialogs, errands: Sender
    ) -> None:
        super().__init__(run)
        self._errands = errands
        self._run, self._files, self._dialogs = run, files, dialogs

    def save(self) -> None:
        """Let the person choose a file, and have the run up to then written to it."""
        path = self._dialogs.run_path(
            self._files.folder() / f"{self._files.file_stem()}{RUN_SUFFIX}"
        )
        if path is None:
            return
        self._run.take_journal(partial(self._store, path))

    def _store(self, path: Path, text: str, problem: str) -> None:
        """Write what the process has told."""
        if problem:
            self.failed.emit(f"{path.name} was not saved: {problem}")
            return
        self._errands.send(
            Errand(
                f"Saving {shown_name(path)}",
                partial(write, text, path),
                lambda _stamp: self.saved.emit(path.name),
                lambda error: self.failed.emit(str(error)),
            )
        )
