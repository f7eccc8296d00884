"""Designs about transactions: a leader that dies between the phases, and one whom nobody has to wait for."""

from __future__ import annotations

import pytest

from engine.model.edits import SetField
from engine.run.session import Session
from tests.designs.running import changed, goodput, mean, measured, says, shipped, watched


def test_a_dead_leader_leaves_two_rows_locked_and_they_take_the_database() -> None:
    design = shipped("two-phase-commit")
    says(design, "two of the 40 rows of Stock are prepared", "From 140 s to 170 s no truck")
    samples = watched(design, 200.0)
    assert mean(samples, 100.0, 120.0, goodput("trucks")) == pytest.approx(20.0, rel=0.05)
    assert mean(samples, 140.0, 169.0, goodput("trucks")) < 0.2
    assert mean(samples, 180.0, 200.0, goodput("trucks")) == pytest.approx(20.0, rel=0.1)
    session = Session(design)
    session.advance(164.0)
    nodes = session.result()["nodes"]
    assert nodes["orders"]["extra"]["in_doubt_last"] == 4  # two orders, in both databases
    assert nodes["stock"]["extra"]["locks_held"] == 2
    assert session.snapshot().states["stock"]["locks"] == "in_doubt"
    session.advance(300.0)
    extra = session.result()["nodes"]["orders"]["extra"]
    assert extra["in_doubt_last"] == 0
    assert extra["in_doubt_time"] > 49.0


def test_a_short_wait_for_locks_keeps_the_others_going() -> None:
    design = shipped("two-phase-commit")
    says(design, "45 of 5455 trucks fail with conflict")
    result = measured(changed(design, SetField("stock", ("config", "locks", "timeout"), 2)))
    trucks = result["clients"]["trucks"]
    assert (trucks["failed"], trucks["offered"]) == ({"conflict": 45}, 5455)


def test_an_outbox_holds_nobody_up() -> None:
    design = shipped("two-phase-commit-fixed")
    says(design, "20 a second all the time, in 7 ms", "nothing for 45 s in either design")
    samples = watched(design, 200.0)
    for start in (110.0, 125.0, 145.0, 165.0):
        assert mean(samples, start, start + 15.0, goodput("trucks")) == pytest.approx(
            20.0, rel=0.15
        )
    result = measured(design)
    assert result["clients"]["trucks"]["failed"] == {}
    assert result["clients"]["trucks"]["latency"]["p99"] == pytest.approx(0.007, rel=0.01)
    extra = result["nodes"]["orders"]["extra"]
    assert extra["in_doubt"] == extra["aborts"] == 0
    assert result["nodes"]["stock"]["extra"]["lock_hold"] == pytest.approx(0.003)
