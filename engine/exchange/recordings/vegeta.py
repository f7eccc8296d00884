"""What ``vegeta encode --to csv`` writes: a table without a header, a line a request, its answer included."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

from engine.exchange.recordings.classes import class_of
from engine.exchange.recordings.rows import Rows
from engine.exchange.recordings.source import lines_of

if TYPE_CHECKING:
    from engine.exchange.recordings.options import Options
    from engine.exchange.recordings.recording import RateCurve, Recording

_LINE: Final = re.compile(r"\d{16,19},\d{1,3},\d+,\d+,\d+,")
"""Nanoseconds since 1970, status, nanoseconds until the answer, bytes out, bytes in; then error, body and more."""
_BODY: Final = re.compile(r"[A-Za-z0-9+/=]{1000,}")
"""An answer, longer than a cell may be."""
_METHOD: Final = 9
"""Place of the method; the address is behind it. Older versions write neither."""


def is_vegeta(text: str) -> bool:
    """Whether a text is such a table."""
    return _LINE.match(text.lstrip()[:200]) is not None


def read_vegeta(text: str, options: Options) -> Recording | RateCurve:
    """When its requests were sent, by method and path. Raises ``RecordingError``."""
    rows = Rows(options.unit)
    for place, line in enumerate(lines_of(text), start=1):
        if not line.strip():
            continue
        rows.line = place
        if _LINE.match(line) is None:
            raise rows.wrong("is no line of vegeta, as the first is; encode the results anew")
        cells = next(csv.reader([_BODY.sub("", line)]))
        kind = class_of(*cells[_METHOD : _METHOD + 2]) if len(cells) > _METHOD + 1 else "request"
        rows.add(cells[0], kind)
    return rows.recording()
