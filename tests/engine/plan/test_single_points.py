"""The single points of failure are exactly the nodes whose death ends all goodput: each is killed, and it is looked."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from engine.catalog import check, lower
from engine.model.design import Design
from engine.model.edits import SetField
from engine.plan.demand import demand_of
from engine.plan.single_points import single_points
from tests.helpers.builders import client, constant, design, link, node
from tests.helpers.random_shapes import DURATION, SHORT, Shaper, answered, answered_each

QUICK = constant(0.001)
CODES = {"single-point", "single-point-group"}


Losses = dict[str | None, tuple[str, ...]]
"""Nodes, and the clients of which no request is answered once they have died; nobody stands for all."""


def losses(made: Design) -> Losses:
    """What is seen when each node is killed, alone."""
    before = {name for name, count in answered_each(made, None).items() if count}
    assert before
    found: Losses = {}
    for each in made.nodes:
        if each.kind == "client":
            continue
        after = answered_each(made, each.id)
        lost = tuple(name for name, count in after.items() if name in before and not count)
        if lost:
            found[each.id] = () if len(lost) == len(before) else lost
    return found


def killed(made: Design) -> set[str | None]:
    """The nodes whose death, each alone, ends all goodput of a design that has some."""
    return {name for name, clients in losses(made).items() if not clients}


def told_losses(made: Design) -> Losses:
    """What the checks say."""
    plan = lower(made)
    points = single_points(plan, demand_of(plan).order)
    told_of = {each.id for each in check(made) if each.code in CODES}
    assert told_of == {*points.of_all, *points.of_some}
    return {**dict.fromkeys(points.of_all, ()), **points.of_some}


def told(made: Design) -> set[str | None]:
    """The nodes of which the checks say that nothing is answered without them."""
    return {name for name, clients in told_losses(made).items() if not clients}


@pytest.mark.parametrize("seed", [3, 6, 9, 14, 20, 21, 32, 34, 52, 55, 77, 101, 130, 144, 170, 201])
def test_random_designs_are_told_what_killing_each_of_their_nodes_shows(seed: int) -> None:
    made = Shaper(seed).design()
    assert [each.message for each in check(made) if each.level == "error"] == []
    if answered(made, None) == 0:
        assert told_losses(made) == {}
    else:
        assert told_losses(made) == losses(made)


def made_of(nodes: list[Any], links: list[Any], **more: Any) -> Design:
    """A design that lasts as long as the random ones."""
    return design([client(), *nodes], links, duration=DURATION, warmup=1, **more)


def web(**config: Any) -> Any:
    return node("web", "service", service_time=QUICK, workers=40, **config)


def services(*names: str) -> list[Any]:
    return [node(name, "service", service_time=QUICK, workers=40) for name in names]


KEYED = [{"name": "get", "keys": {"law": "uniform", "count": 500}}]
STEPS = [{"call": "web-a"}, {"choice": [{"when": "failed", "do": [{"call": "web-b"}]}]}]
CACHED: Any = {
    "forever": {"capacity": None},
    "for a while": {"capacity": None, "ttl": SHORT},
    "warm": {"capacity": None, "prewarm": True},
    "nothing": {"capacity_bytes": 5.0, "entry_bytes": 10.0},
}


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("forever", {"cache"}),
        ("warm", {"cache"}),
        ("for a while", {"cache", "db"}),
        ("nothing", {"cache", "db"}),
    ],
)
@pytest.mark.parametrize("aside", [True, False])
def test_what_a_cache_has_counts_where_it_lasts(
    kept: str, expected: set[str], *, aside: bool
) -> None:
    nodes = [web(), node("cache", "cache", **CACHED[kept]), *services("db")]
    links = [link("users", "web"), link("web", "cache")]
    links.append(link("web", "db", order=1, when="miss") if aside else link("cache", "db"))
    made = made_of(nodes, links, classes=KEYED)
    assert told(made) == killed(made) == {"web", *expected}


def test_a_look_aside_that_is_filled_by_another_node() -> None:
    """Two caches: what is fetched for the one fills not the other."""
    short = {"capacity": None, "ttl": SHORT}
    nodes = [web(), node("one", "cache", **short), node("two", "cache", **short)]
    nodes += services("a", "b")
    links = [link("users", "web"), link("web", "one"), link("web", "two", order=2)]
    links += [link("web", "a", order=1, when="miss"), link("web", "b", order=3, when="miss")]
    made = made_of(nodes, links, classes=KEYED)
    assert told(made) == killed(made) == {"web", "one", "two", "a", "b"}


@pytest.mark.parametrize(
    ("capacity", "consumers", "expected"),
    [(None, 1, set()), (10, 1, {"w0"}), (10, 2, set()), (1_000_000, 1, set())],
)
def test_a_queue_that_gets_full_fails_with_its_workers(
    capacity: int | None, consumers: int, expected: set[str]
) -> None:
    names = [f"w{place}" for place in range(consumers)]
    nodes = [node("inbox", "queue", capacity=capacity)]
    nodes += [node(name, "worker", service_time=QUICK) for name in names]
    links = [link("users", "inbox"), *(link("inbox", name) for name in names)]
    made = made_of(nodes, links)
    assert told(made) == killed(made) == {"inbox", *expected}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, {"a"}),
        ({"fallback": {"kind": "static"}}, set()),
        ({"fallback": {"kind": "stale"}}, set()),
        ({"fallback": {"kind": "stale", "max_age": SHORT}}, {"a"}),
        ({"fallback": {"kind": "link", "link": "web-b"}}, set()),
        ({"breaker": {"window": 5, "minimum": 5, "open": 0.5}, "retry": {"attempts": 3}}, {"a"}),
        ({"probability": 0.5}, set()),
        ({"mode": "send"}, set()),
    ],
)
def test_calls_that_need_not_be_answered(config: Any, expected: set[str]) -> None:
    more = [link("web", "b", order=1, mode="send")]
    made = made_of(
        [web(), *services("a", "b")],
        [link("users", "web"), link("web", "a", **config), *more],
        classes=KEYED,
    )
    assert told(made) == killed(made) == {"web", *expected}


def test_an_old_answer_that_was_never_asked_for_before() -> None:
    """Web only calls A when B has failed, so there is no old answer of A by then."""
    stale = {"fallback": {"kind": "stale"}}
    links = [link("users", "web"), link("web", "b")]
    links += [link("web", "a", order=1, when="failed", **stale), link("a", "b")]
    made = made_of([web(), *services("a", "b")], links, classes=KEYED)
    assert told(made) == killed(made) == {"web", "b"}


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        (STEPS, set()),
        ([*STEPS, {"call": "web-b"}], {"b"}),
        ([{"parallel": [{"call": "web-a"}, {"call": "web-b"}], "need": 1}], set()),
        ([{"parallel": [{"call": "web-a"}, {"call": "web-b"}], "need": 2}], {"a", "b"}),
        ([{"async": [{"call": "web-a"}]}], set()),
        ([{"choice": [{"probability": 0.4, "do": [{"call": "web-a"}]}]}], set()),
        ([{"loop": 3, "do": [{"call": "web-a"}]}], {"a"}),
    ],
)
def test_steps_that_need_not_succeed(flow: Any, expected: set[str]) -> None:
    links = [link("users", "web"), link("web", "a"), link("web", "b")]
    made = made_of([web(flow=flow), *services("a", "b")], links)
    assert told(made) == killed(made) == {"web", *expected}


@pytest.mark.parametrize(
    ("picker", "weight", "expected"),
    [("round_robin", 1.0, set()), ("weighted", 1.0, set()), ("weighted", 0.0, {"a"})],
)
def test_targets_of_a_balancer(picker: str, weight: float, expected: set[str]) -> None:
    nodes = [node("lb", "load_balancer", picker=picker), *services("a", "b")]
    links = [link("users", "lb"), link("lb", "a"), link("lb", "b", weight=weight)]
    made = made_of(nodes, links)
    assert told(made) == killed(made) == {"lb", *expected}


def test_classes_of_which_nobody_gets_an_answer_do_not_count() -> None:
    """Writes have nowhere to go, so that reads are all that can be answered."""
    classes = [{"name": "read"}, {"name": "write", "operation": "write"}]
    nodes = [node("lb", "load_balancer"), *services("a")]
    links = [link("users", "lb"), link("lb", "a", classes=["read"])]
    made = made_of(nodes, links, classes=classes)
    assert told(made) == killed(made) == {"lb", "a"}


def test_users_who_sometimes_ask_nobody_are_not_answered_then() -> None:
    made = made_of(services("a"), [link("users", "a", probability=0.5)])
    assert told(made) == killed(made) == {"a"}


def test_nodes_that_call_each_other() -> None:
    classes = [{"name": "there"}, {"name": "back"}]
    links = [link("users", "a", classes=["there"]), link("a", "b", classes=["there"], kind="back")]
    links.append(link("b", "a", probability=0.5, classes=["back"]))
    nodes = services("a", "b")
    made = made_of(nodes, links, classes=classes)
    assert told(made) == killed(made) == {"a", "b"}


def test_a_long_chain_is_a_chain_of_single_points() -> None:
    names = [f"n{place}" for place in range(300)]
    links = [link("users", "n0")]
    links += [link(one, other) for one, other in itertools.pairwise(names)]
    plan = lower(made_of(services(*names), links))
    demand = demand_of(plan)
    assert demand is not None
    assert single_points(plan, demand.order).of_all == set(names)


def test_what_only_some_clients_need_is_told_with_their_names() -> None:
    nodes = [client("app"), client("jobs"), *services("shop", "batch")]
    links = [
        link("app", "shop"),
        link("jobs", "batch"),
        link("jobs", "shop", when="failed", order=1),
    ]
    made = design(nodes, links, duration=DURATION, warmup=1)
    assert told_losses(made) == losses(made) == {"shop": ("app",)}
    [finding] = [each for each in check(made) if each.code in CODES]
    assert finding.message == "One instance of Shop: when it dies, no request of App is answered"
    [of_many] = [each for each in check(many_of(made)) if each.code in CODES]
    assert of_many.message.startswith("Every answer to App needs Shop")


def many_of(made: Design) -> Design:
    """The same with a few instances of everything."""
    for name in ("shop", "batch"):
        made = SetField(name, ("config", "instances"), 3).apply(made).design
    return made
