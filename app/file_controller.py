"""New, open, save: how designs come in and go out. Whatever fails leaves the open design untouched.

Nobody waits for a disk or a long file: that is an errand, and the window goes on meanwhile. Who wants to leave
a design that is just being stored is let go once it is.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.differing import Conflict
from app.errands import Errand, InlineErrands
from app.file_work import (
    Read,
    exchanged,
    is_long_design,
    is_long_file,
    looked_at,
    read,
    recorded,
    stored,
)
from app.recognition import OtherFile
from engine.model import files
from engine.model.design import Design
from engine.model.disk import Stamp, read_whole
from engine.model.limits import MAX_BYTES
from engine.run import journal_file
from engine.run.journal import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.dialogs import Dialogs
    from app.document import DesignDocument
    from app.errands import Sender
    from app.file_work import Stored
    from app.history import FileHistory
    from app.recovery import Leftover
    from app.settings import Settings
    from engine.exchange.recordings.replay import Replay


def _nothing() -> None:
    """Nobody waits."""


class FileController(QObject):
    """Loads into and stores from one document."""

    leaving = Signal()
    """The open design may be left: what is on its way into it has to be in it, to be stored or given up with it."""
    failed = Signal(str)
    """A file could not be read or written: one clear line."""
    not_saved = Signal(str)
    """The design could not be written: why, until it is."""
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
        errands: Sender | None = None,
    ) -> None:
        """Load into a document and store it. Without ``errands`` everything is done at once."""
        super().__init__(document)
        self._document = document
        self._settings = settings
        self._history = history
        self._dialogs = dialogs
        self._inline = InlineErrands()
        self._errands = self._inline if errands is None else errands
        self.origin: Path | None = None
        """File that the open design is a copy of; None where it is none."""
        self._wish = 0
        """Number of the last wish for another design; an earlier one no longer counts."""
        self._storing: Design | None = None
        """What is being stored."""
        self._target: Path | None = None
        """Where to."""
        self._is_stored = False
        """Whether storing went well, the last time."""
        self._next: Path | None = None
        """Where it was to be stored once more meanwhile."""
        self._then: Callable[[], object] = _nothing
        """What waits for its end."""

    @property
    def is_storing(self) -> bool:
        """Whether the design is on its way to the disk."""
        return self._storing is not None

    def new(self) -> None:
        """Start with an empty design."""
        self._wish += 1
        if self.may_leave(self.new):
            self._take(Design(title="Untitled"), None)

    def ask_open(self) -> None:
        """Let the person choose a file and open it."""
        path = self._dialogs.open_path(self.folder())
        if path is not None:
            self.open(path)

    def ask_other(self, take: Callable[[Design, Path], object]) -> None:
        """Let the person choose another design to look at; the open one stays."""
        path = self._dialogs.open_path(self.folder())
        if path is None:
            return

        def done(design: Design) -> None:
            take(design, path)

        words = f"Reading {files.shown_name(path)}"
        errand = Errand(
            words,
            partial(files.load, path),
            done,
            lambda error: self.failed.emit(str(error)),
            "process",
            can_stop=True,
        )
        (self._errands if is_long_file(path) else self._inline).send(errand)

    def ask_recording(self, client: str, refuse: Callable[[str], object]) -> None:
        """Let the person choose recorded arrivals for a client; ``refuse`` hears what is wrong with them."""
        path = self._dialogs.recording_path(self.folder())
        if path is not None:
            self._replay(path, client, refuse)

    def replay(self, path: Path, client: str) -> None:
        """Have a client replay a recording that was dropped; ``failed`` says what is wrong with it."""
        self._replay(path, client, self.failed.emit)

    def begin(self, path: Path) -> bool:
        """Open the design that a recorded run began with, as one without a file."""
        try:
            design = journal_file.load(path).design
        except JournalError as error:
            self.failed.emit(str(error))
            return False
        return self.begin_with(design, lambda: self.begin(path))

    def begin_with(self, design: Design, again: Callable[[], object] = _nothing) -> bool:
        """Open a design as one without a file; ``again`` is done once it was stored what was open before."""
        if not self.may_leave(again):
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

    def open(self, path: Path) -> bool:
        """Open a file, or begin to; a bad one is reported and the open design stays."""

        def take(found: Read) -> None:
            self._take(found.design, path.absolute(), found.stamp)
            self._settings.note_opened(path.absolute())

        return self._fetch(path, take)

    def open_copy(self, path: Path) -> bool:
        """Open a design that must not be overwritten (a shipped one): the same, without a file."""

        def take(found: Read) -> None:
            self._settings.update(last=str(path.absolute()))
            self._take(found.design, None, origin=path.absolute())

        return self._fetch(path, take)

    def open_version(self, version: Path, path: Path) -> bool:
        """Open an earlier version of a file as unsaved changes to that file."""

        def take(found: Read) -> None:
            self._take(found.design, path, self._seen(path))
            self._document.mark_unsaved()

        return self._fetch(version, take)

    def restore(
        self,
        leftover: Leftover,
        then: Callable[[], object] = _nothing,
        refused: Callable[[], object] = _nothing,
    ) -> bool:
        """Open what a crash left behind, as unsaved changes to the file that it came from."""

        def take(found: Read) -> None:
            self._take(found.design, leftover.path, leftover.stamp)
            self._document.mark_unsaved()
            then()

        return self._fetch(leftover.design, take, refused)

    def save(self) -> bool:
        """Store where it was stored before; asks where for the first time.

        A file that somebody else changed meanwhile is not written; ``conflict`` says so.
        """
        path = self._document.path
        return self.save_as() if path is None else self._store(path, self._document.stamp)

    def save_as(self) -> bool:
        """Ask where to store it."""
        suggestion = self._document.path or self.folder() / f"{self.file_stem()}.windtunnel"
        return self._save_as(suggestion)

    def save_beside(self) -> bool:
        """Ask where to store it, and suggest a name of its own: that of the file is somebody else's work now."""
        path = self._document.path
        if path is None:
            return self.save_as()
        return self._save_as(path.with_name(f"{path.stem} (mine){path.suffix}"))

    def _save_as(self, suggestion: Path) -> bool:
        """Ask where to store it."""
        path = self._dialogs.save_path(suggestion)
        return self._store(path.absolute(), None) if path is not None else False

    def look(self) -> None:
        """See whether the file is still what it was; says so where it is not."""
        path, stamp = self._document.path, self._document.stamp
        if self.is_storing:
            return
        if path is None or stamp is None or stamp.seems_same(path):
            self.settled.emit()
            return
        design = self._document.design
        errand = Errand(
            f"Reading {files.shown_name(path)}",
            partial(looked_at, path, design, stamp),
            lambda found: self._tell_conflict(found) if self._document.stamp is stamp else None,
            lambda error: self.failed.emit(str(error)),
            "process",
        )
        (self._errands if is_long_file(path) else self._inline).send(errand)

    def keep_mine(self) -> bool:
        """Store over what somebody else has stored, which is kept as an earlier version."""
        path = self._document.path
        return self._store(path, None) if path is not None else False

    def take_theirs(self) -> bool:
        """Open what the file holds now; the open design is kept as an earlier version of it."""
        path, design = self._document.path, self._document.design
        if path is None or self.is_storing:
            return False
        self._wish += 1

        def take(found: Read | OtherFile) -> None:
            if self._document.design is not design:
                self.failed.emit(f"{path.name} was not opened again: you changed yours meanwhile")
            elif isinstance(found, OtherFile):
                self.foreign.emit(found)
            else:
                self._take(found.design, path, found.stamp)
                self.settled.emit()

        def fail(error: Exception) -> None:
            lead = (
                "" if isinstance(error, files.FileError) else f"{path.name} was not opened again: "
            )
            kept = "" if isinstance(error, files.FileError) else "yours could not be kept: "
            self.failed.emit(f"{lead}{kept}{error}")

        is_long = is_long_design(design) or is_long_file(path)
        errand = Errand(
            f"Reading {files.shown_name(path)}",
            partial(exchanged, design, path, self._history),
            take,
            fail,
            "process",
        )
        (self._errands if is_long else self._inline).send(errand)
        return is_long or self._document.design is not design

    def may_leave(self, then: Callable[[], object] = _nothing) -> bool:
        """Whether the open design may be left: nothing is unsaved, or the person said so.

        Where it is being stored it may not yet; ``then`` is called once it is, and asks again.
        """
        self.leaving.emit()
        if self.is_storing:
            self._then = then
            return False
        if not self._document.is_dirty:
            return True
        answer = self._dialogs.unsaved(self._document.title)
        if answer != "save":
            return answer == "discard"
        began = self.save()
        if self._storing is not None:
            self._then = then
            return False
        return began

    def folder(self) -> Path:
        """Where file dialogs begin."""
        folder = Path(self._settings.values.folder or Path.home())
        return folder if folder.is_dir() else Path.home()

    def file_stem(self) -> str:
        """A file name made of the title."""
        kept = "".join(c if c.isalnum() else "-" for c in self._document.title.lower())
        return "-".join(part for part in kept.split("-") if part)[:60].strip("-") or "design"

    def _fetch(
        self,
        path: Path,
        take: Callable[[Read], object],
        refused: Callable[[], object] = _nothing,
    ) -> bool:
        """Read a file and open what it holds; whether that was done, or is under way."""
        self._wish += 1
        wish, outcomes = self._wish, [True]

        def done(found: Read | OtherFile) -> None:
            outcomes[:] = [self._arrive(wish, found, take)]
            if not outcomes[0] and not self.is_storing:
                refused()

        def fail(error: Exception) -> None:
            outcomes[:] = [False]
            self.failed.emit(str(error))
            refused()

        words = f"Reading {files.shown_name(path)}"
        errand = Errand(words, partial(read, path), done, fail, "process", can_stop=True)
        (self._errands if is_long_file(path) else self._inline).send(errand)
        return outcomes[0]

    def _arrive(self, wish: int, found: Read | OtherFile, take: Callable[[Read], object]) -> bool:
        """A file was read: open what it holds, unless another one is wanted by now."""
        if wish != self._wish:
            return False
        if isinstance(found, OtherFile):
            self.foreign.emit(found)
            return False
        if not self.may_leave(lambda: self._arrive(wish, found, take)):
            return False
        take(found)
        return True

    def _replay(self, path: Path, client: str, refuse: Callable[[str], object]) -> None:
        """Have a client replay a file."""
        design, wish = self._document.design, self._wish

        def done(made: Replay) -> None:
            if wish != self._wish or self._document.item_is_gone(client):
                return
            if (
                self._document.design is not design
            ):  # edited meanwhile: it has to fit what is there now
                self._replay(path, client, refuse)
                return
            self._document.push_applied(made.edit, made.applied)
            self.taken.emit(f"{files.shown_name(path)}: {made.about}")

        words = f"Reading {files.shown_name(path)}"
        errand = Errand(
            words,
            partial(recorded, path, design, client),
            done,
            lambda error: refuse(str(error)),
            "process",
            can_stop=True,
        )
        (self._errands if is_long_file(path) else self._inline).send(errand)

    def _seen(self, path: Path) -> Stamp | None:
        """By what a file is known as it is; None where it cannot be read."""
        try:
            return read_whole(path, MAX_BYTES)[1]
        except OSError:
            return None

    def _tell_conflict(self, found: Conflict | None) -> None:
        """Say what became of the file, or that it is what it was."""
        if found is not None:
            self.conflict.emit(found)
        else:
            self.settled.emit()

    def _take(
        self,
        design: Design,
        path: Path | None,
        stamp: Stamp | None = None,
        origin: Path | None = None,
    ) -> None:
        """Make it the open design; ``origin`` is what it is a copy of."""
        self.origin = origin
        self._document.replace(design, path, stamp)
        self.opened.emit()

    def _store(self, path: Path, stamp: Stamp | None) -> bool:
        """Have the design written, where nobody has changed the file with that stamp; whether it went well so far."""
        if self._storing is not None:
            if path != self._target or self._storing is not self._document.design:
                self._next = path
            return True
        design = self._document.design
        self._storing, self._target, self._is_stored = design, path, False
        errand = Errand(
            f"Saving {files.shown_name(path)}",
            partial(stored, design, path, self._history, stamp),
            lambda made: self._note_stored(path, design, made),
            lambda error: self._note_failed(path, error),
            "process" if is_long_design(design) else "thread",
        )
        self._errands.send(errand)
        return self.is_storing or self._is_stored

    def _note_stored(self, path: Path, design: Design, made: Stored | Conflict) -> None:
        """The design, as it was when this began, is on the disk, or somebody else has changed the file."""
        self._storing = None
        then, self._then = self._then, _nothing
        where, self._next = self._next, None
        if isinstance(made, Conflict):
            self.conflict.emit(made)
            return
        self._is_stored = True
        self._document.mark_saved(path, made.stamp, design)
        self._settings.note_opened(path)
        self.saved.emit()
        if made.problem:
            self.failed.emit(f"{path.name} is saved, but no version of it was kept: {made.problem}")
        if where is None or (where == path and not self._document.is_dirty):
            then()
        else:
            self._then = then
            self._store(where, made.stamp if where == path else None)

    def _note_failed(self, path: Path, error: Exception) -> None:
        """The design could not be written: it stays open."""
        self._storing, self._then, self._next = None, _nothing, None
        known = isinstance(error, files.FileError)
        self.not_saved.emit(str(error) if known else f"{path.name} was not saved: {error}")
