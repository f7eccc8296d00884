"""Keyed stores against models that are too simple to be wrong."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sim.lane.draws import Streams
from engine.sim.lane.stores.lfu import LfuStore
from engine.sim.lane.stores.ordered import OrderedStore
from engine.sim.lane.stores.random_choice import RandomStore
from engine.sim.lane.stores.store import UNBOUNDED, Store
from engine.sim.lane.stores.table import KeyTable
from tests.helpers.store_models import Entry, LfuModel, Model, RandomModel

INFINITE = float("inf")
EVERY = pytest.mark.parametrize("name", ["lru", "fifo", "random", "lfu"])
GHOSTS = 4
Operation = tuple[str, int, int, float]
"""What to do, to which key, with how many bytes, after how many seconds."""
OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["find", "find", "put", "put", "drop", "clear"]),
        st.integers(0, 11),
        st.integers(0, 6),
        st.sampled_from([0.0, 0.0, 1.0]),
    ),
    max_size=200,
)


def make(name: str, capacity: int, room: int = UNBOUNDED) -> Store:
    if name == "random":
        return RandomStore(capacity, 0.0, room, Streams(1).uniform("store", "evict"))
    if name == "lfu":
        return LfuStore(capacity, 0.0, room)
    return OrderedStore(capacity, 0.0, room, use_renews=name == "lru")


def make_model(name: str, capacity: int, room: int = UNBOUNDED) -> Model:
    if name == "random":
        return RandomModel(capacity, room)
    if name == "lfu":
        return LfuModel(capacity, room, GHOSTS)
    return Model(capacity, room, renews=name == "lru")


def put(store: Store, key: int, expires_at: float = INFINITE, size: int = 1) -> None:
    store.put(key, 0.0, expires_at, size, 0)


def keys_of(store: Store) -> list[int]:
    return [key for key, _ in store.contents()]


def entry_at(store: Store, slot: int) -> Entry:
    return Entry(
        store.versions[slot],
        store.written_at[slot],
        store.expires_at[slot],
        store.sizes[slot],
        store.owners[slot],
    )


def follow(store: Store, model: Model, operations: list[Operation], ttl: float) -> None:
    """Do the same to both and compare everything that can be seen, each time."""
    now = 0.0
    for operation, key, size, span in operations:
        now += span
        if operation == "find":
            slot, entry = store.find(key, now), model.find(key, now)
            assert (None if slot < 0 else entry_at(store, slot)) == entry
        elif operation == "put":
            slot = store.put(key, now, now + ttl, size, key % 3)
            model.put(key, Entry(0, now, now + ttl, size, key % 3))
            assert (slot >= 0) == (key in model.entries)
        elif operation == "drop":
            store.drop(key)
            model.drop(key)
        else:
            store.clear()
            model.clear()
        found = {store.table.keys[slot]: entry_at(store, slot) for slot in store.slots()}
        assert found == model.entries
        assert keys_of(store) == model.order()
        assert (store.count(), store.bytes) == (len(model.entries), model.bytes)
        assert store.evictions == model.evictions
        if isinstance(store, LfuStore) and isinstance(model, LfuModel):
            counted = {each: int(store.history.uses(each)) for each in range(12)}
            assert {each: uses for each, uses in counted.items() if uses} == {
                each: uses for each, (uses, _) in model.ghosts.items()
            }


@EVERY
@given(
    operations=OPERATIONS,
    capacity=st.sampled_from([0, 1, 4, UNBOUNDED]),
    room=st.sampled_from([3, 10, UNBOUNDED]),
    ttl=st.sampled_from([2.0, INFINITE]),
)
def test_a_store_does_what_its_model_does(
    operations: list[Operation], name: str, capacity: int, room: int, ttl: float
) -> None:
    store = make(name, capacity, room)
    if isinstance(store, LfuStore):
        store.history.limit = GHOSTS
    follow(store, make_model(name, capacity, room), operations, ttl)


@EVERY
def test_large_stores_do_so_as_well(name: str) -> None:
    chance = random.Random(name)
    store, model = make(name, 300, 1000), make_model(name, 300, 1000)
    if isinstance(store, LfuStore) and isinstance(model, LfuModel):
        model.limit = int(store.history.limit)
    for step in range(6000):
        key = int(chance.paretovariate(0.5)) % 5000
        now = step / 10.0
        if model.find(key, now) is None:
            size = chance.randrange(8)
            model.put(key, Entry(0, now, now + 100.0, size, 0))
            assert store.find(key, now) < 0
            store.put(key, now, now + 100.0, size, 0)
        else:
            assert store.find(key, now) >= 0
    assert keys_of(store) == model.order()
    assert (store.bytes, store.evictions) == (model.bytes, model.evictions)


@given(st.lists(st.tuples(st.booleans(), st.integers(-40, 40)), max_size=400), st.integers(0, 50))
def test_a_table_is_a_dict(operations: list[tuple[bool, int]], shift: int) -> None:
    """Also for keys that differ in their upper bits only, and for negative ones."""
    table, model = KeyTable(), dict[int, int]()
    for add, low in operations:
        key = low << shift
        assert table.find(key) == model.get(key, -1)
        if key in model:
            if not add:
                table.remove(model.pop(key))
        elif add:
            model[key] = table.add(key)
            assert table.keys[model[key]] == key
    assert len(set(model.values())) == len(model) == table.count
    assert all(table.find(key) == slot for key, slot in model.items())


@EVERY
def test_time_to_live(name: str) -> None:
    store = make(name, 10)
    put(store, 1, 5.0)
    assert store.find(1, 4.999) >= 0
    assert store.find(1, 5.0) < 0
    assert store.count() == 0
    put(store, 1, 6.0)
    put(store, 1, 9.0)
    assert store.find(1, 8.0) >= 0
    store.clear()
    assert store.find(1, 8.0) < 0
    assert store.count() == 0


@EVERY
def test_versions_count_writes_unless_they_are_given(name: str) -> None:
    store = make(name, 10)
    versions = [store.versions[store.put(7, 0.0, INFINITE, 1, 0)] for _ in range(3)]
    assert versions == [1, 2, 3]
    store.put(7, 0.0, INFINITE, 1, 0, 40)
    assert store.versions[store.put(7, 0.0, INFINITE, 1, 0)] == 41


@EVERY
@pytest.mark.parametrize("into", ["lru", "fifo", "random", "lfu"])
def test_another_store_takes_everything_over(name: str, into: str) -> None:
    old, new = make(name, 10, 100), make(into, 20)
    for key in range(8):
        old.put(key, float(key), 50.0 + key, key, 100 + key, 10 * key)
    old.evictions = 5
    new.take_over(old, 55.0)
    assert (new.count(), new.bytes, new.evictions) == (8, 28, 5)
    for key in range(8):
        expiry = min(50.0 + key, 55.0)
        assert entry_at(new, new.find(key, 9.0)) == Entry(
            10 * key, float(key), expiry, key, 100 + key
        )


def test_the_least_asked_for_goes() -> None:
    store = make("lfu", 2)
    for key, times in ((1, 5), (2, 3), (3, 4)):
        for _ in range(times):
            store.find(key, 0.0)
    for key in (1, 2, 3):
        put(store, key)
    assert sorted(keys_of(store)) == [1, 3]
    put(store, 2)
    assert sorted(keys_of(store)) == [1, 3], "2 was asked for less often"


def test_a_change_of_capacity_forgets_no_uses() -> None:
    old, new = LfuStore(3, 0.0, UNBOUNDED), LfuStore(2, 0.0, UNBOUNDED)
    for key, times in ((1, 5), (2, 3), (3, 4), (4, 2)):
        for _ in range(times):
            old.find(key, 0.0)
        put(old, key)
    new.take_over(old, INFINITE)
    assert keys_of(new) == [3, 1]
    assert [new.history.uses(key) for key in (2, 4)] == [3, 2]


def test_use_is_remembered_of_a_bounded_number_of_keys() -> None:
    store = LfuStore(300, 0.0, UNBOUNDED)
    for key in range(100_000):
        if store.find(key, 0.0) < 0:
            put(store, key)
    assert (store.count(), store.history.table.count) == (300, 1200)
    assert store.history.limit == 1200


def test_random_eviction_spares_nobody() -> None:
    survivors = set()
    for seed in range(40):
        store = RandomStore(3, 0.0, UNBOUNDED, Streams(seed).uniform("store", "evict"))
        for key in range(4):
            put(store, key)
        survivors.add(tuple(sorted(keys_of(store))))
    assert survivors == {(0, 1, 3), (0, 2, 3), (1, 2, 3)}, "the newest stays, any other may go"
