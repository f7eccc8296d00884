"""Topic: a log in partitions that any number of consumer groups read, each at its own pace.

Models partitions, batches of producers, replicas and what is waited for, retention, groups with their
hand-overs, offsets that are committed now and then. Leaves out compaction, transactions and the brokers.
"""

from __future__ import annotations

from typing import Literal

from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.model.messaging import POISON
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.plan.lower import law_plan
from engine.plan.primitives import NodePlan, StationPlan, TopicPlan

HELP = """\
Keeps messages in a **log** of several **partitions**, by the hash of their key, and forgets nothing when it is read:
every **consumer group** behind its links gets every message (publish/subscribe), at its own pace. A link names the
group; workers of one group share the partitions, each of which belongs to one instance at a time. So the messages
of a key are worked on in order, and **no more instances work than there are partitions**.

*Lag* is how many messages a group is behind: λ·T after a stop of T seconds.

**More partitions** while it runs: the hash of a key is taken modulo their number, so most keys go to another partition from
then on (*moved*: from 6 to 12 half of them, from 6 to 7 six of seven). What they left in the old one may be worked on later than what
follows in the new one: that breaks the order of a key (*out of order*), and is counted.

**Producers** collect messages to a partition for the *linger* time, about 1 + λ·linger of them, and wait for what
`acks` says: nothing, the leader, or all replicas. When the **leader crashes** (kill), what the followers do not have yet
is *lost*, though with `leader` and `none` its producers took it for safe. Groups read what all replicas have.

**Groups** notice by heartbeats who is there. When an instance comes or goes, nobody reads for the *rebalance* time.
One that dies is noticed after the *session timeout*; whoever takes over begins at the *committed* offset, so that some
messages take effect again (*duplicates*), out of order. A message that fails is tried again at once, and holds up its
partition, until it is put aside.

**It fails** by lag: what a group has not read within the *retention* time is gone for it (*expired*). With a *capacity*
producers are refused instead (`queue_full`): back-pressure.

**Left out:** compaction, transactions, single brokers, fetching several messages at once.

Compare: Apache Kafka, Redpanda, Pulsar, Kinesis, Event Hubs.
"""


class TopicConfig(Config):
    """How messages are kept, published and read."""

    partitions: int = setting(
        6,
        title="Partitions",
        group="Log",
        help="The instances of a group that may work at a time. More can be added while it runs; of fewer the "
        "others are read to their end.",
        ge=1,
        le=10_000,
    )
    retention: float = setting(
        604_800.0,
        title="Retention",
        unit="s",
        group="Log",
        help="So long a message may be read (Kafka: 7 days).",
        gt=0.0,
        le=1e9,
    )
    capacity: int | None = setting(
        None,
        title="Capacity",
        group="Log",
        help="Messages that the slowest group may be behind; more are refused with queue_full (Pulsar: backlog "
        "quota). Off: any number.",
        ge=1,
        le=100_000_000,
    )
    acks: Literal["none", "leader", "all"] = setting(
        "all",
        title="Acks",
        group="Publishing",
        help="What producers wait for: nothing, the leader, or all replicas (Kafka 3: all).",
    )
    replicas: int = setting(
        3,
        title="Replicas",
        group="Publishing",
        help="Copies of each partition, the leader's included.",
        ge=1,
        le=9,
    )
    lag: Law = setting(
        Exponential(mean=0.005),
        title="Replication lag",
        unit="s",
        group="Publishing",
        help="Until all followers have what the leader has. 5 ms: some round trips between zones and a write.",
    )
    linger: float = setting(
        0.005,
        title="Linger",
        unit="s",
        group="Publishing",
        help="Producers wait so long for more messages to the same partition (Kafka 4: 5 ms).",
        ge=0.0,
        le=60.0,
    )
    batch_bytes: int = setting(
        16_384,
        title="Batch size",
        unit="B",
        group="Publishing",
        help="Bytes of requests at which a batch is sent without waiting on (Kafka: 16 KB).",
        ge=1,
        le=1_000_000_000,
    )
    session_timeout: float = setting(
        45.0,
        title="Session timeout",
        unit="s",
        group="Groups",
        help="Without heartbeats for so long, an instance is out of its group (Kafka 3: 45 s).",
        gt=0.0,
        le=1e6,
    )
    rebalance: float = setting(
        3.0,
        title="Rebalance",
        unit="s",
        group="Groups",
        help="Nobody in a group reads for so long when somebody comes or goes. 3 s: what Kafka waits for others to "
        "come along (group.initial.rebalance.delay.ms); consumers with slow work take longer.",
        ge=0.0,
        le=1e6,
    )
    commit_interval: float = setting(
        5.0,
        title="Commit interval",
        unit="s",
        group="Groups",
        help="How often consumers note how far they are (Kafka: auto.commit.interval.ms 5 s). 0: after each message.",
        ge=0.0,
        le=1e6,
    )
    poll_timeout: float = setting(
        300.0,
        title="Poll timeout",
        unit="s",
        group="Groups",
        help="A message that is not done within this time is delivered again (Kafka: max.poll.interval.ms, 5 minutes).",
        gt=0.0,
        le=1e7,
    )
    max_receive: int = setting(
        10,
        title="Most deliveries",
        group="Groups",
        help="Failed deliveries after which a group puts a message aside (Spring Kafka: 10).",
        ge=1,
        le=1000,
    )
    poison: float = POISON
    admission: Admission | None = ADMISSION
    faults: NodeFaults | None = NODE_FAULTS


