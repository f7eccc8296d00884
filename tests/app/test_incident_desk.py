"""Incidents below the timeline: what the run has forgotten of an afternoon stays there."""

from __future__ import annotations

from dataclasses import replace

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


def test_the_beginning_of_what_lasts_longer_than_the_memory_stays_where_it_was() -> None:
    begun = Mark(98.0, "Web: killed 1 instance", "web")
    known = (replace(incident(100.0, None), cause=begun, detect=Mark(103.0, "alert")),)
    for since in (150.0, 300.0):
        rest = incident(since, None)
        known = joined(known, FoundIncidents((rest,), 0.01, since=since), since + 200.0)
        (whole,) = known
        assert (whole.begun, whole.cause, whole.since) == (100.0, begun, since)
        assert whole.detect == Mark(103.0, "alert")
        assert whole.recover is None
    over = incident(400.0, 450.0)
    (whole,) = joined(known, FoundIncidents((over,), 0.01, since=400.0), 600.0)
    assert (whole.begun, whole.recover, whole.since) == (100.0, over.recover, 400.0)
    assert joined((whole,), FoundIncidents((), 0.01, since=500.0), 600.0) == (whole,)


def test_what_begins_again_before_its_end_is_forgotten_goes_on() -> None:
    rest = incident(930.0, None)
    (whole,) = joined([SECOND], FoundIncidents((rest,), 0.01, since=930.0), 1000.0)
    assert (whole.begun, whole.recover) == (900.0, None)


def test_what_ended_in_what_is_forgotten_is_over() -> None:
    (whole,) = joined([OPEN], FoundIncidents((), 0.01, since=5000.0), 6000.0)
    assert whole.recover == Mark(5000.0, "users were served again by then", inferred=True)
