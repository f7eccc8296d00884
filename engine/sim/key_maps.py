"""Makes the maps from hashes to instances: points on a ring, a table of slots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from librt.vecs import vec
from mypy_extensions import i16, i64

from engine.sim.lane.balancing.key_maps import SLOTS, Modulo, Ranges, Ring, Slots
from engine.sim.lane.draws import generator
from engine.sim.lane.mixing import BITS, MASK, SPACE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.model.balancing import Hash
    from engine.sim.lane.balancing.key_maps import KeyMap
    from engine.sim.lane.call import Endpoint

_MOST_ARCS = 20
"""Arcs of a ring, in bits: a million of them are enough for any number of points."""


def key_map(settings: Hash, endpoints: Sequence[Endpoint], salt: int, keys: int) -> KeyMap:
    """Where hashes belong.

    Args:
        settings: how they are mapped.
        endpoints: the instances.
        salt: what tells this ring from those of others (32 bits).
        keys: how many keys there are, where ranges are those of keys; 0 where they are those of hashes.
    """
    names = [f"{each.pool.site.name}/{each.pool.index}" for each in endpoints]
    return map_among(names, settings.map, settings.virtual_nodes, salt, keys)


def map_among(names: Sequence[str], sort: str, virtual_nodes: int, salt: int, keys: int) -> KeyMap:
    """Where hashes belong among whatever has names.

    Args:
        names: those among which they are divided.
        sort: ``mod``, ``ring``, ``range`` or ``slots``.
        virtual_nodes: points of each on a ring.
        salt: what tells this ring from those of others (32 bits).
        keys: how many keys there are, where ranges are those of keys; 0 where they are those of hashes.
    """
    count = len(names)
    if count == 0:
        return Modulo(1)  # nobody is asked
    if sort == "ring":
        return _ring(names, virtual_nodes, salt)
    if sort == "slots":
        return Slots(vec[i16](_slots(count)))
    if sort == "range":
        return Ranges(count, keys or SPACE)
    return Modulo(count)


def _ring(names: Sequence[str], virtual_nodes: int, salt: int) -> Ring:
    """Points of each, by its name, so that those of the others stay where they are."""
    points, owners = [], []
    for place, name in enumerate(names):
        points.append(generator(salt, name, "ring").integers(SPACE, size=virtual_nodes))
        owners.append(np.full(virtual_nodes, place))
    along, whose = np.concatenate(points), np.concatenate(owners)
    order = np.argsort(along, kind="stable")
    along = along[order] & MASK
    bits = min(max(len(along) - 1, 1).bit_length(), _MOST_ARCS)
    arcs = np.arange(1 << bits, dtype=np.int64) << (BITS - bits)
    guide = np.searchsorted(along, arcs, side="left")
    return Ring(vec[i64](along), vec[i64](whose[order]), vec[i64](guide), BITS - bits, len(names))


def _slots(count: int) -> list[int]:
    """The instance of each slot: one after the other joins, and takes as many from each as it has to."""
    table = [0] * SLOTS
    for joining in range(1, count):
        fair = SLOTS // (joining + 1)
        held = np.bincount(table, minlength=joining + 1)
        given = 0
        for slot in range(SLOTS):
            if given == fair:
                break
            owner = table[slot]
            if held[owner] > fair:
                held[owner] -= 1
                table[slot] = joining
                given += 1
    return table
