"""Queue: takes messages at once, keeps them, and hands them to workers that pull, at least once each.

Models a bound, redelivery after a visibility timeout and a dead-letter list. Leaves out order
guarantees, batches and storage time.
"""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.component import Component
from engine.model.failover import FAILOVER, Failover
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.plan.primitives import BacklogPlan, NodePlan, StationPlan

HELP = """\
Takes a message, answers at once, and keeps it until a worker has finished with it. So the sender is
fast and safe from whatever happens behind; the price is that the work is done later.

**Workers** behind its links pull one message for each idle worker. A message that fails, or is not
finished within the **visibility timeout**, is delivered again: *at least once*, so the same message can be
worked on twice. After **most deliveries** it is put aside as a dead letter.

*Lag* is how old messages are when they are taken. When workers stop for a time, the backlog is the
rate times that time; it drains at the workers' spare capacity.

**It fails** quietly: with too few workers it only grows. Watch depth and lag; bound it to fail loudly
(`queue_full`).

**Left out:** order guarantees, batches, partitions, time to store.

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
            Metric(name="duplicates", title="finished too late", counts=True),
            Metric(name="dead_lettered", title="dead-lettered", counts=True),
        ),
        times=("publish_to_done",),
        headline="lag",
    ),
    lower,
)
