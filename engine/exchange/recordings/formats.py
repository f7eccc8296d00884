"""Every format of recorded traffic, and reading one: what the text itself looks like decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.exchange.recordings import (
    access_logs,
    documents,
    gatling,
    load_tools,
    reports,
    source,
    vegeta,
)
from engine.exchange.recordings.options import AS_IT_SAYS, Options
from engine.exchange.recordings.recording import RateCurve, Recording, RecordingError
from engine.exchange.recordings.table import read_table
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Format:
    """One format of recorded traffic."""

    name: str
    recognises: Callable[[str], bool]
    """Whether a text is of this format."""
    read: Callable[[str, Options], Recording | RateCurve]
    """What a text holds. Raises ``RecordingError``."""


FORMATS: Final = (
    Format("k6", load_tools.K6.recognises, load_tools.K6.read),
    Format("JMeter", load_tools.JMETER.recognises, load_tools.JMETER.read),
    Format("hey", load_tools.HEY.recognises, load_tools.HEY.read),
    Format("ab", load_tools.AB.recognises, load_tools.AB.read),
    Format("Gatling", gatling.is_gatling, gatling.read_gatling),
    Format("vegeta", vegeta.is_vegeta, vegeta.read_vegeta),
    Format("report", reports.is_report, reports.refuse_report),
    Format("Locust history", load_tools.is_locust_history, load_tools.read_locust_history),
    Format("summary", load_tools.is_locust_summary, load_tools.refuse_summary),
    Format("access log", access_logs.is_common, access_logs.read_common),
    Format("load balancer log", access_logs.is_balancer, access_logs.read_balancer),
    Format("JSON object", documents.is_object, documents.refuse),
    Format("JSON log", access_logs.is_json, access_logs.read_json),
    Format("document", documents.is_document, documents.refuse),
    Format("table", lambda _text: True, read_table),
)
"""Every format, in the order in which they are tried; the last takes what no other knows."""


def load_recording(path: Path, options: Options = AS_IT_SAYS) -> Recording | RateCurve:
    """What a file holds, or standard input for ``-``. Raises ``RecordingError``."""
    return read_recording(source.read_text(path), source.name_of(path), options)


def read_recording(text: str, name: str, options: Options = AS_IT_SAYS) -> Recording | RateCurve:
    """What a text holds; ``name`` stands in messages. Raises ``RecordingError``."""
    if not text.strip():
        msg = f"{name}: is empty; give a table or a log with one line a request"
        raise RecordingError(msg)
    found = next(each for each in FORMATS if each.recognises(text))
    try:
        return found.read(text, options)
    except RecordingError as error:
        msg = f"{name}: {error}"
        raise RecordingError(msg) from None
