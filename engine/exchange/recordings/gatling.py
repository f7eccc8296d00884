"""Gatling's simulation.log: lines of several kinds, of which those of requests count (text, up to Gatling 3.11)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.exchange.recordings.recording import plural
from engine.exchange.recordings.rows import Rows
from engine.exchange.recordings.source import lines_of

if TYPE_CHECKING:
    from engine.exchange.recordings.options import Options
    from engine.exchange.recordings.recording import RateCurve, Recording

_KINDS: Final = frozenset({"RUN", "USER", "REQUEST", "GROUP", "ERROR", "ASSERTION"})
_CLOCK: Final = re.compile(r"\d{12,13}")
"""Milliseconds since 1970."""
_FEWEST: Final = 6
"""Cells of a request's line at least."""


def is_gatling(text: str) -> bool:
    """Whether a text is such a log: its first line tells of the run, or a later one of a request."""
    first = text.partition("\n")[0].rstrip().split("\t")
    if first[0] == "RUN" or "RUN" in first[1:4]:
        return any(_CLOCK.fullmatch(cell) for cell in first)
    return first[0] in _KINDS and _request(first) is not None


def read_gatling(text: str, options: Options) -> Recording | RateCurve:
    """When its requests were sent, by their names. Raises ``RecordingError``."""
    rows, left = Rows(options.unit), 0
    for place, line in enumerate(lines_of(text), start=1):
        rows.line = place
        cells = line.rstrip("\r\n").split("\t")
        found = _request(cells) if "REQUEST" in cells[:4] else None
        if found is not None:
            rows.add(*found)
        elif cells[0] == "REQUEST":
            left += 1
    if left:
        lines = plural(
            left, "line of a request that is cut off is", "lines of requests that are cut off are"
        )
        rows.notes.append(f"{lines} left out")
    return rows.recording()


def _request(cells: list[str]) -> tuple[str, str] | None:
    """When a request was sent, and its name: what stands before the two times, whichever version wrote it."""
    if len(cells) < _FEWEST:
        return None
    for place in range(2, len(cells) - 1):
        if _CLOCK.fullmatch(cells[place]) and _CLOCK.fullmatch(cells[place + 1]):
            return cells[place], cells[place - 1].strip()[:64] or "request"
    return None
