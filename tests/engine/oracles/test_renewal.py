"""Who fetches a hot key that expires, and what others are served meanwhile (O22, XFetch, RFC 5861)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import EventPlan, KeyPlan, NodePlan, Plan
from engine.sim.report import Result
from tests.helpers.plans import cache, client, event, link, plan, request_class, simulate, station

RATE, FETCH, TTL = 1000.0, 0.2, 5.0
BOTH = (True, True)


def hot(*events: EventPlan, aside: bool = False, duration: float = 105.0, **changes: Any) -> Plan:
    """One key that everybody asks for, read through a cache or beside it."""
    kind = request_class(keys=KeyPlan(count=1, alpha=0.0))
    nodes = [
        client(rate=RATE),
        cache("cache", None, ttl=TTL, **changes),
        station("db", FETCH, workers=None),
    ]
    links = [link("users", "cache"), link("cache", "db")]
    if aside:
        nodes.append(station("web", 0.0, workers=None))
        links = [
            link("users", "web"),
            link("web", "cache"),
            link("web", "db", order=1, on_miss=True),
        ]
    return plan(nodes, links, classes=(kind,), duration=duration, events=events)


def extra(result: Result) -> dict[str, float]:
    """What the cache says of itself."""
    found: dict[str, float] = result["nodes"]["cache"]["extra"]
    return found


@pytest.mark.oracle(22)
@pytest.mark.parametrize("aside", [False, True])
def test_o22_fetches_per_expiry(aside: bool) -> None:
    everybody = extra(simulate(hot(fill="none", aside=aside, duration=520.0)))["fetches_per_expiry"]
    assert everybody == pytest.approx(1 + RATE * FETCH, rel=0.02)
    one = extra(simulate(hot(fill="lease", aside=aside)))["fetches_per_expiry"]
    assert one == 1.0


@pytest.mark.oracle(22)
def test_o22_single_flight_by_either_name() -> None:
    named = hot(fill="single_flight", single_flight=True)
    assert extra(simulate(named))["fetches_per_expiry"] == 1.0


def test_early_fetches_are_as_many_as_the_theory_of_xfetch_says() -> None:
    """The first comes where the mean number of early ones so far is exponential with mean 1, at a rate that grows by e
    in the time of a fetch: so e - 1 more come meanwhile, and nobody ever finds the key expired."""
    result = simulate(hot(fill="early", duration=500.0))
    found = extra(result)
    assert found["fetches_per_expiry"] == pytest.approx(math.e, abs=0.45)
    assert found["hit_ratio"] > 0.998, "all but the first wait for nothing"


def test_a_lease_that_is_not_used_passes_on() -> None:
    """The first fetch fails in the service beside the cache, which never hears of it: after the lease others try."""
    dead = event(0.0, 3.0, "kill", nodes=("db",))
    result = simulate(hot(dead, fill="lease", lease=2.0, aside=True, duration=20.0))
    # Tokens at 0, 2 and 4 s, of which the first two bring nothing.
    assert sum(result["clients"]["users"]["failed"].values()) == 2
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(4.0 + FETCH, abs=0.02)


def test_a_write_takes_the_token_so_that_nothing_old_is_stored() -> None:
    """Beside the cache: read at the database at 1.1 s, dropped at 1.05 s, written at 1.15 s."""
    law = KeyPlan(count=1, alpha=0.0)
    classes = tuple(
        request_class(name, write=name == "write", keys=law) for name in ("read", "write")
    )
    instant = station("x", (0.0, 0.0), workers=None).station

    def run(**changes: Any) -> dict[str, float]:
        nodes = [
            client("readers", process="trace", times=(1.0, 3.0, 4.0), mix=(1.0, 0.0)),
            client("writers", process="trace", times=(1.05,), mix=(0.0, 1.0)),
            NodePlan(id="web", station=instant),
            NodePlan(id="cache", station=instant, store=cache("x", None, **changes).store),
            station("db", (0.1, 0.1), workers=None),
        ]
        links = [
            link("readers", "web", classes=BOTH),
            link("writers", "web", classes=BOTH),
            link("web", "cache", classes=BOTH),
            link("web", "db", order=1, on_miss=True, classes=BOTH),
        ]
        return extra(simulate(plan(nodes, links, classes=classes, duration=10.0)))

    assert run(fill="none")["stale_ratio"] == 1.0, (
        "what was read before the write is stored after it"
    )
    leased = run(fill="lease")
    assert (leased["hits"], leased["stale_ratio"]) == (1.0, 0.0)


def test_stale_while_revalidate_keeps_everybody_fast() -> None:
    result = simulate(hot(stale_while_revalidate=2.0, fill="single_flight", single_flight=True))
    found = extra(result)
    assert found["fetches_per_expiry"] == 1.0
    assert result["nodes"]["cache"]["residence"]["p99"] == 0.0
    slow = (
        result["nodes"]["cache"]["residence"]["count"]
        * result["nodes"]["cache"]["residence"]["mean"]
    )
    assert slow <= 2 * RATE * FETCH * FETCH, "only those wait who come before anything is there"
    # Each period lasts as long as an entry lives and as a fetch takes; in the latter everybody is served stale.
    share = FETCH / (TTL + FETCH)
    assert found["served_stale"] / found["hits"] == pytest.approx(share, rel=0.1)


def test_stale_if_error_answers_what_was_there_before_the_origin_died() -> None:
    dead = event(20.0, 30.0, "kill", nodes=("db",))
    kinds = {"fill": "single_flight", "single_flight": True}
    without = simulate(hot(dead, **kinds))
    failed = sum(without["clients"]["users"]["failed"].values())
    assert failed == pytest.approx(RATE * (30.0 - TTL / 2), rel=0.15)
    with_it = simulate(hot(dead, stale_if_error=60.0, **kinds))
    assert with_it["clients"]["users"]["failed"] == {}
    bounded = simulate(hot(dead, stale_if_error=10.0, **kinds))
    lost = sum(bounded["clients"]["users"]["failed"].values())
    assert lost == pytest.approx(failed - RATE * 10.0, rel=0.05)


def test_jitter_spreads_what_was_stored_at_once() -> None:
    """500 keys that are fetched in the first second expire at once, or evenly over the jitter."""
    kind = request_class(keys=KeyPlan(count=500, alpha=0.0))

    def peak(jitter: float) -> float:
        nodes = [
            client(rate=20_000.0),
            cache("cache", None, ttl=10.0, ttl_jitter=jitter, single_flight=True),
            station("db", 0.0, workers=None),
        ]
        links = [link("users", "cache"), link("cache", "db")]
        made = plan(nodes, links, classes=(kind,), duration=10.6, warmup=10.0)
        return float(simulate(made)["nodes"]["db"]["arrivals"])

    assert peak(0.0) == 500.0
    assert peak(6.0) < 100.0


def browsers(revalidate: str, scope: str, writes: float) -> Result:
    """Twenty users with a cache each, or one for all, before an origin whose answers are 10 kB."""
    law = KeyPlan(count=5, alpha=0.0)
    classes = tuple(
        request_class(
            name, write=name == "write", keys=law, request_bytes=500.0, response_bytes=10_000.0
        )
        for name in ("read", "write")
    )
    instant = station("x", (0.0, 0.0), workers=None).station
    store = cache("x", None, ttl=2.0, single_flight=True, revalidate=revalidate, scope=scope).store
    nodes = [
        client("readers", rate=100.0, mix=(1.0, 0.0), known_users=20),
        client("writers", rate=writes, mix=(0.0, 1.0)),
        NodePlan(id="cache", station=instant, store=store),
        station("db", (0.01, 0.01), workers=None),
    ]
    links = [
        link("readers", "cache", classes=BOTH),
        link("writers", "db", classes=BOTH),
        link("cache", "db", classes=BOTH),
    ]
    return simulate(plan(nodes, links, classes=classes, duration=60.0))


@pytest.mark.parametrize("scope", ["shared", "user"])
@pytest.mark.parametrize("writes", [0.01, 2.0])
def test_what_has_not_changed_is_answered_with_headers_alone(scope: str, writes: float) -> None:
    result, plain = (browsers(each, scope, writes) for each in ("etag", "none"))
    found, fetches = extra(result), result["links"]["cache-db"]
    assert found["hit_ratio"] == pytest.approx(extra(plain)["hit_ratio"], rel=0.02)
    same = found["revalidated"]
    assert fetches["bytes_out"] == pytest.approx(
        300.0 * same + 10_000.0 * (fetches["succeeded"] - same)
    )
    first = 5 * (1 if scope == "shared" else 20)
    assert same <= fetches["succeeded"] - first
    if writes < 1.0:
        assert same > 0.9 * (fetches["succeeded"] - first)
    assert (
        result["links"]["readers-cache"]["bytes_out"]
        == 10_000.0 * (result["links"]["readers-cache"]["succeeded"])
    )


def test_a_cache_that_others_ask_says_that_nothing_has_changed_as_well() -> None:
    kind = request_class(keys=KeyPlan(count=1, alpha=0.0), response_bytes=10_000.0)
    nodes = [
        client(process="trace", times=(1.0, 4.0)),
        cache("browser", None, ttl=1.0, revalidate="etag"),
        cache("edge", None),
        station("db", 0.1, workers=None),
    ]
    links = [link("users", "browser"), link("browser", "edge"), link("edge", "db")]
    result = simulate(plan(nodes, links, classes=(kind,), duration=10.0))
    assert result["links"]["browser-edge"]["bytes_out"] == 10_300.0
    assert result["links"]["edge-db"]["bytes_out"] == 10_000.0
    assert result["nodes"]["browser"]["extra"]["revalidated"] == 1.0


def test_who_has_nothing_gets_all_of_it_whoever_asks_through_it() -> None:
    kind = request_class(keys=KeyPlan(count=1, alpha=0.0), response_bytes=10_000.0)
    nodes = [
        client(process="trace", times=(1.0, 4.0)),
        cache("browser", None, ttl=1.0, revalidate="etag"),
        cache("edge", None, ttl=1.0),
        station("db", 0.1, workers=None),
    ]
    links = [link("users", "browser"), link("browser", "edge"), link("edge", "db")]
    result = simulate(plan(nodes, links, classes=(kind,), duration=10.0))
    assert result["links"]["edge-db"]["bytes_out"] == 20_000.0
    assert result["links"]["browser-edge"]["bytes_out"] == 10_300.0


def test_it_may_be_switched_on_while_it_runs() -> None:
    kind = request_class(keys=KeyPlan(count=1, alpha=0.0), response_bytes=10_000.0)
    store = cache("cache", None, ttl=1.0)
    nodes = [
        client(process="trace", times=(1.0, 4.0, 8.0)),
        store,
        station("db", 0.1, workers=None),
    ]
    links = [link("users", "cache"), link("cache", "db")]
    made = plan(nodes, links, classes=(kind,), duration=20.0)
    simulation = Simulation(made)
    simulation.advance(2.0)
    asks = replace(store, store=cache("x", None, ttl=1.0, revalidate="etag").store)
    simulation.follow(replace(made, nodes=(made.nodes[0], asks, made.nodes[2])))
    simulation.advance(20.0)
    found = simulation.machine.nodes["cache"].extra(20.0)
    assert found["revalidated"] == 1.0, "at 8 s; what was read at 1 s was of no known version"
