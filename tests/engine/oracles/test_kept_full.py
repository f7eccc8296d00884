"""Retries that keep a node full: theory names the load at which that ends, and the simulation agrees on either side."""

from __future__ import annotations

import pytest

from engine.catalog import lower
from engine.model.design import Design
from engine.model.prediction import full_at
from engine.plan.theory import predict
from engine.run.session import Session
from tests.helpers.builders import client, design, link, node

TRIES = 3
ENDS = 1.0 / (0.5 * TRIES)
"""An M/M/1 at half its capacity is full at twice the load, and while each request is sent three times, at two thirds."""


def shop(attempts: int) -> Design:
    nodes = [
        client("users", 50.0),
        node("db", "service", workers=1, service_time={"law": "exponential", "mean": 0.01}),
    ]
    retry = {"attempts": attempts, "base": 0.01, "cap": 0.02}
    links = [link("users", "db", timeout=0.5, retry=retry)]
    return design(nodes, links, duration=4000.0, warmup=0.0)


def test_below_the_knee_it_is_full_at_twice_the_load() -> None:
    theory = predict(lower(shop(TRIES)))
    assert not theory.kept_full
    assert theory.dial * theory.headroom == pytest.approx(2.0, rel=1e-3)


def test_above_it_theory_names_the_load_at_which_it_recovers() -> None:
    theory = predict(lower(shop(TRIES)), load=2.5)
    assert theory.kept_full
    assert theory.dial * theory.headroom == pytest.approx(ENDS, rel=0.02)
    assert full_at(theory).startswith("kept full by retries down to 33")


def test_without_retries_it_is_full_at_the_same_load_from_above() -> None:
    theory = predict(lower(shop(1)), load=2.5)
    assert not theory.kept_full
    assert theory.dial * theory.headroom == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize(("share", "recovers"), [(1.15, False), (0.85, True)])
def test_the_simulation_stays_down_above_that_load_and_recovers_below(share, recovers) -> None:
    session = Session(shop(TRIES))
    session.advance(5.0)
    session.set_load(2.5)
    session.advance(15.0)
    session.set_load(share * ENDS)
    session.advance(3900.0)
    session.snapshot()
    session.advance(4000.0)
    users = [sample.nodes["users"] for sample in session.snapshot().samples]
    failed = sum(sum(each.failed.values()) for each in users)
    done = sum(each.completed for each in users)
    assert (failed / (failed + done) < 0.05) is recovers
