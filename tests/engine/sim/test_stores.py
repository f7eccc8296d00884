"""Keyed nodes: hits, misses, single flight, look-aside, invalidation, warm-up and changes."""

from __future__ import annotations

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import KeyPlan, NodePlan, Plan
from engine.sim.lane.roles.store import StoreRole
from engine.sim.report import Result
from tests.helpers.plans import (
    cache,
    client,
    event,
    link,
    plan,
    request_class,
    router,
    simulate,
    station,
)

ONE_KEY = (request_class(keys=KeyPlan(count=1, alpha=0.0)),)
READ_WRITE = (
    request_class("read", keys=KeyPlan(count=1, alpha=0.0)),
    request_class("write", write=True, keys=KeyPlan(count=1, alpha=0.0)),
)


def through(front: NodePlan, *times: float, fetch: float = 1.0, **changes: object) -> Plan:
    """A client, a cache that reads through, and what is behind it."""
    nodes = [
        client(process="trace", times=times),
        front,
        station("db", fetch, workers=None),
    ]
    links = [link("users", "cache"), link("cache", "db")]
    return plan(nodes, links, **({"classes": ONE_KEY} | changes))


def extra(result: Result) -> dict[str, float]:
    return dict(result["nodes"]["cache"]["extra"])


def test_a_miss_fetches_and_a_hit_does_not() -> None:
    result = simulate(through(cache("cache", 10, 0.1), 1.0, 5.0))
    assert extra(result) == {
        "hit_ratio": 0.5,
        "hits": 1.0,
        "misses": 1.0,
        "entries": 1.0,
        "evictions": 0.0,
    }
    assert result["nodes"]["db"]["arrivals"] == 1
    latency = result["clients"]["users"]["latency"]
    assert latency["max"] == pytest.approx(1.1)
    assert latency["mean"] == pytest.approx(0.6)


def test_entries_expire() -> None:
    result = simulate(through(cache("cache", 10, ttl=3.0), 1.0, 4.9, 5.1))
    # Stored at 2 s: still there at 4.9 s, gone at 5.1 s.
    assert extra(result)["hits"] == 1.0
    assert result["nodes"]["db"]["arrivals"] == 2


@pytest.mark.parametrize(("single", "fetches"), [(True, 1), (False, 3)])
def test_single_flight_fetches_once(single: bool, fetches: int) -> None:
    result = simulate(through(cache("cache", 10, single_flight=single), 1.0, 1.2, 1.5))
    assert result["nodes"]["db"]["arrivals"] == fetches
    assert result["clients"]["users"]["succeeded"] == 3
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(1.0)
    assert extra(result)["misses"] == 3.0


def test_followers_fail_with_their_leader() -> None:
    errors = event(0.0, 50.0, "error", nodes=("db",), probability=1.0)
    design = through(cache("cache", 10, single_flight=True), 1.0, 1.2, 60.0, events=(errors,))
    result = simulate(design)
    assert result["clients"]["users"]["failed"] == {"error": 2}
    assert result["clients"]["users"]["succeeded"] == 1, "the key is not stuck"


def test_killing_a_cache_forgets_and_frees() -> None:
    kill = event(1.5, 0.5, "kill", nodes=("cache",))
    design = through(cache("cache", 10, single_flight=True), 1.0, 1.2, 5.0, 7.0, events=(kill,))
    result = simulate(design)
    assert result["clients"]["users"]["failed"] == {"crashed": 2}
    assert result["nodes"]["db"]["arrivals"] == 2
    assert extra(result)["hits"] == 1.0


def test_a_flush_empties_the_store() -> None:
    flush = event(3.0, 0.0, "flush", nodes=("cache",))
    result = simulate(through(cache("cache", 10), 1.0, 2.5, 4.0, events=(flush,)))
    assert extra(result)["hits"] == 1.0
    assert result["nodes"]["db"]["arrivals"] == 2


def mixed(*times: float) -> tuple[NodePlan, NodePlan]:
    reads, writes = times[::2], times[1::2]
    return (
        client("readers", process="trace", times=reads, mix=(1.0, 0.0)),
        client("writers", process="trace", times=writes, mix=(0.0, 1.0)),
    )


