"""Gives the instances of a node a store each, and knows which keys belong to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.sim.body import padded
from engine.sim.key_maps import map_among
from engine.sim.lane.balancing.key_ring import KeyRing, KeyRingPicker
from engine.sim.lane.draws import generator
from engine.sim.lane.mixing import SPACE
from engine.sim.lane.node import Node
from engine.sim.lane.roles.store import StoreRole
from engine.sim.served import GOLDEN
from engine.sim.stores import make_store, moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import RingPlan, StorePlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.call import Pool
    from engine.sim.lane.stores.store import Store
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup

_SAMPLES: Final = 4096
"""Keys of which it is looked where they belong: what moves is known to a percent."""


def move_stores(
    role: StoreRole, before: StorePlan, plan: StorePlan, setup: Setup, name: str
) -> None:
    """Have the stores of a changed plan in all instances, with what fits of what they hold."""
    ring = role.ring
    if ring is not None and ring.pools:
        for pool in ring.pools:
            _give(role, pool, moved(role.store_of(pool), before, plan, setup, name))
        role.store = role.store_of(ring.pools[0])
    if plan.ring is None and ring is not None:
        _part(role, ring)
    elif plan.ring is not None and ring is None:
        role.ring = role.former or KeyRing()


def _give(role: StoreRole, pool: Pool, store: Store) -> None:
    """Have an instance look into a store."""
    pool.contents = store
    shards = role.shards or []
    known = [] if role.ring is None else role.ring.ever
    most = max(int(each.index) for each in (*known, pool))
    shards += [role.store] * (most + 1 - len(shards))
    shards[pool.index] = store
    role.shards = shards


def _pad(role: StoreRole, leaving: Sequence[Pool]) -> None:
    """Let instances that left before there was a ring look, with what they have in hand, into what all shared."""
    shards = role.shards or []
    for pool in leaving:
        shards += [role.store] * int(pool.index + 1 - len(shards))


def _part(role: StoreRole, ring: KeyRing) -> None:
    """All share the store of the first instance from now on; what the others held is gone."""
    stores = stores_of(role)
    role.ring, role.former, role.shards = None, ring, None
    for pool in ring.ever:
        pool.contents = None
    for store in stores:
        if store is not role.store:
            store.clear()
            role.store.evictions += store.evictions
            role.store.refused += store.refused


def wire_ring(role: StoreRole, part: NodePart, setup: Setup) -> None:
    """Know the instances that there are, each with its store, and map the keys to them."""
    plan, ring = part.plan.store, role.ring
    if plan is None or plan.ring is None or ring is None:
        return
    pools = list(part.node.pools)
    before = [pool for pool in ring.pools if pool.contents is not None]
    main = max(1, len(pools) - plan.ring.spares)
    spare = before[int(ring.main) :]
    for place, pool in enumerate(pools):
        if pool.contents is None:
            first = place == 0 and not before
            store = role.store if first else make_store(part.plan.id, plan, setup.streams)
            store.keepers = role.store.keepers
            _give(role, pool, store)
        elif (place >= main) != (pool in spare):
            role.store_of(pool).clear()
        ttl = min(plan.ttl, plan.ring.spare_ttl) if place >= main else plan.ttl
        role.store_of(pool).ttl = ttl
    for pool in before:
        if pool not in pools:
            role.store_of(pool).clear()
    role.store = role.store_of(pools[0])
    _pad(role, part.retired)
    known = set(ring.ever)
    ring.ever += [pool for pool in pools if pool not in known]
    if not before:
        ring.pools = []  # nothing has moved: all shared one store
    _map(ring, pools, main, plan.ring, setup, part.plan.id)


def _map(
    ring: KeyRing, pools: list[Pool], main: int, plan: RingPlan, setup: Setup, name: str
) -> None:
    """Map keys to the instances, and add what moves."""
    ring.salt = int(generator(setup.streams.seed, name, "key ring").integers(SPACE))
    most = max(kind.keys.count for kind in setup.plan.classes)
    samples = [number * GOLDEN % SPACE for number in range(_SAMPLES)]
    owners = [ring.pools[ring.copy(ring.hashed(key), 0)] for key in samples] if ring.pools else []
    ring.range = most if plan.placement == "range" else 0
    names = [f"{name}/{pool.index}" for pool in pools[:main]]
    ring.keys = map_among(names, plan.placement, plan.virtual_nodes, ring.salt, ring.range)
    ring.pools, ring.main, ring.replicas = pools, main, plan.replicas
    gone = sum(
        owner is not pools[ring.copy(ring.hashed(key), 0)]
        for key, owner in zip(samples, owners, strict=False)
    )
    ring.moved += gone / _SAMPLES


def pick_by_ring(part: LinkPart, setup: Setup) -> bool:
    """Have a link ask the instance that has the key, where its target's instances have stores of their own."""
    link = part.link
    role = link.target.server if isinstance(link.target, Node) else None
    if not isinstance(role, StoreRole) or role.ring is None:
        return False
    link.pickers = padded([KeyRingPicker(link.endpoints, role.ring)], setup.kinds)
    link.sole, link.shared, link.spare = None, False, None
    return True


def stores_of(role: StoreRole) -> list[Store]:
    """All that a role ever kept entries in, and still counts."""
    ring = role.ring
    if ring is None or not ring.ever:
        return [role.store]
    return list({id(store): store for store in map(role.store_of, ring.ever)}.values())


def ring_counters(role: StoreRole) -> Counters:
    """Keys moved, and calls to each instance that there ever was."""
    ring = role.ring or role.former
    return () if ring is None else (ring.moved, *(float(pool.arrivals) for pool in ring.ever))


def ring_values(role: StoreRole, since: Sequence[float]) -> Values:
    """What moved, the most calls of an instance over their mean, and how many went to spare ones."""
    ring = role.ring
    if ring is None or not since:
        return {}
    moved_keys, *counts = since
    main = ring.pools[: int(ring.main)]
    pairs = list(zip(ring.ever, counts, strict=True))
    there = [count for pool, count in pairs if pool in main]
    whole = sum(there)
    found = {"keys_moved": moved_keys}
    if whole > 0.0:
        found["imbalance"] = max(there) * len(there) / whole
    if len(ring.pools) > ring.main:
        every = sum(counts)
        spared = sum(count for pool, count in pairs if pool in ring.pools[int(ring.main) :])
        found["gutter_share"] = spared / every if every > 0.0 else 0.0
    return found
