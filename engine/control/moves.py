"""Keys that go to another instance because one is down, drained or given up, and come back with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.roles.store import StoreRole
from engine.sim.served import look_at

if TYPE_CHECKING:
    from engine.sim.lane.balancing.key_ring import KeyRing
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart


def note_moves(machine: Machine, part: NodePart) -> None:
    """Count what moves since some instance of a node has come or gone.

    That is so for a node whose instances share its keys, and for those before it that pick by what calls carry.
    """
    role = part.role(StoreRole)
    if role is not None and role.ring is not None:
        _note_ring(part, role.ring)
    for link in part.entering:
        source = machine.nodes.get(link.plan.source)
        for choosing in (link.choosing, None if source is None else source.choosing):
            if choosing is not None:
                choosing.spread.look()


def _note_ring(part: NodePart, ring: KeyRing) -> None:
    """See who is asked for what by now."""
    known = part.served
    now = look_at(ring, known)
    if now is known:
        return
    before = known.asked if known is not None and known.home == now.home else now.home
    moved = sum(a is not b for a, b in zip(before, now.asked, strict=True))
    ring.moved += moved / len(before)
    part.served = now
