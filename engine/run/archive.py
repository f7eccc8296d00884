"""The runs that were made, in one database: when, of which design, with what result, and how to repeat them.

A run is kept as its journal; what it measured besides its result is had again by repeating it. Whoever opens
the database closes it at once, so that several windows may use it. What cannot be read is left alone.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

from engine.model.reading import finite_json
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

VERSION: Final = 1
KEEP: Final = 500
"""Runs that are kept; when there are more, the oldest go."""
MOST: Final = 16_000_000
"""Bytes of the longest journal that is kept (packed)."""
LONGEST_NAME: Final = 200
"""Characters of the name of a run."""
PATIENCE: Final = 2.0
"""Wall seconds to wait for another window that writes."""
_UNPACKED: Final = 200_000_000
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    made TEXT NOT NULL,
    title TEXT NOT NULL,
    digest TEXT NOT NULL,
    hash TEXT NOT NULL,
    seed INTEGER NOT NULL,
    ended REAL NOT NULL,
    changes INTEGER NOT NULL,
    summary BLOB,
    journal BLOB NOT NULL
)
"""
_LINE: Final = "id, made, title, digest, hash, seed, ended, changes, summary"


class ArchiveError(Exception):
    """The runs cannot be read or written. The message is one clear line: what, where, what to do."""


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run of the list."""

    id: int
    made: str
    """When it was kept, in ISO 8601, UTC."""
    title: str
    """Of its design, or what it was renamed to."""
    digest: str
    """SHA-256 of the design that it began with."""
    hash: str
    """Of its result; empty where it did not come to its end."""
    seed: int
    ended: float
    """How far it came (s)."""
    changes: int
    """Commands that changed it on the way."""
    summary: Mapping[str, Any]
    """Its result; empty where it did not come to its end."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to keep."""

    title: str
    design: str
    """The design that it began with, as the text of a file."""
    journal: str
    """As the text of a file."""
    seed: int
    ended: float
    changes: int
    result: Mapping[str, Any] | None = None


class Archive:
    """A database of runs in one file, which may not exist yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.damaged = 0
        """Runs that the last look could not read; they stay where they are."""

    def add(self, run: NewRun, now: datetime) -> None:
        """Keep a run; one that is there already becomes the latest, under its name. Raises ``ArchiveError``."""
        journal = zlib.compress(run.journal.encode())
        if len(journal) > MOST:
            msg = "this run was changed too often to be kept; save it as a file instead"
            raise ArchiveError(msg)
        digest = hashlib.sha256(run.design.encode()).hexdigest()
        found = str(run.result["hash"]) if run.result is not None else ""
        identity = f"{digest}:{found or hashlib.sha256(journal).hexdigest()}"
        summary = None if run.result is None else zlib.compress(json.dumps(run.result).encode())
        values = (
            identity, now.isoformat(timespec="seconds"), run.title, digest, found, run.seed,
            run.ended, run.changes, summary, journal,
        )  # fmt: skip
        with self._opened(writes=True) as database, database:
            database.execute(
                "INSERT INTO runs (identity, made, title, digest, hash, seed, ended, changes, summary, journal)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (identity) DO UPDATE SET made = excluded.made",
                values,
            )
            database.execute(
                "DELETE FROM runs WHERE id NOT IN (SELECT id FROM runs ORDER BY made DESC, id DESC LIMIT ?)",
                (KEEP,),
            )

    def find(self, search: str = "") -> tuple[KeptRun, ...]:
        """The runs in whose title, date, hash or seed all words occur, latest first. Raises ``ArchiveError``."""
        if not self._is_there:
            return ()
        with self._opened() as database:
            rows = database.execute(
                f"SELECT {_LINE} FROM runs ORDER BY made DESC, id DESC"
            ).fetchall()
        found = tuple(run for row in rows if (run := _kept(row)) is not None)
        self.damaged = len(rows) - len(found)
        words = search.casefold().split()
        return tuple(run for run in found if all(word in _text(run) for word in words))

    def journal(self, number: int) -> str:
        """How to repeat a run, as the text of a file. Raises ``ArchiveError``."""
        with self._opened() as database:
            row = database.execute("SELECT journal FROM runs WHERE id = ?", (number,)).fetchone()
            if row is not None:
                return _unpacked(row[0])
        msg = "this run is not kept any more; close the list and open it again"
        raise ArchiveError(msg)

    def name(self, number: int) -> str:
        """What a run is called; empty where it has no name, or is damaged or gone. Raises ``ArchiveError``."""
        with self._opened() as database:
            row = database.execute("SELECT title FROM runs WHERE id = ?", (number,)).fetchone()
        return row[0] if row is not None and isinstance(row[0], str) else ""

    def delete(self, number: int) -> None:
        """Forget a run. Raises ``ArchiveError``."""
        with self._opened(writes=True) as database, database:
            database.execute("DELETE FROM runs WHERE id = ?", (number,))

    def rename(self, number: int, title: str) -> None:
        """Call a run something else, on one line. Raises ``ArchiveError``."""
        name = " ".join(title.split())[:LONGEST_NAME]
        with self._opened(writes=True) as database, database:
            database.execute("UPDATE runs SET title = ? WHERE id = ?", (name, number))

    @property
    def _is_there(self) -> bool:
        """Whether there is a file. Raises ``ArchiveError`` where nobody may know."""
        try:
            return self._path.exists()
        except OSError as error:
            raise ArchiveError(_hidden(self._path, error)) from error

    @contextmanager
    def _opened(self, *, writes: bool = False) -> Iterator[sqlite3.Connection]:
        """The database, open for a moment; what goes wrong becomes one line."""
        try:
            if writes:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connected(writes=writes)) as database:
                yield database
        except (sqlite3.DatabaseError, zlib.error, ValueError, RecursionError) as error:
            raise ArchiveError(f"{self._path}: {_problem(error)}") from error
        except OSError as error:
            raise ArchiveError(_hidden(self._path, error)) from error

    def _connected(self, *, writes: bool) -> sqlite3.Connection:
        """The database, of this version. What may only be read is read as it is: SQLite would write beside it."""
        try:
            return self._settled(sqlite3.connect(self._path, timeout=PATIENCE))
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if writes or code not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
                raise
        place = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
        return self._settled(sqlite3.connect(place, timeout=PATIENCE, uri=True))

    def _settled(self, database: sqlite3.Connection) -> sqlite3.Connection:
        """A database that can be used, or that is closed again."""
        database.text_factory = _text_or_bytes
        try:
            self._settle(database)
        except BaseException:
            database.close()
            raise
        return database

    def _settle(self, database: sqlite3.Connection) -> None:
        """Bring it to this version, or say that it is of a newer one."""
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            msg = f"{self._path}: a newer version of Windtunnel wrote it; use that one to see its runs"
            raise ArchiveError(msg)
        _refuse_strange(database)
        if version < VERSION:
            database.execute("PRAGMA journal_mode = WAL")
            with database:
                database.execute(_TABLE)
                database.execute(f"PRAGMA user_version = {VERSION}")


def _refuse_strange(database: sqlite3.Connection) -> None:
    """Refuse a database that does something when it is read or written, or is another program's. Raises ``ValueError``."""
    found = database.execute(
        "SELECT type, name FROM sqlite_master WHERE type != 'index'"
    ).fetchall()
    kinds = {kind for kind, _ in found}
    names = {
        name for kind, name in found if kind == "table" and not str(name).startswith("sqlite_")
    }
    columns = database.execute("PRAGMA table_xinfo(runs)").fetchall() if "runs" in names else []
    plain = all(column[-1] == 0 for column in columns)  # others are computed, or hidden
    if not kinds <= {"table"} or not names <= {"runs"} or not plain:
        msg = "it holds something else than runs"
        raise ValueError(msg)


