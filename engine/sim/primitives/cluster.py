"""Clusters of replicas: who holds which keys, and what came of it."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from librt.vecs import vec

from engine.model.units import format_figure
from engine.plan.primitives import ZERO, LawPlan
from engine.plan.primitives.cluster import USUAL_LAG
from engine.sim.body import Counters, Values, padded, ratio
from engine.sim.invariant import InvariantError, at_most
from engine.sim.key_maps import map_among
from engine.sim.lane.codes import NEVER
from engine.sim.lane.mixing import mixed
from engine.sim.lane.replicas.cluster import Cluster
from engine.sim.lane.replicas.origin import Issued
from engine.sim.lane.replicas.partitions import SALT
from engine.sim.lane.replicas.replica import Replica
from engine.sim.primitives.adapter import RoleAdapter
from engine.sim.primitives.replication import READ_FROM
from engine.sim.samplers import make_sampler

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.plan.primitives import ClassPlan, ClusterPlan, NodePlan
    from engine.sim.lane.balancing.key_maps import KeyMap
    from engine.sim.lane.node import Node
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup

_TALLIES = 15
"""Counters before those of the partitions."""


READ_UNIT = 4096
WRITE_UNIT = 1024
"""Bytes of one unit."""


class ClusterAdapter(RoleAdapter[Cluster]):
    """Keys that instances hold together."""

    name = "cluster"

    def applies(self, plan: NodePlan) -> bool:
        """A plan with a cluster."""
        return plan.cluster is not None

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> Cluster:
        """Empty. Its workers do more than one work a request."""
        role = Cluster(node, make_sampler(USUAL_LAG, setup.streams, plan.id, "lag"))
        node.stepwise, node.stepper = True, role
        return role

    def tune(self, role: Cluster, part: NodePart, setup: Setup) -> None:
        """Turn its knobs; who holds what is known once the instances are there."""
        plan, node = _of(part.plan), part.node
        before = None if part.followed is None else part.followed.cluster
        pace = 1.0 / part.plan.station.speed

        def sampler(law: LawPlan, purpose: str) -> None:
            node.work.append(make_sampler(law.times(pace), setup.streams, node.name, purpose))

        node.law = None
        sampler(plan.read, "work/replica read")
        sampler(plan.write, "work/replica write")
        role.kinds = setup.kinds
        role.writes = padded([kind.write for kind in setup.plan.classes], setup.kinds)
        role.peers, rows = part.peers, part.peers.rows
        apart = any(way.delay > 0.0 for row in rows for way in row)
        role.together = len(rows) == 1 and not apart
        lag = plan.lag or (ZERO if apart else USUAL_LAG)
        role.lag = make_sampler(lag, setup.streams, node.name, "lag")
        role.write_quorum, role.read_quorum = plan.write_quorum, plan.read_quorum
        role.strict, role.local = plan.strict, plan.local
        role.hint_life = plan.hints
        role.read_from = READ_FROM[plan.read_from]
        merging = plan.conflict != "lww"
        role.resolve(merging=merging, keeps=plan.conflict == "versions", led=plan.led)
        now = setup.agenda.now
        role.partitions.divide(plan.partitions, now)
        role.partitions.whole.cap(plan.partition_rate or 0.0, now)
        role.partitions.reading.cap(plan.read_units or 0.0, now)
        role.partitions.writing.cap(plan.write_units or 0.0, now)
        units = [units_of(kind) for kind in setup.plan.classes]
        role.units = vec[float](units + [1.0] * (setup.kinds + 1 - len(units)))
        if part.plan.id not in setup.data_origins.names:
            role.issued = None
        elif role.issued is None:
            role.issued = Issued(setup.origins.of(part.plan.id))
        if before is not None and _promise(before) != _promise(plan):
            role.flawed = True

    def wire(self, role: Cluster, part: NodePart, leaving: list[LinkPart], setup: Setup) -> None:
        """Know the instances that there are now, and divide the keys among them where that is new."""
        plan, pools, rows = _of(part.plan), part.node.pools, part.peers.rows
        known = {id(each.pool): each for each in (*role.members, *role.former)}
        members = [known.get(id(pool)) or Replica(pool) for pool in pools]
        offsets = dict(plan.offsets)
        for member in members:
            member.make_room(role.ledger.room())
            member.offset = offsets.get(int(member.pool.index), 0.0)
        role.flawed = role.flawed or any(plan.offsets)
        new = [id(each) for each in members] != [id(each) for each in role.members]
        gone = [each for each in role.members if each not in members]
        role.former = [
            each
            for each in (*role.former, *gone)
            if each.pool in part.retired or each.answering > 0
        ]
        role.members = members
        keys = max(kind.keys.count for kind in setup.plan.classes)
        division = repr(
            (plan.partitions, plan.replicas, plan.placement, plan.virtual_nodes, keys, len(rows))
        )
        if new or role.partitions.division != division:
            role.partitions.division = division
            names = [f"partition/{place}" for place in range(plan.partitions)]
            among = map_among(names, plan.placement, plan.virtual_nodes, SALT, keys)
            ranged = plan.placement == "range"
            role.rearrange(among, owners_of(plan, members, len(rows)), ranged=ranged)
        if plan.led:
            role.appoint()

    def counters(self, body: Cluster, now: float) -> Counters:
        """What was asked, answered and repaired, and what each partition has taken."""
        return (
            float(body.reads),
            float(body.stale),
            float(body.written),
            float(body.ledger.lost_updates),
            float(body.lost_writes),
            float(body.keys_moved),
            float(body.throttled),
            float(body.sloppy),
            float(body.refused),
            float(body.repaired),
            float(body.hints_expired),
            float(body.conflicts.count),
            float(body.merged),
            float(body.elections),
            body.vacant,
            *(float(load) for load in body.partitions.loads),
        )

    def extra(self, body: Cluster, since: Sequence[float], span: float, now: float) -> Values:
        """How often reads were stale, what was lost, and how evenly the partitions are loaded."""
        (
            reads,
            stale,
            written,
            updates,
            lost,
            moved,
            throttled,
            sloppy,
            refused,
            repaired,
            expired,
            conflicts,
            merged,
            elections,
            vacant,
        ) = since[:_TALLIES]
        loads = since[_TALLIES:]
        leading = {"elections": elections, "leaderless": vacant / max(1, len(loads))}
        return {
            "stale_ratio": ratio(stale, reads),
            "divergent": float(body.ledger.divergent),
            "lost_writes": lost,
            "lost_updates": updates,
            "conflict_ratio": ratio(conflicts, written),
            "keys_known": float(body.ledger.keys.count),
            "keys_moved": moved,
            "imbalance": ratio(max(loads, default=0.0) * len(loads), sum(loads)),
            "throttled": throttled,
            "sloppy": sloppy,
            "no_quorum": refused,
            "repaired": repaired,
            "hints": float(body.hints()),
            "hints_expired": expired,
            **({"siblings": float(body.siblings), "merged": merged} if body.side_by_side else {}),
            **(leading if body.led else {}),
        }

    def check(self, body: Cluster, owner: Node, now: float) -> None:
        """Quorums that overlap never answer with anything older than what was acknowledged."""
        at_most(owner.name, "stale reads", int(body.stale), int(body.reads))
        overlap = body.read_quorum + body.write_quorum > len(body.partitions.owners[0])
        if body.led:
            overlap = body.strict and body.read_from == READ_FROM["leader"]
        calm = not (body.flawed or body.sloppy or body.lost_writes or body.local)
        if overlap and calm and body.stale > 0:
            why = "only leaders answer" if body.led else "the quorums overlap"
            msg = f"{owner.name}: {int(body.stale)} stale reads although {why}"
            raise InvariantError(msg)

    def state(self, body: Cluster) -> str:
        """Whether partitions are without a leader, or else how many writes are kept for whom nobody reaches."""
        vacant = sum(1 for post in body.posts if post.lost_at < NEVER) if body.led else 0
        if vacant:
            return f"{vacant} without leader"
        hints = int(body.hints())
        return f"{format_figure(hints, 2)} hints" if hints else ""


def owners_of(
    plan: ClusterPlan, members: Sequence[Replica], places: int = 1
) -> list[list[Replica]]:
    """Which instances hold each partition: the one where it is placed, and the next others.

    Args:
        plan: how partitions are placed.
        members: the instances.
        places: zones over which they are spread; of each, one holds it before any other does once more.
    """
    names = [f"instance/{member.pool.index}" for member in members]
    whole = map_among(names, plan.placement, plan.virtual_nodes, SALT, plan.partitions)
    zones = [int(member.pool.index) % places for member in members]
    count = min(plan.replicas, len(members))
    found = []
    for partition in range(plan.partitions):
        spread = plan.placement in ("ring", "slots")
        first = int(mixed(partition, SALT)) if spread else partition
        order = _order(whole, first, len(members), ring=plan.placement == "ring")
        found.append([members[each] for each in _apart(order, zones, count)])
    return found


def _apart(order: Iterator[int], zones: Sequence[int], count: int) -> list[int]:
    """The first so many of an order, one of each zone before any other of it; no more of it is looked at than it takes."""
    left = Counter(zones)
    passed: list[int] = []
    chosen: list[int] = []
    taken: set[int] = set()
    while len(chosen) < count:
        if all(zone in taken for zone, rest in left.items() if rest > 0):
            taken.clear()
        fresh = next((each for each in passed if zones[each] not in taken), None)
        if fresh is not None:
            passed.remove(fresh)
        while fresh is None:
            each = next(order, None)
            if each is None:
                return chosen
            if zones[each] in taken:
                passed.append(each)
            else:
                fresh = each
        chosen.append(fresh)
        taken.add(zones[fresh])
        left[zones[fresh]] -= 1
    return chosen


def _order(whole: KeyMap, first: int, count: int, *, ring: bool) -> Iterator[int]:
    """Places of instances in the order in which they hold something."""
    place = int(whole.place(first))
    for skipped in range(count):
        each = int(whole.after(first, skipped)) if ring else (place + skipped) % count
        if each >= 0:
            yield each


def units_of(kind: ClassPlan) -> float:
    """What a request takes of the bound of its partition: a unit for each 4 KiB that are read, or KiB that are written.

    As DynamoDB counts them; what is smaller takes one.
    """
    size = kind.request_bytes / WRITE_UNIT if kind.write else kind.response_bytes / READ_UNIT
    return float(max(1, math.ceil(size)))


def cluster_of(part: NodePart) -> Cluster | None:
    """The cluster that a node is, if it is one."""
    return part.role(Cluster) if part.plan.cluster is not None else None


def _of(plan: NodePlan) -> ClusterPlan:
    """What the plan of a cluster says of it."""
    if plan.cluster is None:
        msg = f"{plan.id} is no cluster"
        raise AssertionError(msg)
    return plan.cluster


def _promise(plan: ClusterPlan) -> tuple[object, ...]:
    """What decides whether quorums overlap."""
    return (
        plan.replicas,
        plan.write_quorum,
        plan.read_quorum,
        plan.local,
        plan.offsets,
        plan.conflict,
        plan.led,
        plan.read_from,
        plan.strict,
    )
