"""The plan: what a design means, in primitives only. Flat, validated, numeric; seconds and rates per second.

The simulator, the theory and the analyses all read this, and none of them knows what a cache is.
Names follow the primitives: Traffic, Station, Link with its Call policy, Flow, Store, Event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from engine.model.policies.policy import Policy

from engine.model.failures import FAILURE_NAMES

INFINITE = float("inf")
P = TypeVar("P", bound="Policy")
LARGEST_ENTRY = 1e10
"""Bytes that an entry of a store has at most: so the sum over all keys is a whole number of 63 bits."""

FAILURES: tuple[str, ...] = FAILURE_NAMES
"""The closed set of failure reasons; the index is the reason's code in the request lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LawPlan:
    """A law of durations (s). Which fields count depends on ``law``, as in ``engine.model.laws``."""

    law: Literal[
        "constant",
        "exponential",
        "lognormal",
        "gamma",
        "hyperexponential",
        "uniform",
        "pareto",
        "empirical",
    ]
    mean: float
    cv2: float = 0.0
    alpha: float = 0.0
    low: float = 0.0
    high: float = 0.0
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()

    def times(self, factor: float) -> LawPlan:
        """The law of durations so many times as long."""
        if factor == 1.0:
            return self
        return replace(
            self,
            mean=self.mean * factor,
            low=self.low * factor,
            high=self.high * factor,
            values=tuple(value * factor for value in self.values),
        )


