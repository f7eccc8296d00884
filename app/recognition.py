"""What a file is that is no design. Knows no window, since a long file is read by another process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from app.other_texts import sort_of, sort_of_object
from engine.exchange.recordings.formats import load_recording
from engine.exchange.recordings.recording import RecordingError
from engine.model.disk import NotRegularError, read_whole
from engine.model.files import shown_name
from engine.run.journal import SUFFIX as RUN_SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

Deed = Literal["nothing", "replay", "begin", "paste"]
"""What can be done: nothing, have a client replay it, open what the run began with, add the items."""
_HEAD: Final = 400_000
"""Bytes that are looked at: the first keys of any object, the first lines of any table."""
_MAGIC: Final = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive (or an office document)"),
    (b"PAR1", "a Parquet table"),
    (b"SQLite format 3", "an SQLite database"),
)
_GZIP: Final = b"\x1f\x8b"
_RESULT: Final = frozenset({"hash", "clients", "nodes", "requests"})
"""Fields of the result of a run."""
_STUDY: Final = frozenset({"study", "tables"})
"""Fields of the report of a study."""
_DESIGN: Final = "a design is a .windtunnel file"
_OURS: Final = frozenset({".windtunnel", ".windtunnel-run", ".json", ""})
"""Suffixes of what is told as a broken design where it cannot be read as one."""
_DRAW: Final = "draw its parts, or drop a flowchart of Mermaid"
"""What can be done with what describes a system in a language of its own."""


@dataclass(frozen=True, slots=True)
class OtherFile:
    """What a file is that is no design."""

    path: Path
    text: str
    """What it is, and what to do, in one or two sentences."""
    deed: Deed = "nothing"


def recognised(path: Path) -> OtherFile | None:
    """What a file is, if it is known and no design."""
    name = shown_name(path)
    try:
        data, _ = read_whole(path, _HEAD)
    except NotRegularError as error:
        folder = "Open one of the designs in it." if path.is_dir() else "Open a file."
        return OtherFile(path, f"{name} cannot be opened: {error.strerror}. {folder}")
    except (OSError, ValueError):
        return None
    if not data.strip():
        return None  # an empty file of any name is told as such
    sort = _sort_of(data)
    if sort:
        return OtherFile(path, f"{name} is {sort}; {_DESIGN}.")
    if data.lstrip().startswith(b"{"):
        return _of_object(path, name, data)
    return (
        _of_flowchart(path, name, data)
        or _of_recording(path, name, is_packed=data.startswith(_GZIP))
        or _of_text(path, name, data)
    )


def _of_text(path: Path, name: str, data: bytes) -> OtherFile | None:
    """What any other file is, unless its name says that it should be a design."""
    if path.suffix in _OURS:
        return None
    return _told(path, name, sort_of(data, path.suffix))


def _told(path: Path, name: str, sort: str) -> OtherFile:
    """A file of a sort of which nothing can be taken."""
    more = f": {_DRAW}" if "does not read" in sort else f"; {_DESIGN}"
    return OtherFile(path, f"{name} is {sort}{more}.")


def _sort_of(data: bytes) -> str:
    """What a file is by its first bytes; empty for what is perhaps a text of ours."""
    for magic, sort in _MAGIC:
        if data.startswith(magic):
            return sort
    drawn = (b"<svg", b"<?xml", b"<!doctype", b"<html")
    return "a drawing or a page" if data[:1_000].lstrip().lower().startswith(drawn) else ""


def _of_flowchart(path: Path, name: str, data: bytes) -> OtherFile | None:
    """A flowchart, if it begins as one."""
    # Loaded here: its grammar takes time to prepare, and most starts never need it.
    from engine.exchange.diagrams.mermaid import is_flowchart  # noqa: PLC0415

    if not is_flowchart(data.decode("utf-8", "replace")):
        return None
    return OtherFile(path, f"{name} is a flowchart of Mermaid.", "paste")


def _of_object(path: Path, name: str, data: bytes) -> OtherFile | None:
    """What a JSON object is, by its first fields."""
    keys = _keys(data)
    if "windtunnel" in keys:
        return None
    if path.suffix == RUN_SUFFIX or "windtunnel_journal" in keys:
        text = (
            f"{name} is a recorded run. “windtunnel simulate {name}” replays it to the same result; "
            "here its design can be opened, as it was when the run began."
        )
        return OtherFile(path, text, "begin")
    if "windtunnel_items" in keys:
        return OtherFile(path, f"{name} holds copied items.", "paste")
    if keys >= _RESULT:
        text = f"{name} is the result of a run: numbers, without the design that gave them"
        return OtherFile(path, f"{text}; open the design itself.")
    if keys >= _STUDY or path.suffix == ".jsonl":
        text = f"{name} holds what a study found; open the design, and see it under Study"
        return OtherFile(path, f"{text}.")
    sort = sort_of_object(frozenset(keys))
    return _told(path, name, sort) if sort else _of_recording(path, name)


def _of_recording(path: Path, name: str, *, is_packed: bool = False) -> OtherFile | None:
    """A recording of arrivals, if it can be read as one."""
    try:
        recording = load_recording(path)
    except (RecordingError, OSError, ValueError) as error:
        if is_packed:
            text = f"{name} is packed by gzip, and holds no recording of arrivals; unpack it to open what is inside."
            return OtherFile(path, text)
        if path.suffix not in {".csv", ".jtl", ".log", ".tsv", ".gz"}:
            return None
        return OtherFile(path, f"{name} is no design, and no recording of arrivals: {error}")
    text = f"{name} is a recording ({recording.about}). It can be replayed as the arrivals of a client."
    return OtherFile(path, text, "replay")


def _keys(data: bytes) -> set[str]:
    """Keys of an object of which only the beginning may be there."""
    text = data.decode("utf-8", "replace")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        names = (*_RESULT, *_STUDY, "windtunnel", "windtunnel_journal", "windtunnel_items")
        return {name for name in names if f'"{name}":' in text[:4_000]}
    return set(whole) if isinstance(whole, dict) else set()
