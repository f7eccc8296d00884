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
_HEAD: Final = 2000


def is_document(text: str) -> bool:
    """Whether a text is one document."""
    return bool(_problem(text))


def refuse(text: str, _options: Options) -> RateCurve:
    """Say what a document is. Raises ``RecordingError`` always."""
    raise RecordingError(_problem(text))


def _problem(text: str) -> str:
    """What a text is and what to give instead; empty for what may be a table."""
    head = text[:_HEAD].lstrip()
    if head.startswith("<?xml"):
        head = head.partition("?>")[2].lstrip()
    return next((said for sign, said in _KINDS if head.casefold().startswith(sign.casefold())), "")
