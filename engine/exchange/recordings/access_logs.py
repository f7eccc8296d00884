"""Access logs of web servers and load balancers: one line a request, with time, method and path."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from engine.exchange.recordings.classes import class_of, class_of_request_line
from engine.exchange.recordings.load_tools import K6_REQUESTS, k6_class
from engine.exchange.recordings.recording import plural
from engine.exchange.recordings.rows import Rows
from engine.exchange.recordings.source import lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.exchange.recordings.options import Options
    from engine.exchange.recordings.recording import RateCurve, Recording

_COMMON: Final = re.compile(r'\S+ \S+ .*?\[(?P<time>[^\]]+)\] "(?P<request>(?:[^"\\]|\\.)*)"')
"""The Common Log Format, with whatever follows; combined adds referrer and agent."""
_BALANCER: Final = re.compile(
    r"(?:(?:https?|h2|grpcs|wss?) )?(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z?) \S+ \S+:\d+ .*?"
    r'"(?P<request>(?:[^"\\]|\\.)*)"'
)
"""The access log of an application load balancer, or of a classic one."""
_TIMES: Final = (
    "time_iso8601",
    "@timestamp",
    "timestamp",
    "time",
    "time_local",
    "msec",
    "ts",
    "start_time",
    "startedDateTime",
    "StartUTC",
    "StartLocal",
)
"""What a JSON log calls the time, the surest name first."""
_METHODS: Final = ("request_method", "method", "verb", "http_method", "RequestMethod")
_TARGETS: Final = ("request_uri", "uri", "path", "url", "request_path", "RequestPath")
_HEAD: Final = 200_000
"""Characters of a log that say what it is."""
_LINES: Final = 9
"""Lines of it that are looked at for that."""


def _mostly(text: str, fits: Callable[[str], bool]) -> bool:
    """Whether most of the first lines are of a kind: a log may begin in the middle of a line."""
    lines = (line for line in lines_of(text[:_HEAD]) if line.strip())
    found = [fits(line) for line, _ in zip(lines, range(_LINES), strict=False)]
    return 2 * sum(found) > len(found)


def is_common(text: str) -> bool:
    """Whether a text is a log in the common or the combined format."""
    return _mostly(text, lambda line: _COMMON.match(line) is not None)


def is_balancer(text: str) -> bool:
    """Whether a text is the log of a load balancer."""
    return _mostly(text, lambda line: _BALANCER.match(line) is not None)


def is_json(text: str) -> bool:
    """Whether a text has a JSON object in each line."""
    return _mostly(text, lambda line: isinstance(_object(line), dict))


def read_common(text: str, options: Options) -> Recording | RateCurve:
    """The requests of a common or combined log. Raises ``RecordingError``."""
    return _read(_COMMON, text, options)


def read_balancer(text: str, options: Options) -> Recording | RateCurve:
    """The requests of a load balancer's log. Raises ``RecordingError``."""
    return _read(_BALANCER, text, options)


def read_json(text: str, options: Options) -> Recording | RateCurve:
    """The requests of a log with a JSON object in each line. Raises ``RecordingError``."""
    rows = Rows(options.unit)
    left = 0
    for line, entry in _lines(text, rows):
        made = _object(line)
        found = _request(made, options.time_column) if isinstance(made, dict) else None
        if found is None:
            left += 1
            continue
        del entry
        rows.add(*found)
    return _done(rows, left)


def _lines(text: str, rows: Rows) -> Iterable[tuple[str, int]]:
    """Every line that is not empty, with its number."""
    for place, line in enumerate(lines_of(text), start=1):
        if line.strip():
            rows.line = place
            yield line, place


def _read(pattern: re.Pattern[str], text: str, options: Options) -> Recording | RateCurve:
    """The requests of a log whose lines follow a pattern; a few broken lines are left out."""
    rows = Rows(options.unit)
    left = 0
    for line, _ in _lines(text, rows):
        found = pattern.match(line)
        if found is None:
            left += 1
            continue
        rows.add(found["time"], class_of_request_line(found["request"]))
    return _done(rows, left)


def _done(rows: Rows, left: int) -> Recording | RateCurve:
    """What was read, with a word about lines that were not."""
    if left:
        lines = plural(left, "line that is no request is", "lines that are no requests are")
        rows.notes.append(f"{lines} left out")
    return rows.recording()


def _object(line: str) -> Any:
    """A line as JSON; None where it is none."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _request(entry: dict[str, Any], column: str | None) -> tuple[str, str] | None:
    """Time and class of a request; None where an entry is none, such as another metric of k6."""
    if "metric" in entry and isinstance(data := entry.get("data"), dict):
        return _k6_request(entry, data)
    names = (column,) if column is not None else _TIMES
    time = next((entry[name] for name in names if entry.get(name) is not None), None)
    if time is None or isinstance(time, dict | list | bool):
        return None
    if isinstance(inner := entry.get("request"), dict):  # as Caddy writes it
        entry = inner
    method, target = _first(entry, _METHODS), _first(entry, _TARGETS)
    line = entry.get("request")
    if target or not isinstance(line, str):
        return str(time), class_of(method or "GET", target) if target else "request"
    return str(time), class_of_request_line(line)


def _k6_request(entry: dict[str, Any], data: dict[str, Any]) -> tuple[str, str] | None:
    """Time and class of a point of k6; None where its metric is another, or it has no time."""
    time, tags = data.get("time"), data.get("tags")
    if entry["metric"] != K6_REQUESTS or entry.get("type") != "Point":
        return None
    if time is None or isinstance(time, dict | list | bool):
        return None
    fields = tags if isinstance(tags, dict) else {}
    name, method, url = (_first(fields, (each,)) for each in ("name", "method", "url"))
    return str(time), k6_class(name, method or "GET", url) if name or url else "request"


def _first(entry: dict[str, Any], names: tuple[str, ...]) -> str:
    """The first of some fields that holds a text."""
    return next((entry[name] for name in names if isinstance(entry.get(name), str)), "")
