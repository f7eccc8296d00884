"""What is seen in a record is more than chance makes of intervals as short as those of a window."""

from __future__ import annotations

import pytest

from engine.run.session import Session
from engine.why.record import Record
from engine.why.signs import Signs
from tests.helpers.builders import client, design, link, node

LOOKS, END = 4, 60
"""Looks a second, and seconds."""


def record_of(seed: int, *events: dict[str, object]) -> Record:
    """A cache that has half of a thousand keys, asked 200 times a second: 50 times an interval."""
    nodes = [
        client("users", 200.0),
        node("cache", "cache", capacity=500, prewarm=True, ttl=None),
        node("db", "sql_database", connections=50),
    ]
    links = [link("users", "cache"), link("cache", "db")]
    classes = [{"name": "read", "keys": {"law": "uniform", "count": 1000}}]
    made = design(
        nodes, links, classes=classes, duration=END, warmup=0, seed=seed, events=list(events)
    )
    session = Session(made)
    record = Record(session.plan)
    for look in range(1, END * LOOKS + 1):
        session.advance(look / LOOKS)
        record.add(session.snapshot())
    return record


@pytest.mark.parametrize("seed", range(3))
def test_a_cache_that_misses_as_always_lacks_nothing(seed) -> None:
    """By chance alone 44 to 76 % of what an interval asks for miss."""
    assert Signs(record_of(seed)).missing("cache", 30.0) == []


def test_a_flushed_cache_lacks_what_it_had() -> None:
    """Half of what it is asked for comes from the database as before, and the other half until it is full again."""
    record = record_of(1, {"at": 30.0, "change": "flush", "target": "cache"})
    [found] = Signs(record).missing("cache", 30.0)
    assert found.start == pytest.approx(30.0, abs=0.3)
    assert found.peak > 0.9
