"""New, open, save: how designs come in and go out. Whatever fails leaves the open design untouched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.exchange.recordings.formats import load_recording
from engine.exchange.recordings.recording import RecordingError
from engine.exchange.recordings.replay import replay
from engine.model import files
from engine.model.design import Design

if TYPE_CHECKING:
    from app.dialogs import Dialogs
    from app.document import DesignDocument
    from app.history import FileHistory
    from app.recovery import Leftover
    from app.settings import Settings


class FileController(QObject):
    """Loads into and stores from one document."""

    failed = Signal(str)
    """A file could not be read or written: one clear line."""
    taken = Signal(str)
    """A recording was loaded: what was taken out of it, in one line."""
    saved = Signal()
    opened = Signal()

    def __init__(
        self,
        document: DesignDocument,
        settings: Settings,
        history: FileHistory,
        dialogs: Dialogs,
    ) -> None:
        super().__init__(document)
        self._document = document
        self._settings = settings
        self._history = history
        self._dialogs = dialogs

    def new(self) -> None:
        """Start with an empty design."""
        if self.may_leave():
            self._take(Design(title="Untitled"), None)

    def ask_open(self) -> None:
        """Let the person choose a file and open it."""
        path = self._dialogs.open_path(self.folder())
        if path is not None:
            self.open(path)

    def ask_recording(self, client: str) -> str:
        """Let the person choose recorded arrivals for a client; says what is wrong with them, or nothing."""
        path = self._dialogs.recording_path(self.folder())
        if path is None:
            return ""
        try:
            made = replay(self._document.design, client, load_recording(path))
        except RecordingError as error:
            return str(error)
        self._document.push(made.edit)
        self.taken.emit(f"{path.name}: {made.about}")
        return ""

    def open(self, path: Path) -> bool:
        """Open a file; a bad one is reported and the open design stays."""
        design = self._read(path)
        if design is None or not self.may_leave():
            return False
        self._take(design, path.absolute())
        self._settings.note_opened(path.absolute())
        return True

    def open_copy(self, path: Path) -> bool:
        """Open a design that must not be overwritten (a shipped one): the same, without a file."""
        design = self._read(path)
        if design is None or not self.may_leave():
            return False
        self._take(design, None)
        self._settings.update(last=str(path.absolute()))
        return True

    def open_version(self, version: Path, path: Path) -> bool:
        """Open an earlier version of a file as unsaved changes to that file."""
        design = self._read(version)
        if design is None or not self.may_leave():
            return False
        self._take(design, path)
        self._document.mark_unsaved()
        return True

    def restore(self, leftover: Leftover) -> bool:
        """Open what a crash left behind, as unsaved changes to the file that it came from."""
        design = self._read(leftover.design)
        if design is None:
            return False
        self._take(design, leftover.path)
        self._document.mark_unsaved()
        return True

    def save(self) -> bool:
        """Store where it was stored before; asks where for the first time."""
        return self._store(self._document.path) if self._document.path else self.save_as()

    def save_as(self) -> bool:
        """Ask where to store it."""
        suggestion = self._document.path or self.folder() / f"{self.file_stem()}.windtunnel"
        path = self._dialogs.save_path(suggestion)
        return self._store(path.absolute()) if path is not None else False

    def may_leave(self) -> bool:
        """Whether the open design may be left: nothing is unsaved, or the person said so."""
        if not self._document.is_dirty:
            return True
        answer = self._dialogs.unsaved(self._document.title)
        return answer == "discard" or (answer == "save" and self.save())

    def folder(self) -> Path:
        """Where file dialogs begin."""
        folder = Path(self._settings.values.folder or Path.home())
        return folder if folder.is_dir() else Path.home()

    def file_stem(self) -> str:
        """A file name made of the title."""
        kept = "".join(c if c.isalnum() else "-" for c in self._document.title.lower())
        return "-".join(part for part in kept.split("-") if part)[:60] or "design"

    def _read(self, path: Path) -> Design | None:
        """Load a file, or say why not."""
        try:
            return files.load(path)
        except files.FileError as error:
            self.failed.emit(str(error))
            return None

    def _take(self, design: Design, path: Path | None) -> None:
        """Make it the open design."""
        self._document.replace(design, path)
        self.opened.emit()

    def _store(self, path: Path) -> bool:
        """Write the file and keep a version of it."""
        try:
            files.save(self._document.design, path)
        except (files.FileError, OSError) as error:
            self.failed.emit(f"{path.name} was not saved: {error}")
            return False
        self._document.mark_saved(path)
        self._settings.note_opened(path)
        self.saved.emit()
        try:
            self._history.record(path)
        except OSError as error:
            self.failed.emit(f"{path.name} is saved, but no version of it was kept: {error}")
        return True
