"""Autosave and recovery: a copy of unsaved work, beside a lock that tells whose it is.

Each window has one copy, the ordinary design file, and one small file that says where it came from.
The user's own file is never touched. A copy whose lock can be taken belongs to a process that died;
it is offered, once, by whichever window takes the lock first.
"""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from app.errands import Errand, InlineErrands
from engine.model import files
from engine.model.disk import PRIVATE, Stamp, read_whole, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.analysis import Analysis
    from app.document import DesignDocument
    from app.errands import Sender
    from engine.model.design import Design

DELAY_MS: Final = 400
"""Milliseconds of quiet after a change before the copy is written."""
MAX_DELAY: Final = 5
"""So many postponements at most: steady typing is saved all the same."""
LONG: Final = 2_000
"""Entries of a recording from which on putting a design into text takes noticeably long."""
MANY: Final = 1_000
"""Nodes and links from which on it does so as well."""
RETRY_MS: Final = 5_000
"""Milliseconds after which a copy that could not be written is tried again."""
_MOST: Final = 100_000
_DESIGN, _ORIGIN, _LOCK = ".windtunnel", ".json", ".lock"


@dataclass(frozen=True, slots=True)
class Leftover:
    """Unsaved work of a process that died. Its lock is ours until it is restored or discarded."""

    design: Path
    path: Path | None
    """The file that it is a newer version of."""
    stamp: Stamp | None
    """By what that file is known, as it was then."""
    title: str
    saved_at: datetime
    lock: QLockFile

    def discard(self) -> None:
        """Remove it for good."""
        self.design.unlink(missing_ok=True)
        self.design.with_suffix(_ORIGIN).unlink(missing_ok=True)
        self.lock.unlock()


