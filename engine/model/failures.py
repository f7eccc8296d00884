"""Why requests fail: the closed set of reasons, one record each, in the order in which charts stack them.

Plans, results, metrics, legends and colours are keyed by these names. The request lane counts by the
place in this list; it imports nothing of ours, so a test compares its constants with this list.
"""

from __future__ import annotations

from typing import Final, Literal

from engine.records import dataclass

FailureName = Literal[
    "timeout",
    "queue_full",
    "shed",
    "rate_limited",
    "breaker_open",
    "bulkhead_full",
    "unavailable",
    "crashed",
    "network",
    "error",
    "deadline",
    "unauthorized",
    "conflict",
    "expired",
]
"""The key of a reason, where one is chosen."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A reason for which a request fails."""

    name: str
    """Key in results, such as ``queue_full``."""
    title: str
    """The words of legends and tables."""
    help: str
    """One sentence: what happened."""


FAILURES: Final = (
    Failure("timeout", "timeout", "The caller waited as long as it would and gave up."),
    Failure("queue_full", "queue full", "All waiting places were taken."),
    Failure("shed", "shed", "It was turned away to keep the rest fast."),
    Failure("rate_limited", "rate limited", "More came than the caller may ask for."),
    Failure("breaker_open", "breaker open", "The caller's circuit breaker let nothing through."),
    Failure("bulkhead_full", "bulkhead full", "The caller had as many calls out as it may."),
    Failure("unavailable", "unavailable", "No instance was there to take it."),
    Failure("crashed", "crashed", "The instance that worked on it died."),
    Failure("network", "network", "It was lost on the way, or the way was cut."),
    Failure("error", "error", "It was answered, with an error."),
    Failure("deadline", "deadline", "The time that the request had as a whole was over."),
    Failure("unauthorized", "unauthorized", "Whoever asked was not allowed to."),
    Failure("conflict", "conflict", "Somebody else changed the same thing first."),
    Failure("expired", "expired", "It waited until nobody wanted it any more."),
)
"""Every reason; the place is its code in the request lane."""

FAILURE_NAMES: Final = tuple(failure.name for failure in FAILURES)
"""Their names, in the same order."""


def failure_title(name: str) -> str:
    """The words for a reason; its name where a newer engine says one that this one does not know."""
    found = next((each.title for each in FAILURES if each.name == name), None)
    return found if found is not None else name.replace("_", " ")


def failure_help(name: str) -> str:
    """What a reason means; nothing where it is not known."""
    return next((each.help for each in FAILURES if each.name == name), "")
