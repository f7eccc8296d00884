"""Makes keyed stores from their plans, and changes them while they are in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.call import UNLIMITED
from engine.sim.lane.roles.store import KeyedNode
from engine.sim.lane.stores.store import LfuStore, OrderedStore, RandomStore, Store

if TYPE_CHECKING:
    from engine.plan.primitives import NodePlan, Plan, StorePlan
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Draws, Streams


class Stores:
    """Builds and tunes the stores of one machine."""

    def __init__(self, agenda: Agenda, streams: Streams) -> None:
        self._agenda = agenda
        self._streams = streams
        self._plans: dict[str, StorePlan] = {}

    def node(self, plan: NodePlan, store: StorePlan, errors: Draws) -> KeyedNode:
        """A new node with an empty store."""
        self._plans.pop(plan.id, None)
        return KeyedNode(plan.id, self._agenda, errors, self._store(plan.id, store))

    def tune(self, node: KeyedNode, plan: StorePlan, whole: Plan, kinds: int) -> None:
        """Turn a store's knobs; what it holds stays as far as it fits."""
        node.single_flight = plan.single_flight
        node.writes = [kind.write for kind in whole.classes]
        node.writes += node.writes[-1:] * (kinds - len(node.writes))
        old = self._plans.get(node.name)
        self._plans[node.name] = plan
        if old is None:
            if plan.prewarm:
                count = max(kind.keys.count for kind in whole.classes)
                node.prewarm(count, self._agenda.now)
        elif (old.capacity, old.ttl, old.eviction) != (plan.capacity, plan.ttl, plan.eviction):
            fresh = self._store(node.name, plan)
            latest = self._agenda.now + plan.ttl
            for key, expiry in node.store.contents():
                fresh.put(key, min(expiry, latest))
            fresh.evictions = node.store.evictions
            node.store = fresh

    def _store(self, owner: str, plan: StorePlan) -> Store:
        """An empty store."""
        capacity = UNLIMITED if plan.capacity is None else plan.capacity
        if plan.eviction == "random":
            return RandomStore(capacity, plan.ttl, self._streams.uniform(owner, "evict"))
        if plan.eviction == "lfu":
            return LfuStore(capacity, plan.ttl)
        return OrderedStore(capacity, plan.ttl, hits_renew=plan.eviction == "lru")
