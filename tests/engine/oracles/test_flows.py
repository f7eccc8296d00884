"""Flows against theory: tails and means of fan-outs, order statistics, fork and join, commits, round trips."""

from __future__ import annotations

import math
from itertools import combinations

import pytest

from engine.plan.primitives import LawPlan, Part, Way
from engine.sim.report import Result
from tests.helpers import theory
from tests.helpers.flows import call, choice, loop, parallel, work
from tests.helpers.plans import (
    LawLike,
    client,
    closed,
    event,
    exponential,
    link,
    plan,
    request_class,
    simulate,
    station,
)


def fan_out(part: Part, law: LawLike, *, rate: float, asked: int, timeout: float = 1e9) -> Result:
    """Requests whose flow calls leaves that never queue."""
    nodes = [
        client(rate=rate),
        station("root", flow=(part,), workers=None),
        station("leaf", law, workers=None),
    ]
    links = [link("users", "root", timeout=timeout), link("root", "leaf")]
    return simulate(plan(nodes, links, duration=asked / rate))


def latency(result: Result) -> float:
    return float(result["clients"]["users"]["latency"]["mean"])


@pytest.mark.oracle(11)
def test_the_tail_of_a_fan_out() -> None:
    leaves, slow, asked = 100, 0.01, 6000
    law = LawPlan(law="empirical", mean=0.0, values=(0.01, 0.1), weights=(1.0 - slow, slow))
    part = parallel(*[call("root-leaf")] * leaves)
    users = fan_out(part, law, rate=50.0, asked=asked, timeout=0.05)["clients"]["users"]
    share = users["failed"]["timeout"] / users["offered"]
    expected = 1.0 - (1.0 - slow) ** leaves
    assert expected == pytest.approx(0.6340, abs=1e-4)
    assert share == pytest.approx(expected, abs=4.0 * math.sqrt(expected * (1 - expected) / asked))


@pytest.mark.oracle(11)
@pytest.mark.parametrize(("leaves", "asked"), [(10, 20_000), (100, 5000)])
def test_the_mean_of_the_slowest(leaves: int, asked: int) -> None:
    mean = sum(1.0 / place for place in range(1, leaves + 1))
    variance = sum(1.0 / place**2 for place in range(1, leaves + 1))
    part = parallel(*[call("root-leaf")] * leaves)
    found = latency(fan_out(part, exponential(1.0), rate=10.0, asked=asked))
    assert found == pytest.approx(mean, abs=4.0 * math.sqrt(variance / asked))


@pytest.mark.oracle(11)
def test_fork_and_join() -> None:
    utilization, service = 0.8, 0.01
    nodes = [client(rate=80.0), station("root", flow=(parallel(call("root-a"), call("root-b")),))]
    nodes += [station(name, exponential(service)) for name in "ab"]
    links = [link("users", "root"), link("root", "a"), link("root", "b")]
    result = simulate(plan(nodes, links, duration=2500.0, warmup=250.0))
    alone = theory.mmc_response(1, 80.0, service)
    assert latency(result) == pytest.approx((12.0 - utilization) / 8.0 * alone, rel=0.06)


@pytest.mark.oracle(32)
@pytest.mark.parametrize(("need", "replicas"), [(1, 2), (2, 3), (2, 2), (3, 3)])
def test_the_slowest_of_the_first_acknowledgements(need: int, replicas: int) -> None:
    expected = 0.01 * sum(1.0 / place for place in range(replicas - need + 1, replicas + 1))
    part = parallel(*[call("root-leaf")] * replicas, need=need)
    result = fan_out(part, exponential(0.01), rate=100.0, asked=40_000)
    assert latency(result) == pytest.approx(expected, rel=0.02)


@pytest.mark.oracle(32)
def test_a_commit_in_two_phases_aborts_when_anybody_does() -> None:
    participants, refusing, asked = 5, 0.01, 20_000
    flow = (
        parallel(*[call("root-prepare")] * participants),
        parallel(*[call("root-commit")] * participants),
    )
    nodes = [
        client(rate=100.0),
        station("root", flow=flow, workers=None),
        station("prepare", 0.001, workers=None),
        station("commit", 0.001, workers=None),
    ]
    links = [link("users", "root"), link("root", "prepare"), link("root", "commit")]
    refusals = event(0.0, math.inf, "error", nodes=("prepare",), probability=refusing)
    result = simulate(plan(nodes, links, events=(refusals,), duration=asked / 100.0))
    users = result["clients"]["users"]
    expected = 1.0 - (1.0 - refusing) ** participants
    assert expected == pytest.approx(0.04901, abs=1e-5)
    sigma = math.sqrt(expected * (1.0 - expected) / users["offered"])
    assert users["failed"]["error"] / users["offered"] == pytest.approx(expected, abs=3.0 * sigma)
    assert result["links"]["root-commit"]["attempts"] == participants * users["succeeded"]


