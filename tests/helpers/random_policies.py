"""Arbitrary rules and gates for arbitrary plans, each from one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from engine.model.backup import Backup
from engine.model.balancing import Hash, Shuffle, Zone
from engine.model.failover import Failover
from engine.model.faults import FrameFaults, NodeFaults
from engine.model.laws import Constant, Exponential, Lognormal, Uniform
from engine.model.policies.auth import Auth, Jwks, Lockout
from engine.model.policies.breaker import Breaker
from engine.model.policies.bulkhead import Bulkhead
from engine.model.policies.concurrency import Concurrency
from engine.model.policies.fallback import Fallback
from engine.model.policies.hedge import Hedge
from engine.model.policies.idempotency import Idempotency
from engine.model.policies.lease import Lease
from engine.model.policies.locks import Locks
from engine.model.policies.policy import Policy
from engine.model.policies.query import Query
from engine.model.policies.rate_limit import RateLimit
from engine.model.policies.retry_budget import RetryBudget
from engine.model.policies.shed import Shed
from engine.model.policies.throttle import Throttle
from engine.model.policies.user_sessions import UserSessions
from engine.model.policies.waiting_room import WaitingRoom
from engine.model.write_behind import WriteBehind
from engine.plan.forwarding import as_forwarded
from engine.plan.primitives import (
    INFINITE,
    ClusterPlan,
    FramePlan,
    HomePlan,
    IssuePlan,
    LeasePlan,
    LinkPlan,
    NodePlan,
    Plan,
    QuorumPlan,
    ReplicationPlan,
    ResolverPlan,
    SpacingPlan,
    TopicPlan,
    TransactionPart,
    WorkPart,
    WrongPlan,
)
from engine.sim.lane.draws import generator
from tests.helpers import plans

T = TypeVar("T")

BREAKERS = [
    Breaker(window=5, open=0.5, half_open=2),
    Breaker(window=1, open=0.01, half_open=1, slow_call=0.02, slow_share=0.5),
    Breaker(window=20, minimum=3, failure_share=1.0, open=2.0, half_open=4),
    Breaker(window=3, window_type="seconds", minimum=4, failure_share=0.3, open=1.0, half_open=3),
]
BULKHEADS = [Bulkhead(concurrent=1), Bulkhead(concurrent=2, pending=3), Bulkhead(concurrent=9)]
CONCURRENCIES = [
    Concurrency(limit=1),
    Concurrency(limit=3),
    Concurrency(limit=20),
    Concurrency(algorithm="aimd", limit=5, target=0.05, max=30),
    Concurrency(algorithm="gradient", limit=5, min=2, max=30),
]
TABLES = [Idempotency(), Idempotency(ttl=0.2), Idempotency(answer=False)]
ROOMS = [WaitingRoom(rate=20.0), WaitingRoom(rate=5.0)]
LOCKS = [Locks(), Locks(timeout=0.05), Locks(by="table", timeout=0.5), Locks(timeout=None)]
QUERIES = [
    Query(rows=1000, seek_time=0.001),
    Query(rows=5000, index=False),
    Query(rows=1000, page=10, paging="offset", row_time=1e-5),
    Query(rows=1000, page=10, paging="cursor"),
]
SHEDS = [
    Shed(interval=0.01, target=0.001),
    Shed(interval=0.5, target=0.05),
    Shed(by="codel", interval=0.02, target=0.001),
    Shed(by="codel"),
]
THROTTLES = [Throttle(window=3.0), Throttle(factor=1.1, window=0.5), Throttle(factor=0.7)]
BUDGETS = [
    RetryBudget(),
    RetryBudget(ratio=0.0, burst=1),
    RetryBudget(tokens=20, cost=5.0, refund=0.5),
]
HEDGES = [
    Hedge(delay=0.01),
    Hedge(delay=0.05, extra=2),
    Hedge(delay="p50"),
    Hedge(delay="p90", extra=3),
]
FALLBACKS = [Fallback(), Fallback(kind="stale"), Fallback(kind="stale", max_age=0.5)]
LIMITS = [
    RateLimit(rate=10.0, burst=3),
    RateLimit(rate=5.0, burst=1, delay=True),
    RateLimit(rate=3.0, burst=2, delay=True, pending=2, by="key"),
    RateLimit(rate=2.0, burst=4, delay=True, by="session", shared=False),
    RateLimit(rate=20.0, burst=1, by="client", shared=False),
    RateLimit(rate=8.0, burst=2, delay=True, by="class"),
    RateLimit(rate=15.0, burst=2, by="tenant"),
    RateLimit(algorithm="gcra", rate=12.0, burst=2, delay=True),
    RateLimit(algorithm="leaky_bucket", rate=9.0, burst=3, delay=True, by="key"),
    RateLimit(algorithm="fixed_window", rate=20.0, window=0.3, delay=True, pending=4),
    RateLimit(algorithm="sliding_window", rate=6.0, window=0.5, by="client", delay=True),
]


FAULTS: list[NodeFaults | None] = [
    None,
    None,
    NodeFaults(mtbf=Exponential(mean=1.0), mttr=Exponential(mean=0.3)),
    NodeFaults(mtbf=Constant(mean=0.7), mttr=Constant(mean=0.0), unit="node"),
    NodeFaults(mtbf=Lognormal(mean=2.0, cv2=4.0), mttr=Exponential(mean=1.0), kind="slow"),
    NodeFaults(mtbf=Exponential(mean=0.5), mttr=Uniform(low=0.0, high=0.5), kind="error", needed=2),
    NodeFaults(mtbf=Exponential(mean=3.0), mttr=Constant(mean=0.5), unit="frame"),
]
ZONES: list[FrameFaults | None] = [
    None,
    None,
    FrameFaults(mtbf=Exponential(mean=2.0), mttr=Exponential(mean=0.5)),
    FrameFaults(mtbf=Exponential(mean=2.0), mttr=Constant(mean=0.2), unit="node", kind="slow"),
    FrameFaults(mtbf=Constant(mean=1.0), mttr=Exponential(mean=0.1), unit="instance"),
]


FAILOVERS: list[Failover | None] = [
    None,
    None,
    Failover(interval=0.2, failures=2, promote=0.5),
    Failover(interval=0.1, failures=1, promote=0.3, fencing=False),
    Failover(interval=0.5, failures=1, promote=0.0),
]
_CLUSTER = ClusterPlan(
    replicas=3,
    write_quorum=2,
    read_quorum=2,
    strict=True,
    local=False,
    partitions=4,
    placement="ring",
    virtual_nodes=5,
    partition_rate=None,
    lag=plans.exponential(0.05),
    hints=5.0,
    anti_entropy=1.0,
    read=plans.exponential(0.01),
    write=plans.exponential(0.005),
)
CLUSTERS = [
    _CLUSTER,
    replace(_CLUSTER, strict=False, read_quorum=1, placement="mod", offsets=((0, 0.5),)),
    replace(_CLUSTER, strict=False, conflict="versions", hints=0.0, partition_rate=20.0),
    replace(_CLUSTER, local=True, write_quorum=1, read_quorum=1, conflict="versions", lag=None),
    replace(_CLUSTER, local=True, write_quorum=1, read_quorum=1, conflict="sum", placement="range"),
    replace(_CLUSTER, strict=False, conflict="sum", placement="slots", anti_entropy=None),
    replace(_CLUSTER, led=True, read_quorum=1, election=0.5),
    replace(_CLUSTER, led=True, write_quorum=1, read_quorum=1, read_from="any", election=0.2),
    replace(_CLUSTER, led=True, strict=False, read_quorum=1, read_from="follower", election=0.3),
]
WORK_LEASES: list[LeasePlan | None] = [
    None,
    LeasePlan(every=0.05, longest=1.0),
    LeasePlan(every=0.3, longest=INFINITE),
]
LOGS: list[dict[str, Any]] = [
    {"level": "remote_write", "flush": plans.exponential(0.1), "replay": plans.constant(0.02)},
    {"level": "remote_flush", "flush": plans.constant(0.3)},
    {"level": "remote_apply", "replay": plans.exponential(0.05)},
    {},
]
"""What followers do with what they receive."""
REPLICATIONS = [
    ReplicationPlan(lag=plans.exponential(0.1), read_from="follower"),
    ReplicationPlan(lag=plans.exponential(0.5), read_from="any", acknowledge="quorum"),
    ReplicationPlan(lag=plans.constant(0.05), acknowledge="sync"),
    ReplicationPlan(
        lag=plans.exponential(0.3), read_from="any", acknowledge="semi_sync", semi_timeout=0.5
    ),
]
QUORA = [
    QuorumPlan(sync=plans.exponential(0.01), election=0.2),
    QuorumPlan(sync=plans.constant(0.0), asks=False, election=1.0),
    QuorumPlan(sync=plans.exponential(0.3), election=0.05),
]
LEASES: list[dict[str, Any]] = [
    {"ttl": 0.3},
    {"ttl": 2.0, "renew": 0.1},
    {"ttl": 0.1, "renew": 0.2},
    {"ttl": 10.0},
]
BACKUPS: list[Backup | None] = [
    None,
    None,
    Backup(every=0.7, bytes=1e6, restore_bandwidth=1e7, provision=0.2),
    Backup(every=0.3, bytes=1e6, bandwidth=5e6, restore_bandwidth=1e9, provision=0.0),
]


RESOLVERS = [
    ResolverPlan(policy="failover", ttl=0.5),
    ResolverPlan(policy="latency", ttl=0.0, lookup=plans.exponential(0.01), patience=0.1),
    ResolverPlan(policy="geo", ttl=0.1, stretched=0.3, stretch=1.0),
    ResolverPlan(policy="round_robin", ttl=0.3, records=("b", "s1"), keeps_last=True),
    ResolverPlan(policy="anycast", ttl=1.0),
]
BALANCING: list[dict[str, Any]] = [
    {"picker": "hash"},
    {"picker": "hash", "hash": Hash(map="ring", bound=1.25)},
    {"picker": "hash", "hash": Hash(map="range"), "layer": 4},
    {"picker": "hash", "hash": Hash(by="session", map="slots")},
    {"picker": "shuffle", "shuffle": Shuffle(by="key", size=2)},
    {"picker": "shuffle", "shuffle": Shuffle(by="tenant", size=1)},
    {"picker": "shuffle", "affinity": "session"},
    {"picker": "ewma", "affinity": "client"},
    {"picker": "random", "affinity": "session"},
    {"picker": "least_connections", "layer": 4},
    {"picker": "zone"},
    {"picker": "zone", "zone": Zone(spill_over="even"), "affinity": "session"},
    {"picker": "round_robin", "slow_start": 0.5},
    {"picker": "weighted", "slow_start": 0.2, "affinity": "session"},
    *({"picker": "round_robin", "resolver": each} for each in RESOLVERS),
]


AUTHS: list[dict[str, Any]] = [
    {"mode": "token", "ttl": 0.5},
    {"mode": "session", "ttl": 2.0, "cost": 0.001, "signed_in": 0.5},
    {"mode": "introspection", "signed_in": 0.0},
    {"mode": "introspection", "ttl": 1.0, "cache": 0.2},
    {"mode": "none"},
    {"mode": "token", "ttl": 0.5, "jwks": Jwks(ttl=0.3, cooldown=0.1)},
    {"mode": "token", "ttl": 2.0, "jwks": Jwks(ttl=0.5, cooldown=None), "signed_in": 0.3},
    {"mode": "session", "ttl": 0.3, "lockout": Lockout(rate=2.0, burst=2)},
]
CROWDS: list[dict[str, Any]] = [
    {},
    {},
    {"wrong_credentials": WrongPlan(share=0.3)},
    {"tenants": (0.5, 0.3, 0.2)},
    {"tenants": (0.9, 0.1), "wrong_credentials": WrongPlan(share=1.0, of="users")},
]
ISSUES: list[IssuePlan | None] = [
    None,
    None,
    IssuePlan(login=plans.exponential(0.1), refresh=plans.constant(0.01)),
]


def with_other_policies(plan: Plan, seed: int) -> Plan:
    """The plan with other rules, gates and faults, from another number."""
    make = PolicyMaker(seed)
    nodes = (each if each.traffic is not None else make.limited(each) for each in plan.nodes)
    links = tuple(replace(each, policies=make.rules()) for each in plan.links)
    return _logged(failing_plan(replace(plan, nodes=tuple(nodes), links=links), seed), seed)


def _logged(plan: Plan, seed: int) -> Plan:
    """The plan, half of whose queues are topics."""
    random = generator(seed, "plan", "topics")
    nodes = tuple(
        replace(node, backlog=None, topic=_topic(random))
        if node.backlog is not None and random.random() < 0.5
        else node
        for node in plan.nodes
    )
    return replace(plan, nodes=nodes)


def failing_plan(plan: Plan, seed: int) -> Plan:
    """The plan with a zone around every second node, and faults of some nodes and sometimes of the zone."""
    random = generator(seed, "plan", "faults")
    nodes = tuple(
        node
        if node.traffic is not None
        else replace(node, faults=FAULTS[int(random.integers(len(FAULTS)))])
        for node in plan.nodes
    )
    random = generator(seed, "plan", "recovery")
    nodes = tuple(
        replace(node, failover=_any(FAILOVERS, random), backup=_any(BACKUPS, random))
        if node.traffic is None and node.station.instances == 1 and node.autoscale is None
        else node
        for node in nodes
    )
    busy = {link.source for link in plan.links}
    busy |= {each.replacement.id for each in plan.events if isinstance(each.replacement, NodePlan)}
    agreeing = generator(seed, "plan", "coordinators")
    nodes = tuple(node if node.id in busy else _agreeing(node, agreeing) for node in nodes)
    nodes = tuple(_replicated(node, random) for node in nodes)
    leases = generator(seed, "plan", "leases")
    nodes = tuple(
        replace(node, station=replace(node.station, lease=_any(WORK_LEASES, leases)))
        if node.pulls
        else node
        for node in nodes
    )
    logs = generator(seed, "plan", "logs")
    nodes = tuple(
        node
        if node.replication is None
        else replace(node, replication=replace(node.replication, **_any(LOGS, logs)))
        for node in nodes
    )
    random = generator(seed, "plan", "clusters")
    nodes = tuple(node if node.id in busy else _clustered(node, random) for node in nodes)
    inside = tuple(node.id for node in nodes[::2])
    faults = ZONES[int(random.integers(len(ZONES)))]
    zone = FramePlan(id="zone", name="Zone", own=inside, nodes=inside, faults=faults)
    homes = tuple(
        HomePlan(node=node.id, zone="zone" if place % 2 == 0 else "other", region="region")
        for place, node in enumerate(nodes)
        if place % 5 < 4
    )
    plan = _balanced(replace(plan, nodes=nodes, frames=(zone,), homes=homes), seed)
    return _leasing(_transacting(_querying(_remembering(plan, seed), seed), seed), seed)


def _leasing(plan: Plan, seed: int) -> Plan:
    """The plan, whose coordinators grant leases to some of those who call them."""
    random = generator(seed, "plan", "leases")
    kept = {each.replacement.id for each in plan.events if isinstance(each.replacement, NodePlan)}
    nodes = {node.id: node for node in plan.nodes}
    grants = {name for name, node in nodes.items() if node.quorum is not None}
    for name, node in nodes.items():
        servers = [link.target for link in plan.links if link.source == name]
        granting = [each for each in servers if each in grants and each != node.auth_server]
        bare = node.traffic is None and node.flow is None and name not in kept
        if bare and granting and random.random() < 0.7:
            lease = Lease(coordinator=granting[0], **_any(LEASES, random))
            nodes[name] = replace(node, gates=(*node.gates, lease))
    links = (as_forwarded(replace(each, checks=False), nodes[each.source]) for each in plan.links)
    return replace(plan, nodes=tuple(nodes.values()), links=tuple(links))


def _agreeing(node: NodePlan, random: np.random.Generator) -> NodePlan:
    """The node, sometimes as one whose instances agree by majority."""
    parts = (node.traffic, node.store, node.router, node.backlog, node.topic)
    other = (node.cluster, node.replication, node.autoscale, node.station.batch)
    if any(parts) or any(other) or node.pulls or random.random() < 0.5:
        return replace(node, quorum=None)
    station = replace(node.station, instances=int(random.integers(1, 6)), hold=False)
    settings = _any(QUORA, random)
    return replace(node, quorum=settings, station=station, flow=None, failover=None, backup=None)


def _transacting(plan: Plan, seed: int) -> Plan:
    """The plan, some of whose nodes have whomever they call take part in transactions."""
    random = generator(seed, "plan", "transactions")
    nodes = {node.id: node for node in plan.nodes}
    for node in plan.nodes:
        names = [link.id for link in plan.links if link.source == node.id and not link.checks]
        bare = node.traffic is None and node.router is None and node.backlog is None
        told = bare and node.flow is None and node.gate(UserSessions) is None
        if told and names and random.random() < 0.3:
            part = _transaction(names[:3], random)
            flow = (WorkPart(node.station.work), part)
            nodes[node.id] = replace(node, flow=flow)
    links = (as_forwarded(each, nodes[each.source]) for each in plan.links)
    return replace(plan, nodes=tuple(nodes.values()), links=tuple(links))


def _transaction(names: list[str], random: np.random.Generator) -> TransactionPart:
    """Any transaction over some links."""
    undo = tuple(name if random.random() < 0.7 else None for name in names)
    mode = _any(("two_phase", "saga", "outbox"), random)
    return TransactionPart(
        mode=mode,
        links=tuple(names),
        undo=undo if mode == "saga" else tuple(names),
        locks=bool(random.random() < 0.7),
        retry=_any((0.1, 1.0), random),
    )


def _querying(plan: Plan, seed: int) -> Plan:
    """The plan, some of whose nodes answer queries that look at rows."""
    random = generator(seed, "plan", "queries")
    nodes = [
        replace(node, gates=(*node.gates, _any(QUERIES, random)))
        if node.traffic is None and random.random() < 0.2
        else node
        for node in plan.nodes
    ]
    random = generator(seed, "plan", "locks")
    nodes = [
        replace(
            node,
            gates=(*node.gates, _any(LOCKS, random)),
            station=replace(node.station, hold=True),
        )
        if node.traffic is None and random.random() < 0.2
        else node
        for node in nodes
    ]
    return replace(plan, nodes=tuple(nodes))


def _clustered(node: NodePlan, random: np.random.Generator) -> NodePlan:
    """The node, sometimes as a cluster whose instances hold keys together."""
    parts = (node.traffic, node.store, node.router, node.backlog, node.topic, node.flow)
    parts = (*parts, node.replication, node.quorum)
    if any(parts) or node.pulls or random.random() < 0.5:
        return node
    if node.autoscale is not None or node.station.batch is not None:
        return node
    cluster = CLUSTERS[int(random.integers(len(CLUSTERS)))]
    station = replace(
        node.station,
        instances=cluster.replicas + int(random.integers(3)),
        work=(plans.constant(0.0),) * len(node.station.work),
    )
    return replace(node, cluster=cluster, station=station, failover=None, backup=None)


def _replicated(node: NodePlan, random: np.random.Generator) -> NodePlan:
    """The node, sometimes with followers of which one may take over."""
    parts = (node.traffic, node.store, node.router, node.backlog, node.flow, node.autoscale)
    if any((*parts, node.cluster, node.quorum)) or node.pulls or random.random() < 0.8:
        return node
    settings = REPLICATIONS[int(random.integers(len(REPLICATIONS)))]
    instances = int(random.integers(2, 5))
    return replace(
        node,
        replication=settings,
        failover=_any(FAILOVERS, random),
        station=replace(node.station, instances=instances),
    )


def _remembering(plan: Plan, seed: int) -> Plan:
    """The plan, some of whose nodes remember their users, here or at one of the nodes that they call."""
    random = generator(seed, "plan", "sessions")
    links = {each.source: each for each in plan.links}
    nodes = []
    for node in plan.nodes:
        gates = node.gates
        if node.traffic is None and random.random() < 0.4:
            gates = (*gates, _sessions(links.get(node.id), random))
        nodes.append(replace(node, gates=gates))
    return _placed(_delivering(replace(plan, nodes=tuple(nodes)), seed), seed)


def _topic(random: np.random.Generator) -> TopicPlan:
    """A log in place of a queue."""
    return TopicPlan(
        partitions=_any((1, 2, 5), random),
        acks=_any(("none", "leader", "all"), random),
        replicas=_any((1, 3), random),
        lag=_any((plans.constant(0.0), plans.exponential(0.05)), random),
        linger=_any((0.0, 0.01, 0.2), random),
        batch_bytes=_any((1000.0, 16384.0), random),
        retention=_any((0.3, 2.0, INFINITE), random),
        capacity=_any((None, 5), random),
        max_receive=_any((1, 3), random),
        poison=_any((0.0, 0.3), random),
        commit_interval=_any((0.0, 0.5), random),
        session_timeout=_any((0.1, 1.0), random),
        rebalance=_any((0.0, 0.2), random),
        poll_timeout=_any((0.1, 5.0), random),
    )


def _placed(plan: Plan, seed: int) -> Plan:
    """The plan, some of whose nodes are spread over two places, one of them in the zone that fails."""
    random = generator(seed, "plan", "places")
    spread = [each.id for each in plan.nodes if each.traffic is None and random.random() < 0.3]
    nodes = [
        replace(each, spread=("zone", "other")) if each.id in spread else each
        for each in plan.nodes
    ]
    links = []
    for each in plan.links:
        ends = [2 if name in spread else 1 for name in (each.source, each.target)]
        if max(ends) > 1:
            delays = random.uniform(0.0, 0.02, ends).tolist()
            spacing = SpacingPlan(
                delays=tuple(map(tuple, delays)),
                crosses=tuple(
                    tuple(here != there for there in range(ends[1])) for here in range(ends[0])
                ),
            )
            links.append(replace(each, spacing=spacing))
        else:
            links.append(each)
    within = tuple((name, (0,)) for name in spread)
    frames = tuple(
        replace(each, nodes=tuple(dict.fromkeys((*each.nodes, *spread))), within=within)
        for each in plan.frames
    )
    return replace(plan, nodes=tuple(nodes), links=tuple(links), frames=frames)


def _delivering(plan: Plan, seed: int) -> Plan:
    """The plan, some of whose queues keep an order or drop repeats, and some of whose consumers take more or act once."""
    random = generator(seed, "plan", "messages")
    nodes = []
    for node in plan.nodes:
        if node.backlog is not None:
            backlog = replace(
                node.backlog,
                fifo_groups=_any((None, 1, 3, 100), random),
                dedupe=_any((None, None, 0.5), random),
                poison=_any((0.0, 0.0, 0.3), random),
            )
            node = replace(node, backlog=backlog)  # noqa: PLW2901 - the same node, with more to it
        elif node.pulls:
            station = replace(node.station, prefetch=_any((0, 0, 1, 5), random))
            dedupe = _any((None, None, 0.3, 100.0), random)
            node = replace(node, station=station, dedupe=dedupe)  # noqa: PLW2901
        nodes.append(node)
    return replace(plan, nodes=tuple(nodes))


def _sessions(link: LinkPlan | None, random: np.random.Generator) -> UserSessions:
    """What a node remembers of its users, at the end of a link where it can be."""
    return UserSessions(
        where=_any(("memory", "replicated", "store", "store", "cookie"), random),
        idle_ttl=_any((0.3, 2.0, 1800.0), random),
        bytes=_any((0, 1000, 100_000), random),
        delay=_any((0.0, 0.5), random),
        store=None if link is None else _any((link.id, link.target), random),
    )


STORES: tuple[dict[str, Any], ...] = (
    {},
    {"write_policy": "around"},
    {"write_policy": "through"},
    {"write_policy": "behind"},
    {"write_policy": "behind", "write_behind": WriteBehind(delay=0.05, rate=20.0, order="key")},
    {"write_policy": "behind", "write_behind": WriteBehind(delay=0.0, limit=2)},
    {"fill": "lease", "lease": 0.05, "single_flight": False},
    {"fill": "lease", "stale_while_revalidate": 0.3, "single_flight": False},
    {"fill": "early", "beta": 2.0, "single_flight": False, "stale_if_error": 0.2},
    {"fill": "none", "single_flight": False, "ttl_jitter": 0.3, "stale_while_revalidate": 0.2},
    {"stale_if_error": 1.0, "write_policy": "through"},
)


def _balanced(plan: Plan, seed: int) -> Plan:
    """The plan, some of whose callers pick by what calls carry, or by how long they took."""
    random = generator(seed, "plan", "balancing")
    nodes = [
        replace(each, router=replace(each.router, **_any(BALANCING, random)))
        if each.router is not None and random.random() < 0.5
        else each
        for each in plan.nodes
    ]
    links = [
        replace(each, picker=_any(("hash", "shuffle", "ewma"), random), hash=Hash(map="ring"))
        if random.random() < 0.1
        else each
        for each in plan.links
    ]
    return _authenticated(replace(plan, nodes=tuple(nodes), links=tuple(links)), seed)


def _authenticated(plan: Plan, seed: int) -> Plan:
    """The plan, some of whose nodes ask one that they call who may come in, or check tokens alone."""
    random = generator(seed, "plan", "who may come in")
    nodes = {each.id: each for each in plan.nodes}
    for node in plan.nodes:
        servers = [link.target for link in plan.links if link.source == node.id]
        gates = tuple(each for each in node.gates if not isinstance(each, Auth))
        if node.traffic is None and random.random() < 0.25:
            modes = AUTHS if servers else AUTHS[:2]
            server = _any(servers, random) if servers else None
            gates += (Auth(server=server, **_any(modes, random)),)
        traffic = node.traffic
        if traffic is not None:
            traffic = replace(traffic, **_any(CROWDS, random))
        nodes[node.id] = replace(node, traffic=traffic, gates=gates, issue=_any(ISSUES, random))
    links = (as_forwarded(replace(each, checks=False), nodes[each.source]) for each in plan.links)
    return _kept(replace(plan, nodes=tuple(nodes.values()), links=tuple(links)), seed)


def _kept(plan: Plan, seed: int) -> Plan:
    """The plan, some of whose stores keep what is written, and renew what they hold, in other ways."""
    random = generator(seed, "plan", "what stores keep")
    nodes = [
        replace(node, store=replace(node.store, **_any(STORES, random)))
        if node.store is not None
        else node
        for node in plan.nodes
    ]
    return replace(plan, nodes=tuple(nodes))


def _any(choices: Sequence[T], random: np.random.Generator) -> T:
    """One of some things."""
    return choices[int(random.integers(len(choices)))]


class PolicyMaker:
    """Makes the policies of one plan."""

    def __init__(self, seed: int) -> None:
        self.random = generator(seed, "plan", "policies")

    def rules(self) -> tuple[Policy, ...]:
        """Sometimes a throttle, a breaker, a bulkhead, a budget of retries."""
        return (
            *self._seldom(BREAKERS),
            *self._seldom(BULKHEADS),
            *self._seldom(THROTTLES),
            *self._seldom(BUDGETS),
            *self._seldom(HEDGES),
            *self._seldom(FALLBACKS),
        )

    def gated(self, node: NodePlan) -> NodePlan:
        """The node, sometimes behind a rate limit, and a router sometimes behind a store."""
        if node.router is not None and self.random.random() < 0.2:
            node = replace(node, store=plans.store(5, ttl=0.5, single_flight=True))
        return self.limited(node)

    def limited(self, node: NodePlan) -> NodePlan:
        """The node, sometimes behind a rate limit, and sometimes behind a concurrency limit after it."""
        return replace(
            node,
            gates=(
                *self._seldom(ROOMS),
                *self._seldom(LIMITS),
                *self._seldom(TABLES),
                *self._seldom(SHEDS),
                *self._seldom(CONCURRENCIES),
            ),
        )

    def _seldom(self, choices: Sequence[Policy]) -> tuple[Policy, ...]:
        """One of some policies, mostly none."""
        if self.random.random() < 0.7:
            return ()
        return (choices[int(self.random.integers(len(choices)))],)
