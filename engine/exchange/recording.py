"""Recorded arrivals from a CSV file: ``time[,class][,key]``, with or without a header.

A design follows no path, so a recording is read once, when it is imported, and kept in the design.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from engine.model.edits import SetField
from engine.model.files import dumps
from engine.model.names import did_you_mean, one_of
from engine.model.reading import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from engine.model.design import Design

MAX_ARRIVALS: Final = 200_000
"""Most arrivals that are imported: some two megabytes in the design's file."""
_MAX_TEXT: Final = 64_000_000
_CLOCK: Final = 1e8
"""Seconds from which times are a clock's (Unix time), not those of a recording: three years."""
_LATEST: Final = 1e9
_LARGEST_KEY: Final = 2**53
_DIGITS: Final = 6
"""Decimals that are kept of a time: microseconds."""
_NAMES: Final = {
    "time": "time",
    "timestamp": "time",
    "t": "time",
    "class": "class",
    "kind": "class",
    "key": "key",
}


class RecordingError(ValueError):
    """A recording that cannot be used. The message is one line: file, line, what, remedy."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Arrivals in the order of time."""

    times: tuple[float, ...]
    """Seconds."""
    classes: tuple[str, ...] | None
    keys: tuple[int, ...] | None

    @property
    def about(self) -> str:
        """What it holds, in a few words."""
        parts = [f"{len(self.times)} arrivals in {self.times[-1]:g} s"]
        if self.classes is not None:
            parts.append(f"{len(set(self.classes))} classes")
        if self.keys is not None:
            parts.append(f"{len(set(self.keys))} keys")
        return ", ".join(parts)


