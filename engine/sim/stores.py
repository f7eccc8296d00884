"""Makes keyed stores from their plans, and moves what they hold into others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.stores.store import LfuStore, OrderedStore, RandomStore, Store

if TYPE_CHECKING:
    from engine.plan.primitives import StorePlan
    from engine.sim.lane.draws import Streams
    from engine.sim.setup import Setup


def make_store(owner: str, plan: StorePlan, streams: Streams) -> Store:
    """An empty store."""
    capacity = UNLIMITED if plan.capacity is None else plan.capacity
    if plan.eviction == "random":
        return RandomStore(capacity, plan.ttl, streams.uniform(owner, "evict"))
    if plan.eviction == "lfu":
        return LfuStore(capacity, plan.ttl)
    return OrderedStore(capacity, plan.ttl, hits_renew=plan.eviction == "lru")


def moved(store: Store, before: StorePlan, plan: StorePlan, setup: Setup, owner: str) -> Store:
    """The store of a changed plan: the same, or another one with what fits of its contents."""
    if (before.capacity, before.ttl, before.eviction) == (plan.capacity, plan.ttl, plan.eviction):
        return store
    fresh = make_store(owner, plan, setup.streams)
    latest = setup.agenda.now + plan.ttl
    for key, expiry in store.contents():
        fresh.put(key, min(expiry, latest))
    fresh.evictions = store.evictions
    return fresh
