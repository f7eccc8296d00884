"""What is shown of a running cluster, against what its replicas hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.edits import SetField
from engine.run.session import Session
from engine.sim.primitives.cluster import cluster_of
from tests.helpers.builders import client, design, link, node

if TYPE_CHECKING:
    from engine.sim.lane.replicas.cluster import Cluster
    from engine.sim.snapshot import ClusterGauge


def session(rate: float = 200.0, events: Any = (), **cluster: Any) -> Session:
    law = {"law": "zipf", "count": 500, "alpha": 1.0}
    made = design(
        [
            client("users", rate, mix={"get": 0.5, "put": 0.5}),
            node("kv", "key_value_cluster", **cluster),
        ],
        [link("users", "kv", picker="random")],
        classes=[
            {"name": "get", "operation": "read", "keys": law},
            {"name": "put", "operation": "write", "keys": law},
        ],
        duration=60,
        warmup=0,
        events=list(events),
    )
    return Session(made)


def role_of(run: Session) -> Cluster:
    role = cluster_of(run._simulation.machine.nodes["kv"])
    assert role is not None
    return role


def seen(run: Session) -> ClusterGauge:
    gauge = run.snapshot().gauges["kv"].cluster
    assert gauge is not None
    return gauge


def keys_by_partition(role: Cluster) -> list[int]:
    found = [0] * len(role.partitions.loads)
    for slot in range(role.ledger.room()):
        if slot < role.ledger.keys.count:
            found[role.partitions.of(role.ledger.keys.keys[slot])] += 1
    return found


def test_partitions_are_shown_as_they_are_also_when_they_are_divided_anew() -> None:
    run = session(partition_rate=20.0)
    for until in (1.0, 2.0, 5.0):
        run.advance(until)
        gauge, role = seen(run), role_of(run)
        assert sum(gauge.loads) == run.requests
        assert list(gauge.keys) == keys_by_partition(role)
        assert sum(gauge.keys) == role.ledger.keys.count > 50
        assert gauge.throttled == role.throttled
        assert gauge.rate == 20.0
    assert gauge.throttled > 0
    run.apply(SetField("kv", ("config", "partitions"), 5))
    run.advance(6.0)
    gauge = seen(run)
    assert len(gauge.loads) == len(gauge.keys) == 5
    assert list(gauge.keys) == keys_by_partition(role_of(run))
    run.apply(SetField("kv", ("config", "placement"), "mod"))
    run.advance(7.0)
    assert list(seen(run).keys) == keys_by_partition(role_of(run))