def test_a_write_goes_through_and_drops_the_key() -> None:
    nodes = [*mixed(1.0, 5.0, 3.0, 95.0, 7.0), cache("cache", 10), station("db", [1.0, 1.0])]
    nodes[2] = NodePlan(
        id="cache", station=station("x", [0.0, 0.0], workers=None).station, store=nodes[2].store
    )
    both = (True, True)
    links = [
        link("readers", "cache", classes=both),
        link("writers", "cache", classes=both),
        link("cache", "db", classes=both),
    ]
    result = simulate(plan(nodes, links, classes=READ_WRITE))
    # Reads at 1 (miss), 3 (hit) and 7 s (miss after the write at 5 s).
    assert (extra(result)["hits"], extra(result)["misses"]) == (1.0, 2.0)
    assert result["nodes"]["db"]["arrivals"] == 4


def aside(*times: float, balanced: bool = False, **changes: object) -> Result:
    """A service that asks a cache, then on a miss the database."""
    front = "lb" if balanced else "cache"
    nodes = [
        client(process="trace", times=times),
        station("web", 0.0, workers=None),
        cache("cache", 10),
        station("db", 1.0, workers=None),
    ]
    links = [
        link("users", "web"),
        link("web", front),
        link("web", "db", order=1, on_miss=True),
    ]
    if balanced:
        nodes.append(router("lb"))
        links.append(link("lb", "cache"))
    return simulate(plan(nodes, links, **({"classes": ONE_KEY} | changes)))


@pytest.mark.parametrize("balanced", [False, True])
def test_look_aside_fills_the_cache_after_a_miss(balanced: bool) -> None:
    result = aside(1.0, 5.0, 9.0, balanced=balanced)
    assert extra(result)["misses"] == 1.0
    assert extra(result)["hits"] == 2.0
    assert result["nodes"]["db"]["arrivals"] == 1
    assert result["nodes"]["cache"]["arrivals"] == 4, "three look-ups and a fill"
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(1.0)


def test_a_failed_fetch_fills_nothing() -> None:
    errors = event(0.0, 50.0, "error", nodes=("db",), probability=1.0)
    result = aside(1.0, 5.0, events=(errors,))
    assert result["clients"]["users"]["failed"] == {"error": 2}
    assert extra(result)["entries"] == 0.0


@pytest.mark.parametrize(("capacity", "entries"), [(20, 20), (200, 100), (None, 100)])
def test_prewarmed_with_the_most_popular_keys(capacity: int | None, entries: int) -> None:
    keys = (request_class(keys=KeyPlan(count=100, alpha=1.0)),)
    simulation = Simulation(through(cache("cache", capacity, prewarm=True), classes=keys))
    node = simulation.machine.nodes["cache"].role(StoreRole)
    assert node is not None
    assert sorted(key for key, _ in node.store.contents()) == list(range(entries))
    assert node.store.contents()[-1][0] == 0, "the most popular is the last to be evicted"


def test_prewarmed_entries_expire_one_by_one() -> None:
    keys = (request_class(keys=KeyPlan(count=1000, alpha=0.0)),)
    front = cache("cache", None, prewarm=True, ttl=100.0)
    nodes = [client(rate=200.0), front, station("db", 0.0, workers=None)]
    links = [link("users", "cache"), link("cache", "db")]
    simulation = Simulation(plan(nodes, links, classes=keys))
    node = simulation.machine.nodes["cache"].role(StoreRole)
    assert node is not None
    expiries = sorted(expiry for _, expiry in node.store.contents())
    assert [expiries[100], expiries[500], expiries[900]] == pytest.approx([10, 50, 90], abs=1.0)


def test_a_smaller_cache_keeps_the_newest() -> None:
    keys = (request_class(keys=KeyPlan(count=100, alpha=0.0)),)
    simulation = Simulation(through(cache("cache", 50, prewarm=True), classes=keys))
    simulation.follow(through(cache("cache", 5, prewarm=True), classes=keys))
    node = simulation.machine.nodes["cache"].role(StoreRole)
    assert node is not None
    assert [key for key, _ in node.store.contents()] == [4, 3, 2, 1, 0]
    simulation.follow(through(cache("cache", 5, prewarm=True, ttl=1.0), classes=keys))
    assert max(expiry for _, expiry in node.store.contents()) <= 1.0