@pytest.mark.oracle(32)
@pytest.mark.parametrize(("local", "crossing"), [(0.002, 0.0), (0.0, 0.07)])
def test_a_hot_row_is_changed_once_a_hold(local: float, crossing: float) -> None:
    """The one worker is the lock: held for 2 ms of work, or for 140 ms to another region and back."""
    nodes = [
        closed("users", 20, 0.0),
        station("row", flow=(work(local), call("row-replica")), hold=True),
        station("replica", 0.0, workers=None),
    ]
    links = [link("users", "row"), link("row", "replica", delay=crossing)]
    result = simulate(plan(nodes, links, duration=200.0))
    hold = local + 2.0 * crossing
    assert result["clients"]["users"]["goodput"] == pytest.approx(1.0 / hold, rel=0.02)


def test_three_calls_side_by_side_take_as_long_as_one() -> None:
    one_by_one = fan_out(loop(3, call("root-leaf")), 0.02, rate=1.0, asked=20)
    at_once = fan_out(parallel(*[call("root-leaf")] * 3), 0.02, rate=1.0, asked=20)
    assert (latency(one_by_one), latency(at_once)) == pytest.approx((0.06, 0.02))


@pytest.mark.parametrize(("batched", "calls"), [(False, 31), (True, 2)])
def test_a_list_and_then_each_of_its_items(batched: bool, calls: int) -> None:
    rest = call("root-leaf") if batched else loop(30, call("root-leaf"))
    nodes = [
        client(process="deterministic", rate=1.0),
        station("root", flow=(call("root-leaf"), rest)),
        station("leaf", 0.001, workers=None),
    ]
    links = [link("users", "root"), link("root", "leaf")]
    result = simulate(plan(nodes, links, duration=20.5))
    assert result["links"]["root-leaf"]["attempts"] == 20 * calls


def test_a_gateway_makes_the_calls_where_they_are_near() -> None:
    parts = [f"part{place}" for place in range(5)]
    behind = [station(name, 0.0, workers=None) for name in parts]
    users = client(process="deterministic", rate=0.1)
    far = [link("users", name, delay=0.15, order=place) for place, name in enumerate(parts)]
    direct = simulate(plan([users, *behind], far, duration=100.0))
    flow = (parallel(*[call(f"gateway-{name}") for name in parts]),)
    near = [link("gateway", name, delay=0.0005) for name in parts]
    through = simulate(
        plan(
            [users, station("gateway", flow=flow, workers=None), *behind],
            [link("users", "gateway", delay=0.15), *near],
            duration=100.0,
        )
    )
    assert (latency(direct), latency(through)) == pytest.approx((1.5, 0.301))


@pytest.mark.oracle(6)
@pytest.mark.parametrize("hold", [True, False])
def test_what_shares_the_workers_waits_for_the_slowest(hold: bool) -> None:
    """One program for both: 95.23 ms; the quick part as a service of its own: 1.532 ms."""
    flow = (choice(Way((work(0.1, 0.1),), classes=(False, True)), Way((work(0.005, 0.005),))),)
    nodes = [
        client(rate=80.0, mix=(0.95, 0.05)),
        station("all", [0.0, 0.0], flow=flow, hold=hold),
        client("quick", rate=76.0, mix=(1.0, 0.0)),
        station("apart", [0.005, 0.005]),
    ]
    ends = [("users", "all"), ("quick", "apart")]
    links = [link(*pair, classes=(True, True)) for pair in ends]
    kinds = (request_class("page"), request_class("report"))
    result = simulate(plan(nodes, links, classes=kinds, duration=2500.0, warmup=100.0))
    mean = 0.95 * 0.005 + 0.05 * 0.1
    second = 0.95 * 0.005**2 + 0.05 * 0.1**2
    together = theory.mg1_wait(80.0, mean, second)
    assert together == pytest.approx(0.09523, abs=1e-5)
    residence = result["nodes"]["all"]["residence"]["mean"]
    assert residence - mean == pytest.approx(together, rel=0.15)
    alone = theory.mg1_wait(76.0, 0.005, 0.005**2)
    assert result["nodes"]["apart"]["wait"]["mean"] == pytest.approx(alone, rel=0.05)


def test_a_quorum_bears_as_many_deaths_as_it_can_do_without() -> None:
    names = [f"replica{place}" for place in range(3)]
    flow = (parallel(*[call(f"web-{name}") for name in names], need=2),)
    for dead in (*combinations(names, 1), *combinations(names, 2)):
        nodes = [client(rate=20.0), station("web", flow=flow)]
        nodes += [station(name, 0.001) for name in names]
        links = [link("users", "web"), *(link("web", name) for name in names)]
        kills = event(0.0, math.inf, "kill", nodes=dead)
        users = simulate(plan(nodes, links, events=(kills,), duration=5.0))["clients"]["users"]
        assert bool(users["succeeded"]) is (len(dead) == 1)
