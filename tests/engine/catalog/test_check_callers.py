"""Risks of callers: timeouts that are too short or in the wrong order, retries on top of retries, late autoscalers."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.model.design import Design
from tests.designs.running import measured, shipped
from tests.helpers.builders import client, constant, design, exponential, link, node
from tests.helpers.findings import found, one, settled

PLAIN = {"queue_limit": 100, "instances": 2}


def three(first: dict[str, Any], second: dict[str, Any], **web: Any) -> Design:
    """Users, a service, and a database; the two links between them."""
    nodes = [client(), node("web", "service", **PLAIN, **web), node("db", "sql_database")]
    return design(nodes, [link("users", "web", **first), link("web", "db", **second)])


def test_tries_that_nobody_waits_for() -> None:
    retry = {"attempts": 3, "backoff": {"base": 0.1, "jitter": "none"}}
    made = three({"timeout": 1.0}, {"timeout": 0.5, "retry": retry})
    finding = one(made, "timeout-retries")
    assert (finding.id, finding.field) == ("web-db", "config.timeout")
    assert finding.message.startswith(
        "The callers of Web give up after 1 s, before its 3 tries at Db are through (1.8 s)"
    )
    # .8 s for 3 tries and .1 + .2 s between them
    assert settled(made, finding).link_by_id["web-db"].config["timeout"] == 0.16


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"timeout": 2.0}, {"timeout": 0.5, "retry": {"attempts": 3}}),
        ({"timeout": 1.0}, {"timeout": 0.5}),
        ({}, {"timeout": 0.5, "retry": {"attempts": 9}}),
        (
            {"timeout": 1.0, "deadline_propagation": True},
            {"timeout": 0.5, "retry": {"attempts": 3}},
        ),
    ],
)
def test_tries_that_somebody_waits_for(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert found(three(first, second), "timeout-retries") == []


def test_tries_that_can_only_be_fewer() -> None:
    """Half a second between tries leaves no time for three of them."""
    retry = {"attempts": 3, "backoff": {"base": 0.5}}
    made = three({"timeout": 1.0}, {"timeout": 0.5, "retry": retry})
    after = settled(made, one(made, "timeout-retries"))
    assert after.link_by_id["web-db"].config["retry"] == {"attempts": 1}


def calls(patience: float, *orders: int, **web: Any) -> Design:
    """A service that makes calls of up to .4 s each."""
    names = [f"n{place}" for place in range(len(orders))]
    nodes = [client(), node("web", "service", **PLAIN, **web)]
    nodes += [node(name, "service", **PLAIN) for name in names]
    links = [link("users", "web", timeout=patience)]
    links += [
        link("web", name, timeout=0.4, order=order)
        for name, order in zip(names, orders, strict=True)
    ]
    return design(nodes, links)


def test_calls_one_after_the_other_that_take_longer_than_anybody_waits() -> None:
    made = calls(1.0, 0, 1, 2)
    finding = one(made, "timeout-sum")
    assert finding.id == "web"
    assert finding.message.startswith(
        "Web may wait 1.2 s for N0, N1 and N2, one after the other, but its own callers give up after 1 s"
    )
    after = settled(made, finding)
    assert [after.link_by_id[f"web-n{n}"].config["timeout"] for n in range(3)] == [0.26] * 3


def test_only_those_count_for_whom_a_call_is_made() -> None:
    """Browsers give up after a second, but only reports need the database."""
    classes = [{"name": "browse"}, {"name": "report"}]
    nodes = [client(mix={"browse": 1}), client("analysts", mix={"report": 1})]
    nodes += [node("web", "service", **PLAIN), node("db", "sql_database")]
    links = [link("users", "web", timeout=1), link("analysts", "web", timeout=10)]
    retry = {"attempts": 2, "backoff": {"base": 0.1}}
    for classed in ({"classes": ["report"]}, {}):
        last = link("web", "db", timeout=4, retry=retry, **classed)
        told = {each.code for each in check(design(nodes, [*links, last], classes=classes))}
        assert ("timeout-order" in told) is not bool(classed)
        assert "timeout-retries" not in told


def test_calls_that_are_over_in_time() -> None:
    assert found(calls(1.0, 0, 0, 0), "timeout-sum") == []
    assert found(calls(1.0, 0, 1), "timeout-sum") == []
    steps = [{"loop": 2, "do": [{"call": "web-n0"}]}]
    assert found(calls(1.0, 0, flow=steps), "timeout-sum") == []
    steps = [{"loop": 3, "do": [{"call": "web-n0"}]}]
    assert "wait 1.2 s" in one(calls(1.0, 0, flow=steps), "timeout-sum").message
    ways: Any = [{"call": "web-n0"}, {"sequence": [{"call": "web-n1"}] * 3}]
    made = calls(1.0, 0, 0, flow=[{"parallel": ways, "need": 1}])
    assert found(made, "timeout-sum") == []
    made = calls(1.0, 0, 0, flow=[{"parallel": ways, "need": 2}])
    assert "wait 1.2 s" in one(made, "timeout-sum").message


def busy(timeout: float, rate: float = 80.0, **more: Any) -> Design:
    """Users of an M/M/1 that serves 100 a second."""
    config = {"workers": 1, "instances": 1, "service_time": exponential(0.01)}
    nodes = [client("users", rate), node("web", "service", **config)]
    return design(nodes, [link("users", "web", timeout=timeout)], duration=600, warmup=60, **more)


def test_a_timeout_below_what_answers_take() -> None:
    """The 99th percentile of an M/M/1 is ln 100 / (μ - λ): 230 ms, 46.1 ms where nobody comes."""
    made = busy(0.2)
    finding = one(made, "timeout-short")
    assert finding.message.startswith(
        "Users gives up on Web after 200 ms, but in theory one answer in a hundred takes 230 ms or more"
    )
    assert settled(made, finding).link_by_id["users-web"].config["timeout"] == 0.35
    failed = measured(made)["clients"]["users"]["failed"]["timeout"]
    assert failed > 0.01 * 80 * 540
    assert found(busy(0.25), "timeout-short") == []
    assert measured(busy(0.25))["clients"]["users"]["failed"]["timeout"] < 0.01 * 80 * 540
    assert found(busy(0.06, rate=10.0), "timeout-short") == []


def test_a_timeout_that_the_own_callers_do_not_let_grow() -> None:
    nodes = [client("users", 80), node("web", "service", **PLAIN)]
    nodes.append(node("db", "service", workers=1, service_time=exponential(0.01)))
    links = [link("users", "web", timeout=0.2), link("web", "db", timeout=0.15)]
    finding = next(
        each for each in found(design(nodes, links), "timeout-short") if each.id == "web-db"
    )
    assert finding.fix is None


def layers(*attempts: int, **last: Any) -> Design:
    """A chain of services, each of which tries again."""
    names = ["users", "a", "b", "c"]
    nodes = [client(), *(node(name, "service", **PLAIN) for name in names[1:])]
    links = []
    for place, tries in enumerate(attempts):
        retry: dict[str, Any] = {"attempts": tries} if tries > 1 else {}
        if place == len(attempts) - 1:
            retry |= last
        fields: dict[str, Any] = {"retry": retry} if retry else {}
        links.append(link(names[place], names[place + 1], timeout=1, **fields))
    return design(nodes, links)


def test_retries_on_top_of_retries_without_a_budget() -> None:
    made = layers(3, 3, 3)
    wanted = found(made, "no-retry-budget")
    assert [each.id for each in wanted] == ["a-b", "b-c"]
    assert "requests come to B up to 9 times already" in wanted[1].message
    after = settled(made, wanted[1])
    assert after.link_by_id["b-c"].config["retry"]["budget"] == {"ratio": 0.2}
    assert max(len(found(each, "retry-layers")) for each in (made, after)) == 2
    messages = [each.message for each in found(after, "retry-layers")]
    assert any("up to 10.8 tries at C" in each for each in messages)


def test_retries_in_one_place_and_retries_with_a_budget() -> None:
    assert found(layers(1, 1, 3), "no-retry-budget") == []
    assert found(layers(3, 1, 1), "no-retry-budget") == []
    assert found(layers(1, 3, 2, budget={"ratio": 0.1}), "no-retry-budget") == []


def scaled(rate: Any, **autoscale: Any) -> Design:
    """Users of a service that scales itself; an instance serves 100 a second."""
    settings = {"target": 0.7, "max": 20} | autoscale
    config = {"workers": 1, "instances": 4, "service_time": constant(0.01), "queue_limit": 1000}
    config |= {"autoscale": settings, "start_up": {"time": constant(30)}}
    nodes = [client("users", rate), node("web", "service", **config)]
    return design(nodes, [link("users", "web", timeout=1)], duration=600)


SUDDEN = [[0, 200], [100, 200], [100, 800]]


def test_an_autoscaler_that_is_too_slow_for_the_ramp() -> None:
    """4 instances serve 400 of 800 a second; looks at 105 and 120 s bring 6 and 9, ready 30 s later."""
    made = scaled(SUDDEN)
    finding = one(made, "autoscaler-slow")
    assert (finding.id, finding.field) == ("web", "config.autoscale.min")
    assert "from 100 s on more comes in than its instances can serve" in finding.message
    after = settled(made, finding).node_by_id["web"].config
    assert (after["instances"], after["autoscale"]["min"]) == (12, 12)
    late = measured(made)["clients"]["users"]
    assert late["succeeded"] < 0.97 * late["offered"]


@pytest.mark.parametrize(
    ("rate", "autoscale"),
    [
        ([[0, 200], [100, 200], [400, 800]], {}),
        (SUDDEN, {"schedule": [[0, 4], [60, 12]]}),
        (800, {"min": 12}),
        ([[0, 200], [100, 200], [100, 380]], {}),
    ],
)
def test_an_autoscaler_that_is_there_in_time(rate: Any, autoscale: Any) -> None:
    assert found(scaled(rate, **autoscale), "autoscaler-slow") == []


def test_an_autoscaler_that_cannot_have_enough() -> None:
    made = scaled(800, max=5)
    assert "overload" in {each.code for each in check(made)}
    assert one(made, "overload").field == "config.autoscale.max"


def waiting(metric: str, *, hold: bool = True, work: float = 0.002) -> Design:
    """A service whose workers wait 50 ms for an answer, and work little themselves."""
    config = {"workers": 10, "instances": 2, "service_time": constant(work), "queue_limit": 100}
    config |= {"autoscale": {"metric": metric}, "hold_while_waiting": hold}
    nodes = [client("users", 100), node("web", "service", **config)]
    nodes.append(node("db", "service", workers=100, service_time=constant(0.05)))
    return design(nodes, [link("users", "web", timeout=1), link("web", "db", timeout=0.5)])


def test_an_autoscaler_that_does_not_see_that_all_workers_wait() -> None:
    made = waiting("utilization")
    finding = one(made, "autoscaler-blind")
    assert "all are taken at a utilization of 3.85 %, and it waits for 70 %" in finding.message
    settled(made, finding)
    for sees in (
        waiting("busy"),
        waiting("utilization", hold=False),
        waiting("utilization", work=0.2),
    ):
        assert found(sees, "autoscaler-blind") == []


def judged(patience: float | None = 1.0, attempts: int = 1, **objective: Any) -> Design:
    """Users with an objective."""
    fields: dict[str, Any] = {} if patience is None else {"timeout": patience}
    fields |= {"retry": {"attempts": attempts, "backoff": {"base": 0, "jitter": "none"}}}
    nodes = [client(), node("web", "service", **PLAIN)]
    return design(nodes, [link("users", "web", **fields)], objectives=[objective])


def test_a_latency_that_nobody_sees() -> None:
    made = judged(metric="users.latency.p99", below=2.0)
    finding = one(made, "objective-idle")
    assert finding.field == "objectives.0.below"
    assert "can never be missed: Users gives up after 1 s" in finding.message
    assert settled(made, finding).objectives[0].below == 0.5
    share = judged(metric="users.latency.above.1.5", below=0.01)
    assert one(share, "objective-idle").field == "objectives.0.metric"


@pytest.mark.parametrize(
    "made",
    [
        judged(metric="users.latency.p99", below=0.9),
        judged(attempts=3, metric="users.latency.p99", below=2.0),
        judged(None, metric="users.latency.p99", below=60.0),
        judged(metric="users.latency.p99", above=0.1),
        judged(metric="web.residence.p99", below=2.0),
        judged(metric="users.availability", above=0.99),
        judged(metric="users.goodput", above=10.0),
    ],
)
def test_objectives_that_can_be_missed(made: Design) -> None:
    assert found(made, "objective-idle") == []


@pytest.mark.parametrize(
    ("bound", "verdict", "share"),
    [
        ({"above": 99.9}, "can never be met", 0.999),
        ({"below": 99.9}, "can never be missed", 0.999),
        ({"above": -1.0}, "can never be missed", None),
        ({"below": -1.0}, "can never be met", None),
    ],
)
def test_percentages_in_place_of_shares(
    bound: dict[str, float], verdict: str, share: float | None
) -> None:
    made = judged(metric="users.availability", **bound)
    finding = one(made, "objective-idle")
    assert verdict in finding.message
    if share is None:
        assert finding.fix is None
    else:
        (field,) = bound
        assert getattr(settled(made, finding).objectives[0], field) == share


def test_what_the_shipped_designs_are_told() -> None:
    """Twenty queries of up to half a second each, for a page that is given up after two."""
    finding = one(shipped("one-query-too-many"), "timeout-sum")
    assert "Page may wait 10.5 s for Database" in finding.message
