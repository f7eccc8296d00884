"""Sequence diagrams of transactions, from what was recorded of them."""

from __future__ import annotations

from engine.catalog import lower
from engine.control.simulation import Simulation
from engine.traces.collect import collect
from engine.traces.sequence import sequence_of
from tests.engine.oracles.test_transactions import shop
from tests.helpers.traces import EVERYTHING


def sequences(made):
    simulation = Simulation(lower(made), EVERYTHING)
    simulation.advance(made.scenario.duration)
    return [(trace, sequence_of(trace)) for trace in collect(simulation.machine)]


def test_two_phases_tell_each_participant_twice_and_lock_between() -> None:
    trace, found = sequences(shop("two_phase", rate=5.0, duration=5))[0]
    assert trace.reason is None
    assert found.lifelines == ("users", "orders", "db0", "db1")
    texts = [(each.source, each.target, each.text) for each in found.arrows]
    assert texts.count(("orders", "db0", "prepare")) == texts.count(("db1", "orders", "yes")) == 1
    assert texts.count(("orders", "db1", "commit")) == 1
    assert texts.count(("db0", "orders", "committed")) == 1
    (first, second) = found.bars
    assert (first.node, second.node, first.what) == ("db0", "db1", "locked")
    assert first.end is not None
    assert round(first.end - first.start, 6) == 0.022
    assert found.moments() == sorted(set(found.moments()))


def test_a_leader_that_dies_between_the_phases_leaves_participants_in_doubt() -> None:
    kill = {"at": 2.0, "duration": 10.0, "target": "orders", "change": "kill"}
    made = shop("two_phase", rate=20.0, delay=0.2, duration=20, events=[kill])
    doubted = [
        found
        for trace, found in sequences(made)
        if trace.reason == "crashed" and any(bar.what == "in doubt" for bar in found.bars)
    ]
    assert doubted
    for found in doubted:
        assert [each.node for each in found.crashes] == ["orders"]
        bars = [bar for bar in found.bars if bar.what == "in doubt"]
        assert {bar.node for bar in bars} <= {"db0", "db1"}
        waits = [bar.end - bar.start for bar in bars if bar.end is not None]
        assert len(waits) == len(bars)
        # What was told as the leader died arrives still; all others wait until it is back.
        assert all(wait < 0.2 or 9.7 < wait < 10.5 for wait in waits)
        told = {each.text for each in found.arrows if each.sent >= 12.0 and not each.back}
        assert told in ({"commit"}, {"abort"})
    ends = [bar.end for found in doubted for bar in found.bars if bar.what == "in doubt"]
    assert max(end for end in ends if end is not None) > 12.0


def test_what_refuses_says_no_and_the_others_abort() -> None:
    error = {"at": 0, "duration": None, "target": "db1", "change": "error", "probability": 1.0}
    _, found = sequences(shop("two_phase", rate=5.0, duration=5, events=[error]))[0]
    texts = [each.text for each in found.arrows]
    assert "no (error)" in texts
    told = [(each.target, each.text) for each in found.arrows if not each.back]
    assert told.count(("db0", "abort")) == 1
    assert told.count(("db0", "commit")) == 0


def test_a_saga_undoes_what_was_done() -> None:
    error = {"at": 0, "duration": None, "target": "db1", "change": "error", "probability": 0.5}
    found = [each for _, each in sequences(shop("saga", rate=5.0, duration=5, events=[error]))]
    undone = next(each for each in found if any(arrow.text == "undo" for arrow in each.arrows))
    texts = [arrow.text for arrow in undone.arrows if not arrow.back]
    assert texts[:3] == ["call", "do it", "do it"]
    assert texts[3] == "undo"
