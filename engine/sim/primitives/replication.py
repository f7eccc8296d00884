"""Replicated databases: a group of instances of which one leads, and what became of its writes."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from engine.sim.body import padded, ratio
from engine.sim.invariant import at_most, same
from engine.sim.lane.replication.group import Group
from engine.sim.lane.replication.role import LeaderGate
from engine.sim.lane.seams import Listener
from engine.sim.primitives.adapter import GateAdapter
from engine.sim.samplers import make_sampler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup

READ_FROM: Final = MappingProxyType({"leader": 0, "follower": 1, "any": 2})
"""Who answers reads, as the lane numbers it; of clusters with leaders as well."""
_ACKNOWLEDGE: Final = MappingProxyType({"async": 0, "semi_sync": 1, "sync": 2, "quorum": 3})
_LEVELS: Final = MappingProxyType({"remote_write": 1, "remote_flush": 2, "remote_apply": 3})
_LATE: Final = 1.0
"""Seconds that followers are behind before people are told so on the canvas."""
_TOLD: Final = MappingProxyType(
    {
        "alone": ("no follower has answered in time: semi-sync goes on as async", "failing"),
        "together": ("a follower has caught up: semi-sync again", "healthy"),
    }
)


class _Herald(Listener):
    """Tells outside the lane that a leader acknowledges in another way."""

    def __init__(self, setup: Setup, owner: str) -> None:
        self._hear = setup.hear
        self._owner = owner

    def changed(self, state: str, now: float) -> None:
        """Say it as people read it."""
        what, tone = _TOLD[state]
        self._hear(self._owner, what, tone, now)


class ReplicationAdapter(GateAdapter[LeaderGate]):
    """One for a node that has followers; it stands before the flow of the node as well."""

    name = "replication"

    def body(
        self, had: LeaderGate | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> LeaderGate | None:
        """The group stays while its instances and its settings change."""
        node, settings = part.node, plan.replication
        now = setup.agenda.now
        if settings is None:
            if had is not None:
                had.group.dissolve(now)
                node.play(node.flow, None, None)
            return None
        gate = had
        if gate is None:
            gate = LeaderGate(node, Group(node, setup.agenda, part.peers))
            gate.group.listener = _Herald(setup, plan.id)
        group = gate.group
        node.play(node.flow, gate.role, gate.role)
        group.flow = node.flow
        group.writes = padded([kind.write for kind in setup.plan.classes], setup.kinds)
        known = plan.id in setup.data_origins.names
        group.versions = setup.origins.of(plan.id) if known else None
        group.lagging = make_sampler(settings.lag, setup.streams, plan.id, "lag")
        group.read_from = READ_FROM[settings.read_from]
        group.acknowledge = _ACKNOWLEDGE[settings.acknowledge]
        group.semi_timeout = settings.semi_timeout
        group.follow(node.pools, now)
        flush, replay = (
            None if law is None else make_sampler(law, setup.streams, plan.id, name)
            for law, name in ((settings.flush, "flush"), (settings.replay, "replay"))
        )
        group.keep_logs(_LEVELS[settings.level], flush, replay, now)
        return gate

    def counters(self, body: LeaderGate, now: float) -> Counters:
        """Reads, stale ones, those of one's own writes, ages; writes, waits; records, lags; divergent writes."""
        group = body.group
        return (
            float(group.reads),
            float(group.stale),
            float(group.stale_own),
            group.age_sum,
            float(group.acknowledged),
            group.commit_sum,
            float(sum(int(member.applied) for member in group.members)),
            sum(member.lag_sum for member in group.members),
            float(group.divergent),
            float(group.apart),
            float(group.written),
            group.write_lag,
            float(group.flushed),
            group.flush_lag,
        )

    def extra(self, body: LeaderGate, since: Sequence[float], span: float, now: float) -> Values:
        """How stale reads were, how far followers are behind, and what waiting for them took."""
        reads, stale, own, ages, written, waited, applied, lags, old, new, *stages = since
        group = body.group
        found = {
            "stale_ratio": ratio(stale, reads),
            "stale_reads": stale,
            "stale_own_reads": own,
            "stale_age": ratio(ages, stale),
            "commit_wait": ratio(waited, written),
            "lag.mean": ratio(lags, applied),
            "lag.now": group.lag(now),
            "divergent.old": old,
            "divergent.new": new,
        }
        if group.flushing_time is not None or group.replay_time is not None:
            logged, write_lag, flushed, flush_lag = stages
            found["lag.write"] = ratio(write_lag, logged)
            found["lag.flush"] = ratio(flush_lag, flushed)
        return found

    def check(self, body: LeaderGate, owner: Node, now: float) -> None:
        """No read is staler than there are reads, and nothing is lost that a majority or all followers had."""
        group = body.group
        at_most(owner.name, "stale reads", float(group.stale), float(group.reads))
        at_most(owner.name, "stale reads of own writes", float(group.stale_own), float(group.stale))
        at_most(owner.name, "lost writes", float(group.lost), float(group.acknowledged))
        same(owner.name, "lost writes that a majority had", float(group.broken), 0.0)
        for member in group.members:
            waiting = sum(1 for each in member.pending.values() if each.stalled)
            same(owner.name, "records to be sent again", float(member.stalled), float(waiting))

    def state(self, body: LeaderGate) -> str:
        """What is wrong, if anything is."""
        group = body.group
        if group.stray() is not None:
            return "two leaders"
        leader = group.leader
        if leader is None or leader.pool.down:
            return "no leader"
        if group.alone:
            return "async for now"
        lag = group.lag(leader.pool.site.agenda.now)
        return f"lag {lag:.0f} s" if math.isfinite(lag) and lag >= _LATE else ""


REPLICATION = ReplicationAdapter()


def group_of(part: NodePart) -> Group | None:
    """The replicated instances of a node, if it has some."""
    found = (gate.thing.group for gate in part.gates if isinstance(gate.thing, LeaderGate))
    return next(found, None)


def roles_of(part: NodePart, now: float) -> list[dict[str, Any]]:
    """What each instance is to the others, in their order: a leader, or a follower with what it lacks.

    ``lag`` is how old the oldest record is that it lacks (s), ``lacks`` how many there are.
    """
    group = group_of(part)
    found: list[dict[str, Any]] = []
    for member in [] if group is None else group.members:
        oldest = member.oldest()
        lag = now - oldest if math.isfinite(oldest) else 0.0
        role = "leader" if member.leads else "follower"
        found.append({"role": role, "lag": lag, "lacks": len(member.pending)})
    return found
