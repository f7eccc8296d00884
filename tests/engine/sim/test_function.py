"""Functions: an instance for each request, cold starts, idle times, limits, against formulas and a naive model."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from engine.catalog.checking import check
from engine.model.edits import SetField
from engine.plan.network.elastic import cold_share
from engine.run.session import Session
from engine.sim.lane.samplers import Constant
from engine.sim.lane.station.fleet import REFUSED, Fleet
from tests.helpers.builders import Raw, client, constant, design, exponential, link, node, run


def function(rate: float, duration: float, warmup: float = 0.0, **config: Any) -> Raw:
    """What a function and its users measure in a Poisson run."""
    events, process = config.pop("events", []), config.pop("process", "poisson")
    users = node("users", "client", arrivals={"process": process, "rate": rate})
    made = design(
        [users, node("fn", "function", **config)],
        [link("users", "fn")],
        duration=duration,
        warmup=warmup,
        events=events,
    )
    return run(made)


def extra(result: Raw) -> Raw:
    return dict(result["nodes"]["fn"]["extra"])


def test_as_many_are_busy_as_come_times_how_long_they_take() -> None:
    found = extra(function(200.0, 200.0, 20.0, service_time=constant(0.25)))
    assert found["concurrency"] == pytest.approx(50.0, rel=0.03)


def test_an_instance_is_kept_while_it_waits_for_what_it_calls() -> None:
    nodes = [
        client("users", 100.0),
        node("fn", "function", service_time=constant(0.01)),
        node("api", "service", workers=100, service_time=constant(0.19)),
    ]
    made = design(nodes, [link("users", "fn"), link("fn", "api")], duration=100.0, warmup=20.0)
    assert extra(run(made))["concurrency"] == pytest.approx(20.0, rel=0.03)


def test_few_requests_start_cold_by_the_law_of_the_gaps() -> None:
    found = extra(function(1.0, 40_000.0, idle_ttl=1.0, service_time=constant(1e-4), cold_start=constant(0.0)))  # fmt: skip
    assert found["cold_ratio"] == pytest.approx(math.exp(-1.0), rel=0.015)
    assert found["instances"]["mean"] == pytest.approx(1.0 - math.exp(-1.0), rel=0.015)


@pytest.mark.parametrize(("rate", "time", "kept"), [(10.0, 0.2, 3.0), (5.0, 1.0, 20.0)])
def test_several_at_once_start_cold_as_theory_says(rate: float, time: float, kept: float) -> None:
    found = extra(function(rate, 20_000.0, 100.0, idle_ttl=kept, service_time=exponential(time), cold_start=constant(0.0)))  # fmt: skip
    assert found["cold_ratio"] == pytest.approx(cold_share(rate, time, kept), rel=0.15)


def test_a_cold_start_is_waited_for_and_keeps_its_instance() -> None:
    result = function(0.05, 4000.0, idle_ttl=1.0, service_time=constant(0.1), cold_start=constant(0.4))  # fmt: skip
    found, fn = extra(result), result["nodes"]["fn"]
    assert fn["wait"]["mean"] == pytest.approx(0.4 * found["cold_ratio"])
    assert found["concurrency"] == pytest.approx(0.05 * (0.1 + 0.4 * found["cold_ratio"]), rel=0.2)


def test_no_more_than_the_ramp_are_started_in_any_period() -> None:
    result = function(1000.0, 35.0, service_time=constant(1000.0), cold_start=constant(0.0), process="deterministic", concurrency=100_000, ramp={"instances": 1000, "per": 10.0})  # fmt: skip
    # 1000 in the first second; the same again each 10 s later.
    assert extra(result)["cold_starts"] == 4000
    assert result["nodes"]["fn"]["failed"] == {"rate_limited": extra(result)["throttled"]}


def test_at_the_limit_requests_are_lost_by_erlangs_formula() -> None:
    result = function(100.0, 2000.0, 50.0, service_time=exponential(0.1), cold_start=constant(0.0), concurrency=10)  # fmt: skip
    fn = result["nodes"]["fn"]
    assert fn["failed"]["rate_limited"] / fn["arrivals"] == pytest.approx(0.2146, rel=0.03)


def test_a_killed_function_starts_cold_with_everybody() -> None:
    events = [{"at": 50.0, "duration": 1.0, "target": "fn", "change": "kill"}]
    calm = extra(function(100.0, 100.0, 40.0, service_time=constant(0.1)))
    found = extra(function(100.0, 100.0, 40.0, service_time=constant(0.1), events=events))
    assert calm["cold_starts"] <= 2.0
    assert found["cold_starts"] >= 10.0


@pytest.mark.parametrize("change", [{"change": "slow", "factor": 5.0}, {"change": "freeze"}])
def test_what_slows_requests_needs_more_instances(change: Raw) -> None:
    events = [{"at": 50.0, "duration": 5.0, "target": "fn", **change}]
    found = function(50.0, 100.0, 10.0, service_time=constant(0.1), events=events)
    assert extra(found)["instances"]["last"] > 20.0
    assert found["clients"]["users"]["failed"] == {}


def test_knobs_turn_while_it_runs() -> None:
    nodes = [client("users", 100.0), node("fn", "function", service_time=constant(0.1))]
    session = Session(design(nodes, [link("users", "fn")], duration=400.0, warmup=0.0))
    session.advance(50.0)
    session.apply(SetField("fn", ("config", "concurrency"), 5))
    session.advance(60.0)
    limited = session.result()["nodes"]["fn"]["failed"].get("rate_limited", 0)
    session.apply(SetField("fn", ("config", "concurrency"), 1000))
    session.apply(SetField("fn", ("config", "idle_ttl"), 0.5))
    session.apply(SetField("fn", ("config", "ramp"), {"instances": 2, "per": 1.0}))
    session.advance(100.0)
    found = extra(session.result())
    assert limited > 100
    assert found["instances"]["last"] < 20.0  # who was idle is gone
    assert found["cold_ratio"] > 0.0


def test_a_timeout_below_a_cold_start_is_a_risk() -> None:
    made = design([client(), node("fn", "function")], [link("users", "fn", timeout=0.2)])
    assert "cold-start-timeout" in [finding.code for finding in check(made)]


class Naive:
    """The same environments as a list that is gone through."""

    def __init__(self, ttl: float, most: int, per: float) -> None:
        self.ttl, self.most, self.per = ttl, most, per
        self.idle: list[float] = []
        self.made: list[float] = []

    def take(self, now: float) -> float:
        self.idle = [since for since in self.idle if since + self.ttl > now]
        if self.idle:
            self.idle.remove(max(self.idle))
            return 0.0
        if sum(each + self.per > now for each in self.made) >= self.most:
            return REFUSED
        self.made.append(now)
        return 1.0


@pytest.mark.parametrize("seed", range(6))
def test_the_ring_of_environments_is_the_list_of_them(seed: int) -> None:
    chance = random.Random(seed)
    ttl, most, per = chance.choice([0.5, 5.0]), chance.randint(1, 40), 3.0
    fleet, naive = Fleet(Constant(1.0)), Naive(ttl, most, per)
    fleet.ttl = ttl
    fleet.ramp(most, per)
    now, busy = 0.0, 0
    for _ in range(3000):
        now += chance.expovariate(20.0)
        if busy and chance.random() < 0.5:
            busy -= 1
            fleet.put_back(now)
            naive.idle.append(now)
        else:
            found = fleet.take(now)
            assert found == naive.take(now)
            busy += found >= 0.0
        if chance.random() < 0.005:
            naive.most = chance.randint(1, 40)
            naive.made = naive.made[-min(len(naive.made), naive.most, most) :]
            most = naive.most
            fleet.ramp(most, per)
        assert fleet.idle(now) == sum(since + ttl > now for since in naive.idle)


def test_a_series_counts_the_environments() -> None:
    """Ten at once that take 1.5 s each, then none for longer than they are kept, then one."""
    arrivals = {"process": "trace", "times": [place / 10 for place in range(10)] + [30.05]}
    nodes = [
        node("users", "client", arrivals=arrivals),
        node("fn", "function", service_time=constant(1.5), cold_start=constant(0.0), idle_ttl=5.0),
    ]
    session = Session(design(nodes, [link("users", "fn")], duration=40.0, warmup=0.0))
    session.measure(step=1.0)
    session.advance(40.0)
    counted = session.result()["series"]["nodes"]["fn"]["instances"]
    assert counted[:6] == [10] * 6
    assert counted[8:36] == [0] * 22 + [1] * 6
    assert counted[-2:] == [0, 0]
