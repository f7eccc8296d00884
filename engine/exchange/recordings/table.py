"""Tables of arrivals: ``time[,class][,key][,work]``, with a header or without one."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

from engine.exchange.recordings import instants
from engine.exchange.recordings.recording import RecordingError, quoted
from engine.exchange.recordings.rows import Rows
from engine.exchange.recordings.source import lines_of
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.exchange.recordings.instants import TimeUnit
    from engine.exchange.recordings.options import Options
    from engine.exchange.recordings.recording import RateCurve, Recording

_SHOWN: Final = 12
"""Columns of a header that a message names."""
_TIMES: Final = (
    "time",
    "timestamp",
    "t",
    "ts",
    "datetime",
    "date",
    "@timestamp",
    "start",
    "start_time",
    "starttime",
    "arrival",
    "arrival_time",
    "arrived",
    "epoch",
)
"""What a column of times is called, the surest name first."""
_OTHERS: Final = {
    "class": "class",
    "kind": "class",
    "key": "key",
    "work": "work",
    "service_time": "work",
}
_SUFFIX: Final = re.compile(
    r"(?P<name>.*?)[\s_]*[\[(]?(?<![a-zμ])(?P<unit>ns|us|μs|ms|s|sec)[\])]?"
)
_SUMS: Final = frozenset(
    {"count", "hits", "value", "rate", "total", "sum", "throughput", "arrivals", "reqs"}
)
"""What columns are called that count or measure many requests at once, unless others say more of an arrival."""
_RATES: Final = frozenset(
    {
        "rps",
        "qps",
        "tps",
        "req/s",
        "requests/s",
        "reqs/s",
        "hits/s",
        "requests/sec",
        "rate (rps)",
        "requests",
        "request count",
        "request_count",
        "num_requests",
        "total requests",
        "total_requests",
        "request_rate",
        "request rate",
        "arrival_rate",
        "arrival rate",
        "requests_per_second",
        "requests per second",
        "req_per_sec",
    }
)
"""What they are called whatever stands beside them."""
_OF_ONE: Final = re.compile(
    r"(?i)(?:\b|_|(?<=[a-z])(?=[A-Z]))(?:id|uuid|type|priority|tokens?|method|path|url|uri|address|ip|agent|seq)$"
)
"""What columns are called that say something of one request, such as ``collection_id`` or ``ContextTokens``."""
_PLAIN: Final = ("time", "class", "key", "work")
EXPECTED: Final = "write time, or time,class, or time,class,key"


class Table:
    """The lines of a table as lists of cells, each with the number of its line."""

    def __init__(self, text: str) -> None:
        """Find out what stands between the cells."""
        first = text.lstrip().partition("\n")[0]
        quoted = re.sub(r'"[^"]*"', "", first)
        self.delimiter = next((each for each in (";", "\t", ",") if each in quoted), ",")
        self._rows = csv.reader(
            lines_of(text), delimiter=self.delimiter, skipinitialspace=True, strict=True
        )

    @property
    def line(self) -> int:
        """Number of the present line."""
        return self._rows.line_num

    def rows(self) -> Iterator[list[str]]:
        """Every line that is not empty. Raises ``RecordingError``."""
        try:
            for row in self._rows:
                cells = [cell.strip() for cell in row]
                if any(cells):
                    yield cells
        except csv.Error as error:
            msg = f"line {self.line}: is no line of a table: {error}; mend it, or take it out"
            raise RecordingError(msg) from error


class _Columns:
    """Which cells of a table mean what."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.names: Sequence[str] = _PLAIN
        """The columns that are read, in the order of `_PLAIN`."""
        self.work_unit: TimeUnit = instants.SECONDS
        self._places: Sequence[int] | None = None
        """Where they stand, where a header says so."""
        self.summed = False
        """Whether one counts, it seems, though others say more of an arrival."""
        self._tells_of_one = False
        """Whether one says something of a single request."""
        self._values: set[str] = set()

    def begin(self, cells: list[str], wanted: str | None) -> bool:
        """Learn from the first line; whether it was a header."""
        if wanted is None and (_is_time(cells[0])):
            if len(cells) > len(_PLAIN):
                raise self._rows.wrong(
                    f"has {len(cells)} columns; {EXPECTED}, or begin with a header"
                )
            self.names = _PLAIN[: len(cells)]
            return False
        named = [_named(cell) for cell in cells]
        place = self._time_column(cells, [name for name, _ in named], wanted)
        found = {"time": place}
        for at, (name, unit) in enumerate(named):
            sort = _OTHERS.get(name)
            if sort is not None and at != place and sort not in found:
                found[sort] = at
                if sort == "work" and unit is not None:
                    self.work_unit = unit
        unit = named[place][1]
        if self._rows.unit is None:
            self._rows.unit = unit
        self.names = [name for name in _PLAIN if name in found]
        self._tells_of_one = any(_OF_ONE.search(cell) for cell in cells)
        self._places = [found[name] for name in self.names]
        return True

    def _time_column(self, cells: list[str], names: list[str], wanted: str | None) -> int:
        """Which column holds the times."""
        if wanted is not None:
            for place, cell in enumerate(cells):
                if cell.casefold() == wanted.casefold():
                    return place
            known = ", ".join(map(quoted, cells[:_SHOWN])) + (
                ", ..." if len(cells) > _SHOWN else ""
            )
            raise self._rows.wrong(
                f"has no column {quoted(wanted)}; name one of its header: {known}"
            )
        times = [place for place, name in enumerate(names) if name in _TIMES]
        if not times:
            raise self._rows.wrong(
                f"{quoted(cells[0])} is no time, nor a header with a column 'time'; {EXPECTED}"
            )
        taken = min(times, key=lambda place: _TIMES.index(names[place]))
        if [names[place] for place in times].count(names[taken]) > 1:
            raise self._rows.wrong(
                f"has two columns {quoted(cells[taken])}; give them different names"
            )
        if len(times) > 1:
            others = ", ".join(repr(cells[place]) for place in times if place != taken)
            self._rows.notes.append(
                f"times are taken from {quoted(cells[taken])}, not from {others}"
            )
        return taken

    def measures(self, cells: list[str]) -> bool:
        """Whether a line has numbers beside its time, and nothing that says more of an arrival."""
        if self.summed:
            return True
        if self._places is None:  # no header says what the numbers are
            self._values.add(cells[1] if len(cells) > 1 else "")
            return len(cells) > 1 and instants.number(cells[1]) is not None
        if self.names != ["time"] or self._tells_of_one:
            return False
        others = [cell for place, cell in enumerate(cells) if place != self._places[0] and cell]
        return bool(others) and all(instants.number(cell) is not None for cell in others)

    def tells_classes(self, lines: int) -> bool:
        """Whether numbers of which no header says what they are can be classes: the same few come again and again."""
        return self._places is None and 2 * len(self._values) <= lines

    def picked(self, cells: list[str]) -> list[str]:
        """The cells that are read."""
        if self._places is None:
            if len(cells) != len(self.names):
                raise self._rows.wrong(
                    f"has {len(cells)} columns, not {len(self.names)} as the first line"
                )
            return cells
        if len(cells) <= max(self._places):
            raise self._rows.wrong(
                f"has {len(cells)} columns, fewer than the header; fill in the rest"
            )
        return [cells[place] for place in self._places]


