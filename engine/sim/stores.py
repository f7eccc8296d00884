"""Makes keyed stores from their plans, and moves what they hold into others."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.sim.lane.stores.lfu import LfuStore
from engine.sim.lane.stores.ordered import OrderedStore
from engine.sim.lane.stores.private import PrivateStore
from engine.sim.lane.stores.random_choice import RandomStore
from engine.sim.lane.stores.refusing import RefusingStore
from engine.sim.lane.stores.s3_fifo import S3FifoStore
from engine.sim.lane.stores.store import UNBOUNDED
from engine.sim.lane.stores.tiny_lfu import TinyLfuStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.plan.primitives import StorePlan
    from engine.sim.lane.draws import Streams
    from engine.sim.lane.stores.store import Store
    from engine.sim.setup import Setup


_BY_NAME: Final[Mapping[str, Callable[[int, float, int], Store]]] = MappingProxyType(
    {
        "lfu": LfuStore,
        "w_tinylfu": TinyLfuStore,
        "s3_fifo": S3FifoStore,
        "none": RefusingStore,
    }
)


def make_store(owner: str, plan: StorePlan, streams: Streams) -> Store:
    """An empty store, which keeps what has expired for a while where somebody wants that."""
    made = _empty(owner, plan, streams)
    made.grace = plan.grace
    return made


def _empty(owner: str, plan: StorePlan, streams: Streams) -> Store:
    """An empty store."""
    capacity = UNBOUNDED if plan.capacity is None else plan.capacity
    size = UNBOUNDED if plan.capacity_bytes is None else int(plan.capacity_bytes)
    if plan.scope != "shared":
        renews, refuses = plan.eviction == "lru", plan.eviction == "none"
        return PrivateStore(capacity, plan.ttl, size, use_renews=renews, refuses=refuses)
    if plan.eviction in ("random", "sampled_lru"):
        samples = plan.samples if plan.eviction == "sampled_lru" else 1
        return RandomStore(capacity, plan.ttl, size, streams.uniform(owner, "evict"), samples)
    made = _BY_NAME.get(plan.eviction)
    if made is not None:
        return made(capacity, plan.ttl, size)
    return OrderedStore(capacity, plan.ttl, size, use_renews=plan.eviction == "lru")


def moved(store: Store, before: StorePlan, plan: StorePlan, setup: Setup, owner: str) -> Store:
    """The store of a changed plan: the same, or another one with what fits of its contents.

    What is everybody's belongs to no user, and the other way round.
    """
    if _rules(before) == _rules(plan):
        return store
    fresh = make_store(owner, plan, setup.streams)
    if (before.scope, before.by_user) == (plan.scope, plan.by_user):
        fresh.take_over(store, setup.agenda.now + plan.ttl)
    else:
        fresh.replace(store)
    return fresh


def _rules(plan: StorePlan) -> tuple[object, ...]:
    """What takes another store when it changes."""
    bounds = (plan.capacity, plan.capacity_bytes, plan.ttl, plan.samples)
    return (*bounds, plan.eviction, plan.scope, plan.by_user)


def make_shield(owner: str, plan: StorePlan, streams: Streams) -> Store:
    """An empty store that all instances share, with as much room as each has."""
    return make_store(f"{owner}/shield", replace(plan, scope="shared"), streams)
