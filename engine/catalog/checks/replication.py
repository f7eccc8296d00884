"""Risks of replicated databases: what a failover loses, what reads miss, and what one dead follower stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.catalog.checks.facts import risk
from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_figure, format_quantity
from engine.plan.sessions import carried

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

    from engine.catalog.checks.facts import Facts
    from engine.catalog.reading import Reading
    from engine.plan.primitives import NodePlan
    from engine.plan.primitives.replication import ReplicationPlan

_FLUSH: Final[dict[str, JsonValue]] = {"law": "constant", "mean": 1e-3}
"""Time of a flush on a server's SSD."""


def replication_warnings(reading: Reading) -> Iterator[Finding]:
    """Databases that say what a follower has done with a write before it counts, where all of that is the same."""
    for node in reading.design.nodes:
        config = reading.configs.get(node.id)
        if node.kind != "sql_database" or "level" not in node.config:
            continue
        fix: SetField | None = SetField(node.id, ("config", "level"), UNSET, "Remove the level")
        if not getattr(config, "replicas", 0):
            why = "it has no replicas"
        elif getattr(config, "acknowledge", "async") == "async":
            why = "its writes are acknowledged at once (async)"
        elif getattr(config, "flush", None) is None and getattr(config, "replay", None) is None:
            why = "neither flush nor replay takes its followers any time"
            fix = SetField(node.id, ("config", "flush"), {**_FLUSH}, "Let a flush take 1 ms")
        else:
            continue
        yield Finding(
            level="warning",
            code="unused-level",
            id=node.id,
            field="config.level",
            message=f"When a follower of {name_of(reading.design, node.id)} has a write is set and has no effect: {why}",
            fix=fix,
        )


def replication_risks(facts: Facts, node: NodePlan) -> Iterator[Finding]:
    """What is dangerous about how a database is replicated."""
    replication = node.replication
    if replication is None:
        return
    followers = node.station.instances - 1
    sessions = _sessions(facts, node)
    name, writes = facts.name(node.id), _rate(facts, node, write=True) + sessions
    yield from _no_failover(node, name, writes)
    yield from _losses(node, replication, name, writes, sessions)
    yield from _standstill(node, replication, name, followers)
    yield from _replay(node, replication, name, writes)
    reads = _rate(facts, node, write=False)
    if replication.read_from != "leader" and reads > 0.0 and writes > 0.0:
        lag = format_quantity(replication.behind(), "s")
        who = "a follower" if replication.read_from == "follower" else "any instance of it"
        message = (
            f"{name} has reads answered by {who}, which lacks what was written in the last {lag} or so: users may not "
            "see what they have just written"
        )
        fix = SetField(node.id, ("config", "read_from"), "leader", "Read from the leader")
        yield risk(node.id, "stale-reads", message, "read_from", fix)


def _rate(facts: Facts, node: NodePlan, *, write: bool) -> float:
    """Reads or writes a second that come to a node."""
    rates = facts.demand.nodes[node.id]
    kinds = facts.plan.classes
    return sum(rate for rate, kind in zip(rates, kinds, strict=True) if kind.write == write)


def _sessions(facts: Facts, node: NodePlan) -> float:
    """Sessions a second that are written there for requests that write nothing else."""
    stored = carried(facts.plan).stored
    kept = [link for link in facts.plan.links if link.target == node.id and link.id in stored]
    kinds = facts.plan.classes
    return sum(
        rate
        for link in kept
        for rate, kind in zip(facts.demand.nodes[link.source], kinds, strict=True)
        if not kind.write
    )


def _no_failover(node: NodePlan, name: str, writes: float) -> Iterator[Finding]:
    """Nobody is made the leader when that dies."""
    if node.failover is None and writes > 0.0:
        message = (
            f"No follower of {name} takes over when its leader dies: writes fail until it is back"
        )
        fix = SetField(node.id, ("config", "failover"), {}, "Add failover")
        yield risk(node.id, "no-failover", message, "failover", fix)


def _losses(
    node: NodePlan, replication: ReplicationPlan, name: str, writes: float, sessions: float
) -> Iterator[Finding]:
    """What is written in the last moment goes with the leader."""
    if node.failover is None or replication.acknowledge != "async" or writes <= 0.0:
        return
    lost = format_figure(writes * replication.lag.mean, 2)
    users = ", and whose session began then is logged out" if sessions > 0.0 else ""
    message = (
        f"A failover of {name} loses writes that were acknowledged and have not reached a follower: up to about "
        f"{lost} (rate × lag) each time{users}; acknowledged by a quorum, none are"
    )
    fix = SetField(node.id, ("config", "acknowledge"), "quorum", "Acknowledge by a quorum")
    yield risk(node.id, "async-failover", message, "acknowledge", fix)


def _replay(
    node: NodePlan, replication: ReplicationPlan, name: str, writes: float
) -> Iterator[Finding]:
    """Followers replay one write after the other; and what is in their logs alone a crash may lose."""
    replay, flush = replication.replay, replication.flush
    if replay is not None and writes * replay.mean >= 1.0:
        message = (
            f"The followers of {name} replay {format_figure(1.0 / replay.mean, 2)} writes a second, one after the other, and "
            f"{format_figure(writes, 2)} come: they fall behind for ever, and their reads with them"
        )
        yield risk(node.id, "replay-falls-behind", message, "replay", None)
    acknowledged = replication.acknowledge in ("sync", "quorum")
    if acknowledged and replication.level == "remote_write" and flush is not None:
        message = (
            f"{name} acknowledges what its followers have not on disk: if machines fail together (a rack, a zone), writes "
            "are lost; wait for their flush"
        )
        fix = SetField(node.id, ("config", "level"), "remote_flush", "Wait for the flush")
        yield risk(node.id, "unflushed-commit", message, "level", fix)


def _standstill(
    node: NodePlan, replication: ReplicationPlan, name: str, followers: int
) -> Iterator[Finding]:
    """One follower that dies stops all writes."""
    if (
        replication.acknowledge not in ("sync", "quorum")
        or replication.needed(followers) < followers
    ):
        return
    asks = "all of its followers" if replication.acknowledge == "sync" else "a majority"
    message = f"{name} waits for {asks}: when one follower of {followers} dies, no write is acknowledged any more"
    field: str
    value: str | int
    field, value, label = "replicas", 2, "Set replicas to 2"
    if replication.acknowledge == "sync" and followers > 1:
        field, value, label = "acknowledge", "quorum", "Acknowledge by a quorum"
    elif replication.acknowledge == "sync":
        field, value, label = "acknowledge", "semi_sync", "Acknowledge as semi_sync"
    fix = SetField(node.id, ("config", field), value, label)
    yield risk(node.id, "replica-stops-writes", message, "acknowledge", fix)
