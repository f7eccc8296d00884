"""Closed populations: where one node is not as product form takes it, everything else follows from that."""

from __future__ import annotations

import pytest

from engine.model.prediction import WAITS, is_grave
from engine.plan.primitives import LawPlan, Picker, Plan
from engine.plan.theory import predict
from tests.helpers.plans import (
    client,
    closed,
    constant,
    exponential,
    link,
    plan,
    request_class,
    simulate,
    station,
)


def behind(picker: Picker) -> Plan:
    """15 users of two nodes, the instances of one of which are picked."""
    nodes = [
        closed("users", 15, exponential(0.035)),
        station("web", exponential(0.009), workers=2),
        station("api", exponential(0.035), workers=2, instances=4),
    ]
    ways = [link("users", "web", picker="random"), link("web", "api", picker=picker)]
    return plan(nodes, ways, duration=200.0, warmup=20.0)


@pytest.mark.parametrize("picker", ["least_connections", "round_robin"])
def test_how_fast_users_ask_follows_from_how_instances_are_picked(picker: Picker) -> None:
    found, seen = predict(behind(picker)), simulate(behind(picker))
    offered = found.clients["users"].offered
    assert offered is not None
    assert seen["clients"]["users"]["goodput"] > 1.05 * offered
    assert any(map(is_grave, found.clients["users"].doubts))
    assert any(map(is_grave, found.nodes["web"].doubts)), "as much comes as they ask"


def test_it_is_exact_where_they_are_picked_by_chance() -> None:
    found, seen = predict(behind("random")), simulate(behind("random"))
    assert not any(map(is_grave, found.clients["users"].doubts))
    goodput = seen["clients"]["users"]["goodput"]
    assert found.clients["users"].offered == pytest.approx(goodput, rel=0.02)


@pytest.mark.parametrize(("think", "doubted"), [(constant(0.66), True), (exponential(0.66), False)])
def test_users_who_think_equally_long_come_as_they_began(think: LawPlan, doubted: bool) -> None:
    """Rounds that differ by 2 ms of 660: it takes a day until nobody knows any more who comes after whom."""
    nodes = [closed("users", 100, think), station("web", exponential(0.002), workers=2)]
    web = predict(plan(nodes, [link("users", "web")])).nodes["web"]
    assert any(each.startswith(WAITS) for each in web.doubts) == doubted


def test_users_who_wait_long_do_not_stay_in_step() -> None:
    nodes = [closed("users", 100, constant(0.3)), station("web", exponential(0.006), workers=2)]
    web = predict(plan(nodes, [link("users", "web")])).nodes["web"]
    assert web.doubts == ()


@pytest.mark.parametrize(("work", "doubted"), [(0.017, True), (0.01, False)])
def test_classes_leave_priorities_in_clumps(work: float, doubted: bool) -> None:
    """All together leave as they came; who has to wait comes after whom he waited for, and many at once."""
    kinds = (request_class("urgent"), request_class("patient", priority=1))
    nodes = [
        client(rate=100.0, mix=(0.4, 0.6)),
        station("web", [exponential(0.0085)] * 2, discipline="priority"),
        station("db", [exponential(0.01), exponential(work)], workers=2, discipline="ps"),
    ]
    both = (True, True)
    ways = [link("users", "web", classes=both), link("web", "db", classes=both, probability=0.7)]
    db = predict(plan(nodes, ways, classes=kinds)).nodes["db"]
    assert any("clumps" in each for each in db.doubts) == doubted


@pytest.mark.parametrize(("times", "doubted"), [(3, True), (1, False)])
def test_who_calls_again_finds_the_instance_that_just_answered(times: int, doubted: bool) -> None:
    """Calls in a row come when one has ended, to the shortest of queues: they wait less than those by chance."""
    nodes = [
        client(rate=75.0),
        station("db", exponential(0.03), workers=4),
        station("api", exponential(0.02 * 3 / times * 0.6), instances=5),
    ]
    ways = [link("users", "db"), link("db", "api", picker="least_connections", times=times)]
    api = predict(plan(nodes, ways)).nodes["api"]
    assert any("just left" in each for each in api.doubts) == doubted
