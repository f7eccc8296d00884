"""What load tools print or write at the end of a run: sums, of which no single arrival can be told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.exchange.recordings.recording import RecordingError

if TYPE_CHECKING:
    from engine.exchange.recordings.options import Options
    from engine.exchange.recordings.recording import RateCurve

_HEAD: Final = 20_000
"""Characters of a text in which its sign stands."""
_REPORTS: Final = (
    (
        r"Running \d+\w* test @ ",
        "of wrk",
        "wrk writes no times of requests: take the server's access log",
    ),
    (r"This is ApacheBench", "of ab", "run ab with -g FILE, and give that file"),
    (r"Percentage served,Time in ms", "of ab", "run ab with -g FILE, not -e"),
    (r"\s*Summary:\s+Total:\s", "of hey", "run hey with -o csv"),
    (
        r"response-time,DNS\+dialup,(?!.*\boffset\b)",
        "of an old hey",
        "its csv has no times: take a newer version",
    ),
    (r"Requests\s+\[total, rate", "of vegeta", "run vegeta encode --to csv on its results"),
    (r"Bucket\s+#\s+%", "of vegeta", "run vegeta encode --to csv on its results"),
    (r"(?s)(?:.*\n)?\s*(?:[✓✗█] .*)?http_reqs\.+:", "of k6", "run k6 with --out csv=FILE"),
    (
        r"finished in [\d.]+\w*, [\d.]+ req/s",
        "of h2load",
        "it has no times of requests: take the server's access log",
    ),
    (
        r"\s*Summary:\s+Success rate:",
        "of oha",
        "it has no times of requests: take the server's access log",
    ),
    (
        r"(?s).*\bTransactions:\s+\d+ hits",
        "of siege",
        "it has no times of requests: take the server's access log",
    ),
    (r"-{3,}\s*\n-+ Global Information", "of Gatling", "give its simulation.log"),
)
"""How each begins, whose it is, and what to give instead."""
_OBJECTS: Final = (
    (
        r'"metrics"\s*:\s*\{(?s:.*)"(?:http_reqs|iterations|vus)"',
        "of k6",
        "run k6 with --out csv=FILE",
    ),
    (r'"latencies"\s*:\s*\{', "of vegeta", "run vegeta encode --to csv on its results"),
    (r'"numberOfRequests"\s*:\s*\{', "of Gatling", "give its simulation.log"),
    (r'"aggregate"\s*:\s*\{(?s:.*)"counters"', "of Artillery", "take the server's access log"),
    (
        r'"aggregate"\s*:\s*\{(?s:.*)"requestsCompleted"',
        "of Artillery",
        "take the server's access log",
    ),
    (r'"latencyPercentiles"|"responseTimeHistogram"', "of oha", "take the server's access log"),
    (r'"requests"\s*:\s*\{\s*"average"', "of autocannon", "take the server's access log"),
)
"""The same of those that are JSON objects."""


def is_report(text: str) -> bool:
    """Whether a text is one of them."""
    return bool(_problem(text))


def refuse_report(text: str, _options: Options) -> RateCurve:
    """Say whose it is, and what to give instead. Raises ``RecordingError`` always."""
    raise RecordingError(_problem(text))


def _problem(text: str) -> str:
    """What a text is and what to give instead; empty for any other."""
    head = text[:_HEAD].lstrip("\ufeff \t\r\n")
    if head.startswith("{"):
        found = next((each for each in _OBJECTS if re.search(each[0], head)), None)
    else:
        found = next((each for each in _REPORTS if re.match(each[0], head)), None)
    if found is None:
        return ""
    _, whose, advice = found
    return f"is a report {whose}, an aggregate without single arrivals; {advice}"
