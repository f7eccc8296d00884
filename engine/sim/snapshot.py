"""What a running simulation shows: plain, frozen, picklable. Views read this and nothing else of the simulator.

Samples are what happened in an interval of simulated time; gauges are how things stand right now.
All times are simulated seconds unless a name says wall.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

InstanceState = Literal["starting", "ready", "draining", "down", "off"]
NoticeKind = Literal["event", "restored", "health", "alert", "edit"]
"""An edit is what somebody changed by hand while it ran."""
Role = Literal["cause", "seen", "page", "act"]
"""What a notice is in an incident: what went wrong, a controller that saw it, a person who was called, what was
done about it."""
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Latency in an interval (s); NaN where nothing was measured."""

    count: int = 0
    mean: float = NAN
    p50: float = NAN
    p95: float = NAN
    p99: float = NAN


@dataclass(frozen=True, slots=True)
class NodeSample:
    """A node in an interval. For a client, arrivals are offered requests, completed are successes."""

    arrivals: int = 0
    completed: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    passed_on: Mapping[str, int] = field(default_factory=dict)
    """Of these, those that failed since a call failed that they needed."""
    utilization: float = 0.0
    """Mean busy workers over workers, 0 to 1: at work, or held for a call."""
    working: float = 0.0
    """Mean workers at work over workers: neither held nor standing still."""
    up: float = 1.0
    """Share of the workers whose instances are up: those of dead ones count in the utilization."""
    queue: float = 0.0
    """Mean number waiting."""
    in_system: float = 0.0
    latency: Percentiles = Percentiles()
    """Residence at the node; at a client the whole request, of those that were answered well."""
    latency_all: Percentiles | None = None
    """At a client, of all requests: a failed one counts until its failure was known."""
    extra: Mapping[str, float] = field(default_factory=dict)
    publish_to_done: Percentiles | None = None
    """At a queue, from when messages were published until they were done."""

    @property
    def busy_of_up(self) -> float:
        """Utilization of what is up: two instances at work are all there is once two others are dead."""
        return min(1.0, self.utilization / self.up) if self.up > 0.0 else 0.0

    @property
    def telling(self) -> Percentiles:
        """The latency that does not look better than it is: of all requests where some failed."""
        return self.latency_all if self.latency_all is not None and self.failed else self.latency


@dataclass(frozen=True, slots=True)
class LinkSample:
    """A link in an interval: call attempts as the caller sees them."""

    attempts: int = 0
    retries: int = 0
    succeeded: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    passed_on: Mapping[str, int] = field(default_factory=dict)
    """Of these, those that the target answered: not given up, nor lost on the way, nor never sent."""
    latency: Percentiles = Percentiles()
    extra: Mapping[str, float] = field(default_factory=dict)
    """What its bandwidth and connections add: ``request_utilization``, ``connections``."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What an error budget was used for in an interval."""

    bad: float
    """Requests that failed, or took too long."""
    whole: float
    """All that ended."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One interval (start, end] of simulated time, for every node and link."""

    start: float
    end: float
    nodes: Mapping[str, NodeSample]
    links: Mapping[str, LinkSample]
    spending: Mapping[str, Spending] = field(default_factory=dict)
    """By the metrics of the objectives that have an error budget."""


@dataclass(frozen=True, slots=True)
class InstanceGauge:
    """An instance right now."""

    state: InstanceState = "ready"
    busy: int = 0
    working: int = 0
    """Of the busy ones, those at work: neither held for a call nor standing still."""
    workers: int = 0
    """0 where workers are unlimited."""
    waiting: int = 0
    slow: float = 1.0
    """Factor by which a fault slows it."""
    arrivals: int = 0
    """Requests that came to it so far."""
    number: int = 0
    """Which of the node's instances it is, from 0 on."""


@dataclass(frozen=True, slots=True)
class KeyGauge:
    """Which versions the replicas of a key came to hold since the snapshot before."""

    key: int
    owners: tuple[int, ...]
    """Instances that hold it, by their numbers."""
    since: float
    """From when on (s) everything is told; later than the snapshot before where that was too much."""
    held: tuple[tuple[float, int, int], ...] = ()
    """Time (s), instance and the version that it holds from then on, in order of time; 0 is nothing."""


@dataclass(frozen=True, slots=True)
class ClusterGauge:
    """What the partitions of a cluster have taken so far, and what they hold."""

    loads: tuple[int, ...] = ()
    """Requests for each partition since the start, also those that it refused."""
    refused: tuple[int, ...] = ()
    """Of these, those that each refused, since they were above its bounds."""
    keys: tuple[int, ...] = ()
    """Keys of each that were asked for."""
    rate: float = 0.0
    """Requests a second that each takes; 0 is unbounded."""
    throttled: int = 0
    """Requests refused since the start, since a partition was above its rate."""
    divergent: int = 0
    """Keys whose replicas do not all hold the same version."""
    watched: KeyGauge | None = None
    """The key that somebody looks at."""


@dataclass(frozen=True, slots=True)
class LogGauge:
    """What the partitions of a topic have taken so far, and how far their readers are."""

    loads: tuple[int, ...] = ()
    """Messages that were stored in each partition since the start."""
    behind: tuple[int, ...] = ()
    """Messages of each that the slowest group has not worked on."""


@dataclass(frozen=True, slots=True)
class NodeGauge:
    """A node right now. At most 64 instances are listed; ``instance_count`` counts them all."""

    in_system: int = 0
    waiting: int = 0
    instance_count: int = 1
    instances: tuple[InstanceGauge, ...] = ()
    faults: tuple[str, ...] = ()
    """Active faults, as people read them: ``slow × 10``."""
    cluster: ClusterGauge | None = None
    """Of a cluster of replicas."""
    log: LogGauge | None = None
    """Of a topic."""
    compromised: str | None = None
    """The link over which an attacker came who has it, empty where he came in here; None where none has it."""
    came: tuple[float, str] | None = None
    """When one first came (s), and over which link; None where none has come yet, be he here or gone."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A real request or answer that crossed a link, sampled for the eye."""

    link: str
    at: float
    """When it left."""
    delay: float
    """One-way time on the link (s)."""
    kind: Literal["request", "retry", "answer", "failure"]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened and belongs on the timeline."""

    at: float
    kind: NoticeKind
    text: str
    target: str | None = None
    roles: tuple[Role, ...] = ()
    """What it is in an incident; a controller that acts in the moment in which it sees does both."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a view shows of a run, since the snapshot before."""

    time: float
    wall: float
    """Wall seconds spent simulating since the start of the run."""
    requests: int
    """Requests begun since the start."""
    samples: tuple[Sample, ...] = ()
    gauges: Mapping[str, NodeGauge] = field(default_factory=dict)
    in_flight: Mapping[str, int] = field(default_factory=dict)
    """Call attempts under way, by link."""
    states: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """States of the policies of nodes and links that have some: ``{"users-api": {"breaker": "open"}}``."""
    crossings: tuple[Crossing, ...] = ()
    notices: tuple[Notice, ...] = ()
