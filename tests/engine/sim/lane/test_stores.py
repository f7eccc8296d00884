"""Keyed stores against models that are too simple to be wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sim.lane.draws import Streams
from engine.sim.lane.stores.store import LfuStore, OrderedStore, RandomStore, Store

INFINITE = float("inf")
OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["get", "put", "drop"]), st.integers(0, 8)), max_size=200
)


def make(name: str, capacity: int, ttl: float = INFINITE) -> Store:
    if name == "random":
        return RandomStore(capacity, ttl, Streams(1).uniform("store", "evict"))
    if name == "lfu":
        return LfuStore(capacity, ttl)
    return OrderedStore(capacity, ttl, hits_renew=name == "lru")


EVERY = pytest.mark.parametrize("name", ["lru", "fifo", "random", "lfu"])


@pytest.mark.parametrize("renew", [True, False])
@given(operations=OPERATIONS)
def test_order_of_eviction(operations: list[tuple[str, int]], renew: bool) -> None:
    """A list of keys, the next to go in front."""
    store, model = make("lru" if renew else "fifo", 4), []
    for operation, key in operations:
        if operation == "get":
            assert store.get(key, 0.0) == (key in model)
            if renew and key in model:
                model.remove(key)
                model.append(key)
        elif operation == "put":
            store.put(key, INFINITE)
            if key in model:
                if renew:
                    model.remove(key)
                    model.append(key)
            else:
                model.append(key)
                del model[:-4]
        else:
            store.drop(key)
            if key in model:
                model.remove(key)
        assert [each for each, _ in store.contents()] == model


@EVERY
@given(operations=OPERATIONS)
def test_never_more_than_fit_and_what_was_put_is_there(
    operations: list[tuple[str, int]], name: str
) -> None:
    store = make(name, 3)
    for operation, key in operations:
        if operation == "put":
            present = key in [each for each, _ in store.contents()]
            before, evicted = store.count(), int(store.evictions)
            store.put(key, INFINITE)
            grown = 0 if present else 1
            assert store.count() == before + grown - (int(store.evictions) - evicted)
        elif operation == "get":
            there = key in [each for each, _ in store.contents()]
            assert store.get(key, 0.0) == there
        else:
            store.drop(key)
            assert not store.get(key, 0.0)
        assert store.count() <= 3


@EVERY
def test_time_to_live(name: str) -> None:
    store = make(name, 10)
    store.put(1, 5.0)
    assert store.get(1, 4.999)
    assert not store.get(1, 5.0)
    assert store.count() == 0
    store.put(1, 6.0)
    store.put(1, 9.0)
    assert store.get(1, 8.0)
    store.clear()
    assert not store.get(1, 8.0)
    assert store.count() == 0


@EVERY
def test_no_room_at_all(name: str) -> None:
    store = make(name, 0)
    store.put(1, INFINITE)
    assert store.count() == 0
    assert not store.get(1, 0.0)


def test_the_least_asked_for_goes() -> None:
    store = make("lfu", 2)
    for key, times in ((1, 5), (2, 3), (3, 4)):
        for _ in range(times):
            store.get(key, 0.0)
    store.put(1, INFINITE)
    store.put(2, INFINITE)
    store.put(3, INFINITE)
    assert sorted(key for key, _ in store.contents()) == [1, 3]
    store.put(2, INFINITE)
    assert sorted(key for key, _ in store.contents()) == [1, 3], "2 was asked for less often"


def test_random_eviction_spares_nobody() -> None:
    survivors = set()
    for seed in range(40):
        store = RandomStore(3, INFINITE, Streams(seed).uniform("store", "evict"))
        for key in range(4):
            store.put(key, INFINITE)
        survivors.add(tuple(sorted(key for key, _ in store.contents())))
    assert survivors == {(0, 1, 3), (0, 2, 3), (1, 2, 3)}, "the newest stays, any other may go"