def _hidden(path: Path, error: OSError) -> str:
    """Why a file cannot be had, and what to do."""
    return f"{path}: {error.strerror or error}; see whether the folder is protected"


def _problem(error: Exception) -> str:
    """What is wrong with a database, and what to do, in one line."""
    words = " ".join(str(error).split())
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if not isinstance(error, sqlite3.OperationalError) or code == sqlite3.SQLITE_ERROR:
        return f"it is damaged ({words}); move it away, and a new one is begun"
    if "locked" in words or "busy" in words:
        return "another program is writing to it; try again in a moment"
    return f"{words}; see whether the disk is full or the folder is protected"


def _text_or_bytes(stored: bytes) -> str | bytes:
    """A text, or what was stored where that is none: it is damaged, but says nothing about other runs."""
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return stored


def _kept(row: tuple[Any, ...]) -> KeptRun | None:
    """A line of the table; None where it is damaged."""
    try:
        return _read(row)
    except (zlib.error, ValueError, RecursionError):
        return None


def _read(row: tuple[Any, ...]) -> KeptRun:
    """A line of the table. Raises ``ValueError``, ``zlib.error`` or ``RecursionError`` where it is damaged."""
    *values, summary = row
    result = {} if summary is None else finite_json(_unpacked(summary))
    if not isinstance(result, dict):
        msg = "a result is no object"
        raise ValueError(msg)  # noqa: TRY004 - damage, as any other
    number, made, title, digest, found, seed, ended, changes = values
    texts, wholes = (made, title, digest, found), (number, seed, changes)
    sound = all(isinstance(each, str) for each in texts) and isinstance(ended, float)
    if not sound or not all(isinstance(each, int) for each in wholes):
        msg = "a field holds something else than it should"
        raise ValueError(msg)
    return KeptRun(number, made, title, digest, found, seed, ended, changes, result)


def _unpacked(packed: object) -> str:
    """A text, of bounded size. Raises ``ValueError`` or ``zlib.error`` where it is damaged."""
    if not isinstance(packed, bytes):
        msg = "a text is not packed"
        raise ValueError(msg)  # noqa: TRY004 - damage, as any other
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(packed, _UNPACKED)
    if unpacker.unconsumed_tail or not unpacker.eof:
        msg = "a text is longer than any that was kept, or cut off"
        raise ValueError(msg)
    return text.decode()


def _text(run: KeptRun) -> str:
    """What a search looks into."""
    return f"{run.title} {run.made} {run.hash} seed {run.seed}".casefold()
