"""Risks of key-value clusters: quorums that do not overlap, and quorums of everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.checks.facts import risk
from engine.model.edits import SetField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.checks.facts import Facts
    from engine.model.findings import Finding
    from engine.plan.primitives import NodePlan


def cluster_risks(facts: Facts, node: NodePlan) -> Iterator[Finding]:
    """What is dangerous about how the replicas of a cluster agree."""
    cluster = node.cluster
    if cluster is None:
        return
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
    if read + write <= count:
        enough = count - write + 1
        message = (
            f"Reads of {name} may be stale: a read asks {read} of {count} replicas and a write {write}, which need not "
            f"have one in common; read {enough}"
        )
        fix = SetField(node.id, ("config", "read_quorum"), enough, f"Read {enough} replicas")
        yield risk(node.id, "stale-reads", message, "read_quorum", fix)
    if not cluster.strict or count == 1:
        return
    for field, quorum, what in (("write_quorum", write, "write"), ("read_quorum", read, "read")):
        if quorum == count:
            fewer = count // 2 + 1
            message = (
                f"{name} cannot {what} while a single replica of a key is out of reach, since it takes "
                f"all {count}"
            )
            remedy = None
            if fewer < count:
                message += f"; a majority of {fewer} does without one"
                remedy = SetField(node.id, ("config", field), fewer, f"Take {fewer}")
            yield risk(node.id, "whole-quorum", message, field, remedy)
