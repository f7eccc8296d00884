"""Stores that are bounded by bytes, and what entries know of themselves: size, age, writer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import KeyPlan, Plan
from engine.sim.lane.roles.store import StoreRole
from engine.sim.lane.stores.ordered import OrderedStore
from engine.sim.lane.stores.store import UNBOUNDED
from tests.helpers import theory
from tests.helpers.plans import cache, client, event, link, plan, request_class, simulate, station

INFINITE = float("inf")


def through(capacity: int | None, *, keys: KeyPlan, rate: float = 1000.0, **changes: Any) -> Plan:
    """Users, a cache that reads through, and what is behind it."""
    run = {name: changes.pop(name) for name in ("duration", "warmup", "events") if name in changes}
    nodes = [
        client(rate=rate),
        cache("cache", capacity, **changes),
        station("db", 0.0, workers=None),
    ]
    links = [link("users", "cache"), link("cache", "db")]
    return plan(nodes, links, **({"classes": (request_class(keys=keys),)} | run))


def measured(made: Plan) -> dict[str, float]:
    return dict(simulate(made)["nodes"]["cache"]["extra"])


def node_of(simulation: Simulation) -> StoreRole:
    node = simulation.machine.nodes["cache"].role(StoreRole)
    assert node is not None
    return node


MANY = KeyPlan(count=10_000, alpha=0.8)


@pytest.mark.parametrize("eviction", ["lru", "fifo", "random", "lfu"])
def test_equal_sizes_are_a_number_of_entries(eviction: str) -> None:
    """To the last hit: a bound of 300 000 B and entries of 500 B are 600 entries."""
    plain = measured(through(600, keys=MANY, eviction=eviction))
    sized = {"eviction": eviction, "capacity_bytes": 300_499.0, "entry_bytes": 500.0}
    for capacity in (None, 600, 700):
        found = measured(through(capacity, keys=MANY, **sized))
        assert found.pop("bytes") == 300_000.0
        assert found.pop("age") > 0.0
        assert found == plain


def test_hits_of_a_bound_by_bytes_are_those_of_theory() -> None:
    made = through(None, keys=MANY, capacity_bytes=1e7, duration=360.0, warmup=60.0)
    found = measured(made)
    expected = theory.lru_hit_ratio(theory.zipf(10_000, 0.8), 1000)
    asked = found["hits"] + found["misses"]
    error = math.sqrt(expected * (1.0 - expected) / asked)
    assert found["bytes"] == 1e7, "answers of 10 kB"
    assert found["hit_ratio"] == pytest.approx(expected, abs=4.0 * error)


def test_hits_of_entries_of_different_sizes_are_those_of_theory() -> None:
    """Che with sizes: a key stays for a time T after which the bytes that were asked for fill the store."""
    shares = np.array(theory.zipf(5000, 0.8))
    sizes = np.where(np.arange(5000) % 3 == 0, 900, 100)
    room = 200_000
    low, high = 0.0, 1e9
    for _ in range(200):
        middle = (low + high) / 2.0
        filled = float(np.sum(sizes * -np.expm1(-shares * middle)))
        low, high = (middle, high) if filled < room else (low, middle)
    expected = float(np.sum(shares * -np.expm1(-shares * low)))
    store = OrderedStore(UNBOUNDED, INFINITE, room, use_renews=True)
    asked = np.searchsorted(np.cumsum(shares), np.random.default_rng(7).random(250_000))
    hits = 0
    for place, key in enumerate(asked.tolist()):
        if store.find(key, 0.0) >= 0:
            hits += place >= 50_000
        else:
            store.put(key, 0.0, INFINITE, int(sizes[key]), 0)
    error = math.sqrt(expected * (1.0 - expected) / 200_000)
    assert hits / 200_000 == pytest.approx(expected, abs=4.0 * error)
    assert room - 900 < store.bytes <= room


@pytest.mark.parametrize("rate", [0.5, 20.0])
def test_hits_before_an_expiry_are_of_any_age(rate: float) -> None:
    """Poisson arrivals after a fetch are uniform over the time to live, whatever their rate."""
    ttl = 8.0
    keys = KeyPlan(count=20, alpha=0.8)
    found = measured(
        through(None, keys=keys, rate=20.0 * rate, ttl=ttl, entry_bytes=100.0, duration=2000.0)
    )
    error = ttl / math.sqrt(12.0 * found["hits"])
    assert found["age"] == pytest.approx(ttl / 2.0, abs=4.0 * error)
    assert found["bytes"] == 100.0 * found["entries"]


def test_age_counts_from_the_last_write() -> None:
    nodes = [
        client(process="trace", times=(1.0, 3.0, 7.0, 12.0, 13.0)),
        cache("cache", 10, ttl=10.0, entry_bytes=5.0),
        station("db", 0.5, workers=None),
    ]
    links = [link("users", "cache"), link("cache", "db")]
    one = (request_class(keys=KeyPlan(count=1, alpha=0.0)),)
    # Written at 1.5 and, after it has expired at 11.5, at 12.5 s.
    found = measured(plan(nodes, links, classes=one))
    assert found["age"] == pytest.approx((1.5 + 5.5 + 0.5) / 3.0)
    assert found["bytes"] == 5.0


def test_sizes_are_reported_only_where_they_are_asked_for() -> None:
    plain = measured(through(10, keys=MANY))
    assert {"bytes", "age"} & set(plain) == set()
    for field in ({"entry_bytes": 1.0}, {"capacity_bytes": 1e9}):
        assert {"bytes", "age"} <= set(measured(through(10, keys=MANY, **field)))


def test_nothing_is_kept_that_is_larger_than_the_store() -> None:
    found = measured(through(10, keys=KeyPlan(count=3, alpha=0.0), capacity_bytes=9_999.0))
    assert (found["hits"], found["entries"], found["bytes"]) == (0.0, 0.0, 0.0)
    assert found["evictions"] == 0.0, "others do not go in vain"


def test_a_store_starts_warm_with_as_many_as_its_bytes_hold() -> None:
    keys = KeyPlan(count=1000, alpha=0.8)
    sized = {"capacity_bytes": 5_050.0, "entry_bytes": 100.0, "prewarm": True}
    node = node_of(Simulation(through(None, keys=keys, ttl=100.0, **sized)))
    store = node.store
    assert sorted(key for key, _ in store.contents()) == list(range(50))
    assert (store.bytes, store.evictions) == (5000, 0)
    for slot in store.slots():
        assert store.expires_at[slot] - store.written_at[slot] == pytest.approx(100.0)
        assert -100.0 <= store.written_at[slot] <= 0.0


def test_bounds_may_change_while_it_runs() -> None:
    keys = KeyPlan(count=1000, alpha=0.8)
    sized = {"keys": keys, "entry_bytes": 100.0}
    simulation = Simulation(through(None, **sized, capacity_bytes=10_000.0))
    simulation.advance(20.0)
    node = node_of(simulation)
    before = {key: node.store.written_at[node.store.table.find(key)] for key in range(1000)}
    newest = [key for key, _ in node.store.contents()][-30:]
    simulation.follow(through(None, **sized, capacity_bytes=3_000.0))
    store = node.store
    assert [key for key, _ in store.contents()] == newest
    assert all(store.written_at[store.table.find(key)] == before[key] for key in newest)
    simulation.follow(through(None, keys=keys, entry_bytes=1000.0, capacity_bytes=3_000.0))
    assert store is node.store, "only what is written from now on is larger"
    assert store.bytes == 3_000
    simulation.advance(40.0)
    assert (store.count(), store.bytes) == (3, 3_000)


def test_entries_know_which_instance_wrote_them() -> None:
    keys = KeyPlan(count=1000, alpha=0.0)
    front = cache("cache", None, entry_bytes=1.0)
    made = through(None, keys=keys)
    nodes = [made.nodes[0], station("cache", 0.001, instances=3, store=front.store), made.nodes[2]]
    simulation = Simulation(plan(nodes, made.links, classes=made.classes))
    simulation.advance(10.0)
    store = node_of(simulation).store
    assert {int(store.owners[slot]) for slot in store.slots()} == {0, 1, 2}


def test_a_flush_frees_the_bytes() -> None:
    flush = event(99.9999, 0.0, "flush", nodes=("cache",))
    found = measured(through(50, keys=MANY, rate=10.0, entry_bytes=7.0, events=(flush,)))
    assert found["bytes"] == 7.0 * found["entries"] < 70.0
