"""Texts that are one document, not a line a request: they are told apart, so that the message says what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.exchange.recordings.recording import RecordingError

if TYPE_CHECKING:
    from engine.exchange.recordings.options import Options
    from engine.exchange.recordings.recording import RateCurve

_ADVICE: Final = "give a table or a log with one line a request"
_KINDS: Final = (
    (
        "<testResults",
        "is JMeter's XML; have JMeter write CSV (jmeter.save.saveservice.output_format=csv)",
    ),
    ("<!doctype html", f"is a web page; {_ADVICE}"),
    ("<html", f"is a web page; {_ADVICE}"),
    ("<", f"is XML; {_ADVICE}"),
    ("%PDF-", f"is a PDF document; {_ADVICE}"),
    ("{", f"is one JSON object over many lines; {_ADVICE}"),
    ("[", f"is one JSON list; {_ADVICE}"),
)
_OBJECTS: Final = (
    ('"windtunnel"', f"a design of Windtunnel; {_ADVICE}"),
    (
        '"resultType"',
        "an answer of Prometheus, which is an aggregate; give the client a rate curve [[t, rps], …] instead",
    ),
)
"""What JSON objects are in which one of these stands near the beginning."""
_HEAD: Final = 2000


def is_document(text: str) -> bool:
    """Whether a text is one document."""
    return bool(_problem(text))


def is_object(text: str) -> bool:
    """Whether a text is one JSON object of a kind that is known, on one line or many."""
    return bool(_object(text))


def refuse(text: str, _options: Options) -> RateCurve:
    """Say what a document is. Raises ``RecordingError`` always."""
    raise RecordingError(_problem(text))


def _problem(text: str) -> str:
    """What a text is and what to give instead; empty for what may be a table."""
    known = _object(text)
    if known:
        return known
    head = text[:_HEAD].lstrip()
    if head.startswith("<?xml"):
        head = head.partition("?>")[2].lstrip()
    return next((said for sign, said in _KINDS if head.casefold().startswith(sign.casefold())), "")


def _object(text: str) -> str:
    """What a JSON object is and what to give instead; empty for any other, and for what is none."""
    head = text[:_HEAD].lstrip()
    if not head.startswith("{"):
        return ""
    is_one = "is one JSON object over many lines: " if "\n" in text.strip() else "is "
    return next((is_one + said for sign, said in _OBJECTS if sign in head), "")