def read_table(text: str, options: Options) -> Recording | RateCurve:
    """The arrivals of a table. Raises ``RecordingError``."""
    table, rows = Table(text), Rows(options.unit)
    columns = _Columns(rows)
    begun, measures = False, True
    for cells in table.rows():
        rows.line = table.line
        if not begun:
            begun = True
            columns.summed = _refuse_sums(cells, rows)
            if columns.begin(cells, options.time_column):
                continue
        picked = dict(zip(columns.names, columns.picked(cells), strict=True))
        for name in ("class", "key"):
            if picked.get(name) == "":
                raise rows.wrong(
                    f"has no {name}; fill it in on every line, or leave the column out"
                )
        rows.add(picked["time"], picked.get("class"), picked.get("key"))
        if "work" in picked:
            rows.add_work(picked["work"], columns.work_unit)
        measures = measures and columns.measures(cells)
    measures = measures and not columns.tells_classes(len(rows))
    _refuse_samples(rows, measures=measures and options.time_column is None)
    return rows.recording()


def _refuse_samples(rows: Rows, *, measures: bool) -> None:
    """Refuse what a monitoring tool exports: numbers beside times that are evenly apart, under names of its own."""
    step = rows.evenly if measures else None
    if step is not None:
        msg = (
            f"has a line every {format_quantity(step, 's')} with numbers beside it: this seems to be an aggregate, not a recording of "
            "single arrivals; give the client a rate curve [[t, rps], …] instead, or leave all columns but the "
            "times away where each line is one arrival"
        )
        raise RecordingError(msg)


def _refuse_sums(cells: list[str], rows: Rows) -> bool:
    """Refuse a header of an aggregate: its lines stand for many requests each; whether it may be one, by its names."""
    names = [cell.casefold() for cell in cells]
    surely = [cell for cell, name in zip(cells, names, strict=True) if name in _RATES]
    maybe = [cell for cell, name in zip(cells, names, strict=True) if name in _SUMS]
    if surely or (maybe and not any(_OTHERS.get(name) for name in names)):
        raise rows.wrong(
            f"{quoted((surely or maybe)[0])} counts many requests a line: this is an aggregate, not a recording of single "
            "arrivals; give the client a rate curve [[t, rps], …] instead"
        )
    return bool(maybe)


def _is_time(cell: str) -> bool:
    """Whether a cell is a time rather than the name of a column."""
    return instants.number(cell) is not None or instants.instant(cell) is not None


def _named(cell: str) -> tuple[str, TimeUnit | None]:
    """The name of a column, and its unit where the header says one: ``time_ms``, ``time (µs)``."""
    name = cell.casefold()
    if name in _TIMES or name in _OTHERS:
        return name, None
    found = _SUFFIX.fullmatch(name)
    if found is not None and (found["name"] in _TIMES or found["name"] in _OTHERS):
        return found["name"], instants.unit_named(found["unit"])
    return name, None
