"""What is done with files elsewhere than in the window's thread: reading, comparing, writing.

Functions of a module and plain values, so that another process can be asked.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.differing import Conflict, conflict_of
from app.recognition import OtherFile, recognised
from engine.exchange.recordings.formats import load_recording
from engine.exchange.recordings.replay import Replay, replay
from engine.model import files
from engine.model.limits import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from app.history import FileHistory
    from engine.model.design import Design
    from engine.model.disk import Stamp

_LONG: Final = 60_000
"""Bytes from which on reading a file or writing a design takes longer than a picture on the screen may stay."""


@dataclass(frozen=True, slots=True)
class Read:
    """A design that was read, and by what its file is known."""

    design: Design
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Stored:
    """A design was stored."""

    stamp: Stamp
    problem: str = ""
    """Why no version of it was kept aside."""


def is_long_file(path: Path) -> bool:
    """Whether reading a file takes noticeably long; packed text is longer than it looks."""
    try:
        return path.suffix == ".gz" or path.stat().st_size >= _LONG
    except (OSError, ValueError):
        return False


def is_long_design(design: Design) -> bool:
    """Whether putting a design into text takes noticeably long."""
    return design.weight >= _LONG


def read(path: Path) -> Read | OtherFile:
    """The design in a file, or what the file is instead. Raises ``FileError``."""
    try:
        return Read(*files.load_stamped(path))
    except files.FileError:
        found = recognised(path)
        if found is None:
            raise
        return found


def recorded(path: Path, design: Design, client: str) -> Replay:
    """What has a client of a design replay a file. Raises ``RecordingError``."""
    return replay(design, client, load_recording(path))


def looked_at(path: Path, design: Design, stamp: Stamp) -> Conflict | None:
    """What became of a file since it had a stamp; None where it still holds the same or the open design."""
    state = stamp.state(path, MAX_BYTES)
    return None if state == "same" else conflict_of(path, design, is_gone=state == "gone")


def stored(
    design: Design, path: Path, history: FileHistory, stamp: Stamp | None
) -> Stored | Conflict:
    """Write a file and keep a version of it, and of what it held before; or tell what is in the way.

    With a stamp nothing is written where somebody else has changed the file. Raises ``FileError``.
    """
    found = looked_at(path, design, stamp) if stamp is not None else None
    if found is not None and not found.is_gone:
        return found
    with suppress(OSError):
        history.record(path)
    known = files.save(design, path)
    try:
        history.record(path)
    except OSError as error:
        return Stored(known, str(error))
    return Stored(known)


def exchanged(design: Design, path: Path, history: FileHistory) -> Read | OtherFile:
    """Keep a design as an earlier version of a file, and read what the file holds. Raises ``OSError`` too."""
    found = read(path)
    if isinstance(found, Read):
        history.keep(path, files.dumps(design).encode())
    return found
