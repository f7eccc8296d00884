"""What a flow does after a failed call: which step goes on, what is left out, what becomes of the request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.catalog import check, lower
from engine.model.flow_text import flow_of_links
from engine.plan.primitives import FlowPlan, Way
from engine.plan.theory import predict
from engine.sim.report import Result
from tests.helpers import plans
from tests.helpers.builders import client as drawn_client
from tests.helpers.builders import constant, design, run
from tests.helpers.builders import link as drawn_link
from tests.helpers.builders import node as drawn_node
from tests.helpers.flows import background, call, choice, loop, parallel, work
from tests.helpers.plans import client, event, link, plan, retry, simulate, station

A, B, C = call("web-a"), call("web-b"), call("web-c")


def saved(*parts: Any, **fields: Any) -> Way:
    return Way(parts, when="failed", **fields)


def answer(flow: FlowPlan, broken: str, **policy: Any) -> Result:
    """One request; some of a, b and c always fail, after .1, .2 and .4 s."""
    nodes = [client(process="trace", times=(1.0,)), station("web", flow=flow, hold=True)]
    nodes += [
        station(name, law, workers=None) for name, law in zip("abc", (0.1, 0.2, 0.4), strict=True)
    ]
    links = [link("users", "web"), *(link("web", name, **policy) for name in "abc")]
    errors = event(0.0, 1e9, "error", nodes=tuple(broken), probability=1.0)
    return simulate(plan(nodes, links, events=(errors,) if broken else (), duration=50.0))


@pytest.mark.parametrize(
    ("flow", "broken", "takes"),
    [
        ((A, choice(saved(B))), "", 0.1),
        ((A, choice(saved(B))), "a", 0.3),
        ((A, choice(saved(B))), "ab", None),
        ((A, choice(saved())), "a", 0.1),
        ((A, choice(saved(B)), choice(saved(C))), "ab", 0.7),
        ((A, choice(saved(B)), choice(saved(C))), "b", 0.1),
        ((A, B, choice(saved(C))), "a", 0.5),
        ((A, choice(saved(B)), C), "a", 0.7),
        ((A, choice(saved(B)), C), "ac", None),
        ((A, choice(Way((C,)), saved(B))), "a", 0.3),
        ((A, choice(Way((C,)), saved(B))), "", 0.5),
        ((A, choice(saved(B), Way((C,), when="hit"))), "", 0.5),
        ((loop(3, A, B), choice(saved(C))), "b", 0.7),
        ((loop(2, A, choice(saved(work(0.05)))), B), "a", 0.5),
        ((choice(Way((A,))), choice(saved(B))), "a", 0.3),
        ((parallel(B, C, need=2), choice(saved(A))), "b", 0.3),
        ((parallel(A, C, need=1), choice(saved(B))), "a", 0.4),
        ((parallel(A, (B, choice(saved(work(0.05))))), C), "b", 0.65),
        ((A, choice(saved(C, share=0.0), saved(B))), "a", 0.3),
        ((A, choice(saved(C, classes=(False,)))), "a", None),
        ((background(A, choice(saved(B))), C), "a", 0.4),
    ],
)
def test_a_flow_goes_on_with_the_next_step_that_is_for_failures(
    flow: FlowPlan, broken: str, takes: float | None
) -> None:
    users = answer(flow, broken)["clients"]["users"]
    if takes is None:
        assert users["failed"] == {"error": 1}
    else:
        assert users["succeeded"] == 1
        assert users["latency"]["max"] == pytest.approx(takes)


def test_what_nobody_waits_for_is_saved_as_well() -> None:
    result = answer((background(A, choice(saved(B))), C), "a")
    assert result["links"]["web-b"]["attempts"] == 1


def test_retries_come_first_and_the_last_reason_is_kept() -> None:
    policy = {"retry": retry(3, base=0.01), "timeout": 0.15}
    result = answer((A, choice(saved(B))), "a", **policy)
    assert result["links"]["web-a"]["attempts"] == 3
    assert result["links"]["web-b"]["failed"] == {"timeout": 3}
    assert result["clients"]["users"]["failed"] == {"timeout": 1}


def test_the_losers_of_a_failed_step_are_called_off() -> None:
    flow = (parallel((B, B), (A, A), need=2), choice(saved(C)))
    result = answer(flow, "a")
    assert result["links"]["web-b"]["attempts"] == 1, "the other branch begins nothing new"
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(0.5)


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("discipline", ["fifo", "ps"])
def test_nothing_is_lost_on_the_way_around_failures(explicit: bool, discipline: str) -> None:
    flow = (work(0.01), parallel(A, B), choice(saved(C, work(0.01))))
    web = station("web", 0.01, flow=flow if explicit else None, workers=3, discipline=discipline)
    nodes = [client(rate=20.0), web, *(station(name, plans.exponential(0.04)) for name in "abc")]
    links = [link("users", "web"), link("web", "a", timeout=0.1), link("web", "b", timeout=0.1)]
    links += [link("web", "c", order=1, on_failure=True, timeout=0.3)]
    kills = (event(5.0, 5.0, "kill", nodes=("a",)), event(8.0, 4.0, "kill", nodes=("c",)))
    result = simulate(plan(nodes, links, events=kills, duration=20.0))
    failed = result["clients"]["users"]["failed"]
    assert result["links"]["web-c"]["succeeded"] > 50
    assert failed.get("unavailable", 0) > 20, "a and c are both away for two seconds"


def look_aside(events: list[Any], **db: Any) -> Result:
    """Reads of a few keys through a cache beside the database."""
    nodes = [
        drawn_client("users", 50.0),
        drawn_node("web", "service", workers=50, service_time=constant(0.001)),
        drawn_node("cache", "cache"),
        drawn_node("db", "sql_database", connections=50, read_time=constant(0.002)),
    ]
    links = [
        drawn_link("users", "web"),
        drawn_link("web", "cache"),
        drawn_link("web", "db", order=1, **db),
    ]
    classes = [{"name": "read", "keys": {"law": "zipf", "count": 100, "alpha": 0.8}}]
    made = design(nodes, links, classes=classes, duration=60.0, warmup=0.0, events=events)
    return run(made)


@pytest.mark.parametrize(("when", "stops"), [("miss", True), ("miss_or_failed", False)])
def test_a_dead_cache_is_a_miss_where_the_link_says_so(when: str, stops: bool) -> None:
    dead = [{"at": 20.0, "duration": 20.0, "target": "cache", "change": "kill"}]
    result = look_aside(dead, when=when)
    users, db = result["clients"]["users"], result["links"]["web-db"]["attempts"]
    if stops:
        assert sum(users["failed"].values()) == pytest.approx(1000, rel=0.1)
    else:
        assert users["failed"] == {}
        assert db == pytest.approx(1200, rel=0.1), (
            "all reads of 20 s, and twice the first of each key"
        )


def test_without_failures_a_link_for_failures_is_not_used() -> None:
    result = look_aside([], when="failed")
    assert result["links"]["web-db"]["attempts"] == 0
    assert result["clients"]["users"]["failed"] == {}


def test_the_answer_after_a_failure_makes_up_for_an_earlier_miss() -> None:
    saving = choice(saved(call("web-other")))
    flow = (call("web-cache"), choice(Way((call("web-db"), saving), when="miss")))
    nodes = [client(process="trace", times=(1.0, 2.0, 3.0)), station("web", flow=flow)]
    nodes += [plans.cache("cache", None), station("db", 0.1), station("other", 0.1)]
    links = [link("users", "web"), *(link("web", name) for name in ("cache", "db", "other"))]
    keys = plans.request_class(keys=plans.KeyPlan(count=1, alpha=0.0))
    dead = event(0.0, 1e9, "kill", nodes=("db",))
    result = simulate(plan(nodes, links, classes=(keys,), events=(dead,), duration=5.0))
    assert result["clients"]["users"]["succeeded"] == 3
    assert result["links"]["web-other"]["attempts"] == 1
    assert result["nodes"]["cache"]["extra"]["hits"] == 2


GROUPS: list[tuple[dict[str, dict[str, Any]], str]] = [
    ({"a": {}, "b": {"order": 1, "when": "failed"}}, "a"),
    ({"a": {}, "b": {"order": 1, "when": "failed"}}, "ab"),
    ({"a": {}, "b": {"order": 1}, "c": {"order": 2, "when": "failed"}}, "a"),
    ({"a": {}, "b": {"order": 1}, "c": {"order": 1, "when": "failed"}}, "a"),
    ({"a": {}, "b": {"order": 1}, "c": {"order": 1, "when": "failed"}}, ""),
    ({"a": {}, "b": {"order": 1, "when": "failed"}, "c": {"order": 1, "when": "failed"}}, "a"),
    ({"a": {}, "b": {"order": 1, "when": "miss_or_failed"}, "c": {"order": 2}}, "a"),
    ({"a": {}, "b": {}, "c": {"order": 1, "when": "failed", "classes": ["write"]}}, "a"),
    ({"a": {"times": 2}, "b": {"order": 1, "when": "failed", "times": 2}, "c": {"order": 2}}, "a"),
    ({"a": {}, "b": {"order": 1, "when": "failed", "mode": "send"}, "c": {"order": 2}}, "a"),
]
CLASSES = [{"name": "read"}, {"name": "write", "operation": "write"}]


def shop(links: dict[str, dict[str, Any]], broken: str, **web: Any) -> Any:
    nodes = [drawn_client("users", 5.0), drawn_node("web", "service", workers=50, **web)]
    nodes += [drawn_node(name, "service", service_time=constant(0.01)) for name in links]
    made = [drawn_link("web", name, **config) for name, config in links.items()]
    errors = [
        {"at": 0.0, "duration": None, "target": name, "change": "error", "probability": 1.0}
        for name in broken
    ]
    return design(
        nodes,
        [drawn_link("users", "web"), *made],
        classes=CLASSES,
        duration=40.0,
        warmup=0.0,
        events=errors,
    )


@pytest.mark.parametrize(("links", "broken"), GROUPS)
def test_links_for_failures_do_what_they_are_written_out_as(
    links: dict[str, dict[str, Any]], broken: str
) -> None:
    told = shop(links, broken)
    flow = flow_of_links(told, "web")
    plain = {name: {} for name in links}
    written = shop(plain, broken, flow=flow)
    assert not [each for each in check(written) if each.level == "error"], json.dumps(flow)
    one, other = run(told), run(written)
    for name in links:
        assert one["links"][f"web-{name}"]["attempts"] == other["links"][f"web-{name}"]["attempts"]
    assert one["clients"]["users"]["failed"] == other["clients"]["users"]["failed"]
    assert one["clients"]["users"]["offered"] > 150


def test_a_class_that_no_link_saves_fails_at_once() -> None:
    made = {"a": {}, "b": {"order": 1, "when": "failed", "classes": ["write"]}}
    result = run(shop(made, "a"))
    users = result["clients"]["users"]
    assert result["links"]["web-b"]["attempts"] == users["succeeded"]
    assert users["failed"]["error"] == pytest.approx(users["offered"] / 2, rel=0.25)


def codes(made: Any) -> set[str]:
    return {each.code for each in check(made)}


def test_waiting_for_a_failure_that_cannot_come_is_said() -> None:
    assert "no-call-before" in codes(shop({"a": {"when": "failed"}}, ""))
    assert "no-call-before" not in codes(shop({"a": {}, "b": {"order": 1, "when": "failed"}}, ""))
    rescue = {"choice": [{"when": "failed", "do": [{"call": "web-b"}]}]}
    links: dict[str, dict[str, Any]] = {"a": {}, "b": {}}
    for flow, warned in [
        ([rescue, {"call": "web-a"}], True),
        ([{"call": "web-a"}, rescue], False),
        ([{"call": "web-a"}, {"sequence": [rescue]}], False),
        ([{"call": "web-a"}, {"loop": 2, "do": [rescue]}], True),
        ([{"async": [{"call": "web-a"}]}, rescue], True),
        ([{"parallel": [{"call": "web-a"}, rescue]}], True),
    ]:
        assert ("no-call-before" in codes(shop(links, "", flow=flow))) is warned, flow


def test_a_cache_that_is_a_miss_when_dead_is_no_single_point() -> None:
    def singles(links: dict[str, dict[str, Any]], **web: Any) -> set[str | None]:
        return {each.id for each in check(shop(links, "", **web)) if each.code == "single-point"}

    assert singles({"a": {}, "b": {"order": 1}}) == {"web", "a", "b"}
    assert singles({"a": {}, "b": {"order": 1, "when": "failed"}}) == {"web"}
    assert singles({"a": {}, "b": {"order": 1, "when": "failed"}, "c": {"order": 2}}) == {
        "web",
        "c",
    }
    flow = [
        {"call": "web-a"},
        {"call": "web-b"},
        {"choice": [{"when": "failed", "do": [{"call": "web-b"}]}]},
    ]
    assert singles({"a": {}, "b": {}}, flow=flow) == {"web", "b"}


def test_theory_gives_no_numbers_where_calls_fail_and_something_else_is_done() -> None:
    nodes = [
        drawn_client("users", 90.0),
        drawn_node("web", "service", workers=50, service_time=constant(0.001)),
        drawn_node("a", "service", workers=1, queue_limit=2, service_time=constant(0.01)),
        drawn_node("b", "service", service_time=constant(0.01)),
    ]
    for when, known in [("always", True), ("failed", False)]:
        links = [drawn_link("users", "web"), drawn_link("web", "a")]
        links += [drawn_link("web", "b", order=1, when=when)]
        theory = predict(lower(design(nodes, links)))
        assert (theory.clients["users"].goodput is not None) is known
        assert (theory.nodes["b"].utilization is not None) is known
    calm = [
        drawn_link("users", "web"),
        drawn_link("web", "b"),
        drawn_link("web", "a", order=1, when="failed"),
    ]
    theory = predict(lower(design(nodes, calm)))
    assert theory.clients["users"].goodput == pytest.approx(90.0)
    assert theory.nodes["a"].rate == 0.0
