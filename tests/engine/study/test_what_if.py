"""What if: measured under common random numbers, held against formulas, ranked by what the client gains."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from engine.model.design import Design
from engine.study import StudyError, Variant
from engine.study.gain import Gain
from engine.study.what_if import WhatIf
from engine.why.what_if import suppose
from tests.engine.study.helpers import outcomes
from tests.helpers.builders import client, constant, design, exponential, link, node


def shop(
    rate: float, /, duration: float = 200.0, timeout: float | None = None, **web: Any
) -> Design:
    nodes = [client("users", rate), node("web", "service", **web)]
    links = [link("users", "web", timeout=timeout)]
    return design(nodes, links, duration=duration, warmup=duration / 10, seed=11)


def asked(made: Design, seeds: int = 4, about: str | None = None) -> WhatIf:
    supposed = suppose(made, about)
    assert supposed.client is not None
    return WhatIf(Variant.of(made), supposed.client, supposed.ideas, seeds)


def ranked(made: Design) -> list[tuple[str, Gain]]:
    study = asked(made)
    return [(study.ideas[each.place].name, each) for each in study.gains(outcomes(study))]


def test_an_almost_full_queue() -> None:
    """M/M/1 at 90 %. Two queues in turn have Erlang arrivals, so they are better than one at half the load."""
    rate, mean = 90.0, 0.01
    found = ranked(shop(rate, workers=1, service_time=exponential(mean)))
    assert [name for name, _ in found] == ["twice_as_fast", "one_more", "half_load"]
    gains = dict(found)
    for name, left in (("twice_as_fast", 2 / mean - rate), ("half_load", 1 / mean - rate / 2)):
        after = gains[name].p99_after
        assert after is not None
        assert after.mean == pytest.approx(math.log(100) / left, rel=0.1)
    assert [name for name, each in found if each.helps] == ["twice_as_fast", "one_more"]


def test_a_wide_station_that_only_works_long() -> None:
    """20 workers a third busy: nobody waits, so only shorter work is shorter."""
    found = ranked(shop(60.0, duration=60.0, workers=20, service_time=constant(0.1)))
    assert found[0][0] == "twice_as_fast"
    assert [name for name, each in found if each.helps] == ["twice_as_fast"]
    best = found[0][1].p99
    assert best is not None
    assert best.mean == pytest.approx(-0.05, rel=0.02)


def test_a_station_that_loses() -> None:
    """M/M/1/1 offered 4: Erlang's B is .8; at half of it 2/3; in turn on two, (4/5)² = .64 are lost at each."""
    found = ranked(
        shop(40.0, workers=1, service_time=exponential(0.1), queue_limit=0, timeout=60.0)
    )
    names = [name for name, _ in found]
    assert names == ["one_more", "twice_as_fast", "half_timeout", "half_load"]  # 20/3 rps, of 8
    gains = dict(found)
    for name, answered in (("one_more", 0.36), ("twice_as_fast", 1 / 3), ("half_load", 1 / 3)):
        apart = gains[name].answered
        assert apart is not None
        assert apart.mean == pytest.approx(answered - 0.2, abs=0.01)
    assert [name for name, each in found if each.helps] == ["one_more", "twice_as_fast"]
    goodput = gains["half_load"].goodput
    assert goodput is not None
    assert goodput.mean == pytest.approx(20 / 3 - 8, abs=0.2)


def test_a_full_pool_is_what_to_widen() -> None:
    """Two connections of 20 ms carry 100 rps of 140; four carry all. Db itself, 50 wide, is a few per cent busy."""
    pool = {"per": "caller", "protocol": "none", "max_connections": 2, "max_pending": 5}
    nodes = [
        client("users", 140.0),
        node("app", "service", workers=100, service_time=exponential(0.002)),
        node("db", "service", workers=50, service_time=exponential(0.02)),
    ]
    links = [link("users", "app"), link("app", "db", connection=pool)]
    study = asked(design(nodes, links, duration=60, warmup=6, seed=11), about="db")
    gains = study.gains(outcomes(study))
    found = {study.ideas[each.place].name: each for each in gains}
    wider = found["twice_connections"]
    assert wider.helps
    assert wider.goodput_before is not None
    assert wider.goodput_after is not None
    assert wider.goodput_before.mean < 100.0
    assert wider.goodput_after.mean == pytest.approx(140.0, rel=0.05)


def test_shares_are_told_as_shares_and_half_the_load_as_what_it_is() -> None:
    """M/M/1/1 offered 4 answers a fifth, 8 rps; two in turn .36; half the load a third of a half of it."""
    study = asked(shop(40.0, workers=1, service_time=exponential(0.1), queue_limit=0))
    report = study.conclude(outcomes(study))
    shares = r"(19|20)(\.\d)? % → (35|36)(\.\d)? % answered; goodput (7.\d*|8.\d*|8) rps → 14\.?\d* rps\."
    assert re.search(shares, report.sentences[0])
    half = next(each for each in report.sentences if each.startswith("Send half the load: "))
    assert "goodput falls, but not to half: " in half
    assert report.table("ideas").column("points")[0] == pytest.approx(16.0, abs=1.0)
    assert report.table("ideas").column("answered_after")[0] == pytest.approx(0.36, abs=0.01)


def test_what_differs_is_the_idea_alone() -> None:
    """A timeout that nobody ever reached changes nothing at all, at any seed."""
    found = dict(ranked(shop(60.0, duration=30.0, timeout=60.0, service_time=exponential(0.01))))
    apart = found["half_timeout"].p99
    assert apart is not None
    assert (apart.low, apart.high, apart.count) == (0.0, 0.0, 4)


def test_the_best_is_said_in_a_sentence() -> None:
    study = asked(shop(90.0, duration=60.0, workers=1, service_time=exponential(0.01)))
    done = outcomes(study)
    report = study.conclude(done)
    assert report.sentences[0].startswith("Make Web twice as fast: p99 changes by -")
    assert report.table("ideas").column("idea")[0] == "Make Web twice as fast"
    assert len(done) == 16
    assert study.conclude({}).sentences[-1] == "Nothing tried is sure to help at 4 runs each."


def test_a_question_without_ideas_is_refused() -> None:
    made = Variant.of(shop(10.0))
    with pytest.raises(StudyError, match="nothing to try"):
        WhatIf(made, "users", ())
    with pytest.raises(StudyError, match="at least 2"):
        asked(shop(10.0), 1)
