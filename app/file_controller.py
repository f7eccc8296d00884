"""New, open, save: how designs come in and go out. Whatever fails leaves the open design untouched."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.conflict import Conflict, conflict_of
from app.other_files import recognised
from engine.exchange.recordings.formats import load_recording
from engine.exchange.recordings.recording import RecordingError
from engine.exchange.recordings.replay import replay
from engine.model import files
from engine.model.design import Design
from engine.model.disk import Stamp, read_whole
from engine.model.limits import MAX_BYTES
from engine.run import journal_file
from engine.run.journal import JournalError

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    foreign = Signal(object)
    """A file is no design, but something known: an ``OtherFile``."""
    saved = Signal()
    opened = Signal()
    conflict = Signal(object)
    """The file is not what it was when it was read: a ``Conflict``. Nothing was written."""
    settled = Signal()
    """The file is again what is known of it."""

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
        return self._replay(path, client)

    def replay(self, path: Path, client: str) -> None:
        """Have a client replay a recording that was dropped; says what is wrong with it."""
        problem = self._replay(path, client)
        if problem:
            self.failed.emit(problem)

    def begin(self, path: Path) -> bool:
        """Open the design that a recorded run began with, as one without a file."""
        try:
            design = journal_file.load(path).design
        except JournalError as error:
            self.failed.emit(str(error))
            return False
        if not self.may_leave():
            return False
        self._take(design, None)
        self._document.mark_unsaved()
        return True

    def open_dropped(self, paths: Sequence[Path]) -> bool:
        """Open what was dropped, if it is one file."""
        if len(paths) == 1:
            return self.open(paths[0])
        names = ", ".join(files.shown_name(path) for path in paths[:3])
        more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        self.failed.emit(f"{names}{more}: one window shows one design; drop one file at a time")
        return False

    def _replay(self, path: Path, client: str) -> str:
        """Load a recording into a client; says what is wrong with it, or nothing."""
        try:
            made = replay(self._document.design, client, load_recording(path))
        except RecordingError as error:
            return str(error)
        if self._document.push(made.edit):
            self.taken.emit(f"{path.name}: {made.about}")
        return ""

    def open(self, path: Path) -> bool:
        """Open a file; a bad one is reported and the open design stays."""
        read = self._read(path)
        if read is None or not self.may_leave():
            return False
        self._take(read[0], path.absolute(), read[1])
        self._settings.note_opened(path.absolute())
        return True

    def open_copy(self, path: Path) -> bool:
        """Open a design that must not be overwritten (a shipped one): the same, without a file."""
        read = self._read(path)
        if read is None or not self.may_leave():
            return False
        self._take(read[0], None)
        self._settings.update(last=str(path.absolute()))
        return True

    def open_version(self, version: Path, path: Path) -> bool:
        """Open an earlier version of a file as unsaved changes to that file."""
        read = self._read(version)
        if read is None or not self.may_leave():
            return False
        self._take(read[0], path, self._seen(path))
        self._document.mark_unsaved()
        return True

    def restore(self, leftover: Leftover) -> bool:
        """Open what a crash left behind, as unsaved changes to the file that it came from."""
        read = self._read(leftover.design)
        if read is None or not self.may_leave():
            return False
        self._take(read[0], leftover.path, leftover.stamp)
        self._document.mark_unsaved()
        return True

    def save(self) -> bool:
        """Store where it was stored before; asks where for the first time.

        A file that somebody else changed meanwhile is not written; ``conflict`` says so.
        """
        path = self._document.path
        if path is None:
            return self.save_as()
        found = self._look(path)
        if found is not None and not found.is_gone:
            self.conflict.emit(found)
            return False
        return self._store(path)

    def save_as(self) -> bool:
        """Ask where to store it."""
        suggestion = self._document.path or self.folder() / f"{self.file_stem()}.windtunnel"
        path = self._dialogs.save_path(suggestion)
        return self._store(path.absolute()) if path is not None else False

    def look(self) -> None:
        """See whether the file is still what it was; says so where it is not."""
        path = self._document.path
        found = self._look(path) if path is not None else None
        if found is not None:
            self.conflict.emit(found)
        else:
            self.settled.emit()

    def keep_mine(self) -> bool:
        """Store over what somebody else has stored, which is kept as an earlier version."""
        path = self._document.path
        stored = self._store(path) if path is not None else False
        if stored:
            self.settled.emit()
        return stored

    def take_theirs(self) -> bool:
        """Open what the file holds now; the open design is kept as an earlier version of it."""
        path = self._document.path
        read = self._read(path) if path is not None else None
        if path is None or read is None:
            return False
        try:
            self._history.keep(path, files.dumps(self._document.design).encode())
        except OSError as error:
            self.failed.emit(f"{path.name} was not opened again: yours could not be kept: {error}")
            return False
        self._take(read[0], path, read[1])
        self.settled.emit()
        return True

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

    def _read(self, path: Path) -> tuple[Design, Stamp] | None:
        """Load a file, or say why not."""
        try:
            return files.load_stamped(path)
        except files.FileError as error:
            found = recognised(path)
            if found is not None:
                self.foreign.emit(found)
            else:
                self.failed.emit(str(error))
            return None

    def _seen(self, path: Path) -> Stamp | None:
        """By what a file is known as it is; None where it cannot be read."""
        try:
            return read_whole(path, MAX_BYTES)[1]
        except OSError:
            return None

    def _look(self, path: Path) -> Conflict | None:
        """What became of a file, if it is not what it was when it was read or written."""
        stamp = self._document.stamp
        state = stamp.state(path, MAX_BYTES) if stamp is not None else "same"
        if stamp is None or state == "same":
            return None
        return conflict_of(path, self._document.design, is_gone=state == "gone")

    def _take(self, design: Design, path: Path | None, stamp: Stamp | None = None) -> None:
        """Make it the open design."""
        self._document.replace(design, path, stamp)
        self.opened.emit()

    def _store(self, path: Path) -> bool:
        """Write the file and keep a version of it, and of what it held before."""
        with suppress(OSError):
            self._history.record(path)
        try:
            stamp = files.save(self._document.design, path)
        except (files.FileError, OSError) as error:
            self.failed.emit(f"{path.name} was not saved: {error}")
            return False
        self._document.mark_saved(path, stamp)
        self._settings.note_opened(path)
        self.saved.emit()
        try:
            self._history.record(path)
        except OSError as error:
            self.failed.emit(f"{path.name} is saved, but no version of it was kept: {error}")
        return True
