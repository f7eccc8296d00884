"""Service: instances with workers and a queue each, which work and then make calls.

Models one law of work for all classes of requests. Leaves out memory, start-up time and CPU quotas.
"""

from __future__ import annotations

from typing import Literal

from engine.catalog.preset import Lowering, Preset
from engine.model.component import Component
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.plan.primitives import NodePlan, StationPlan

HELP = """\
A program that works on requests: **instances**, each with **workers** (threads, processes) and a queue of
its own. A request takes a free worker or waits; after the work, the service makes the calls of its
outgoing links in their order.

It can serve `instances × workers / service time` requests a second. Near that rate the wait grows
without bound; at 80 % of it a single worker answers in 5 × the service time, on average.

**Holds worker while waiting** decides how failures spread. Held (a thread a request): when a
dependency slows down, its callers' workers all end up waiting for it, and then this service is down as
well. Released (an event loop): only memory is used while waiting.

**Queue limit.** Without one, a stall leaves a queue of requests whose callers gave up long ago, and they
are worked on first. With one, requests over the limit fail at once (`queue_full`). About
*workers ÷ service time × the caller's timeout* places are as many as can be served in time.

With **processor sharing** (`ps`) nobody waits in line: all are worked on at once, each the slower for the
others. So no worker is ever held, and the queue limit counts those inside beyond the workers.

**Left out:** memory, start-up time, CPU throttling, the operating system's scheduler.

Compare: a fleet of Tomcat, Gunicorn, Puma, Node.js or Go servers.
"""


class ServiceConfig(Config):
    """Capacity of a service."""

    instances: int = setting(
        1,
        title="Instances",
        group="Capacity",
        help="Identical copies, each with its own queue.",
        ge=1,
        le=10_000,
    )
    workers: int = setting(
        8,
        title="Workers per instance",
        group="Capacity",
        help="Requests that an instance works on at the same time: its threads or processes.",
        ge=1,
        le=100_000,
    )
    service_time: Law = setting(
        Exponential(mean=0.005),
        title="Service time",
        unit="s",
        group="Capacity",
        help="Work on a request, calls to others not included. Exponential of 5 ms by default: "
        "most are short, a few take several times the mean.",
    )
    queue_limit: int | None = setting(
        None,
        title="Queue limit",
        group="Queue",
        help="Waiting places an instance; none is unbounded. With ps: requests inside beyond the "
        "workers.",
        ge=0,
        le=10_000_000,
    )
    discipline: Literal["fifo", "lifo", "ps", "priority"] = setting(
        "fifo",
        title="Discipline",
        group="Queue",
        help="fifo: first come; lifo: last come; ps: all at once, sharing the workers; priority: "
        "the classes with the lowest priority number first.",
    )
    hold_while_waiting: bool = setting(
        default=True,
        title="Holds worker while waiting",
        group="Queue",
        help="Yes: a thread a request, held while it waits for calls. No: an event loop. With ps "
        "no worker is ever held.",
    )


def lower(config: ServiceConfig, context: Lowering) -> NodePlan:
    """A station."""
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


PRESET = Preset(
    Component(
        kind="service",
        title="Service",
        category="Compute",
        summary="Works on requests and calls others",
        icon="service",
        help=HELP,
        config=ServiceConfig,
        input="calls",
        output="calls",
    ),
    lower,
)
