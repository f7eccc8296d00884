"""Whoever is not answered in time is given up in the order of sending, however many wait."""

from __future__ import annotations

import gc

import pytest

from engine.run.session import Session
from engine.sim.lane.call import Call
from engine.sim.lane.expiry import GROUP, ROOM
from tests.helpers.builders import client, constant, design, link, node


@pytest.mark.parametrize("few", [0.5, 7.0, 31.0])
def test_a_ring_grows_wherever_it_begins_and_forgets_nobody(few: float) -> None:
    """A few at a time wait, all around the ring and not in whole rounds; then ten rings of them do."""
    span, change, end = 2.0, 301.5, 400.0
    many = 10 * ROOM / span
    users = client("users", [[0, few], [change, few], [change, many], [end, many]])
    users["config"]["arrivals"]["process"] = "deterministic"
    never = node("web", "service", workers=10**5, service_time=constant(1000.0))
    session = Session(
        design([users, never], [link("users", "web", timeout=span)], duration=end, warmup=0)
    )
    session.advance(end)
    result = session.result()
    sent = result["links"]["users-web"]["attempts"]
    assert many * (end - change) < sent
    waiting = sent - result["links"]["users-web"]["failed"]["timeout"]
    assert waiting == pytest.approx(many * span, abs=1)
    assert result["nodes"]["web"]["arrivals"] == sent


def test_who_is_settled_is_let_go_also_behind_somebody_who_waits() -> None:
    """One call waits for long, and thousands after it are refused at once."""
    busy = node("web", "service", workers=1, queue_limit=0, service_time=constant(1000.0))
    links = [link("users", "web", timeout=900.0)]
    session = Session(design([client("users", 1000.0), busy], links, duration=100, warmup=0))
    session.advance(1.0)
    before = calls_alive()
    session.advance(20.0)
    assert session.result()["links"]["users-web"]["failed"]["queue_full"] > 15_000
    assert calls_alive() < before + 4 * ROOM


def calls_alive() -> int:
    """How many calls anything holds."""
    gc.unfreeze()
    gc.collect()
    return sum(isinstance(each, Call) for each in gc.get_objects())


def test_who_is_glanced_at_fits_into_the_smallest_ring() -> None:
    assert ROOM & (ROOM - 1) == 0
    assert GROUP & (GROUP - 1) == 0
    assert 4 * GROUP < ROOM
