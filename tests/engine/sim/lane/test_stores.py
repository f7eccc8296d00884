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
from engine.sim.lane.stores.refusing import RefusingStore
from engine.sim.lane.stores.s3_fifo import S3FifoStore
from engine.sim.lane.stores.store import UNBOUNDED, Store
from engine.sim.lane.stores.table import KeyTable
from engine.sim.lane.stores.tiny_lfu import TinyLfuStore
from tests.helpers.store_models import Entry, LfuModel, Model, RandomModel

INFINITE = float("inf")
MODELLED = ["lru", "fifo", "random", "lfu"]
OTHERS = ["sampled_lru", "w_tinylfu", "s3_fifo", "none"]
"""Whose choices are compared with simulations of their own, in the oracles."""
EVERY = pytest.mark.parametrize("name", MODELLED)
ALL = pytest.mark.parametrize("name", MODELLED + OTHERS)
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
    if name == "sampled_lru":
        return RandomStore(capacity, 0.0, room, Streams(1).uniform("store", "evict"), 5)
    if name == "lfu":
        return LfuStore(capacity, 0.0, room)
    if name == "w_tinylfu":
        return TinyLfuStore(capacity, 0.0, room)
    if name == "s3_fifo":
        return S3FifoStore(capacity, 0.0, room)
    if name == "none":
        return RefusingStore(capacity, 0.0, room)
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


@pytest.mark.parametrize("name", OTHERS)
@given(
    operations=OPERATIONS,
    capacity=st.sampled_from([0, 1, 4, UNBOUNDED]),
    room=st.sampled_from([3, 10, UNBOUNDED]),
    ttl=st.sampled_from([2.0, INFINITE]),
)
def test_a_store_holds_what_was_put_there_and_no_more_than_fits(
    operations: list[Operation], name: str, capacity: int, room: int, ttl: float
) -> None:
    store, last, now, failed = make(name, capacity, room), dict[int, Entry](), 0.0, 0
    for operation, key, size, span in operations:
        now += span
        if operation == "find":
            store.find(key, now)
        elif operation == "put":
            slot = store.put(key, now, now + ttl, size, key % 3)
            failed += slot < 0
            if slot >= 0:
                assert store.table.keys[slot] == key
                last[key] = entry_at(store, slot)
        elif operation == "drop":
            store.drop(key)
        else:
            store.clear()
        slots = list(store.slots())
        found = {store.table.keys[slot]: entry_at(store, slot) for slot in slots}
        assert len(found) == len(slots) == store.count() <= capacity
        assert sum(entry.size for entry in found.values()) == store.bytes <= room
        assert found.items() <= last.items()
    if name == "none":
        assert (store.refused, store.evictions) == (failed, 0)
    else:
        assert store.refused == 0


def test_nothing_goes_from_what_does_not_evict_but_by_age() -> None:
    store = make("none", 3, 10)
    for key in range(3):
        store.put(key, float(key), 10.0 + key, 3, 0)
    assert store.put(7, 5.0, 15.0, 1, 0) < 0, "no slot"
    assert store.put(1, 5.0, 11.0, 5, 0) < 0, "no bytes to grow by"
    assert store.put(1, 6.0, 16.0, 4, 0) >= 0, "room for one byte more"
    assert (keys_of(store), store.refused) == ([0, 2, 1], 2)
    assert store.put(7, 12.5, 22.5, 6, 0) >= 0, "two have expired"
    assert (keys_of(store), store.refused, store.evictions) == ([1, 7], 2, 0)


def test_what_does_not_evict_takes_over_what_would_have_stayed() -> None:
    old, new = make("lru", 10), make("none", 3)
    for key in range(6):
        put(old, key)
    old.find(0, 1.0)
    new.take_over(old, INFINITE)
    assert (keys_of(new), new.refused) == ([4, 5, 0], 0)


def test_who_comes_back_is_kept() -> None:
    """S3-FIFO: what was new and went unused is remembered, and then comes into the main line."""
    store = make("s3_fifo", 10)
    for key in range(11):
        put(store, key)
    assert store.find(0, 0.0) < 0
    put(store, 0)
    for key in range(20, 40):
        put(store, key)
    assert store.find(0, 0.0) >= 0
    assert store.find(39, 0.0) >= 0
    assert all(store.find(key, 0.0) < 0 for key in range(1, 11))


def test_who_is_new_has_to_be_asked_for_more_often() -> None:
    """W-TinyLFU: ten that are used stay, though forty others come once."""
    store = make("w_tinylfu", 10)
    for _ in range(4):
        for key in range(10):
            if store.find(key, 0.0) < 0:
                put(store, key)
    for key in range(100, 140):
        assert store.find(key, 0.0) < 0
        put(store, key)
    assert sorted(keys_of(store))[:9] == list(range(9)), "the window is one that goes"


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


@ALL
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


@ALL
def test_an_entry_has_the_version_that_it_was_written_with(name: str) -> None:
    store = make(name, 10)
    assert store.versions[store.put(7, 0.0, INFINITE, 1, 0)] == 0
    assert store.versions[store.put(7, 0.0, INFINITE, 1, 0, 40)] == 40
    assert store.versions[store.put(7, 0.0, INFINITE, 1, 0)] == 0


@ALL
@pytest.mark.parametrize("into", MODELLED + OTHERS)
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
