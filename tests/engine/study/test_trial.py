"""Trials: what is injected, measured on its own, and ended early; and that looking changes nothing."""

from __future__ import annotations

import json

import pytest

from engine.model.metrics import value_of
from engine.run.session import Session
from engine.study import Point, Variant, run_point
from engine.study.points import digest_of
from engine.study.trial import Trial
from tests.engine.study.helpers import shop, variant

KILL = json.dumps({"at": 10, "duration": 10, "target": "web", "change": "kill"})
BOUND = json.dumps({"metric": "users.availability", "below": 0.5})


def test_a_run_without_a_trial_keeps_its_name() -> None:
    """Studies that are kept go on: their keys are those of before."""
    plain = variant().point(5)
    assert plain.key == Point(Variant(plain.variant.design), 5).key
    assert digest_of(plain.variant.design) == plain.variant.digest
    tried = Variant(plain.variant.design, trial=Trial(step=1.0)).point(5)
    assert tried.key != plain.key
    assert Trial().to_json == {}


def test_a_trial_is_read_as_it_was_written() -> None:
    trial = Trial(events=(KILL,), spans=(("during", 10.0, 20.0),), abort=(BOUND,), watch=(10.0, 20.0), step=0.5)  # fmt: skip
    assert Trial.read(json.loads(json.dumps(trial.to_json))) == trial
    with pytest.raises(KeyError):
        Trial.read({"nonsense": 1})


def test_spans_and_watching_change_nothing_that_is_measured() -> None:
    plain = run_point(variant().point(5)).result
    watched = Trial(spans=(("early", 2.0, 7.0), ("late", 7.0, 99.0)), step=1.0, abort=(BOUND,), watch=(3.0, 25.0))  # fmt: skip
    looked = run_point(Variant(variant().design, trial=watched).point(5)).result
    assert plain is not None
    assert looked is not None
    assert plain["hash"] == looked["hash"]
    assert looked["spans"]["late"]["to"] == 30.0
    assert set(looked["spans"]["early"]) == {"from", "to", "clients", "nodes", "links"}


def test_a_span_measures_as_a_window_of_an_objective_does() -> None:
    window = {"metric": "users.goodput", "above": 0.0, "from": 4.0, "to": 9.0}
    design = shop(objectives=[window])
    session = Session(design)
    session.measure(spans=(("mine", 4.0, 9.0),))
    session.advance(30.0)
    result = session.result()
    span = value_of("users.goodput", result["spans"]["mine"])
    assert span == result["objectives"][0]["value"] > 0.0
    series = Session(design)
    series.measure(step=1.0)
    series.advance(30.0)
    counts = series.result()["series"]["clients"]["users"]["succeeded"]
    assert result["spans"]["mine"]["clients"]["users"]["succeeded"] == sum(counts[4:9])


def test_a_result_in_the_middle_of_a_span_does_not_end_it() -> None:
    session = Session(shop())
    session.measure(spans=(("mine", 4.0, 9.0),))
    session.advance(6.0)
    assert session.result()["spans"]["mine"]["to"] == 6.0
    session.advance(30.0)
    assert session.result()["spans"]["mine"]["to"] == 9.0


def test_a_crossed_bound_ends_what_was_injected_and_nothing_else() -> None:
    own = {"at": 2, "duration": 3, "target": "web", "change": "slow", "factor": 1.5}
    trial = Trial(events=(KILL,), abort=(BOUND,), watch=(10.0, 20.0), window=2.0, step=1.0)
    made = Variant(Variant.of(shop(events=[own])).design, trial=trial)
    result = run_point(made.point(5)).result
    assert result is not None
    assert result["crossed"] == {"at": 12.0, "bound": 0, "value": 0.0}
    got = result["series"]["clients"]["users"]["succeeded"]
    assert sum(got[11:12]) == 0
    assert all(got[13:])


def test_a_trial_has_a_length_of_its_own() -> None:
    long = Variant(variant().design, trial=Trial(duration=4.0, warmup=1.0)).made()
    assert (long.scenario.duration, long.scenario.warmup) == (4.0, 1.0)
    short = Variant(variant().design, trial=Trial(duration=4.0)).made()
    assert (short.scenario.duration, short.scenario.warmup) == (4.0, 0.0)
