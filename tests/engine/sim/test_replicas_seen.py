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


def test_versions_of_a_key_are_told_as_the_replicas_hold_them() -> None:
    cut = {"at": 3, "duration": 4, "target": "kv", "change": "split", "instances": 1}
    run = session(events=[cut], consistency="ap")
    run.keys = {"kv": None}
    run.advance(1.0)
    first = seen(run).watched
    assert first is not None
    held = {number: version for _at, number, version in first.held}
    apart = {"before": 0, "cut": 0, "healed": 0}
    for step in range(20, 240):
        run.advance(step / 20.0)
        gauge = seen(run).watched
        assert gauge is not None
        if gauge.key != first.key:  # another one is hotter
            first, held = gauge, {}
        assert list(gauge.held) == sorted(gauge.held, key=lambda each: each[0])
        held |= {number: version for _at, number, version in gauge.held}
        role = role_of(run)
        slot = role.ledger.keys.find(gauge.key)
        truth = {
            int(each.pool.index): int(each.versions[slot])
            for each in role.members
            if int(each.pool.index) in gauge.owners
        }
        assert {number: held[number] for number in gauge.owners} == truth
        recorded = [at for at, _number, _version in gauge.held if at < run.now]
        assert len(recorded) == len(gauge.held) or gauge.since == run.now
        phase = "before" if run.now < 3.1 else "cut" if run.now < 7.0 else "healed"
        if len(set(truth.values())) > 1 and (phase != "healed" or run.now > 8.5):
            apart[phase] += 1
    assert role_of(run).ledger.begun[slot] == max(role_of(run).ledger.begun)
    assert len(gauge.owners) == 3
    assert apart["cut"] > 60
    assert apart["before"] + apart["healed"] <= 3


def test_a_flush_is_seen_and_a_given_key_is_followed() -> None:
    run = session(events=[{"at": 2, "target": "kv", "change": "flush"}])
    run.keys = {"kv": 7}
    run.advance(1.9)
    before = seen(run).watched
    assert before is not None
    assert before.key == 7
    assert any(version > 0 for _at, _number, version in before.held)
    run.advance(2.0)
    run.advance(2.0 + 1e-6)
    after = seen(run).watched
    assert after is not None
    assert {version for _at, _number, version in after.held} == {0}
    run.keys = {}
    assert seen(run).watched is None
    assert role_of(run).watch is None


def test_looking_at_a_key_changes_nothing() -> None:
    plain, watched = session(), session()
    watched.keys = {"kv": None}
    for until in (1.0, 2.0, 60.0):
        for run in (plain, watched):
            run.advance(until)
            run.snapshot()
    assert plain.moment == watched.moment
    assert plain.result()["nodes"] == watched.result()["nodes"]


def test_too_much_is_told_from_where_it_is_whole_on() -> None:
    run = session(rate=4000.0, partition_rate=None)
    run.keys = {"kv": 0}
    run.snapshot()
    run.advance(6.0)
    gauge = seen(run).watched
    assert gauge is not None
    assert len(gauge.held) <= 3003
    assert gauge.since > 0.0
    assert all(at >= gauge.since for at, _number, _version in gauge.held)
