"""Risks of key-value clusters: quorums that do not overlap, and quorums of everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.checks.facts import risk
from engine.model.edits import SetField
from engine.model.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.checks.facts import Facts
    from engine.plan.primitives import ClusterPlan, NodePlan


def cluster_risks(facts: Facts, node: NodePlan) -> Iterator[Finding]:
    """What is dangerous about how the replicas of a cluster agree."""
    cluster = node.cluster
    if cluster is None:
        return
    yield from _idle(facts, node, cluster)
    name, count = facts.name(node.id), cluster.replicas
    write, read = cluster.write_quorum, cluster.read_quorum
    if cluster.local:
        if count > 1 and cluster.conflict == "lww":
            message = (
                f"Every instance of {name} takes writes: two of one key within the lag conflict, and the later one "
                "overwrites what it has not seen"
            )
            yield risk(node.id, "conflicts", message, "mode")
        return
    if cluster.led:
        yield from _led(node, cluster, name)
        return
    if read + write <= count:
        enough = count - write + 1
        message = (
            f"Reads of {name} may be stale: a read asks {read} of {count} replicas and a write {write}, which need not "
            f"have one in common; read {enough}"
        )
        fix = SetField(node.id, ("config", "read_quorum"), enough, f"Read {enough} replicas")
        yield risk(node.id, "stale-reads", message, "read_quorum", fix)
    yield from _whole(node, cluster, name, "write_quorum", write)
    yield from _whole(node, cluster, name, "read_quorum", read)


def _idle(facts: Facts, node: NodePlan, cluster: ClusterPlan) -> Iterator[Finding]:
    """Settings that nothing reads in this mode, and which are not as they usually are."""
    config = facts.reading.configs[node.id]
    mode = "multi_leader" if cluster.local else "single_leader" if cluster.led else "leaderless"
    unread = ["read_quorum", "conflict"] if cluster.led else ["read_from", "election"]
    if cluster.local:
        unread += ["write_quorum", "read_quorum", "consistency"]
    for field in unread:
        usual = type(config).model_fields[field].default
        if getattr(config, field) != usual:
            message = (
                f"{facts.name(node.id)} is {mode.replace('_', '-')}, where {field} changes nothing"
            )
            yield Finding(
                level="warning",
                code="no-effect",
                id=node.id,
                field=f"config.{field}",
                message=message,
                fix=SetField(node.id, ("config", field), usual, f"Set {field} to {usual}"),
            )


def _whole(
    node: NodePlan, cluster: ClusterPlan, name: str, field: str, quorum: int
) -> Iterator[Finding]:
    """One replica that is out of reach stops everything, since all of them are needed."""
    count = cluster.replicas
    if not cluster.strict or count == 1 or quorum < count:
        return
    fewer, what = count // 2 + 1, field.removesuffix("_quorum")
    message = f"{name} cannot {what} while a single replica of a key is out of reach, since it takes all {count}"
    remedy = None
    if fewer < count:
        message += f"; a majority of {fewer} does without one"
        remedy = SetField(node.id, ("config", field), fewer, f"Take {fewer}")
    yield risk(node.id, "whole-quorum", message, field, remedy)


def _led(node: NodePlan, cluster: ClusterPlan, name: str) -> Iterator[Finding]:
    """What is dangerous about leaders and their followers."""
    count, write = cluster.replicas, cluster.write_quorum
    if cluster.read_from != "leader" and count > 1:
        who = "a follower" if cluster.read_from == "follower" else "any replica"
        message = (
            f"Reads of {name} are answered by {who}, which may not have yet what was acknowledged"
        )
        fix = SetField(node.id, ("config", "read_from"), "leader", "Read from the leader")
        yield risk(node.id, "stale-reads", message, "read_from", fix)
    most = count // 2 + 1
    if count == 2:
        message = f"A partition of {name} has 2 replicas: when either is down, the other is no majority, and elects nobody"
        fix = SetField(node.id, ("config", "replicas"), 3, "Have 3 replicas")
        yield risk(node.id, "no-majority", message, "replicas", fix)
    elif write < most:
        message = (
            f"A leader of {name} that is lost takes writes with it that were acknowledged: {write} of {count} replicas "
            f"has them, and another one may be elected; acknowledged by {most}, none are"
        )
        fix = SetField(node.id, ("config", "write_quorum"), most, f"Acknowledge by {most}")
        yield risk(node.id, "async-failover", message, "write_quorum", fix)
    yield from _whole(node, cluster, name, "write_quorum", write)
