"""Settings that components with workers share. Each is off where it is null.

The classes say what each holds; the constants at the end are the fields, for configs to take over.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from engine.model.fields import Config, setting
from engine.model.laws import Constant, Exponential, Law


class Scaling(Config):
    """Universal scalability law: the more workers work, the longer each takes."""

    contention: float = setting(
        0.05,
        title="Contention σ",
        unit="%",
        help="Share of the work that only one worker at a time can do, such as holding a lock. "
        "5 %: no more than 20 times the throughput of one worker, however many there are.",
        ge=0.0,
        le=1.0,
    )
    coherency: float = setting(
        0.001,
        title="Coherency κ",
        help="What each pair of workers costs by keeping each other up to date. Above zero, "
        "throughput falls again beyond √((1-σ)/κ) workers: 31 with σ 5 % and κ .001.",
        ge=0.0,
        le=1.0,
    )


class CpuQuota(Config):
    """CPU time that an instance may use in a period (CFS bandwidth control)."""

    quota: float = setting(
        0.1,
        title="Quota",
        unit="s",
        help="CPU seconds an instance a period, all its workers together: .1 s in .1 s is one core. "
        "When they are used up, everything stands still until the next period.",
        ge=1e-4,
        le=1e4,
    )
    period: float = setting(
        0.1,
        title="Period",
        unit="s",
        help="Linux and Kubernetes: 100 ms.",
        ge=1e-3,
        le=10.0,
    )


class Batching(Config):
    """A worker takes several waiting requests at once."""

    size: int = setting(
        100,
        title="Size",
        help="Most requests in a batch. Throughput of a worker: b ÷ (F + b·c).",
        ge=1,
        le=1_000_000,
    )
    linger: float = setting(
        0.005,
        title="Linger",
        unit="s",
        help="How long the first request waits for others (Kafka 4: 5 ms); 0 takes who waits already. Where there is little to do, "
        "a batch holds 1 + rate × linger requests on average.",
        ge=0.0,
        le=1e6,
    )
    fixed: float = setting(
        0.005,
        title="Fixed time",
        unit="s",
        help="F: time that a batch takes however small it is, such as a round trip or a disk flush.",
        ge=0.0,
        le=1e6,
    )
    per_item: float | None = setting(
        None,
        title="Time per request",
        unit="s",
        help="c: time for each request in a batch; none: its service time.",
        ge=0.0,
        le=1e6,
    )


class StartUp(Config):
    """What it takes until an instance serves that is added, or starts again."""

    time: Law = setting(
        Constant(mean=30.0),
        title="Time",
        unit="s",
        help="Until it is ready; nobody calls it before. 30 s: scheduling, image, boot of a container.",
    )
    warm_up: float = setting(
        0.0,
        title="Warm-up",
        unit="s",
        help="For so long its speed then rises, from the cold one to the full one.",
        ge=0.0,
        le=1e6,
    )
    cold_factor: float = setting(
        0.3,
        title="Cold speed",
        unit="%",
        help="Share of the full speed at which the warm-up begins: code not compiled yet, caches empty.",
        gt=0.0,
        le=1.0,
    )


class Memory(Config):
    """Memory of an instance: base + a · requests inside + b · (instances - 1) + leak · time."""

    base: float = setting(
        256e6, title="Base", unit="B", help="What an instance uses at rest.", ge=0.0, le=1e15
    )
    per_request: float = setting(
        0.5e6,
        title="Per request",
        unit="B",
        help="For each request inside, working or waiting: its thread, buffers, objects.",
        ge=0.0,
        le=1e15,
    )
    per_peer: float = setting(
        0.0,
        title="Per peer",
        unit="B",
        help="For each other instance, where all are connected: adding some costs all of them "
        "(Kinesis 2020: a thread for each peer).",
        ge=0.0,
        le=1e15,
    )
    leak: float = setting(
        0.0,
        title="Leak a second",
        unit="B",
        help="What is never given back, until the instance starts again.",
        ge=0.0,
        le=1e15,
    )
    limit: float | None = setting(
        512e6,
        title="Limit",
        unit="B",
        help="Memory that an instance may use; none only measures.",
        gt=0.0,
        le=1e15,
    )
    on_limit: Literal["oom_kill", "errors"] = setting(
        "oom_kill",
        title="At the limit",
        help="oom_kill: the instance dies with all inside (crashed) and starts again after 10 s, 20 s, "
        "40 s … 5 min, as Kubernetes does; ten quiet minutes reset that. errors: requests fail (error).",
    )


class Pauses(Config):
    """Stops of a whole instance, such as those of a garbage collector."""

    every: Law = setting(
        Exponential(mean=10.0),
        title="Every",
        unit="s",
        help="From the end of a pause to the next, in each instance by itself.",
    )
    length: Law = setting(
        Exponential(mean=0.1),
        title="Length",
        unit="s",
        help="How long all work stands still: 100 ms, a full collection of some gigabytes.",
    )


Overflow = Literal["refuse", "resend"]
"""What becomes of a request that finds all waiting places taken."""

OVERFLOW: Final[Any] = setting(
    "refuse",
    title="When full",
    group="Queue",
    help="refuse: it fails at once with queue_full. resend: nobody answers, as with a listen backlog that "
    "is full on Linux, and the caller's system tries again 1, 3, 7, 15, 31 and 63 s after the first time "
    "(RFC 6298); after 127 s it fails with timeout. Every request counts as a connection of its own.",
)
_GROUP: Final = "Instance"
USL: Final[Any] = setting(
    None,
    title="Scaling limits",
    group=_GROUP,
    help="Universal scalability law (Gunther): with n workers of an instance at work, work takes "
    "1 + σ(n-1) + κn(n-1) times as long. Off: workers do not slow each other.",
)
BATCH: Final[Any] = setting(
    None,
    title="Batches",
    group=_GROUP,
    help="A worker takes several waiting requests at once. Off: one at a time.",
)
CPU: Final[Any] = setting(
    None,
    title="CPU quota",
    group=_GROUP,
    help="CPU time an instance a period, as a container's CPU limit. All service time counts as "
    "CPU time. Off: a core for every worker.",
)
MEMORY: Final[Any] = setting(
    None,
    title="Memory",
    group=_GROUP,
    help="What an instance uses, and what happens at a limit. Off: enough for everything.",
)
START_UP: Final[Any] = setting(
    None,
    title="Start-up",
    group=_GROUP,
    help="Time until an instance serves that is added while the design runs, or starts again. "
    "Those that are there from the beginning are ready. Off: at once.",
)
DRAIN: Final[Any] = setting(
    None,
    title="Drain",
    unit="s",
    group=_GROUP,
    help="What an instance that is taken away (fewer instances, scaled in) has to finish what it has: nothing new goes "
    "there, and after that whatever is left fails with crashed, and connections that a balancer of layer 4 leads there "
    "are closed (AWS deregistration_delay 300 s, Kubernetes terminationGracePeriodSeconds 30 s). 0 cuts at once. "
    "None: as long as it takes.",
    ge=0.0,
    le=1e9,
)
PAUSES: Final[Any] = setting(
    None,
    title="Pauses",
    group=_GROUP,
    help="Everything on an instance stands still now and then: garbage collection, a snapshot of the "
    "virtual machine. Off: never.",
)
