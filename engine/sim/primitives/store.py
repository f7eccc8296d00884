"""Keyed stores in front of a node's flow, changed while they are in use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.model.write_behind import WriteBehind as Settings
from engine.sim.body import Counters, Values, padded, ratio
from engine.sim.lane.balancing.key_ring import KeyRing
from engine.sim.lane.roles.renewal import Renewal
from engine.sim.lane.roles.shield import Shield
from engine.sim.lane.roles.store import RoleFetcher, StoreRole
from engine.sim.lane.roles.store_body import AROUND, BEHIND, INVALIDATE, THROUGH
from engine.sim.lane.roles.write_behind import WriteBehind
from engine.sim.lane.stores.by_instance import NOBODYS, InstanceKeys
from engine.sim.lane.stores.private import PrivateStore, UserKeys
from engine.sim.primitives.adapter import RoleAdapter
from engine.sim.rings import move_stores, ring_counters, ring_values, stores_of, wire_ring
from engine.sim.stores import make_shield, make_store, moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan, StorePlan
    from engine.sim.lane.node import Node
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup

_POLICIES: Final = {
    "invalidate": INVALIDATE,
    "around": AROUND,
    "through": THROUGH,
    "behind": BEHIND,
}


class StoreAdapter(RoleAdapter[StoreRole]):
    """Reads that hit are answered at once."""

    name = "store"

    def applies(self, plan: NodePlan) -> bool:
        """A plan with a store."""
        return plan.store is not None

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> StoreRole:
        """Empty, or warm."""
        if plan.store is None:
            msg = f"{plan.id} has no store"
            raise AssertionError(msg)
        role = StoreRole(node, node.flow, make_store(plan.id, plan.store, setup.streams))
        role.origins = setup.origins
        if plan.store.ring is not None:
            role.ring = KeyRing()
        else:
            _warm(role, plan, setup)
        return role

    def tune(self, role: StoreRole, part: NodePart, setup: Setup) -> None:
        """What it holds stays as far as it fits."""
        plan, before = part.plan.store, part.followed
        if plan is None:
            return
        role.single_flight = plan.single_flight
        role.writes = padded([kind.write for kind in setup.plan.classes], setup.kinds)
        role.sizes = padded([plan.bytes_of(kind) for kind in setup.plan.classes], setup.kinds)
        role.sized = plan.is_sized
        role.policy = _POLICIES[plan.write_policy]
        _tune_behind(role, plan)
        _tune_renewal(role, plan, setup)
        had = role.store
        if before is not None and before.store is not None:
            if role.ring is None:
                role.store = moved(had, before.store, plan, setup, part.plan.id)
            if role.ring is not None or plan.ring is not None:
                move_stores(role, before.store, plan, setup, part.plan.id)
        for store in stores_of(role):
            store.grace = plan.grace
        if not isinstance(role.store, PrivateStore):
            role.user_keys = None
        elif role.user_keys is None or role.store is not had:
            role.user_keys = (
                UserKeys(role.store)
                if plan.scope == "user"
                else InstanceKeys(role.store, by_user=plan.by_user)
            )
        _tune_shield(role, part, setup)

    def counters(self, body: StoreRole, now: float) -> Counters:
        """Hits, misses, evictions, ages, stale hits, writes lost and failed behind, refused, a second tier's; of rings more."""
        stores = stores_of(body)
        evictions = float(sum(int(store.evictions) for store in stores))
        refused = float(sum(int(store.refused) for store in stores))
        counted = (float(body.hits), float(body.misses), evictions, body.ages)
        behind, shield = body.behind, shield_of(body)
        late = (0.0, 0.0) if behind is None else (float(behind.lost), float(behind.errors))
        second = (0.0, 0.0) if shield is None else (float(shield.hits), float(shield.misses))
        renewal = body.renewal
        renewed = (0.0, 0.0, 0.0, 0.0)
        if renewal is not None:
            renewed = (
                float(renewal.fetches),
                float(renewal.expiries),
                float(renewal.served_stale),
                float(renewal.revalidated),
            )
        return (
            *counted,
            float(body.stale),
            *late,
            refused,
            *second,
            *renewed,
            *ring_counters(body),
        )

    def extra(self, body: StoreRole, since: Sequence[float], span: float, now: float) -> Values:
        """How often it has what it is asked for, and what it holds."""
        hits, misses, evictions, ages, stale, lost, errors, refused = since[:8]
        shielded, beyond, *renewed = since[8:14]
        ringed = since[14:]
        stores = stores_of(body)
        found = {
            "hit_ratio": ratio(hits, hits + misses),
            "hits": hits,
            "misses": misses,
            "entries": float(sum(store.count() for store in stores)),
            "evictions": evictions,
        }
        if body.store.refuses or body.behind is not None:
            found["write_errors"] = refused + errors
        if body.sized:
            found["bytes"] = float(sum(int(store.bytes) for store in stores))
            found["age"] = ratio(ages, hits)
        if body.renewal is not None:
            fetches, expiries, served, same = renewed
            found["fetches_per_expiry"] = ratio(fetches, expiries)
            found["served_stale"] = served
            found["revalidated"] = same
        if body.behind is not None:
            found["lost_writes"] = lost
            found["unwritten"] = float(body.behind.waiting())
        if shield_of(body) is not None:
            found["shield_hit_ratio"] = ratio(shielded, shielded + beyond)
        if body.origins is not None:
            found["stale_ratio"] = ratio(stale, hits)
        return found | ring_values(body, ringed)

    def wire(self, role: StoreRole, part: NodePart, leaving: list[LinkPart], setup: Setup) -> None:
        """Know the instances, and whose copies it holds."""
        fresh = role.ring is not None and not role.ring.ever and part.born == setup.agenda.now
        wire_ring(role, part, setup)
        known = setup.data_origins
        role.origins = setup.origins if known.names else None
        setup.origins.conditional = setup.conditional
        role.sources = [setup.origins.of(name) for name in known.feeding.get(part.plan.id, ())]
        role.tells = len(known.feeding) > 1
        if fresh:
            _warm(role, part.plan, setup)
        if role.behind is not None:
            role.behind.source = role.sources[0] if len(role.sources) == 1 else None
        if isinstance(role.user_keys, InstanceKeys):
            role.user_keys.keep(1 + max(int(pool.index) for pool in part.node.pools))
        shield = shield_of(role)
        if shield is not None:
            shield.ends_here = shield.flow.ends_here
            shield.trips = _trips(leaving)


