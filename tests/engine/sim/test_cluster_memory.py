"""What keys take that a cluster knows."""

from __future__ import annotations

import tracemalloc

from engine.catalog.lowering import lower
from engine.control.simulation import Simulation
from engine.sim.primitives.cluster import cluster_of
from tests.helpers.builders import client, design, link, node

KEYS = 1 << 14
MOST = 1000.0
"""Bytes a key, of three replicas and what is known of them: a million take less than 1 GB."""


def test_a_million_keys_on_three_replicas_take_less_than_a_gigabyte() -> None:
    users = client("users", 1.0)
    cluster = node("kv", "key_value_cluster", partitions=12, replicas=3)
    simulation = Simulation(lower(design([users, cluster], [link("users", "kv")])))
    role = cluster_of(simulation.machine.nodes["kv"])
    assert role is not None
    tracemalloc.start()
    for key in range(KEYS):
        slot = role._enter(key)
        role.ledger.begun[slot] = 1
        for owner in role.partitions.owners[role.ledger.partition[slot]]:
            assert role.take(owner, slot, 1, 1.0, None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert role.ledger.keys.count == KEYS
    assert role.ledger.divergent == 0
    assert 100.0 < peak / KEYS < MOST  # less than the arrays themselves would be none that are seen
