"""Incidents below the timeline: what the run has forgotten of an afternoon stays there."""

from __future__ import annotations

from app.incident_desk import joined
from engine.run.protocol import FoundIncidents
from engine.why.incident import Incident, Mark


def incident(begun: float, end: float | None) -> Incident:
    recover = None if end is None else Mark(end, "well again")
    return Incident(begun=begun, bad=9, share=0.5, cause=None, recover=recover)


FIRST, SECOND, OPEN = incident(100.0, 130.0), incident(900.0, 950.0), incident(2000.0, None)


def test_what_the_run_has_forgotten_stays() -> None:
    answer = FoundIncidents((SECOND, OPEN), 0.01, since=600.0)
    assert joined([FIRST, SECOND], answer, 2100.0) == (FIRST, SECOND, OPEN)


def test_what_is_forgotten_in_part_stays_whole() -> None:
    part = incident(920.0, 950.0)
    assert joined([SECOND], FoundIncidents((part, OPEN), 0.01, since=920.0), 2100.0) == (
        SECOND,
        OPEN,
    )


def test_what_is_remembered_is_as_it_is_said_now() -> None:
    assert joined([FIRST], FoundIncidents((), 0.01, since=0.0), 2100.0) == ()


def test_nothing_is_kept_of_what_never_was() -> None:
    """The run went back to before it."""
    assert joined([FIRST, SECOND], FoundIncidents((), 0.01, since=1000.0), 500.0) == (FIRST,)