def lower(config: TopicConfig, context: Lowering) -> NodePlan:
    """A log."""
    return NodePlan(
        id=context.id,
        station=StationPlan(work=StationPlan().work * len(context.classes)),
        topic=TopicPlan(
            partitions=config.partitions,
            acks=config.acks,
            replicas=config.replicas,
            lag=law_plan(config.lag),
            linger=config.linger,
            batch_bytes=float(config.batch_bytes),
            retention=config.retention,
            capacity=config.capacity,
            max_receive=config.max_receive,
            poison=config.poison,
            commit_interval=config.commit_interval,
            session_timeout=config.session_timeout,
            rebalance=config.rebalance,
            poll_timeout=config.poll_timeout,
        ),
    )


PRESET = Preset(
    Component(
        kind="topic",
        title="Topic",
        category="Messaging",
        summary="A log in partitions that groups of workers read",
        icon="topic",
        help=HELP,
        config=TopicConfig,
        input="calls",
        output="messages",
        pricing=Pricing(requests=True),
        metrics=(
            Metric(name="behind", title="lag", each="lag"),
            Metric(name="age", title="age when delivered", unit="s"),
            Metric(name="oldest", title="oldest message", unit="s"),
            Metric(name="partitions", title="partitions"),
            Metric(
                name="moved", title="to another partition than before", counts=True, event="set"
            ),
            Metric(name="batch_size", title="messages a batch"),
            Metric(name="published", title="published", counts=True),
            Metric(name="consumed", title="consumed", counts=True, each="consumed_by"),
            Metric(name="lost", title="acknowledged and lost", counts=True),
            Metric(name="expired", title="expired unread", counts=True, each="expired_by"),
            Metric(
                name="dead_lettered", title="dead-lettered", counts=True, each="dead_lettered_by"
            ),
            Metric(name="redelivered", title="redelivered", counts=True, each="redelivered_by"),
            Metric(name="effects", title="took effect", counts=True, each="effects_by"),
            Metric(name="duplicates", title="took effect again", counts=True, each="duplicates_by"),
            Metric(
                name="out_of_order",
                title="took effect out of order",
                counts=True,
                each="out_of_order_by",
            ),
            Metric(name="rebalances", title="rebalances", counts=True, each="rebalances_by"),
        ),
        times=("publish_to_done",),
        headline="behind",
    ),
    lower,
)