class _Pen:
    """Writes one copy after the other, whichever threads ask; an earlier one never over a later one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest = 0

    def write(self, number: int, copy: Path, origin: str, text: str | Design) -> None:
        """Write a copy, after where it came from. Raises ``OSError``, and ``ValueError`` of a design that has no text."""
        written = text if isinstance(text, str) else files.dumps(text)
        with self._lock:
            if number < self._latest:
                return
            self._latest = number
            write_whole(copy.with_suffix(_ORIGIN), origin.encode(), PRIVATE)
            write_whole(copy, written.encode(), PRIVATE)


class Recovery(QObject):
    """Keeps the copy of one document up to date while it has unsaved changes."""

    trouble = Signal(str)
    """Why there is no copy of the latest changes, in a line; empty once there is one again."""

    def __init__(
        self,
        folder: Path,
        document: DesignDocument,
        analysis: Analysis | None = None,
        errands: Sender | None = None,
    ) -> None:
        """Keep copies in a folder.

        ``analysis`` puts long recordings into text, which takes seconds; ``errands`` wait for the disk.
        """
        super().__init__(document)
        self._analysis = analysis
        self._errands = InlineErrands() if errands is None else errands
        if analysis is not None:
            analysis.answered.connect(self._take)
        self._folder = folder
        self._document = document
        name = f"{os.getpid()}-{os.urandom(4).hex()}"
        self._copy = folder / f"{name}{_DESIGN}"
        self._lock = _lock_of(self._copy)
        with suppress(OSError):
            self._prepare()
        self._claimed: list[Leftover] = []
        self._pen = _Pen()
        self._number = 0
        """Of the copy that was asked for last."""
        self._restored: list[Leftover] = []
        """What ours takes the place of as soon as it is written."""
        self._postponed = 0
        self._copied: Path | None = None
        """The file of which there is a copy."""
        self._problem = ""
        self._timer = _timer(self, DELAY_MS)
        self._retry = _timer(self, RETRY_MS)
        self._timer.timeout.connect(self._begin)
        self._retry.timeout.connect(self._insist)
        document.changed.connect(self._note_change)
        document.replaced.connect(self._note_change)
        document.state_changed.connect(self._note_state)

    @property
    def copy(self) -> Path:
        """Where the copy is while there is one."""
        return self._copy

    def write(self) -> bool:
        """Write the copy now if there is something unsaved; else make sure that there is none.

        Says whether all is well. Where it is not, ``trouble`` says why, and it is tried again.
        """
        self._timer.stop()
        self._retry.stop()
        self._postponed = 0
        try:
            if self._document.is_dirty:
                self._prepared("")()
            else:
                self._remove()
        except (OSError, ValueError) as error:
            self._fail(error)
            return False
        self._tell("")
        for leftover in self._restored:
            leftover.discard()
        self._restored.clear()
        return True

    def take_over(self, leftover: Leftover) -> bool:
        """Remove what was restored, the only copy, once ours is on the disk; whether that can be."""
        self._restored.append(leftover)
        if self._is_elsewhere:
            self._begin()
            return True
        return self.write()

    @property
    def _is_elsewhere(self) -> bool:
        """Whether the design is put into text by somebody else, since that takes long."""
        return self._analysis is not None and _is_long(self._document.design)

    def _insist(self) -> None:
        """Try again, unless the text is on its way."""
        if self._analysis is not None and self._analysis.is_open("text"):
            self._retry.start()
        elif self._is_elsewhere:
            self._begin()
        else:
            self.write()

    def _begin(self) -> None:
        """Write the copy, where it is long once a process has put it into text."""
        if self._analysis is not None and self._is_elsewhere:
            self._analysis.ask("text")
            self._retry.start()
        else:
            self._send("")

    def _take(self, topic: str, text: object) -> None:
        """Write what was put into text; it is that of the design as it is. Where no process could, who writes can."""
        if topic == "text":
            self._send(text if isinstance(text, str) else "")

    def _send(self, text: str) -> None:
        """Have the copy written by somebody who may wait for the disk, and who puts it into text where nobody has."""
        if not self._document.is_dirty:
            self.write()
            return
        try:
            work = self._prepared(text)
        except (OSError, ValueError) as error:
            self._fail(error)
            return
        self._timer.stop()
        self._postponed = 0
        title = self._document.title
        self._errands.send(
            Errand(f"Backing up {title}", work, lambda _none: self._note_written(), self._fail)
        )

    def _note_written(self) -> None:
        """There is a copy; perhaps it was saved meanwhile, and needs none."""
        self._retry.stop()
        if not self._document.is_dirty or self._document.path != self._copied:
            self.write()
            return
        self._tell("")
        for leftover in self._restored:
            leftover.discard()
        self._restored.clear()

    def _fail(self, error: Exception) -> None:
        """There is no copy of the latest changes: say so, and try again."""
        self._tell((getattr(error, "strerror", None) or str(error)).lower())
        self._retry.start()

    def _prepared(self, text: str) -> Callable[[], None]:
        """What writes the copy, after where it came from, in any thread; without its text from the design.

        Raises ``OSError``.
        """
        document = self._document
        path, stamp = document.path, document.stamp
        if path != self._copied:
            self._remove()  # what is there belongs to a file that was left
        origin = {
            "path": str(path) if path else None,
            "title": document.title,
            "stamp": asdict(stamp) if stamp is not None else None,
        }
        self._prepare()
        self._copied = path
        self._number += 1
        whole = text or document.design
        return partial(self._pen.write, self._number, self._copy, json.dumps(origin), whole)

    def _prepare(self) -> None:
        """Have the folder, and the lock that tells whose copy it is. Raises ``OSError``."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._lock.isLocked():
            self._lock.tryLock(0)

    def _tell(self, problem: str) -> None:
        """Say what is wrong, once, and when it is well again."""
        if problem != self._problem:
            self._problem = problem
            self.trouble.emit(problem)

    def close(self) -> None:
        """End in order: nothing is left of this document; unanswered offers are made again."""
        self._timer.stop()
        self._retry.stop()
        with suppress(OSError):
            self._remove()
        self._lock.unlock()
        for leftover in self._claimed:
            leftover.lock.unlock()

    def leftovers(self) -> list[Leftover]:
        """Unsaved work of processes that died, latest first; asking takes it over."""
        found = [each for path in self._folder.glob(f"*{_DESIGN}") if (each := self._claim(path))]
        self._claimed += found
        self._sweep()
        return sorted(found, key=lambda each: each.saved_at, reverse=True)

    def _sweep(self) -> None:
        """Remove what processes left behind that died without unsaved work."""
        for path in self._folder.glob(f"*{_LOCK}"):
            copy = path.with_suffix(_DESIGN)
            lock = _lock_of(copy)
            if copy == self._copy or copy.exists() or not lock.tryLock(0):
                continue
            if not copy.exists():  # it may have been written until the lock was ours
                copy.with_suffix(_ORIGIN).unlink(missing_ok=True)
            lock.unlock()

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
        except (ValueError, OverflowError):  # no clock ever showed this
            saved_at = datetime.fromtimestamp(0, UTC)
        source, title, stamp = _origin_of(path)
        return Leftover(path, Path(source) if source else None, stamp, title, saved_at, lock)

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


def _origin_of(copy: Path) -> tuple[str, str, Stamp | None]:
    """File, title and stamp that a copy came from; nothing where that was not written in time."""
    try:
        origin = json.loads(read_whole(copy.with_suffix(_ORIGIN), _MOST)[0])
        source, title = str(origin.get("path") or ""), str(origin.get("title") or "")
        source = "" if "\0" in source else source
        stamp = origin.get("stamp")
        return source, title, Stamp(**stamp) if isinstance(stamp, dict) else None
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return "", "", None


def _timer(parent: QObject, milliseconds: int) -> QTimer:
    """A timer that goes off once."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    return timer


def _lock_of(copy: Path) -> QLockFile:
    """The lock beside a copy. It goes stale when its process is gone, and never by age."""
    lock = QLockFile(str(copy.with_suffix(_LOCK)))
    lock.setStaleLockTime(0)
    return lock


def _is_long(design: Design) -> bool:
    """Whether a design has many items, or holds a recording."""
    many = len(design.nodes) + len(design.links) >= MANY
    return many or any(_longest(node.config) >= LONG for node in design.nodes)


def _longest(value: Any) -> int:
    """Entries of the longest list in some config, a level or two down."""
    if isinstance(value, list | tuple):
        return len(value)
    if isinstance(value, dict):
        return max(map(_longest, value.values()), default=0)
    return 0
