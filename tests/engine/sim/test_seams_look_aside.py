"""Look-aside: several caches in a row, and writes."""

from __future__ import annotations

from engine.plan.demand import demand_of
from engine.plan.primitives import KeyPlan, NodePlan, Plan
from tests.helpers.plans import (
    cache,
    client,
    event,
    link,
    plan,
    request_class,
    simulate,
    station,
)

READ, WRITE = (
    request_class(name, write=name == "write", keys=KeyPlan(count=1, alpha=0.0))
    for name in ("read", "write")
)


def two_caches(*times: float, flushed: float) -> Plan:
    """A service that asks a near cache, then a far one, then the database."""
    nodes = [
        client(process="trace", times=times),
        station("web", 0.0, workers=None),
        cache("near", 10),
        cache("far", 10),
        station("db", 1.0, workers=None),
    ]
    links = [
        link("users", "web"),
        link("web", "near"),
        link("web", "far", order=1, on_miss=True),
        link("web", "db", order=2, on_miss=True),
    ]
    flush = event(flushed, 0.0, "flush", nodes=("near",))
    return plan(nodes, links, classes=(READ,), events=(flush,))


def test_what_the_second_cache_has_is_not_fetched_but_stored_in_the_first() -> None:
    result = simulate(two_caches(1.0, 5.0, 9.0, 13.0, flushed=7.0))
    near, far = (result["nodes"][name]["extra"] for name in ("near", "far"))
    # At 1 s both miss and both are filled; at 9 s only the near one misses and is filled again.
    assert result["nodes"]["db"]["arrivals"] == 1
    assert (near["misses"], near["hits"], near["entries"]) == (2.0, 2.0, 1.0)
    assert (far["misses"], far["hits"], far["entries"]) == (1.0, 1.0, 1.0)
    assert result["links"]["web-near"]["attempts"] == 6, "four look-ups and two fills"
    assert result["links"]["web-far"]["attempts"] == 3, "two look-ups and a fill"


def aside(reads: tuple[float, ...], writes: tuple[float, ...]) -> Plan:
    """A service with a look-aside cache, read and written."""
    both = (True, True)
    instant = (0.0, 0.0)
    store = cache("cache", 10)
    nodes = [
        client("readers", process="trace", times=reads, mix=(1.0, 0.0)),
        client("writers", process="trace", times=writes, mix=(0.0, 1.0)),
        station("web", instant, workers=None),
        NodePlan(
            id="cache", station=station("x", instant, workers=None).station, store=store.store
        ),
        station("db", (1.0, 1.0), workers=None),
    ]
    links = [
        link("readers", "web", classes=both),
        link("writers", "web", classes=both),
        link("web", "cache", classes=both),
        link("web", "db", order=1, on_miss=True, classes=both),
    ]
    return plan(nodes, links, classes=(READ, WRITE))


def test_a_write_drops_the_key_and_reaches_the_database() -> None:
    result = simulate(aside(reads=(1.0, 3.0, 9.0), writes=(5.0, 6.5)))
    extra = result["nodes"]["cache"]["extra"]
    assert (extra["misses"], extra["hits"]) == (2.0, 1.0), "missed at 1 s and after the writes"
    assert result["nodes"]["db"]["arrivals"] == 4, "two fetches and two writes"
    assert result["nodes"]["cache"]["arrivals"] == 7, "five requests and two fills, none by a write"
    assert result["clients"]["writers"]["latency"]["max"] == 1.0


def test_analyses_know_that_writes_always_reach_the_database() -> None:
    design = aside(reads=(1.0, 100.0), writes=(50.0, 100.0))
    demand = demand_of(design)
    assert demand is not None
    reads, writes = demand.links["web-db"]
    assert reads < 0.02
    assert writes == demand.nodes["web"][1]
