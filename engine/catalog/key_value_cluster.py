"""Key-value cluster: keys in partitions, each on several instances that answer by quorum.

Models versions of keys at each instance, quorums, hints, read repair, comparison of replicas, partitions with a
bound on their rate, and how keys are placed. Leaves out values, transactions, and what moving data takes.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.model.spread import SPREAD
from engine.plan.lower import law_plan
from engine.plan.primitives import ZERO, ClusterPlan, NodePlan, StationPlan
from engine.plan.primitives.replication import ReadFrom

HELP = """\
Keys on several **instances**. A key belongs to a **partition**, a partition to as many instances as there are
**replicas**. Whichever instance a request reaches *coordinates* it: it sends the operation to all replicas of the key
that it reaches, each of which works on it, and answers once enough of them have: the **write quorum** W or the **read
quorum** R. A read gives the newest version among the answers. So its latency is that of the R-th fastest replica of N.

**R + W > N**: every read meets the last write, and nothing stale is ever answered; the run checks it. With **R + W ≤ N**
reads are faster, survive more, and some are *stale*: older than what had been acknowledged before they began. How
many depends on how late the replicas are; nothing here is a formula, each replica holds versions.

**Consistency** says what happens while replicas are out of reach. *cp*: whoever has no quorum refuses
(`unavailable`), and a read whose answers differ brings a quorum up to date before it answers, so that none after it
is older. *ap*: it does with the replicas that it reaches, or
stands in for them itself: no errors, but keys *diverge*, and reads on either side do not see the other's writes. One
cannot have both: that is the CAP theorem.

What brings replicas together again:

| | what | when |
|---|---|---|
| hints | the coordinator keeps writes for those it did not reach | within a second once it reaches them |
| read repair | replicas that answered with something older | after each read |
| anti-entropy | all replicas compare all keys | on a period |

The page *Versions* below the canvas shows for one key which replica held which version when, and how many keys
diverge: cut an instance off, and see it fall behind and catch up.

**Several leaders** (*multi_leader*): each instance takes writes and answers reads by itself at once, and tells the
others after the *lag*. Two writes of a key **conflict** where neither knew of the other: with two leaders, one write
of a key from the other side every 1/λ seconds and a lag of d, a share of 1 − e^(−2λd) does. Of two that conflict one
is overwritten unseen.

**A leader for each partition** (*single_leader*): its writes go through one of its owners, which sends them to the
others, its *followers*, and acknowledges a write once W replicas have it, itself included: W = 1 is asynchronous,
W = N synchronous. Reads come *from* the leader, which is never stale, or from followers, which are as late as they
are. A leader that is down, or does not reach most owners, is replaced after the *election timeout*: until then its
partition takes no writes. The new one takes over what the owners have that elect it. What the old one alone had is
**lost**: asynchronously about the rate of writes times the lag; where W is a majority, nothing. With *cp* a leader that
is cut off from most owners refuses; with *ap* it goes on beside the new one, and what it took meanwhile is rolled back
once it follows that.

**Last write wins** (*lww*) goes by the clocks of the coordinators. One that is fast by δ has its writes win over others
that follow within δ: these are *lost updates*. The other ways look at no clock, but at what each write knew of, and lose
nothing. *versions* keeps both sides of a conflict as **siblings** until a later write, which goes on from what the
replicas hold that its coordinator reaches, merges them (Dynamo, Riak). *sum* takes each write for an increment: all of
them count, in whatever order they come (a CRDT counter).

**Partitions** divide keys and load. `ring` and `slots` move one part in n when one is added, `mod` nearly everything;
a ring with few *virtual nodes* is uneven. A **rate** for each partition refuses what is above it (`rate_limited`), and so do
**units**, which count how large requests are, reads and writes by themselves, as DynamoDB does: one
hot key cannot be divided, however many partitions there are. While it runs, bars below the measurements show the load
and the keys of each partition; one with twice the mean stands out, and so does what is above the rate.

Instances that are **spread** over zones are as far from each other as those are, the replicas of a key lie in as many
of them as there are, and a partition between zones cuts the replicas off from each other as well.

A killed instance keeps what is on its disk; a *flush* loses it.

**Left out:** values and their sizes, transactions, the time that it takes to notice that an instance is gone or to
move keys, and the load of anti-entropy.

