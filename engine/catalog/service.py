"""Service: identical instances whose workers do some work and then make the calls of the outgoing links."""

from __future__ import annotations

from typing import Literal

from engine.catalog.preset import Lowering, Preset
from engine.model.component import Component
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.plan.primitives import NodePlan, StationPlan

_CAPACITY = "Capacity"


class ServiceConfig(Config):
    """How much it can do at once, and how long it takes."""

    instances: int = setting(
        1,
        title="Instances",
        group=_CAPACITY,
        help="Identical copies, each with its own queue.",
        ge=1,
        le=10_000,
    )
    workers: int = setting(
        8,
        title="Workers per instance",
        group=_CAPACITY,
        help="Requests that an instance works on at once: threads or processes.",
        ge=1,
        le=100_000,
    )
    service_time: Law = setting(
        Exponential(mean=0.005),
        title="Service time",
        unit="s",
        group=_CAPACITY,
        help="Own work on a request, calls to others not included.",
    )
    queue_limit: int | None = setting(
        None,
        title="Queue limit",
        group=_CAPACITY,
        help="Waiting places per instance; beyond them requests fail at once as queue_full. None is unbounded.",
        ge=0,
        le=10_000_000,
    )
    discipline: Literal["fifo", "lifo", "ps", "priority"] = setting(
        "fifo",
        title="Discipline",
        group=_CAPACITY,
        help="Who is next: first come, last come, everybody at once (processor sharing), or the lowest priority number.",
    )
    hold_while_waiting: bool = setting(
        default=True,
        title="Holds worker while waiting",
        group=_CAPACITY,
        help="Yes: a worker is busy until its calls are answered (thread per request). No: it is free meanwhile "
        "(event loop).",
    )


def _lower(config: ServiceConfig, context: Lowering) -> NodePlan:
    """A service is a station whose flow is its outgoing links."""
    return NodePlan(
        id=context.id,
        station=StationPlan(
            instances=config.instances,
            workers=config.workers,
            work=context.each(config.service_time),
            queue_limit=config.queue_limit,
            discipline=config.discipline,
            hold=config.hold_while_waiting,
        ),
    )


_HELP = """\
A **service** is your code: identical instances, each with a number of workers and a queue.

A request waits for a worker, is worked on, and then makes the calls of the outgoing links in their order (equal orders
in parallel). A *thread per request* holds its worker while it waits for them, so a slow dependency can use up all
workers; an *event loop* does not.

**Fails by**: `queue_full` when the queue is bounded and full, `crashed` and `unavailable` when instances die, and by
whatever its calls fail by.
**Leaves out**: memory, garbage collection, start-up time.
"""

PRESET = Preset(
    Component(
        kind="service",
        title="Service",
        category="Compute",
        summary="Does work, then calls others",
        icon="service",
        help=_HELP,
        config=ServiceConfig,
        input="calls",
        output="calls",
    ),
    _lower,
)
