"""Queue: takes messages at once and hands them to workers that pull, at least once."""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.component import Component, Metric
from engine.model.fields import Config, setting
from engine.plan.primitives import BacklogPlan, NodePlan


class QueueConfig(Config):
    """How much it holds, and what happens to messages that nobody finishes."""

    capacity: int | None = setting(
        None,
        title="Capacity",
        group="Messages",
        help="Messages that may wait; beyond them publishing fails as queue_full. None is unbounded.",
        ge=1,
        le=100_000_000,
    )
    visibility: float = setting(
        30.0,
        title="Visibility timeout",
        unit="s",
        group="Delivery",
        help="A message not acknowledged after this is delivered again (SQS: 30 s).",
        gt=0.0,
        le=1e9,
    )
    max_receive: int = setting(
        5,
        title="Deliveries",
        group="Delivery",
        help="Deliveries after which a message that fails goes to the dead letters.",
        ge=1,
        le=1000,
    )


def _lower(config: QueueConfig, context: Lowering) -> NodePlan:
    """A queue is a backlog that acknowledges on enqueue."""
    return NodePlan(
        id=context.id,
        backlog=BacklogPlan(
            capacity=config.capacity, visibility=config.visibility, max_receive=config.max_receive
        ),
    )


_HELP = """\
A **queue** takes a message, answers at once, and keeps it until a worker has finished it.

Workers linked from it *pull*: whoever is idle takes the oldest message. A message that fails, or is not finished
within the visibility timeout, is delivered again (at least once, so perhaps twice) and after too many deliveries
becomes a *dead letter*.

It turns overload into delay: watch its depth and the age of its oldest message.

**Products**: SQS, RabbitMQ, Cloud Tasks.
"""

PRESET = Preset(
    Component(
        kind="queue",
        title="Queue",
        category="Messaging",
        summary="Holds messages until a worker is idle",
        icon="queue",
        help=_HELP,
        config=QueueConfig,
        input="calls",
        output="messages",
        metrics=(
            Metric(name="depth", title="depth"),
            Metric(name="lag", title="lag", unit="s"),
            Metric(name="dead_lettered", title="dead letters"),
            Metric(name="redelivered", title="redelivered"),
        ),
        headline="lag",
    ),
    _lower,
)
