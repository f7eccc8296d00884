"""Autosave and recovery: a copy of unsaved work, beside a lock that tells whose it is.

Each window has one copy, the ordinary design file, and one small file that says where it came from.
The user's own file is never touched. A copy whose lock can be taken belongs to a process that died;
it is offered, once, by whichever window takes the lock first.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLockFile, QObject, QTimer

from app.atomic import write_atomically
from engine.model import files

if TYPE_CHECKING:
    from app.document import DesignDocument

DELAY_MS: Final = 400
"""Milliseconds of quiet after a change before the copy is written."""
MAX_DELAY: Final = 5
"""So many postponements at most: steady typing is saved all the same."""
_DESIGN, _ORIGIN, _LOCK = ".windtunnel", ".json", ".lock"


@dataclass(frozen=True, slots=True)
class Leftover:
    """Unsaved work of a process that died. Its lock is ours until it is restored or discarded."""

    design: Path
    path: Path | None
    """The file that it is a newer version of."""
    title: str
    saved_at: datetime
    lock: QLockFile

    def discard(self) -> None:
        """Remove it for good."""
        self.design.unlink(missing_ok=True)
        self.design.with_suffix(_ORIGIN).unlink(missing_ok=True)
        self.lock.unlock()


class Recovery(QObject):
    """Keeps the copy of one document up to date while it has unsaved changes."""

    def __init__(self, folder: Path, document: DesignDocument) -> None:
        super().__init__(document)
        self._folder = folder
        self._document = document
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{os.getpid()}-{os.urandom(4).hex()}"
        self._copy = folder / f"{name}{_DESIGN}"
        self._lock = _lock_of(self._copy)
        self._lock.tryLock(0)
        self._claimed: list[Leftover] = []
        self._postponed = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self.write)
        document.changed.connect(self._note_change)
        document.replaced.connect(self._note_change)
        document.state_changed.connect(self._note_state)

    @property
    def copy(self) -> Path:
        """Where the copy is while there is one."""
        return self._copy

    def write(self) -> None:
        """Write the copy now if there is something unsaved; else make sure that there is none."""
        self._timer.stop()
        self._postponed = 0
        if not self._document.is_dirty:
            self._remove()
            return
        path = self._document.path
        origin = {"path": str(path) if path else None, "title": self._document.title}
        try:
            write_atomically(self._copy.with_suffix(_ORIGIN), json.dumps(origin).encode())
            write_atomically(self._copy, files.dumps(self._document.design).encode())
        except OSError:
            return  # a full disk must not get in the way of work; the next change tries again

    def close(self) -> None:
        """End in order: nothing is left of this document; unanswered offers are made again."""
        self._timer.stop()
        self._remove()
        self._lock.unlock()
        for leftover in self._claimed:
            leftover.lock.unlock()

    def leftovers(self) -> list[Leftover]:
        """Unsaved work of processes that died, latest first; asking takes it over."""
        found = [each for path in self._folder.glob(f"*{_DESIGN}") if (each := self._claim(path))]
        self._claimed += found
        return sorted(found, key=lambda each: each.saved_at, reverse=True)

    def _claim(self, path: Path) -> Leftover | None:
        """Take over a copy whose process is gone."""
        if path == self._copy:
            return None
        lock = _lock_of(path)
        if not lock.tryLock(0):
            return None
        try:
            saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError:  # its window has just ended in order
            lock.unlock()
            return None
        source, title = _origin_of(path)
        return Leftover(path, Path(source) if source else None, title, saved_at, lock)

    def _note_change(self, *_change: object) -> None:
        """Write soon."""
        if self._postponed < MAX_DELAY or not self._timer.isActive():
            self._postponed += 1
            self._timer.start()

    def _note_state(self) -> None:
        """Drop the copy once everything is saved."""
        if not self._document.is_dirty:
            self.write()

    def _remove(self) -> None:
        """Remove the copy."""
        self._copy.unlink(missing_ok=True)
        self._copy.with_suffix(_ORIGIN).unlink(missing_ok=True)


def _origin_of(copy: Path) -> tuple[str, str]:
    """The file and the title that a copy came from; empty where that was not written in time."""
    try:
        origin = json.loads(copy.with_suffix(_ORIGIN).read_text("utf-8"))
        return str(origin.get("path") or ""), str(origin.get("title") or "")
    except (OSError, ValueError, AttributeError):
        return "", ""


def _lock_of(copy: Path) -> QLockFile:
    """The lock beside a copy. It goes stale when its process is gone, and never by age."""
    lock = QLockFile(str(copy.with_suffix(_LOCK)))
    lock.setStaleLockTime(0)
    return lock
