"""Worker: instances that pull messages from a queue, one for each idle worker, and may call others.

Models the pull, prefetching, the work, batches and effects that happen once.
"""

from __future__ import annotations

from engine.catalog.instances import instance_metrics
from engine.catalog.preset import Lowering, Preset
from engine.model.autoscale import AUTOSCALE, Autoscale
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.model.messaging import WorkLease, WorkOnce
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.model.spread import SPREAD
from engine.model.station import (
    BATCH,
    CPU,
    DRAIN,
    MEMORY,
    PAUSES,
    START_UP,
    Batching,
    CpuQuota,
    Memory,
    Pauses,
    StartUp,
)
from engine.plan.primitives import LeasePlan, NodePlan, StationPlan
from engine.plan.station import (
    batch_plan,
    cpu_plan,
    drain_time,
    memory_plan,
    pause_plan,
    start_plan,
)

HELP = """\
Pulls messages from the queues and topics that link to it: each idle worker takes one, works on it, makes the calls
of its outgoing links, and then acknowledges it. It never has a queue of its own.

It finishes `instances × workers ÷ service time` messages a second. Below the rate of the queue, the
backlog grows for as long as that lasts.

**It fails** by falling behind, or by failing messages: those are delivered again, and after some
deliveries put aside.

With **batches** a worker takes several messages at once and waits a little for more. What else may be
switched on for its instances (CPU quota, memory, start-up, pauses) works as in a service.

A message that is delivered twice is worked on twice, and **takes effect** twice. With **deduplication** it
does so once: what is known as done is acknowledged at once, and where two deliveries are worked on side
by side, the second to end does nothing. With **prefetch** an instance takes more messages than it can
work on: it need not wait for the next, but those wait while others are idle, and their visibility timeout runs.

With a **heartbeat** it asks the queue for more time on a period while it has a message (it extends its lease), so that long work is not delivered
again: the visibility timeout then only has to be longer than that period, and a message of a worker that dies comes again
soon. A worker that is frozen or cut off asks for nothing: its messages are delivered to others, and it works on.

Compare: Celery, Sidekiq, SQS consumers, a pool of background jobs.
"""


class WorkerConfig(Config):
    """Capacity of a pool of workers."""

    instances: int = setting(
        1, title="Instances", group="Capacity", help="Identical copies.", ge=1, le=10_000
    )
    spread: tuple[str, ...] = SPREAD
    workers: int = setting(
        4,
        title="Workers per instance",
        group="Capacity",
        help="Messages that an instance works on at the same time.",
        ge=1,
        le=100_000,
    )
    service_time: Law = setting(
        Exponential(mean=0.05),
        title="Service time",
        unit="s",
        group="Capacity",
        help="Work on a message, calls to others not included. 50 ms by default: background jobs "
        "are slower than what people wait for.",
    )
    prefetch: int | None = setting(
        None,
        title="Prefetch",
        group="Delivery",
        help="Messages that an instance takes beyond those that it works on. Common clients take 10 (SQS: up to "
        "10 a receive). Off: one for each idle worker.",
        ge=1,
        le=100_000,
    )
    heartbeat: WorkLease | None = setting(
        None,
        title="Heartbeat",
        group="Delivery",
        help="Ask the queue for more time while a message is worked on or waits here, so that long work is not delivered "
        "again. Off: the visibility timeout has to be longer than the work. For queues; of a topic it changes nothing.",
    )
    dedupe: WorkOnce | None = setting(
        None,
        title="Deduplication",
        group="Delivery",
        help="A message that was worked on to the end does nothing when it is delivered again. Off: its "
        "effect happens once more.",
    )
    batch: Batching | None = BATCH
    cpu: CpuQuota | None = CPU
    memory: Memory | None = MEMORY
    start_up: StartUp | None = START_UP
    drain: float | None = DRAIN
    pauses: Pauses | None = PAUSES
    autoscale: Autoscale | None = AUTOSCALE
    faults: NodeFaults | None = NODE_FAULTS


def lower(config: WorkerConfig, context: Lowering) -> NodePlan:
    """A station that pulls. Its workers are held until the message is acknowledged."""
    return NodePlan(
        id=context.id,
        autoscale=config.autoscale,
        station=StationPlan(
            instances=config.instances,
            workers=config.workers,
            work=context.each(config.service_time),
            hold=True,
            batch=batch_plan(config.batch),
            cpu=cpu_plan(config.cpu),
            memory=memory_plan(config.memory),
            start=start_plan(config.start_up),
            drain=drain_time(config.drain),
            pauses=pause_plan(config.pauses),
            prefetch=config.prefetch or 0,
            lease=None
            if config.heartbeat is None
            else LeasePlan(every=config.heartbeat.every, longest=config.heartbeat.longest),
        ),
        pulls=True,
        dedupe=None if config.dedupe is None else config.dedupe.window,
    )


PRESET = Preset(
    Component(
        kind="worker",
        title="Worker",
        category="Compute",
        summary="Pulls messages and works on them",
        icon="worker",
        help=HELP,
        config=WorkerConfig,
        input="messages",
        output="calls",
        pricing=Pricing(hour="instance_hour"),
        metrics=(
            Metric(name="effects", title="took effect", counts=True),
            Metric(name="duplicates", title="took effect again", counts=True),
            Metric(name="suppressed", title="duplicates suppressed", counts=True, needs="dedupe"),
            *instance_metrics(WorkerConfig),
        ),
    ),
    lower,
)
