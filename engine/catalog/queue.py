"""Queue: takes messages at once, keeps them, and hands them to workers that pull, at least once each.

Models a bound, redelivery after a visibility timeout, a dead-letter list, order in groups and dropped
repeats. Leaves out batches and storage time.
"""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.component import Component
from engine.model.failover import FAILOVER, Failover
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.messaging import MOST_GROUPS, POISON, PublishOnce
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.plan.primitives import BacklogPlan, NodePlan, StationPlan

HELP = """\
Takes a message, answers at once, and keeps it until a worker has finished with it. So the sender is
fast and safe from whatever happens behind; the price is that the work is done later.

**Workers** behind its links pull one message for each idle worker. A message that fails, or is not
finished within the **visibility timeout**, is delivered again: *at least once*, so the same message can be
worked on twice, and take effect twice (*duplicates*). What a consumer had that died comes again once the
timeout is over: nobody hears of its death. After **most deliveries** a message is put aside as a dead
letter, so that **poison messages** do not come for ever.

With **FIFO groups** the messages of a group are delivered in order and one at a time, so that at most
as many are worked on at once as there are groups; without, a later message may take effect before an
earlier one of its key (*out of order*). **Deduplication** drops what a sender publishes again.

**Several workers** behind its links share the messages: each goes to one of them (competing consumers). Where each of
several readers is to have every message (publish/subscribe), the sender writes to a queue for each of them, as a
notification service does for it, or to one topic, whose groups each read all; a topic keeps the order and what was read,
queues are bounded, retried and put aside each for itself.

*Lag* is how old messages are when they are taken. When workers stop for a time, the backlog is the
rate times that time; it drains at the workers' spare capacity.

**It fails** quietly: with too few workers it only grows. Watch depth and lag; bound it to fail loudly
(`queue_full`).

**Left out:** batches, time to store; partitions and consumer groups are those of a topic.

Compare: Amazon SQS, RabbitMQ, Azure Queue Storage.
"""


class QueueConfig(Config):
    """What a queue keeps, and how it delivers."""

    capacity: int | None = setting(
        None,
        title="Capacity",
        group="Queue",
        help="Messages it has room for; none is unbounded.",
        ge=1,
        le=100_000_000,
    )
    visibility: float = setting(
        30.0,
        title="Visibility timeout",
        unit="s",
        group="Delivery",
        help="Time after which a message that is not finished is delivered again (SQS: 30 s).",
        gt=0.0,
        le=1e7,
    )
    max_receive: int = setting(
        5,
        title="Most deliveries",
        group="Delivery",
        help="Deliveries after which a message is put aside as a dead letter.",
        ge=1,
        le=1000,
    )
    poison: float = POISON
    fifo_groups: int | None = setting(
        None,
        title="FIFO groups",
        group="Order",
        help="Messages fall into so many groups by their key. Those of a group are delivered in order, and one "
        "at a time: the next when the one before is done, or dead (SQS FIFO message groups). Off: no order.",
        ge=1,
        le=MOST_GROUPS,
    )
    dedupe: PublishOnce | None = setting(
        None,
        title="Deduplication",
        group="Order",
        help="Drop what is published again, by the id that a retry keeps. Off: every publication is a message.",
    )
    admission: Admission | None = ADMISSION
    faults: NodeFaults | None = NODE_FAULTS
    failover: Failover | None = FAILOVER


def lower(config: QueueConfig, context: Lowering) -> NodePlan:
    """A backlog."""
    return NodePlan(
        id=context.id,
        station=StationPlan(work=StationPlan().work * len(context.classes)),
        backlog=BacklogPlan(
            capacity=config.capacity,
            visibility=config.visibility,
            max_receive=config.max_receive,
            fifo_groups=config.fifo_groups,
            dedupe=None if config.dedupe is None else config.dedupe.window,
            poison=config.poison,
        ),
    )


PRESET = Preset(
    Component(
        kind="queue",
        title="Queue",
        category="Messaging",
        summary="Keeps messages until workers finish them",
        icon="queue",
        help=HELP,
        config=QueueConfig,
        input="calls",
        output="messages",
        pricing=Pricing(requests=True),
        metrics=(
            Metric(name="lag", title="lag", unit="s"),
            Metric(name="depth", title="depth"),
            Metric(name="oldest", title="oldest message", unit="s"),
            Metric(name="in_flight", title="being worked on"),
            Metric(name="published", title="published", counts=True),
            Metric(name="consumed", title="consumed", counts=True),
            Metric(name="redelivered", title="redelivered", counts=True),
            Metric(name="dead_lettered", title="dead-lettered", counts=True),
            Metric(name="effects", title="took effect", counts=True),
            Metric(name="duplicates", title="took effect again", counts=True),
            Metric(name="out_of_order", title="took effect out of order", counts=True),
            Metric(name="extended", title="given more time", counts=True, taker="heartbeat"),
            Metric(name="deduplicated", title="repeats dropped", counts=True, needs="dedupe"),
        ),
        times=("publish_to_done",),
        headline="lag",
    ),
    lower,
)
