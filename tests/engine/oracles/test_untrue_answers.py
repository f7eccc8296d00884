"""Answers that are wrong, and answers that never come: what callers see of either."""

from __future__ import annotations

import math

import pytest

from engine.plan.primitives import EventPlan, Plan
from tests.helpers.flows import call, parallel, work
from tests.helpers.plans import client, event, link, plan, retry, simulate, station


def lasting(change: str, share: float, node: str = "db", instances: int | None = None) -> EventPlan:
    return EventPlan(
        at=0.0,
        end=math.inf,
        change=change,
        nodes=(node,),
        probability=share,
        instances=instances,
    )


def chain(*events: EventPlan, instances: int = 1, **changes: object) -> Plan:
    """Users, a service, and a database that it asks."""
    nodes = [client(rate=200.0), station("web", 0.0, workers=None)]
    nodes.append(station("db", 0.0, workers=None, instances=instances))
    links = [link("users", "web"), link("web", "db", **changes)]
    return plan(nodes, links, events=events, duration=200.0)


def three_sigma(share: float, count: int) -> float:
    return 3.0 * math.sqrt(share * (1.0 - share) / count)


@pytest.mark.parametrize(("share", "instances"), [(0.2, None), (0.03, None), (1.0, 1)])
def test_a_wrong_answer_makes_those_wrong_that_are_made_of_it(
    share: float, instances: int | None
) -> None:
    result = simulate(chain(lasting("wrong", share, instances=instances), instances=3))
    wanted = share if instances is None else share / 3.0
    users, answered = result["clients"]["users"], result["clients"]["users"]["succeeded"]
    margin = three_sigma(wanted, answered)
    for part in (users, result["nodes"]["web"], result["nodes"]["db"]):
        assert part["failed"] == {}
        assert part["extra"]["wrong_share"] == pytest.approx(wanted, abs=margin)
    assert users["extra"]["wrong"] == result["nodes"]["db"]["extra"]["wrong"]
    assert users["availability"] == 1.0


def test_wrong_answers_of_a_flow_are_told_through_its_branches() -> None:
    nodes = [client(rate=200.0), station("a", 0.0, workers=None), station("b", 0.0, workers=None)]
    steps = (work(0.0), parallel(call("web-a"), call("web-b")))
    nodes.insert(1, station("web", 0.0, workers=None, flow=steps))
    links = [link("users", "web"), link("web", "a"), link("web", "b")]
    events = (lasting("wrong", 0.1, "a"), lasting("wrong", 0.3, "b"))
    users = simulate(plan(nodes, links, events=events, duration=200.0))["clients"]["users"]
    wanted = 1.0 - 0.9 * 0.7
    margin = three_sigma(wanted, users["succeeded"])
    assert users["extra"]["wrong_share"] == pytest.approx(wanted, abs=margin)


def test_a_wrong_answer_that_fails_further_on_is_no_answer() -> None:
    result = simulate(chain(lasting("wrong", 1.0, "web"), lasting("error", 0.4)))
    users = result["clients"]["users"]
    assert users["extra"]["wrong"] == users["succeeded"]
    assert users["failed"]["error"] == pytest.approx(0.4 * users["offered"], rel=0.05)


def test_wrong_answers_end_with_their_event() -> None:
    short = event(50.0, 50.0, "wrong", nodes=("db",), probability=0.5)
    users = simulate(chain(short))["clients"]["users"]
    assert users["extra"]["wrong_share"] == pytest.approx(0.125, abs=0.01)


@pytest.mark.parametrize("share", [0.05, 0.4])
def test_who_gets_no_answer_sees_its_timeout(share: float) -> None:
    result = simulate(chain(lasting("omission", share), timeout=0.5))
    users, edge, base = result["clients"]["users"], result["links"]["web-db"], result["nodes"]["db"]
    assert set(edge["failed"]) == {"timeout"}
    margin = three_sigma(share, edge["attempts"])
    assert edge["failed"]["timeout"] / edge["attempts"] == pytest.approx(share, abs=margin + 1e-3)
    assert base["completed"] == base["arrivals"]
    assert base["extra"]["omitted"] == pytest.approx(edge["failed"]["timeout"], abs=200 * share)
    assert users["latency_all"]["max"] == pytest.approx(0.5, rel=0.02)


def test_retries_make_up_for_answers_that_do_not_come() -> None:
    usual = chain(lasting("omission", 0.2), timeout=0.2, retry=retry(3))
    users = simulate(usual)["clients"]["users"]
    margin = three_sigma(0.008, users["offered"])
    assert 1.0 - users["availability"] == pytest.approx(0.2**3, abs=margin)


def test_without_a_timeout_nobody_ever_hears() -> None:
    result = simulate(chain(lasting("omission", 0.5)))
    edge = result["links"]["web-db"]
    assert edge["in_flight"] == result["nodes"]["db"]["extra"]["omitted"]
    assert edge["failed"] == {}


def test_what_never_happens_is_not_listed() -> None:
    result = simulate(chain())
    for part in (*result["clients"].values(), *result["nodes"].values()):
        assert not {"wrong", "wrong_share", "omitted"} & set(part["extra"])