ZERO = LawPlan(law="constant", mean=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlan:
    """Popularity of keys 0 … count-1, the most popular first. ``alpha`` 0 is uniform."""

    count: int
    alpha: float
    hot: int = 0
    """So many first keys share ``hot_share`` of the requests, the others the rest; 0 is none."""
    hot_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPlan:
    """A request class."""

    name: str
    write: bool
    request_bytes: float
    response_bytes: float
    priority: int
    deadline: float
    """Seconds after the first attempt; infinite where nobody minds."""
    keys: KeyPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdPlan:
    """Active users: their number is drawn anew each window."""

    mean: float
    variance: float
    law: Literal["poisson", "normal"]
    window: float
    """Seconds that a number holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """How many requests a session makes."""

    mean: float
    law: Literal["geometric", "constant", "poisson"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficPlan:
    """T: where requests come from."""

    process: Literal[
        "poisson", "deterministic", "mmpp", "active_users", "sessions", "closed", "trace"
    ]
    schedule: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    """Piecewise-linear rate (s, rps) of the open processes, of sessions the rate at which they begin.
    Active users: the rate of the mean number of them."""
    mix: tuple[float, ...] = (1.0,)
    """Share of each class; sums to 1."""
    burst_factor: float = 1.0
    burst_mean: float = 1.0
    calm_mean: float = 1.0
    times: tuple[float, ...] = ()
    """Recorded arrivals (s), in order."""
    kinds: tuple[int, ...] = ()
    """Class of each recorded arrival; empty where the mix decides."""
    keys: tuple[int, ...] = ()
    """Key of each recorded arrival; empty where the class's popularity decides."""
    period: float = INFINITE
    """Seconds after which a recording begins anew."""
    users: int = 0
    think: LawPlan = ZERO
    crowd: CrowdPlan | None = None
    session: SessionPlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingPlan:
    """Universal scalability law: work takes 1 + σ(n-1) + κn(n-1) times as long while n workers work."""

    contention: float = 0.0
    """σ: the share of work that only one worker at a time can do."""
    coherency: float = 0.0
    """κ: what each pair of workers costs by keeping each other up to date."""


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
class StationPlan:
    """S: a set of identical instances. What is None is off."""

    instances: int = 1
    workers: int | None = None
    """Workers an instance; None serves everything at once (no queue)."""
    work: tuple[LawPlan, ...] = (ZERO,)
    """Law of the work, one per class."""
    queue_limit: int | None = None
    """Waiting places an instance; None is unbounded."""
    discipline: Literal["fifo", "lifo", "ps", "priority"] = "fifo"
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

    @property
    def service(self) -> tuple[LawPlan, ...]:
        """Law of the time that the work takes at the station's speed, one per class."""
        return tuple(law.times(1.0 / self.speed) for law in self.work)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePlan:
    """D: keyed state. A read that misses goes on with the flow; a hit answers at once."""

    capacity: int | None
    """Entries; None is unbounded."""
    ttl: float
    """Seconds an entry lives; may be infinite."""
    eviction: Literal["lru", "fifo", "random", "lfu"]
    single_flight: bool
    """One fetch a key at a time; the others wait for it."""
    prewarm: bool
    """Start with the most popular keys, as many as fit."""
    capacity_bytes: float | None = None
    """Bytes of all entries; None is unbounded."""
    entry_bytes: float | None = None
    """Bytes of an entry; None is the size of the class's response."""

    @property
    def is_sized(self) -> bool:
        """Whether anybody asked for sizes."""
        return self.capacity_bytes is not None or self.entry_bytes is not None

    def bytes_of(self, kind: ClassPlan) -> int:
        """Bytes of an entry that a request of a class leaves."""
        size = kind.response_bytes if self.entry_bytes is None else self.entry_bytes
        return round(min(size, LARGEST_ENTRY))


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogPlan:
    """D in queue mode: messages acknowledged on enqueue, pulled by the targets of the outgoing links."""

    capacity: int | None
    visibility: float
    """Seconds after which an unacknowledged message is delivered again."""
    max_receive: int
    """Deliveries after which a message is dead-lettered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPlan:
    """K: periodic health check of a router's targets."""

    interval: float
    failures: int
    successes: int


Picker = Literal["round_robin", "random", "least_connections", "power_of_two", "weighted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterPlan:
    """F choice: forward each request to one target among all instances behind the outgoing links."""

    picker: Picker
    health: HealthPlan | None = None


@dataclass(frozen=True, slots=True)
class WorkPart:
    """F: local work."""

    laws: tuple[LawPlan, ...]
    """One a class."""


@dataclass(frozen=True, slots=True)
class CallPart:
    """A call over a link, waited for."""

    link: str


@dataclass(frozen=True, slots=True)
class ParallelPart:
    """Ways side by side, of which some have to succeed."""

    ways: tuple[FlowPlan, ...]
    need: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a choice; it applies where everything that it says holds."""

    do: FlowPlan
    share: float | None = None
    """Of the requests that may take it; shares of one choice do not overlap. None is always."""
    classes: tuple[bool, ...] | None = None
    """Whether each class may take it; None is all."""
    when: Literal["always", "miss", "hit"] = "always"


@dataclass(frozen=True, slots=True)
class ChoicePart:
    """The first way that applies, or none."""

    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class LoopPart:
    """The same again and again."""

    rounds: int
    do: FlowPlan


@dataclass(frozen=True, slots=True)
class AsyncPart:
    """What nobody waits for."""

    do: FlowPlan


Part = WorkPart | CallPart | ParallelPart | ChoicePart | LoopPart | AsyncPart
FlowPlan = tuple[Part, ...]
"""Parts one after the other: the seventh combinator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlan:
    """What a node is made of: gates, a station, and a role.

    The role is one of traffic, router, backlog and flow, or else the flow that its links tell. A store may
    stand before a router or a flow.

    Raises:
        ValueError: two roles that exclude each other.
    """

    id: str
    station: StationPlan = StationPlan()
    traffic: TrafficPlan | None = None
    store: StorePlan | None = None
    backlog: BacklogPlan | None = None
    router: RouterPlan | None = None
    pulls: bool = False
    """Whether its workers pull messages instead of being called."""
    flow: FlowPlan | None = None
    """What it does with a request, where its links do not tell; the station's work is then the work that
    the flow begins with, none where it begins with something else."""
    gates: tuple[Policy, ...] = ()
    """A: what calls have to pass before they wait for a worker, in this order."""

    def __post_init__(self) -> None:
        """Refuse roles that exclude each other."""
        roles = [name for name in ("traffic", "router", "backlog", "flow") if getattr(self, name)]
        if self.store is not None and {"traffic", "backlog"} & set(roles):
            roles.append("store")
        if len(roles) > 1:
            msg = f"{self.id}: a node cannot have {' and '.join(roles)} at once"
            raise ValueError(msg)

    def gate(self, sort: type[P]) -> P | None:
        """The gate of a sort, if calls have to pass one."""
        return next((each for each in self.gates if isinstance(each, sort)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPlan:
    """C: tries and the wait between them."""

    attempts: int = 1
    base: float = 0.1
    factor: float = 2.0
    cap: float = 20.0
    jitter: Literal["none", "equal", "full"] = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPlan:
    """L: the connections that one caller instance keeps to one instance of the target."""

    round_trips: int = 2
    """There and back so many times before the first request (TCP 1, TLS 1.3 one more)."""
    ordered: bool = True
    """Whether a loss holds up everything behind it on the connection (TCP; not QUIC)."""
    streams: int = 1
    """Requests under way at a time on a connection."""
    connections: int | None = None
    """Connections at a time; None is as many as it takes."""
    requests: int | None = None
    """Requests after which a connection is closed."""
    idle: float = INFINITE
    """Seconds without requests after which it is."""
    slow_start: Literal["off", "new_connections", "after_idle"] = "off"
    """Whether the window begins with ten segments: never, when new, or also after an idle time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionPlan:
    """L: work (s) that encryption costs the target's station."""

    handshake: float = 0.0
    """For each new connection."""
    per_byte: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPlan:
    """L and C: the network between two nodes, and the caller's policy."""

    id: str
    source: str
    target: str
    order: int = 0
    probability: float = 1.0
    times: int = 1
    waits: bool = True
    """False: send and go on."""
    on_miss: bool = False
    """Reads: only after an earlier call of the same request missed in a store (look-aside)."""
    classes: tuple[bool, ...] = (True,)
    """Whether each class uses it."""
    picker: Picker = "round_robin"
    weight: float = 1.0
    delay: LawPlan = ZERO
    jitter: float = 0.0
    loss: float = 0.0
    bandwidth: float = INFINITE
    """Bytes a second, each way."""
    connection: ConnectionPlan | None = None
    """None where every call finds an open one."""
    encryption: EncryptionPlan | None = None
    timeout: float = INFINITE
    retry: RetryPlan = RetryPlan()
    deadline_propagation: bool = False
    """Calls carry until when their answer is wanted; who passes that is dropped."""
    cancellation: bool = False
    """Who is given up is told, and stops."""
    policies: tuple[Policy, ...] = ()
    """C: what else the caller keeps to."""

    def policy(self, sort: type[P]) -> P | None:
        """The policy of a sort, if the caller keeps to one."""
        return next((each for each in self.policies if isinstance(each, sort)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlan:
    """E: a change at a time, its target resolved to nodes and links."""

    at: float
    end: float
    """Infinite where it lasts."""
    change: str
    nodes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    factor: float = 1.0
    probability: float = 0.0
    seconds: float = 0.0
    instances: int | None = None
    replacement: NodePlan | LinkPlan | None = None
    """``set``: the node or link as it is meanwhile."""
    label: str = ""
    """How people read it: ``Catalog cache flushed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything a run needs."""

    title: str
    seed: int
    duration: float
    warmup: float
    classes: tuple[ClassPlan, ...]
    nodes: tuple[NodePlan, ...]
    links: tuple[LinkPlan, ...]
    events: tuple[EventPlan, ...]