Compare: Cassandra, DynamoDB, Riak, ScyllaDB, Voldemort; with leaders, MongoDB, etcd and CockroachDB.
"""


class KeyValueClusterConfig(Config):
    """How keys are held and agreed upon."""

    @model_validator(mode="after")
    def _can_be_had(self) -> Self:
        """Refuse quorums that are larger than all."""
        for name in ("write_quorum", "read_quorum"):
            if getattr(self, name) > self.replicas:
                msg = (
                    f"{name} is {getattr(self, name)}, and there are only {self.replicas} replicas"
                )
                raise ValueError(msg)
        return self

    instances: int = setting(
        3,
        title="Instances",
        group="Capacity",
        help="Machines; there are as many as replicas at least.",
        ge=1,
        le=1000,
    )
    workers: int = setting(
        32,
        title="Workers per instance",
        group="Capacity",
        help="Reads and writes that an instance works on at once (Cassandra: 32 of each).",
        ge=1,
        le=100_000,
    )
    read_time: Law = setting(
        Exponential(mean=0.001),
        title="Read time",
        unit="s",
        group="Capacity",
        help="Work of each replica for a read. 1 ms: index and block mostly in memory.",
    )
    write_time: Law = setting(
        Exponential(mean=0.0005),
        title="Write time",
        unit="s",
        group="Capacity",
        help="Work of each replica for a write. .5 ms: it is appended to a log, and to a table in memory.",
    )
    queue_limit: int | None = setting(
        None,
        title="Queue limit",
        group="Capacity",
        help="Requests that may wait at an instance before anybody coordinates them; none is unbounded.",
        ge=0,
        le=10_000_000,
    )
    mode: Literal["leaderless", "single_leader", "multi_leader"] = setting(
        "leaderless",
        title="Mode",
        group="Replication",
        help="leaderless: quorums of replicas. single_leader: each partition has a leader, which takes its writes and "
        "sends them on. multi_leader: each instance takes writes and answers reads by itself at once; the others hear "
        "of it after the lag.",
    )
    replicas: int = setting(
        3,
        title="Replicas (N)",
        group="Replication",
        help="Instances that hold each key (Dynamo: 3).",
        ge=1,
        le=50,
    )
    write_quorum: int = setting(
        2,
        title="Write quorum (W)",
        group="Replication",
        help="Replicas that have to take a write before it is acknowledged (Dynamo: 2).",
        ge=1,
        le=50,
    )
    read_quorum: int = setting(
        2,
        title="Read quorum (R)",
        group="Replication",
        help="Replicas whose answers a read takes (Dynamo: 2). Nothing is stale where R + W > N.",
        ge=1,
        le=50,
    )
    read_from: ReadFrom = setting(
        "leader",
        title="Reads from",
        group="Replication",
        help="Who answers reads in single_leader: the leader of the partition, which is never stale; a follower; or "
        "any owner. Followers are stale by how late they are.",
    )
    election: float = setting(
        10.0,
        title="Election timeout",
        unit="s",
        group="Replication",
        help="In single_leader: a partition that is without a leader for so long elects another one "
        "(MongoDB: 10 s; etcd: 1 s).",
        gt=0.0,
        le=1e6,
    )
    consistency: Literal["cp", "ap"] = setting(
        "cp",
        title="Consistency",
        group="Replication",
        help="cp: without a quorum a request fails. ap: it does with the replicas that are reached (a sloppy quorum).",
    )
    lag: Law | None = setting(
        None,
        title="Lag between instances",
        unit="s",
        group="Replication",
        help="One way from an instance to another, beside the distance of their frames. None is that distance alone, or "
        ".5 ms where nothing is said of it: 1 ms there and back, as between zones of a region.",
    )
    hints: float = setting(
        10_800.0,
        title="Hints kept",
        unit="s",
        group="Repair",
        help="How long a coordinator keeps writes for replicas that it does not reach (Cassandra: 3 h); 0 keeps none.",
        ge=0.0,
        le=1e9,
    )
    anti_entropy: float | None = setting(
        600.0,
        title="Anti-entropy period",
        unit="s",
        group="Repair",
        help="Time between two comparisons of all replicas that reach each other; none never compares.",
        gt=0.0,
        le=1e9,
    )
    conflict: Literal["lww", "versions", "sum"] = setting(
        "lww",
        title="Conflicts",
        group="Repair",
        help="What becomes of two writes of a key that did not know of each other. lww: the later one by the clocks "
        "wins; versions: both are kept as siblings until a later write merges them; sum: each adds to a counter, "
        "and none is lost (a CRDT).",
    )
    clock_offset: dict[str, float] = setting(
        {},
        title="Clock offsets",
        unit="s",
        group="Repair",
        help="By how much the clock of an instance is fast, by its number from 0 on.",
        max_length=1000,
    )
    partitions: int = setting(
        12,
        title="Partitions",
        group="Partitions",
        help="Parts into which keys are divided, each on as many instances as there are replicas.",
        ge=1,
        le=1024,
    )
    placement: Literal["ring", "mod", "range", "slots"] = setting(
        "ring",
        title="Placement",
        group="Partitions",
        help="Which partition a key belongs to, and which instances a partition. ring: the next point on a ring; mod: "
        "the remainder of its hash; range: keys in a row; slots: a table of 16 384 slots (Redis Cluster).",
    )
    virtual_nodes: int = setting(
        100,
        title="Virtual nodes",
        group="Partitions",
        help="Points on the ring of each partition, and of each instance: the more, the more even.",
        ge=1,
        le=10_000,
    )
    partition_rate: float | None = setting(
        None,
        title="Partition rate",
        unit="rps",
        group="Partitions",
        help="Requests a second that a partition takes, and as many at once; none is unbounded.",
        gt=0.0,
        le=1e9,
    )
    read_units: float | None = setting(
        None,
        title="Read units per second",
        group="Partitions",
        help="Read units a second that a partition takes, one for each 4 KiB of a class's response; none is unbounded "
        "(DynamoDB: 3000).",
        gt=0.0,
        le=1e9,
    )
    write_units: float | None = setting(
        None,
        title="Write units per second",
        group="Partitions",
        help="Write units a second that a partition takes, one for each KiB of a class's request; none is unbounded "
        "(DynamoDB: 1000).",
        gt=0.0,
        le=1e9,
    )
    spread: tuple[str, ...] = SPREAD
    admission: Admission | None = ADMISSION
    faults: NodeFaults | None = NODE_FAULTS

    @model_validator(mode="after")
    def _names_instances(self) -> Self:
        """Refuse clocks of nobody."""
        for name in self.clock_offset:
            if not name.isascii() or not name.isdigit():
                msg = f"clock_offset names {name!r}, and instances are numbered from 0 on"
                raise ValueError(msg)
        return self


def lower(config: KeyValueClusterConfig, context: Lowering) -> NodePlan:
    """Instances whose workers read and write for coordinators, which need no work themselves."""
    many, led = config.mode == "multi_leader", config.mode == "single_leader"
    return NodePlan(
        id=context.id,
        station=StationPlan(
            instances=max(config.replicas, config.instances),
            workers=config.workers,
            work=(ZERO,) * len(context.classes),
            queue_limit=config.queue_limit,
        ),
        cluster=ClusterPlan(
            replicas=config.replicas,
            write_quorum=1 if many else config.write_quorum,
            read_quorum=1 if many or led else config.read_quorum,
            strict=config.consistency == "cp" and not many,
            local=many,
            partitions=config.partitions,
            placement=config.placement,
            virtual_nodes=config.virtual_nodes,
            partition_rate=config.partition_rate,
            read_units=config.read_units,
            write_units=config.write_units,
            lag=None if config.lag is None else law_plan(config.lag),
            hints=config.hints,
            anti_entropy=config.anti_entropy,
            read=law_plan(config.read_time),
            write=law_plan(config.write_time),
            conflict="lww" if led else config.conflict,
            led=led,
            read_from=config.read_from,
            election=config.election,
            offsets=tuple(
                (int(name), by) for name, by in sorted(config.clock_offset.items()) if by
            ),
        ),
    )


_BOUNDS = "partition_rate read_units write_units"

PRESET = Preset(
    Component(
        kind="key_value_cluster",
        title="Key-value cluster",
        category="Data",
        summary="Keys on several instances that answer by quorum",
        icon="key_value",
        help=HELP,
        config=KeyValueClusterConfig,
        input="calls",
        output="none",
        pricing=Pricing(hour="database_hour"),
        metrics=(
            Metric(name="stale_ratio", title="stale reads", unit="%"),
            Metric(name="divergent", title="divergent keys"),
            Metric(name="no_quorum", title="without a quorum", counts=True),
            Metric(name="sloppy", title="with fewer replicas than asked for", counts=True),
            Metric(name="repaired", title="replicas repaired", counts=True),
            Metric(name="hints", title="hints kept"),
            Metric(name="hints_expired", title="hints expired", counts=True),
            Metric(name="lost_writes", title="lost writes", counts=True),
            Metric(name="lost_updates", title="lost updates", counts=True),
            Metric(name="conflict_ratio", title="writes in conflict", unit="%"),
            Metric(name="siblings", title="siblings kept, all replicas", needs="conflict"),
            Metric(name="merged", title="siblings merged", counts=True, needs="conflict"),
            Metric(name="imbalance", title="largest partition, times the mean"),
            Metric(name="throttled", title="throttled", counts=True, needs=_BOUNDS),
            Metric(name="keys_known", title="keys asked for"),
            Metric(name="keys_moved", title="keys moved", counts=True),
            Metric(name="elections", title="leaders elected", counts=True, needs="mode"),
            Metric(
                name="leaderless", title="without a leader, a partition", unit="s", needs="mode"
            ),
        ),
        headline="stale_ratio",
    ),
    lower,
)