def load_recording(path: Path) -> Recording:
    """The recording in a file. Raises ``RecordingError``."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_TEXT + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        msg = f"{path.name}: cannot be read: {reason}; check the path and its permissions"
        raise RecordingError(msg) from error
    if len(data) > _MAX_TEXT:
        msg = f"{path.name}: is larger than {_MAX_TEXT // 1_000_000} MB; {_SHORTER}"
        raise RecordingError(msg)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{path.name}: is not UTF-8 text (byte {error.start}); save it as CSV in UTF-8"
        raise RecordingError(msg) from error
    return read_recording(text, path.name)


def read_recording(text: str, name: str) -> Recording:
    """The recording in a text; ``name`` stands in messages. Raises ``RecordingError``."""
    try:
        return _Reader(text).recording()
    except (RecordingError, csv.Error) as error:
        msg = f"{name}: {error}"
        raise RecordingError(msg) from None


def replay(design: Design, client: str, recording: Recording) -> SetField:
    """The edit that makes a client of a design replay a recording. Raises ``RecordingError``."""
    known = [kind.name for kind in design.classes] or ["request"]
    for name in dict.fromkeys(recording.classes or ()):
        if name not in known:
            hint = did_you_mean(name, known)
            remedy = f"did you mean {hint!r}?" if hint else f"it has {one_of(map(repr, known))}"
            msg = (
                f"{name!r} is no request class of the design ({remedy}); add it, or change the file"
            )
            raise RecordingError(msg)
    arrivals: dict[str, JsonValue] = {"process": "trace", "times": list(recording.times)}
    if recording.classes is not None:
        arrivals["classes"] = list(recording.classes)
    if recording.keys is not None:
        arrivals["keys"] = list(recording.keys)
    edit = SetField(client, ("config", "arrivals"), arrivals, "Load a recording")
    if len(dumps(edit.apply(design).design)) > MAX_BYTES:
        msg = f"the design would be larger than {MAX_BYTES // 1_000_000} MB; {_SHORTER}"
        raise RecordingError(msg)
    return edit


_SHORTER: Final = "import a part of the recording"


class _Reader:
    """Reads one text; what is wrong is told with the number of its line."""

    def __init__(self, text: str) -> None:
        first = text.lstrip().partition("\n")[0]
        delimiter = next((each for each in (",", ";", "\t") if each in first), ",")
        self._lines = text.splitlines()
        self._rows = csv.reader(self._lines, delimiter=delimiter, skipinitialspace=True)
        self._columns: Sequence[str] = ("time", "class", "key")
        self._places: Sequence[int] | None = None
        """Where the columns stand, where a header says so."""
        self._iso: bool | None = None
        """Whether times are dates and times; none until the first is seen."""

    def recording(self) -> Recording:
        """Everything in the text."""
        times: list[float] = []
        classes: list[str] = []
        keys: list[str] = []
        for cells in self._data():
            times.append(self._time(cells[0]))
            if "class" in self._columns:
                classes.append(self._named(cells, "class"))
            if "key" in self._columns:
                keys.append(self._named(cells, "key"))
            if len(times) > MAX_ARRIVALS:
                msg = f"has more than {MAX_ARRIVALS:,} arrivals; {_SHORTER}".replace(",", " ")
                raise RecordingError(msg)
        if not times:
            msg = "holds no arrivals; write one a line: time, class, key"
            raise RecordingError(msg)
        order = sorted(range(len(times)), key=times.__getitem__)
        numbers = _key_numbers(keys)
        return Recording(
            times=self._relative([times[place] for place in order]),
            classes=tuple(classes[place] for place in order) if classes else None,
            keys=tuple(numbers[place] for place in order) if numbers else None,
        )

    def _data(self) -> Iterator[list[str]]:
        """The rows of arrivals, each with a cell for every column; settles what the columns are."""
        begun = False
        for row in self._rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if not begun:
                begun = True
                if self._head(cells):
                    continue
            yield self._picked(cells)

    def _head(self, cells: list[str]) -> bool:
        """Learn the columns from the first row, whether it is a header or an arrival already."""
        if _number(cells[0]) is not None or _instant(cells[0]) is not None:
            if len(cells) > len(self._columns):
                raise self._wrong(f"has {len(cells)} columns; {_EXPECTED}, or begin with a header")
            self._columns = self._columns[: len(cells)]
            return False
        found = [_NAMES.get(cell.casefold(), "") for cell in cells]
        if found.count("time") != 1:
            raise self._wrong(
                f"{cells[0]!r} is no time, nor a header with a column 'time'; {_EXPECTED}"
            )
        self._places = [found.index(name) for name in self._columns if name in found]
        self._columns = [name for name in self._columns if name in found]
        return True

    def _picked(self, cells: list[str]) -> list[str]:
        """The cells of the known columns."""
        if self._places is None:
            if len(cells) != len(self._columns):
                raise self._wrong(
                    f"has {len(cells)} columns, not {len(self._columns)} as the first line"
                )
            return cells
        if len(cells) <= max(self._places):
            raise self._wrong(f"has {len(cells)} columns, fewer than the header; fill in the rest")
        return [cells[place] for place in self._places]

    def _time(self, cell: str) -> float:
        """A time as seconds; the first decides how all are written."""
        if self._iso is None:
            self._iso = _number(cell) is None and _instant(cell) is not None
        value = _instant(cell) if self._iso else _number(cell)
        if value is None:
            like = (
                "a date and time such as 2026-01-31T12:00:00Z"
                if self._iso
                else "a number of seconds"
            )
            raise self._wrong(f"{cell!r} is not {like}; write all times alike")
        if not math.isfinite(value) or (not self._iso and value < 0.0):
            raise self._wrong(f"the time {cell} is no time; write seconds from 0 on")
        return value

    def _named(self, cells: list[str], column: str) -> str:
        """The cell of a column, which must not be empty."""
        cell = cells[self._columns.index(column)]
        if not cell:
            raise self._wrong(f"has no {column}; fill it in on every line, or leave the column out")
        return cell

    def _relative(self, times: list[float]) -> tuple[float, ...]:
        """Times from the start of the recording: those of a clock count from the first arrival."""
        start = times[0] if self._iso or times[0] >= _CLOCK else 0.0
        last = times[-1] - start
        if last > _LATEST:
            msg = f"lasts {last:g} s; are the times milliseconds? Divide them by 1000"
            raise RecordingError(msg)
        return tuple(round(time - start, _DIGITS) for time in times)

    def _wrong(self, what: str) -> RecordingError:
        """What is wrong with the present line."""
        return RecordingError(f"line {self._rows.line_num}: {what}")


_EXPECTED: Final = "write time, or time,class, or time,class,key"


def _number(cell: str) -> float | None:
    """A cell as a number."""
    try:
        return float(cell)
    except ValueError:
        return None


def _instant(cell: str) -> float | None:
    """A cell as an instant (s since 1970); without a zone it counts as UTC."""
    try:
        value = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).timestamp()


def _key_numbers(keys: list[str]) -> list[int]:
    """Keys as numbers: whole numbers stay, any others are numbered from the most frequent on."""
    if all(key.isascii() and key.isdigit() and len(key) < 16 for key in keys):
        return [int(key) for key in keys]
    ranks = {key: rank for rank, (key, _) in enumerate(Counter(keys).most_common())}
    return [ranks[key] for key in keys]
