"""Makes keyed stores from their plans, and changes them while they are in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.roles.store import KeyedNode
from engine.sim.lane.stores.lfu import LfuStore
from engine.sim.lane.stores.ordered import OrderedStore
from engine.sim.lane.stores.random_choice import RandomStore
from engine.sim.lane.stores.store import UNBOUNDED

if TYPE_CHECKING:
    from engine.plan.primitives import NodePlan, Plan, StorePlan
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Draws, Streams
    from engine.sim.lane.stores.store import Store


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
        entries = [plan.bytes_of(kind) for kind in whole.classes]
        node.sizes = entries + entries[-1:] * (kinds - len(entries))
        node.sized = plan.is_sized
        old = self._plans.get(node.name)
        self._plans[node.name] = plan
        if old is None:
            if plan.prewarm:
                most = max(whole.classes, key=lambda kind: kind.keys.count)
                node.prewarm(most.keys.count, plan.bytes_of(most), self._agenda.now)
        elif _rules(old) != _rules(plan):
            fresh = self._store(node.name, plan)
            fresh.take_over(node.store, self._agenda.now + plan.ttl)
            node.store = fresh

    def _store(self, owner: str, plan: StorePlan) -> Store:
        """An empty store."""
        capacity = UNBOUNDED if plan.capacity is None else plan.capacity
        size = UNBOUNDED if plan.capacity_bytes is None else int(plan.capacity_bytes)
        if plan.eviction == "random":
            return RandomStore(capacity, plan.ttl, size, self._streams.uniform(owner, "evict"))
        if plan.eviction == "lfu":
            return LfuStore(capacity, plan.ttl, size)
        return OrderedStore(capacity, plan.ttl, size, use_renews=plan.eviction == "lru")


def _rules(plan: StorePlan) -> tuple[object, ...]:
    """What takes another store when it changes."""
    return (plan.capacity, plan.capacity_bytes, plan.ttl, plan.eviction)
