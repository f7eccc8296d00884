"""Planted failures that no caller hears of at once, and what comes to stores and small memories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers.builders import client, design, exponential, link, node
from tests.helpers.chains import chain_of

if TYPE_CHECKING:
    from engine.model.design import Design

AT = 40.0
Raw = dict[str, Any]


def event(target: str, change: str, duration: float | None = 20.0, **fields: Any) -> Raw:
    made = {"at": AT, "target": target, "change": change, **fields}
    return made if duration is None else made | {"duration": duration}


def orders(events: list[Raw], **config: Raw) -> Design:
    """Orders that are taken at once and worked on later, with a store behind the workers."""
    works = {"instances": 2, "workers": 4, "service_time": exponential(0.05)}
    nodes = [
        client("users", 80.0),
        node("api", "service", workers=16, service_time=exponential(0.005)),
        node("line", "queue", **config.get("line", {})),
        node("packers", "worker", **works | config.get("packers", {})),
        node("shelf", "service", workers=20, service_time=exponential(0.01)),
    ]
    links = [
        link("users", "api", timeout=1.0),
        link("api", "line", timeout=0.5),
        link("line", "packers"),
        link("packers", "shelf", timeout=2.0),
    ]
    return design(nodes, links, events=events, duration=90.0, warmup=5.0, seed=2)


def feed(events: list[Raw]) -> Design:
    """Readings in a topic that two groups read."""
    nodes = [
        client("sensors", 100.0),
        node("log", "topic", partitions=4, session_timeout=8.0),
        node("index", "worker", instances=2, service_time=exponential(0.01)),
        node("bill", "worker", instances=2, service_time=exponential(0.01)),
    ]
    links = [
        link("sensors", "log"),
        link("log", "index", group="a"),
        link("log", "bill", group="b"),
    ]
    classes = [{"name": "reading", "operation": "write"}]
    return design(nodes, links, classes=classes, events=events, duration=90.0, warmup=5.0, seed=2)


def cart(events: list[Raw]) -> Design:
    """A service before a cluster whose partitions take so much each."""
    nodes = [
        client("users", 100.0),
        node("app", "service", workers=32),
        node("kv", "key_value_cluster", partition_rate=40.0),
    ]
    links = [link("users", "app", timeout=1.0), link("app", "kv")]
    return design(nodes, links, events=events, duration=90.0, warmup=5.0, seed=2)


def small(events: list[Raw]) -> Design:
    """A service whose memory is enough for what usually comes."""
    memory = {"limit": 2e8, "base": 5e7, "per_request": 1e7}
    tight = {"instances": 2, "workers": 50, "service_time": exponential(0.05), "memory": memory}
    nodes = [client("users", 50.0), node("app", "service", **tight)]
    links = [link("users", "app", timeout=1.0)]
    return design(nodes, links, events=events, duration=90.0, warmup=5.0, seed=2)


PLANTED: dict[str, tuple[Design, str, str]] = {
    "workers die": (orders([event("packers", "kill")]), "packers", "Line: up to"),
    "workers are slow": (orders([event("packers", "slow", factor=10.0)]), "packers", "Line: up to"),
    "workers are slow, and the queue is full": (
        orders([event("packers", "slow", factor=10.0)], line={"capacity": 300}),
        "packers",
        "Line turns requests away",
    ),
    "what workers call freezes": (orders([event("shelf", "freeze")]), "shelf", "Line: up to"),
    "messages are poison": (
        orders([event("line", "set", path="poison", value=0.2)]),
        "line",
        "of the messages end as dead letters",
    ),
    "a group dies": (feed([event("index", "kill")]), "index", "Log: up to"),
    "a group is slow": (feed([event("bill", "slow", factor=20.0)]), "bill", "Log: up to"),
    "everybody wants one key": (
        cart([event("users", "hot_key", key=7, probability=0.9)]),
        "users",
        "Kv turns requests away",
    ),
    "more than the memory is for": (
        small([event("users", "traffic", factor=6.0)]),
        "users",
        "is out of memory",
    ),
}


@pytest.mark.parametrize("name", list(PLANTED))
def test_the_chain_begins_with_what_was_planted(name: str) -> None:
    made, wanted, words = PLANTED[name]
    facts = chain_of(made)
    told = [(fact.time, fact.item, fact.what) for fact in facts]
    assert facts, name
    assert (facts[0].item, facts[0].time) == (wanted, pytest.approx(AT)), told
    assert {fact.item for fact in facts if fact.first} == {wanted}, told
    assert any(words in fact.what for fact in facts), told
    assert not any(fact.inferred for fact in facts)


def test_workers_that_are_too_few_are_named() -> None:
    """Three that need 60 ms a message, with what they call: nothing happened, so that it is inferred."""
    few = {"instances": 1, "workers": 3, "service_time": exponential(0.05)}
    facts = chain_of(orders([], packers=few))
    first = next(fact for fact in facts if fact.first)
    assert first.inferred
    assert first.item == "packers"
    assert first.value == pytest.approx(50.0)


def test_a_node_that_is_asked_about_says_how_slow_it_is() -> None:
    facts = chain_of(orders([event("shelf", "slow", factor=40.0)]), item="packers")
    assert facts[0].item == "shelf"
    (slow,) = [fact for fact in facts if "Packers: answers take" in fact.what]
    assert slow.value is not None
    assert slow.value > 0.3


@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_a_queue_that_takes_a_burst_has_no_chain(factor: float) -> None:
    assert chain_of(orders([event("users", "traffic", 6.0, factor=factor)])) == ()


def test_a_little_more_for_long_is_named_and_chance_is_not() -> None:
    """70 and then 95 of 100 that can be served; and long tails, where a queue comes and goes by itself."""
    rises = [[0.0, 70.0], [60.0, 70.0], [61.0, 97.0], [180.0, 97.0]]
    nodes = [
        node("users", "client", arrivals={"process": "poisson", "rate": rises}),
        node("web", "service", workers=1, service_time=exponential(0.01)),
    ]
    made = design(nodes, [link("users", "web")], duration=180.0, warmup=5.0, seed=1)
    facts = chain_of(made)
    assert facts
    assert facts[0].item == "users"
    assert facts[0].first
    assert facts[0].time > 60.0
    for seed in (1, 2, 3):
        nodes = [
            client("users", 50.0),
            node(
                "web",
                "service",
                workers=1,
                service_time={"law": "lognormal", "mean": 0.01, "cv2": 9.0},
            ),
        ]
        assert (
            chain_of(design(nodes, [link("users", "web")], duration=180.0, warmup=5.0, seed=seed))
            == ()
        )


def test_messages_that_nobody_reads_in_time_are_told() -> None:
    made = feed([event("bill", "slow", 40.0, factor=10.0)])
    raw = made.model_dump(mode="json", exclude_unset=True, by_alias=True)
    raw["nodes"][1]["config"]["retention"] = 2.0
    facts = chain_of(type(made).model_validate(raw))
    assert facts[0].item == "bill"
    assert any("are deleted before all have read them" in fact.what for fact in facts)
