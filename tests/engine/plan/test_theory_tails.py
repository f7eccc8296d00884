"""What runs of any length say otherwise: heavy tails, and workers whose pace follows from who comes when."""

from __future__ import annotations

import pytest

from engine.model.prediction import is_grave
from engine.plan.primitives import CurvePlan, LawPlan, Picker, Plan, ScalingPlan
from engine.plan.theory import predict
from tests.helpers.plans import (
    client,
    exponential,
    link,
    plan,
    request_class,
    router,
    simulate,
    station,
)

SLOWED = ScalingPlan(curve=CurvePlan(law="polynomial", a=0.7, power=2.0))


def pareto(alpha: float, **station_fields: object) -> Plan:
    """A station with Pareto work, 60 % full."""
    law = LawPlan(law="pareto", mean=0.01, alpha=alpha)
    web = station("web", law, **station_fields)
    return plan([client(rate=60.0), web], [link("users", "web", picker="random")])


@pytest.mark.parametrize(("alpha", "doubted"), [(2.2, True), (2.8, True), (3.5, False)])
def test_waits_without_a_variance_are_doubted(alpha: float, doubted: bool) -> None:
    web = predict(pareto(alpha)).nodes["web"]
    assert any("third moment" in each for each in web.doubts) == doubted
    assert not any(map(is_grave, web.doubts)), "how busy it is settles"


def test_who_shares_or_never_waits_does_not_mind_a_heavy_tail() -> None:
    assert predict(pareto(2.2, discipline="ps")).nodes["web"].doubts == ()
    loss = predict(pareto(2.2, queue_limit=0)).nodes["web"].doubts
    assert not any("third moment" in each for each in loss)


def test_work_whose_mean_no_run_sees_is_doubted_whole() -> None:
    web = predict(pareto(1.2, discipline="ps")).nodes["web"]
    assert any(map(is_grave, web.doubts))


def slowed(law: LawPlan, process: str = "poisson") -> Plan:
    """Work of a law before workers who slow each other."""
    first = station("web", law)
    last = station("db", exponential(0.01), workers=3, scaling=SLOWED)
    users = client(rate=70.0, process=process)
    return plan([users, first, last], [link("users", "web"), link("web", "db")], duration=2000.0)


def test_how_busy_slowed_workers_are_is_said_where_how_many_work_at_once_is_known() -> None:
    known = slowed(exponential(0.01))
    busy = predict(known).nodes["db"].utilization
    assert busy == pytest.approx(simulate(known)["nodes"]["db"]["utilization"], rel=0.03)


def test_how_busy_slowed_workers_are_is_not_said_behind_uneven_work() -> None:
    uneven = slowed(LawPlan(law="hyperexponential", mean=0.013, cv2=20.0))
    found = predict(uneven)
    assert found.nodes["db"].utilization is None
    assert found.nodes["db"].load is not None
    assert found.bottleneck == "web", "what it can do at most does not depend on who comes when"
    assert found.bottleneck_doubt == ""


def test_calls_after_one_that_is_never_answered_are_not_made() -> None:
    """Half of the requests make two calls, one after the other, of a node with more than it can do."""
    nodes = [
        client(rate=50.0),
        station("web", exponential(0.01)),
        station("db", exponential(0.028)),
    ]
    calls = link("web", "db", probability=0.5, times=2)
    found = predict(plan(nodes, [link("users", "web"), calls]))
    assert any(map(is_grave, found.nodes["db"].doubts)), "how much comes"


@pytest.mark.parametrize("picker", ["round_robin", "least_connections"])
def test_a_balancer_that_picks_by_class_among_other_targets_is_doubted(picker: Picker) -> None:
    """One class goes to two nodes in turn, the other to one of them always: no gaps of two arrivals there."""
    kinds = (request_class("all"), request_class("one"))
    nodes = [
        client(rate=100.0, mix=(0.5, 0.5)),
        router("lb", picker),
        station("web", [exponential(0.008)] * 2),
        station("api", [exponential(0.008)] * 2),
    ]

    def doubts(classes: tuple[bool, bool]) -> tuple[str, ...]:
        ways = [
            link("users", "lb", classes=(True, True)),
            link("lb", "web", classes=(True, True)),
            link("lb", "api", classes=classes),
        ]
        return predict(plan(nodes, ways, classes=kinds)).nodes["web"].doubts

    assert any("for one class" in each for each in doubts((True, False)))
    assert not any("for one class" in each for each in doubts((True, True)))
