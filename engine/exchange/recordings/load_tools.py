"""What load tools write as tables: k6, JMeter, hey and ab one line a request, Locust a curve of rates."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final

from engine.exchange.recordings import instants
from engine.exchange.recordings.classes import class_of
from engine.exchange.recordings.recording import RateCurve, RecordingError
from engine.exchange.recordings.rows import Rows
from engine.exchange.recordings.table import Table
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.exchange.recordings.options import Options
    from engine.exchange.recordings.recording import Recording

K6_REQUESTS: Final = "http_reqs"
"""The metric of k6 that has one line a request; all others measure the same requests again."""

_SUM: Final = "Number of samples in transaction"
"""What JMeter answers for a transaction controller: its line sums up requests that have lines of their own."""
_LONGEST_HEADER: Final = 20_000
"""Characters of a line beyond which it is no header."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table with a header, by column."""

    cells: list[str]
    places: dict[str, int]

    def __getitem__(self, column: str) -> str:
        """The cell of a column; empty where the line is shorter."""
        place = self.places.get(column, len(self.cells))
        return self.cells[place] if place < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class LoadTool:
    """The table of one tool, in which each line that counts is a request."""

    name: str
    columns: frozenset[str]
    """By which its header is known."""
    time: str
    """Its column of times."""
    is_request: Callable[[Row], bool]
    class_of: Callable[[Row], str] | None = None
    """None where it asks for the same again and again."""

    def recognises(self, text: str) -> bool:
        """Whether a text is its table."""
        return self.columns <= header_of(text)

    def read(self, text: str, options: Options) -> Recording | RateCurve:
        """Its requests. Raises ``RecordingError``."""
        table, rows = Table(text), Rows(options.unit)
        places: dict[str, int] | None = None
        left = 0
        for cells in table.rows():
            rows.line = table.line
            if places is None:
                places = {cell.casefold(): place for place, cell in enumerate(cells)}
                continue
            row = Row(cells, places)
            if not self.is_request(row):
                left += 1
                continue
            kind = None if self.class_of is None else self.class_of(row) or "other"
            rows.add(row[self.time], kind)
        if left:
            rows.notes.append(f"{left} lines of {self.name} that are no requests are left out")
        return rows.recording()


def k6_class(name: str, method: str, url: str) -> str:
    """By method and path; requests that were given a name of their own by that."""
    return name[:64] if name and name != url and "://" not in name else class_of(method, url)


K6: Final = LoadTool(
    name="k6",
    columns=frozenset({"metric_name", "timestamp", "metric_value"}),
    time="timestamp",
    is_request=lambda row: row["metric_name"] == K6_REQUESTS,
    class_of=lambda row: k6_class(row["name"], row["method"], row["url"]),
)
JMETER: Final = LoadTool(
    name="JMeter",
    columns=frozenset({"timestamp", "elapsed", "label"}),
    time="timestamp",
    is_request=lambda row: bool(row["timestamp"]) and not row["responsemessage"].startswith(_SUM),
    class_of=lambda row: row["label"][:64],
)

HEY: Final = LoadTool(
    name="hey",
    columns=frozenset({"response-time", "status-code", "offset"}),
    time="offset",
    is_request=lambda row: bool(row["offset"]),
)
AB: Final = LoadTool(
    name="ab",
    columns=frozenset({"starttime", "seconds", "ttime"}),
    time="seconds",
    is_request=lambda row: bool(row["seconds"]),
)
"""What ``ab -g`` writes, sorted by how long requests took; its times are whole seconds."""


def is_locust_history(text: str) -> bool:
    """Whether a text is what ``locust --csv`` writes every second."""
    return {"timestamp", "user count", "requests/s"} <= header_of(text)


def is_locust_summary(text: str) -> bool:
    """Whether a text is Locust's or JMeter's table of sums, without any times."""
    header = header_of(text)
    return "timestamp" not in header and bool(
        {"request count", "# samples", "total request count"} & header
    )


def read_locust_history(text: str, options: Options) -> RateCurve:
    """The rate that Locust measured, second by second. Raises ``RecordingError``."""
    table, rows = Table(text), Rows(options.unit)
    places: dict[str, int] | None = None
    times: list[float] = []
    rates: list[float] = []
    for cells in table.rows():
        rows.line = table.line
        if places is None:
            places = {cell.casefold(): place for place, cell in enumerate(cells)}
            continue
        row = Row(cells, places)
        if row["name"] != "Aggregated":
            continue
        time, rate = instants.number(row["timestamp"]), instants.number(row["requests/s"])
        if time is None or rate is None or not (instants.is_time(time) and instants.is_time(rate)):
            raise rows.wrong("has no time or no rate that are numbers; write the history anew")
        times.append(time)
        rates.append(rate)
    if len(times) < 2:
        msg = "holds no history of two seconds or more; let Locust run longer"
        raise RecordingError(msg)
    seconds = instants.in_seconds(times, instants.unit_of(times))
    ordered = sorted(zip(seconds, rates, strict=True), key=itemgetter(0))
    return _curve([time for time, _ in ordered], [rate for _, rate in ordered])


def refuse_summary(_text: str, _options: Options) -> RateCurve:
    """Say what a table of sums is. Raises ``RecordingError`` always."""
    msg = (
        "is an aggregate: sums over a whole run, without times; give the file with one line a request, "
        "or Locust's _stats_history.csv"
    )
    raise RecordingError(msg)


def _curve(times: list[float], rates: list[float]) -> RateCurve:
    """A rate that holds from each time to the next."""
    step = (times[-1] - times[0]) / (len(times) - 1)
    if step <= 0.0:
        msg = "all its lines have one time; write the history anew"
        raise RecordingError(msg)
    points: list[tuple[float, float]] = []
    for time, end, rate in zip(times, [*times[1:], times[-1] + step], rates, strict=True):
        if points and points[-1][1] == rate:
            points[-1] = (end, rate)
        elif end > time:
            points += [(time, rate), (end, rate)]
    return RateCurve(
        points=tuple(points),
        length=times[-1] + step,
        shares={},
        notes=("an aggregate of Locust: its rate is kept, not single arrivals",),
    )


def header_of(text: str) -> set[str]:
    """The cells of the first line of a table, in small letters."""
    first = text.partition("\n")[0]
    if len(first) > _LONGEST_HEADER:
        return set()
    try:
        for cells in Table(first).rows():
            return {cell.casefold() for cell in cells}
    except RecordingError:
        return set()
    return set()
