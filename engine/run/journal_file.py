"""Journals as files: read as strictly as designs, the same bytes for the same journal.

Like a design, a journal is data: reading one runs nothing and follows nothing, and it is bounded in
size, depth and counts.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from engine.model.design import FORMAT
from engine.model.edit_json import edit_from_json
from engine.model.files import FileError, from_raw, read_text, too_big
from engine.model.findings import message_of
from engine.model.layout import text_of
from engine.model.limits import MAX_BYTES
from engine.model.reading import ReadError, kind_of, read_json
from engine.run.journal import (
    ROOM,
    SUFFIX,
    Entry,
    Journal,
    JournalError,
    Moment,
    entry_to_json,
    moment_to_json,
)
from engine.run.protocol import ApplyEdit, SetLoad

VERSION: Final = 1
MOST: Final = MAX_BYTES + 2 * ROOM
"""Bytes of the largest journal that is read: any design, and any recorded commands."""
_SORT: Final = "recorded run"
_WANTED: Final = "a recorded run (an object with 'windtunnel_journal': 1)"
_MAX_ENTRIES: Final = 200_000
_LATEST: Final = 1e9
"""Simulated seconds; no event may be later either."""


class _Moment(BaseModel):
    """A moment in JSON."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True
    )

    at: float = Field(ge=0.0, le=_LATEST)
    fired: int = Field(ge=0)

    @property
    def moment(self) -> Moment:
        """The record."""
        return Moment(self.at, self.fired)


class _Entry(_Moment):
    """An entry in JSON: a load or an edit."""

    load: float | None = Field(None, ge=0.0, le=1e6)
    edit: dict[str, JsonValue] | None = None

    @property
    def entry(self) -> Entry:
        """The record. Raises ``ReadError``."""
        if (self.load is None) == (self.edit is None):
            msg = "needs one of 'load' and 'edit'; remove the other, or the entry"
            raise ReadError(msg)
        if self.load is not None:
            return Entry(self.moment, SetLoad(self.load))
        return Entry(self.moment, ApplyEdit(edit_from_json(self.edit)))


def dumps(journal: Journal) -> str:
    """The text of a journal's file. Raises ``JournalError`` where it could not be read again."""
    raw = journal.design.model_dump(mode="json", by_alias=True, exclude_unset=True)
    try:
        design = text_of({"windtunnel": FORMAT} | raw, 2, len('"design": '))
        lines = [_line(entry_to_json(entry)) for entry in journal.entries]
        entries = "[\n    " + ",\n    ".join(lines) + "\n  ]" if lines else "[]"
        text = (
            f'{{\n  "windtunnel_journal": {VERSION},\n  "design": {design},\n'
            f'  "entries": {entries},\n  "end": {_line(moment_to_json(journal.end))}\n}}\n'
        )
        written = loads(text, "the journal")
    except (FileError, JournalError, TypeError, ValueError) as error:
        msg = f"this run cannot be recorded: {error}"
        raise JournalError(msg) from error
    if written != journal:
        msg = "this run cannot be recorded: a file would not hold all of it; start over"
        raise JournalError(msg)
    return text


def load(path: Path | str) -> Journal:
    """The journal in a file. Raises ``JournalError``."""
    path = Path(path)
    try:
        return loads(read_text(path, MOST, _SORT), path.name)
    except FileError as error:
        raise JournalError(str(error)) from error


def loads(text: str, name: str = "journal") -> Journal:
    """The journal in a text; ``name`` stands in messages. Raises ``JournalError``."""
    if len(text) > MOST:
        raise JournalError(too_big(name, MOST, _SORT))
    try:
        raw = read_json(text, _WANTED)
        _check_form(raw)
        entries = tuple(_entry(place, each) for place, each in enumerate(raw["entries"], 1))
        end = _moment(raw["end"])
    except ReadError as error:
        msg = f"{name}: {error}"
        raise JournalError(msg) from None
    _check_order(name, entries, end)
    try:
        return Journal(from_raw(raw["design"], f"{name}: design"), entries, end)
    except FileError as error:
        raise JournalError(str(error)) from None


def _line(raw: dict[str, Any]) -> str:
    """An object on one line."""
    return json.dumps(raw, ensure_ascii=False, allow_nan=False)


def _check_form(raw: dict[str, Any]) -> None:
    """Refuse what is no journal of this version. Raises ``ReadError``."""
    version = raw.get("windtunnel_journal")
    if version is None:
        msg = (
            "is no recorded run: the field 'windtunnel_journal' (the format, 1) is missing; "
            f"give a {SUFFIX} file"
        )
        raise ReadError(msg)
    design = raw.get("design")
    made_with = design.get("windtunnel") if isinstance(design, dict) else FORMAT
    if (version, made_with) != (VERSION, FORMAT) or isinstance(version, bool):
        msg = "was recorded by another version of Windtunnel; replay it with that one"
        raise ReadError(msg)
    for field, sort in (("design", dict), ("entries", list), ("end", dict)):
        if not isinstance(raw.get(field), sort):
            words = "a list" if sort is list else "an object"
            msg = f"{field} should be {words}; restore a copy"
            raise ReadError(msg)
    if unknown := sorted(raw.keys() - {"windtunnel_journal", "design", "entries", "end"}):
        msg = f"{ascii(unknown[0])[1:-1][:64]} is not known here; remove it"
        raise ReadError(msg)
    if len(raw["entries"]) > _MAX_ENTRIES:
        msg = f"has {len(raw['entries'])} entries; at most {_MAX_ENTRIES} are read: record less"
        raise ReadError(msg)


def _entry(place: int, raw: Any) -> Entry:
    """An entry, counted from 1. Raises ``ReadError``."""
    if not isinstance(raw, dict):
        msg = f"entry {place}: should be an object, not {kind_of(raw)}"
        raise ReadError(msg)
    try:
        return _Entry.model_validate(raw).entry
    except ValidationError as error:
        msg = f"entry {place}: {message_of(error)}"
    except ReadError as error:
        msg = f"entry {place}: {error}"
    raise ReadError(msg)


def _moment(raw: Any) -> Moment:
    """Where the run had come to. Raises ``ReadError``."""
    try:
        return _Moment.model_validate(raw).moment
    except ValidationError as error:
        msg = f"end: {message_of(error)}"
    raise ReadError(msg)


def _check_order(name: str, entries: tuple[Entry, ...], end: Moment) -> None:
    """Refuse a run that goes backwards."""
    moments = [*(entry.at for entry in entries), end]
    for place, (earlier, later) in enumerate(pairwise(moments), 2):
        if later.time < earlier.time or later.fired < earlier.fired:
            where = "end" if place > len(entries) else f"entry {place}"
            msg = f"{name}: {where}: lies before what stands above it; restore a copy"
            raise JournalError(msg)
