"""Access logs of web servers and load balancers: one line a request, with time, method and path."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from engine.exchange.recordings.classes import class_of, class_of_request_line
from engine.exchange.recordings.load_tools import K6_REQUESTS
from engine.exchange.recordings.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable

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
)
"""What a JSON log calls the time, the surest name first."""
_METHODS: Final = ("request_method", "method", "verb", "http_method")
_TARGETS: Final = ("request_uri", "uri", "path", "url", "request_path")


def _head(text: str) -> list[str]:
    """The first lines that say what a log is."""
    lines = (line for line in text[:20_000].splitlines() if line.strip())
    return [line for line, _ in zip(lines, range(3), strict=False)]


def is_common(text: str) -> bool:
    """Whether a text is a log in the common or the combined format."""
    return _all_match(_COMMON, text)


def is_balancer(text: str) -> bool:
    """Whether a text is the log of a load balancer."""
    return _all_match(_BALANCER, text)


def is_json(text: str) -> bool:
    """Whether a text has a JSON object in each line."""
    return all(isinstance(_object(line), dict) for line in _head(text)) and bool(_head(text))


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


def _all_match(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the first lines are all of a kind."""
    head = _head(text)
    return bool(head) and all(pattern.match(line) for line in head)


def _lines(text: str, rows: Rows) -> Iterable[tuple[str, int]]:
    """Every line that is not empty, with its number."""
    for place, line in enumerate(text.splitlines(), start=1):
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
        rows.notes.append(f"{left} lines that are no requests are left out")
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
        if entry["metric"] != K6_REQUESTS or entry.get("type") != "Point":
            return None
        tags = data.get("tags")
        entry = {**(tags if isinstance(tags, dict) else {}), "time": data.get("time")}
    names = (column,) if column is not None else _TIMES
    time = next((entry[name] for name in names if entry.get(name) is not None), None)
    if time is None or isinstance(time, dict | list):
        return None
    method, target = _first(entry, _METHODS), _first(entry, _TARGETS)
    line = entry.get("request")
    if target or not isinstance(line, str):
        return str(time), class_of(method or "GET", target) if target else "request"
    return str(time), class_of_request_line(line)


def _first(entry: dict[str, Any], names: tuple[str, ...]) -> str:
    """The first of some fields that holds a text."""
    return next((entry[name] for name in names if isinstance(entry.get(name), str)), "")