def _tune_renewal(role: StoreRole, plan: StorePlan, setup: Setup) -> None:
    """What is under way goes on by the new settings."""
    renewal = role.renewal
    if renewal is None:
        if not plan.renews:
            return
        streams, name = setup.streams, role.node.name
        renewal = Renewal(
            setup.agenda, streams.exponential(name, "early"), streams.uniform(name, "ttl jitter")
        )
        renewal.fetcher = RoleFetcher(role)
        role.renewal = renewal
    renewal.lease = plan.lease if plan.fill == "lease" else 0.0
    renewal.patience = plan.lease
    renewal.beta = plan.beta if plan.fill == "early" else 0.0
    renewal.jitter = min(plan.ttl_jitter, plan.ttl)
    renewal.while_revalidating = plan.stale_while_revalidate
    renewal.if_error = plan.stale_if_error
    renewal.conditional = plan.revalidate == "etag"


def _tune_behind(role: StoreRole, plan: StorePlan) -> None:
    """What waits already goes on by the new settings, whatever the policy is now."""
    behind = role.behind
    if behind is None:
        if plan.write_policy != "behind":
            return
        behind = role.behind = WriteBehind(role.background)
    settings = plan.write_behind or Settings()
    behind.delay = settings.delay
    behind.interval = 0.0 if settings.rate is None else 1.0 / settings.rate
    behind.merges = settings.order == "key"
    behind.limit = settings.limit


def _trips(leaving: list[LinkPart]) -> list[float]:
    """Seconds from each place to the origin and back."""
    if not leaving:
        return [0.0]
    way, spacing = leaving[0].link.usual, leaving[0].plan.spacing
    rows = ((0.0,),) if spacing is None else spacing.delays
    return [2.0 * max(0.0, way + row[0]) for row in rows]


def shield_of(role: StoreRole) -> Shield | None:
    """The second tier behind the stores of the instances, where there is one."""
    return role.flow if isinstance(role.flow, Shield) else None


def _tune_shield(role: StoreRole, part: NodePart, setup: Setup) -> None:
    """Have a second tier, or none; what it holds stays as far as it fits."""
    plan, node, shield = part.plan.store, part.node, shield_of(role)
    if plan is None or plan.shield == (shield is not None):
        before = None if part.followed is None else part.followed.store
        if plan is not None and shield is not None and before is not None:
            own = replace(plan, scope="shared", by_user=False)
            was = replace(before, scope="shared", by_user=False)
            shield.store = moved(shield.store, was, own, setup, f"{part.plan.id}/shield")
        return
    if shield is not None:
        role.flow = node.flow
        node.play(node.flow, role, role)
        shield.give_up(setup.agenda.now)
        return
    store = make_shield(part.plan.id, plan, setup.streams)
    role.flow = shield = Shield(node, node.flow, role, store)
    node.play(node.flow, role, shield)


def _warm(role: StoreRole, plan: NodePlan, setup: Setup) -> None:
    """Start with the most popular keys, where that is asked for."""
    store = plan.store
    if store is None or not store.prewarm or store.scope == "user" or store.by_user:
        return
    most = max(setup.plan.classes, key=lambda kind: kind.keys.count)
    size, now = store.bytes_of(most), setup.agenda.now
    places = plan.station.instances if store.scope == "instance" else 1
    for place in range(places):
        role.prewarm(most.keys.count, size, now, place if places > 1 else NOBODYS)
