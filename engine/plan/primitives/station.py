"""S: instances with workers, and their limits."""

from __future__ import annotations

from typing import Literal

from engine.plan.primitives.basics import INFINITE, ZERO, LawPlan
from engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePlan:
    """How many times as long work takes while a share u of the workers of an instance is at work."""

    law: Literal["linear", "polynomial", "exponential", "table"]
    """1 + a·u, 1 + a·uᵏ, eᵃᵘ, or straight lines between points."""
    a: float = 0.0
    power: float = 1.0
    """k."""
    points: tuple[tuple[float, float], ...] = ((0.0, 1.0),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingPlan:
    """How workers slow each other: by the universal scalability law, by a curve, or by both.

    By the law work takes 1 + σ(n-1) + κn(n-1) times as long while n workers work.
    """

    contention: float = 0.0
    """σ: the share of work that only one worker at a time can do."""
    coherency: float = 0.0
    """κ: what each pair of workers costs by keeping each other up to date."""
    curve: CurvePlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuPlan:
    """CFS bandwidth control: CPU seconds that an instance may use in each period."""

    quota: float
    period: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """A worker takes up to ``size`` waiting requests at once, for F + b·c seconds."""

    size: int
    linger: float
    """Seconds for which the oldest request waits until the batch is full."""
    fixed: float
    """F (s)."""
    per_item: float | None = None
    """c (s); None where each request brings the work of its class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPlan:
    """What it takes until an instance that comes later, or again, works at full speed."""

    time: LawPlan
    """Until it is ready."""
    warm_up: float = 0.0
    """Seconds for which its speed then rises, linearly, to the full one."""
    cold: float = 1.0
    """Share of the full speed at which it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """Bytes of an instance: base + a · inside + b · (peers - 1) + leak · t."""

    base: float
    per_request: float
    per_peer: float
    leak: float
    """Bytes per second since the start."""
    limit: float
    refuses: bool = False
    """At the limit, requests fail; otherwise the instance does, and is started again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePlan:
    """Stops of a whole instance, such as those of a garbage collector."""

    every: LawPlan
    """From the end of one to the beginning of the next."""
    length: LawPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticPlan:
    """Workers that are made when a request finds none idle, and go when they were idle for a while.

    The station's workers are how many there are at most, busy ones counted alone.
    """

    cold: LawPlan
    """Until a new one is ready (s)."""
    idle: float
    """Seconds for which an idle one is kept; that used last is taken first."""
    ramp: int
    """How many are made at most ..."""
    per: float
    """... in any so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasePlan:
    """How workers ask a queue for more time for messages that they have."""

    every: float
    """Seconds from one time to the next."""
    longest: float
    """Seconds after a delivery after which they ask no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPlan:
    """S: a set of identical instances. What is None is off."""

    instances: int = 1
    workers: int | None = None
    """Workers an instance; None serves everything at once (no queue)."""
    work: tuple[LawPlan, ...] = (ZERO,)
    """Law of the work, one per class."""
    queue_limit: int | None = None
    """Waiting places an instance; None is unbounded."""
    overflow: Literal["refuse", "resend"] = "refuse"
    """Whether who finds none is told, or comes again as TCP resends what gets no answer."""
    discipline: Literal["fifo", "lifo", "adaptive_lifo", "ps", "priority"] = "fifo"
    lifo_after: float = 0.1
    """Seconds after which the first in line makes an adaptive one serve the last first."""
    hold: bool = False
    """Whether a worker is held while its request waits for calls (thread per request)."""
    speed: float = 1.0
    """How many seconds of work are done in a second."""
    scaling: ScalingPlan | None = None
    cpu: CpuPlan | None = None
    batch: BatchPlan | None = None
    start: StartPlan | None = None
    memory: MemoryPlan | None = None
    pauses: PausePlan | None = None
    elastic: ElasticPlan | None = None
    drain: float = INFINITE
    """Seconds until an instance that is taken away drops what it has."""
    prefetch: int = 0
    """Messages that an instance takes beyond those that its workers can work on."""
    lease: LeasePlan | None = None
    """How its workers keep messages for longer than the visibility timeout; None where they do not."""

    @property
    def service(self) -> tuple[LawPlan, ...]:
        """Law of the time that the work takes at the station's speed, one per class."""
        if self.speed == 1.0:
            return self.work
        return tuple(law.times(1.0 / self.speed) for law in self.work)


USUAL = StationPlan()
"""One instance that serves everything at once."""
