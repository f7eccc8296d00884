"""Worker: instances that pull messages from queues, work on them, and make the calls of their links."""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.component import Component
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.plan.primitives import NodePlan, StationPlan

_CAPACITY = "Capacity"


class WorkerConfig(Config):
    """How many messages at once, and how long each takes."""

    instances: int = setting(
        1, title="Instances", group=_CAPACITY, help="Identical copies.", ge=1, le=10_000
    )
    workers: int = setting(
        4,
        title="Workers per instance",
        group=_CAPACITY,
        help="Messages that an instance works on at once.",
        ge=1,
        le=100_000,
    )
    service_time: Law = setting(
        Exponential(mean=0.05),
        title="Service time",
        unit="s",
        group=_CAPACITY,
        help="Own work on a message, calls to others not included.",
    )


def _lower(config: WorkerConfig, context: Lowering) -> NodePlan:
    """A worker is a station that pulls; a message keeps its worker to the end."""
    return NodePlan(
        id=context.id,
        station=StationPlan(
            instances=config.instances,
            workers=config.workers,
            work=context.each(config.service_time),
            hold=True,
        ),
        pulls=True,
    )


_HELP = """\
A **worker** pulls messages from the queues linked to it, as many at once as it has workers, and acknowledges each when
it has finished, calls included.

**Fails by**: being too slow: the queue grows by arrivals minus instances × workers ÷ service time.
**Products**: Celery, Sidekiq, consumers of any message broker.
"""

PRESET = Preset(
    Component(
        kind="worker",
        title="Worker",
        category="Compute",
        summary="Pulls messages and works on them",
        icon="worker",
        help=_HELP,
        config=WorkerConfig,
        input="messages",
        output="calls",
    ),
    _lower,
)
