"""Which files are open in which windows, so that a second window on a file says so.

Each window keeps a small file with the path of what it shows, beside a lock that tells whether the window
is still there. Nobody waits for anybody: what two windows save is settled when they save.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLockFile, QObject

from engine.model.disk import PRIVATE, read_whole, write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from app.document import DesignDocument

_NOTE, _LOCK = ".open", ".lock"
_LONGEST: Final = 10_000
"""Bytes of a path."""


class Presence(QObject):
    """Says which file a window shows, and whether another window shows it too."""

    def __init__(self, folder: Path, document: DesignDocument) -> None:
        super().__init__(document)
        self._folder = folder
        self._document = document
        self._own = folder / f"{os.getpid()}-{os.urandom(4).hex()}{_NOTE}"
        self._lock = _lock_of(self._own)
        self._noted: Path | None = None
        document.state_changed.connect(self._note)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the open file is open in another window that is still there."""
        path = self._document.path
        if path is None:
            return False
        return any(self._shows(note, path) for note in self._folder.glob(f"*{_NOTE}"))

    def close(self) -> None:
        """The window closes."""
        with suppress(OSError):
            self._own.unlink(missing_ok=True)
        self._lock.unlock()

    def _note(self) -> None:
        """Keep the path of the open file; a folder that cannot be written only means that nobody knows."""
        path = self._document.path
        if path == self._noted:
            return
        self._noted = path
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            if not self._lock.isLocked():
                self._lock.tryLock(0)
            if path is None:
                self._own.unlink(missing_ok=True)
            else:
                write_whole(self._own, os.fsencode(path), PRIVATE)

    def _shows(self, note: Path, path: Path) -> bool:
        """Whether a note of another window names the file; one of a window that is gone is removed."""
        if note == self._own:
            return False
        lock = _lock_of(note)
        with suppress(OSError):
            if lock.tryLock(0):
                note.unlink(missing_ok=True)
                lock.unlock()
                return False
            return path.samefile(os.fsdecode(read_whole(note, _LONGEST)[0]))
        return False


def _lock_of(note: Path) -> QLockFile:
    """The lock beside a note. It goes stale when its process is gone, and never by age."""
    lock = QLockFile(str(note.with_suffix(_LOCK)))
    lock.setStaleLockTime(0)
    return lock
