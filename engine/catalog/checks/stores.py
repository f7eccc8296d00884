"""Warnings about what stores cannot keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_quantity
from engine.model.write_behind import WriteBehind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.plan.primitives import NodePlan, Plan


def store_warnings(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """Entries that are larger than a whole store."""
    for node in plan.nodes:
        yield from _too_large(reading, plan, node)
        yield from _warm_for_nobody(reading, node)
        yield from _writes(reading, plan, node)
        yield from _found_by_nobody(reading, node)
        yield from _without_origin(reading, plan, node)
        yield from _spread_by_others(reading, plan, node)


def _writes(reading: Reading, plan: Plan, node: NodePlan) -> Iterator[Finding]:
    """Writes that a crash may take, or that cannot go on from here."""
    store = node.store
    if store is None or store.write_policy not in ("through", "behind"):
        return
    name = name_of(reading.design, node.id)
    if not any(link.source == node.id for link in plan.links):
        yield Finding(
            level="warning",
            code="no-effect",
            id=node.id,
            field="config.write_policy",
            message=f"{name} has no link over which writes could go on, so it drops the keys that are written",
            fix=SetField(node.id, ("config", "write_policy"), UNSET, "Drop what is written"),
        )
    elif store.write_policy == "behind":
        delay = (store.write_behind or WriteBehind()).delay
        yield Finding(
            level="risk",
            code="write-behind",
            id=node.id,
            field="config.write_policy",
            message=f"{name} answers writes before they are where the data lives: a crash loses those of the last "
            f"{format_quantity(delay, 's')}, and more where they go on slowly",
            fix=SetField(node.id, ("config", "write_policy"), "through", "Write through"),
        )


def _warm_for_nobody(reading: Reading, node: NodePlan) -> Iterator[Finding]:
    """Caches of users, which cannot be warm before these come."""
    store = node.store
    if store is None or store.scope != "user" or not store.prewarm:
        return
    yield Finding(
        level="warning",
        code="no-effect",
        id=node.id,
        field="config.prewarm",
        message=f"{name_of(reading.design, node.id)} cannot start warm: each user has a cache of its own, "
        "which is empty until the user comes",
        fix=SetField(node.id, ("config", "prewarm"), UNSET, "Start cold"),
    )


def _found_by_nobody(reading: Reading, node: NodePlan) -> Iterator[Finding]:
    """Points of presence where nobody finds what others have fetched."""
    if node.store is None or not node.store.by_user:
        return
    yield Finding(
        level="warning",
        code="user-in-key",
        id=node.id,
        field="config.key",
        message=f"The user is part of the cache key of {name_of(reading.design, node.id)}: nobody finds what others have "
        "fetched, so it hits next to nothing",
        fix=SetField(node.id, ("config", "key"), UNSET, "Share objects among users"),
    )


def _without_origin(reading: Reading, plan: Plan, node: NodePlan) -> Iterator[Finding]:
    """CDNs that have nowhere to fetch from."""
    if reading.design.node_by_id[node.id].kind != "cdn":
        return
    if any(link.source == node.id for link in plan.links):
        return
    yield Finding(
        level="warning",
        code="no-target",
        id=node.id,
        message=f"{name_of(reading.design, node.id)} has no origin to fetch from: link it to one",
    )


def _spread_by_others(reading: Reading, plan: Plan, node: NodePlan) -> Iterator[Finding]:
    """Rings behind balancers that do not go by the key: each instance is asked for every key."""
    store = node.store
    if store is None or store.ring is None or store.ring.instances < 2:
        return
    routers = {each.id: each.router for each in plan.nodes if each.router is not None}
    for source in dict.fromkeys(each.source for each in plan.links if each.target == node.id):
        router = routers.get(source)
        if router is None or (
            router.picker == "hash" and (router.hash is None or router.hash.by == "key")
        ):
            continue
        before, after = name_of(reading.design, source), name_of(reading.design, node.id)
        yield Finding(
            level="warning",
            code="ring-not-by-key",
            id=source,
            field="config.picker",
            message=f"{before} does not pick by key, so that each instance of {after} is asked for every key and keeps "
            "its own copy; pick by hash",
            fix=SetField(source, ("config", "picker"), "hash", "Pick by hash"),
        )


def _too_large(reading: Reading, plan: Plan, node: NodePlan) -> Iterator[Finding]:
    """The classes whose entries a store never keeps."""
    store = node.store
    if store is None or store.capacity_bytes is None:
        return
    reads = [each for each in plan.classes if not each.write]
    sizes = {each.name: store.bytes_of(each) for each in reads}
    names = [name for name, size in sizes.items() if size > store.capacity_bytes]
    if not names:
        return
    largest = float(max(sizes.values()))
    have, need = (format_quantity(each, "B") for each in (store.capacity_bytes, largest))
    yield Finding(
        level="warning",
        code="entry-too-large",
        id=node.id,
        field="config.capacity_bytes",
        message=f"Entries of up to {need} are larger than all of {name_of(reading.design, node.id)} "
        f"({have}), so nothing is kept of: {', '.join(names)}",
        fix=SetField(node.id, ("config", "capacity_bytes"), largest, f"Make room for {need}"),
    )
