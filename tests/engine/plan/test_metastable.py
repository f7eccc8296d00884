"""Where a trigger may keep a design down, predicted from its plan: HotOS 2021 and what breaks the loop."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.catalog import lower
from engine.plan.metastable import Band, bands_of
from tests.helpers.builders import client, design, exponential, link, node

RETRY = {"attempts": 2, "backoff": {"base": 0, "jitter": "none"}}


def storm(
    rate: float = 280.0, web: dict[str, Any] | None = None, call: dict[str, Any] | None = None
) -> Band:
    """The canonical storm: 300 requests a second can be served, callers wait 1 s and try twice."""
    config = {"workers": 3, "service_time": exponential(0.01)} | (web or {})
    rules = {"timeout": 1.0, "retry": RETRY} | (call or {})
    nodes = [client("users", rate), node("web", "service", **config)]
    (band,) = bands_of(lower(design(nodes, [link("users", "web", **rules)])))
    return band


def test_the_band_begins_where_all_tries_are_more_than_can_be_served() -> None:
    """λ(1 + r) > cμ: 150 of 300 rps with one retry."""
    band = storm()
    assert (band.node, band.offered, band.capacity, band.tries) == ("web", 280.0, 300.0, 2.0)
    assert band.low * 280.0 == pytest.approx(150.0)
    assert band.high * 280.0 == pytest.approx(300.0)
    assert [band.state(load / 280.0) for load in (145.0, 155.0, 299.0, 301.0)] == [
        "stable", "vulnerable", "vulnerable", "overloaded",
    ]  # fmt: skip


@pytest.mark.parametrize(("workers", "mean", "attempts"), [(1, 0.05, 3), (8, 0.02, 4), (5, 0.1, 2)])
def test_the_threshold_at_other_numbers(workers: int, mean: float, attempts: int) -> None:
    capacity = workers / mean
    web = {"workers": workers, "service_time": exponential(mean)}
    band = storm(0.8 * capacity, web, {"retry": RETRY | {"attempts": attempts}})
    assert band.low * band.offered == pytest.approx(capacity / attempts)


def test_retries_of_all_layers_multiply() -> None:
    nodes = [client("users", 10.0), node("web", "service"), node("db", "service", service_time=exponential(0.01))]  # fmt: skip
    rules = {"timeout": 1.0, "retry": RETRY | {"attempts": 3}}
    plan = lower(design(nodes, [link("users", "web", **rules), link("web", "db", **rules)]))
    tries = {band.node: band.tries for band in bands_of(plan)}
    assert tries["db"] == 9.0


def test_tries_of_two_ways_count_as_much_as_they_bring() -> None:
    nodes = [
        client("users", 30.0),
        client("bots", 10.0),
        node("web", "service", workers=1, service_time=exponential(0.01)),
    ]
    links = [link("users", "web", timeout=1.0, retry=RETRY), link("bots", "web", timeout=1.0)]
    (band,) = bands_of(lower(design(nodes, links)))
    assert band.tries == pytest.approx((30 * 2 + 10) / 40)


def test_a_budget_bounds_what_is_tried() -> None:
    band = storm(call={"retry": RETRY | {"attempts": 4, "budget": {"ratio": 0.1}}})
    assert band.tries == pytest.approx(1.1)


@pytest.mark.parametrize(
    ("places", "guarded", "close"), [(285, True, True), (300, True, True), (325, False, True), (360, False, False), (100, True, False)]
)  # fmt: skip
def test_a_queue_that_is_served_in_time_guards(places: int, guarded: bool, close: bool) -> None:
    """K ≤ cμ · timeout; near to it chance decides."""
    band = storm(web={"queue_limit": places})
    assert (bool(band.guard), band.is_close) == (guarded, close)
    assert math.isinf(band.low) == guarded


@pytest.mark.parametrize(
    ("web", "call", "guard"),
    [
        ({}, {"retry": {"attempts": 1}}, "nothing multiplies"),
        ({}, {"timeout": None}, "no caller gives up"),
        ({"discipline": "lifo"}, {}, "newest are served first"),
        ({"admission": {"rate_limit": {"rate": 250}}}, {}, "rate limit"),
        ({"admission": {"concurrency": {"limit": 200}}}, {}, "full queue is served"),
        ({}, {"breaker": {}}, "breakers"),
        ({}, {"throttle": {}}, "throttle themselves"),
        ({}, {"bulkhead": {"concurrent": 250}}, "bulkheads"),
    ],
)
def test_what_guards_is_named(web: dict[str, Any], call: dict[str, Any], guard: str) -> None:
    assert guard in storm(web=web, call=call).guard


@pytest.mark.parametrize(
    ("web", "call"),
    [
        ({"admission": {"rate_limit": {"rate": 400}}}, {}),
        ({"admission": {"concurrency": {"limit": 400}}}, {}),
        ({}, {"bulkhead": {"concurrent": 350}}),
        ({}, {"retry": {"attempts": 2, "backoff": {"base": 1, "jitter": "full"}}}),
        ({"discipline": "ps"}, {}),
    ],
)
def test_what_does_not_guard_is_not_taken_for_it(web: dict[str, Any], call: dict[str, Any]) -> None:
    assert storm(web=web, call=call).guard == ""


def test_an_empty_cache_multiplies_as_retries_do() -> None:
    """1000 rps, Zipf .8 × 10⁴, TTL 60 s: hit .876, the database needs 124 of 200 rps."""
    nodes = [
        client("users", 1000.0),
        node("cache", "cache", capacity=10_000, ttl=60),
        node("db", "sql_database", connections=4, read_time=exponential(0.02)),
    ]
    links = [link("users", "cache", timeout=1.0), link("cache", "db", timeout=1.0)]
    keys = {"law": "zipf", "count": 10_000, "alpha": 0.8}
    made = design(nodes, links, classes=[{"name": "read", "keys": keys}])
    worst = bands_of(lower(made))[0]
    assert worst.node == "db"
    assert worst.offered == pytest.approx(124.0, rel=0.03)
    assert worst.cold * worst.offered == pytest.approx(1000.0, rel=0.001)
    assert worst.guard == ""
    assert worst.state(1.0) == "vulnerable"
    short = made.model_copy(update={"nodes": tuple(each if each.id != "db" else each.model_copy(update={"config": each.config | {"queue_limit": 150}}) for each in made.nodes)})  # fmt: skip
    assert "full queue" in bands_of(lower(short))[0].guard


def test_a_backlog_drains_at_what_is_spare() -> None:
    """Fluid: 10 s at a tenth of the pace, then backlog over cμ − λ: O14's 14 to 17 s, and 30 to 35 s."""
    for rate, early, late in ((200.0, 14.0, 17.0), (240.0, 30.0, 35.0)):
        band = storm(rate, call={"retry": {"attempts": 1}})
        found = band.drain(1.0, band.backlog(1.0, 10.0, 10.0))
        assert found == pytest.approx((early, late))
    stuck = storm()
    assert stuck.drain(1.0, stuck.backlog(1.0, 10.0, 10.0)) == (math.inf, math.inf)
    short = storm(web={"queue_limit": 200})
    assert short.backlog(1.0, 10.0, 10.0) == 200.0


def test_who_waits_for_nobody_and_who_cannot_be_full_has_no_band() -> None:
    nodes = [client("users", 10.0), node("lb", "load_balancer"), node("web", "service")]
    plan = lower(design(nodes, [link("users", "lb"), link("lb", "web")]))
    assert [band.node for band in bands_of(plan)] == ["web"]
    assert (
        bands_of(
            lower(design([client("users", 0.0), node("web", "service")], [link("users", "web")]))
        )
        == ()
    )
