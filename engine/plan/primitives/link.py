"""L and C: the network between two nodes, and what the caller keeps to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeVar

from engine.plan.primitives.balancing import Picker, looks_at_keys
from engine.plan.primitives.basics import INFINITE, ZERO, LawPlan
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.model.balancing import Hash, Shuffle
    from engine.model.policies.policy import Policy
    from engine.plan.primitives.basics import ClassPlan
    from engine.plan.primitives.price import LinkPrice

P = TypeVar("P", bound="Policy")
TRANSMISSIONS: Final = 6
"""Losses in a row after which a crossing is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPlan:
    """C: tries and the wait between them."""

    attempts: int = 1
    base: float = 0.1
    factor: float = 2.0
    cap: float = 20.0
    jitter: Literal["none", "equal", "full"] = "full"
    other_instance: bool = False
    """Whether retries avoid the instances that the call has been to."""
    on: tuple[str, ...] | None = None
    """Reasons of failure after which it tries again; None is any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectPlan:
    """L: when whoever has lost a connection sets up another."""

    base: float = 1.0
    factor: float = 1.6
    cap: float = 120.0
    jitter: Literal["none", "equal", "full"] = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPlan:
    """L: the connections that one caller instance keeps to one instance of the target."""

    per: Literal["caller", "user"] = "caller"
    """Whether each user of a client keeps connections of its own."""
    round_trips: int = 2
    """There and back so many times before the first request (TCP 1, TLS 1.3 one more)."""
    ordered: bool = True
    """Whether a loss holds up everything behind it on the connection (TCP; not QUIC)."""
    streams: int = 1
    """Requests under way at a time on a connection."""
    connections: int | None = None
    """Connections at a time; None is as many as it takes."""
    pending: int | None = None
    """Calls that may wait for one to be free; None is any number."""
    requests: int | None = None
    """Requests after which a connection is closed."""
    idle: float = INFINITE
    """Seconds without requests after which it is."""
    server_idle: float = INFINITE
    """Seconds without requests after which the target closes it."""
    reconnect: ReconnectPlan | None = None
    """When whoever has lost one sets up another; None is with the next request."""
    slow_start: Literal["off", "new_connections", "after_idle"] = "off"
    """Whether the window begins with ten segments: never, when new, or also after an idle time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionPlan:
    """L: work (s) that encryption costs the target's station."""

    handshake: float = 0.0
    """For each new connection."""
    per_byte: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePlan:
    """L: the way of those who were told by DNS to take a link, from where they are: all who are as far from it."""

    links: tuple[str, ...]
    """Over which they ask. Routes of one server have the same object for those who are in the same places."""
    delay: float
    """One way (s), on top of the delay of the link that they take; where some have another one than others, the mean."""
    shared: int = 0
    """Frames in which both they and the target lie; where some are in others, the most."""
    delays: tuple[tuple[float, ...], ...] = ()
    """The same ways (s), where they or the targets are spread over frames: a row for each place of those who ask, a
    column for each of the target's. See `NodePlan.spread`."""
    near: tuple[tuple[int, ...], ...] = ()
    """The frames that they share, by the same places."""

    @property
    def rows(self) -> tuple[tuple[float, ...], ...]:
        """One way (s) by the places of both ends, one row of one where they lie together."""
        return self.delays or ((self.delay,),)

    def ways(self, here: int) -> tuple[tuple[float, int], ...]:
        """How far (s) each place of the target is from those who ask in one place, and the frames that they share."""
        near = self.near or ((self.shared,),)
        return tuple(zip(self.rows[here], near[here], strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpacingPlan:
    """L: how far the instances of its ends are from each other, where one of the two is spread over frames."""

    delays: tuple[tuple[float, ...], ...]
    """One way (s) beside the link's delay, which is the mean: a row for each place of the caller's, a column for
    each of the target's. See `NodePlan.spread`."""
    crosses: tuple[tuple[bool, ...], ...]
    """Whether the two places are in different zones, or regions where they are in no zone."""

    @property
    def uneven(self) -> bool:
        """Whether some are further from each other than others."""
        return any(delay != 0.0 for row in self.delays for delay in row)


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
    on_failure: bool = False
    """Only after an earlier call of the same request failed for good; beside `on_miss`, then as well."""
    classes: tuple[bool, ...] = (True,)
    """Whether each class uses it."""
    checks: bool = False
    """Whether a gate of its source makes its calls, and nobody else."""
    kind: int | None = None
    """Class of its calls; None is that of whoever makes them."""
    picker: Picker = "round_robin"
    hash: Hash | None = None
    shuffle: Shuffle | None = None
    weight: float = 1.0
    group: str | None = None
    """Group in which its target reads the topic that it leaves; None is that of the target alone."""
    delay: LawPlan = ZERO
    spacing: SpacingPlan | None = None
    """None where all instances are as far from each other."""
    anycast: bool = False
    """Whether calls go to the nearest instance, whatever the picker."""
    jitter: float = 0.0
    loss: float = 0.0
    bandwidth: float = INFINITE
    """Bytes a second, each way."""
    last_mile: float = INFINITE
    """Bytes a second, each way, that every call has for itself."""
    connection: ConnectionPlan | None = None
    """None where every call finds an open one."""
    encryption: EncryptionPlan | None = None
    timeout: float = INFINITE
    queue_timeout: float = INFINITE
    """Seconds that a call waits at each place before anybody works on it."""
    retry: RetryPlan = RetryPlan()
    deadline_propagation: bool = False
    """Calls carry until when their answer is wanted; who passes that is dropped."""
    cancellation: bool = False
    """Who is given up is told, and stops."""
    policies: tuple[Policy, ...] = ()
    """C: what else the caller keeps to."""
    routes: tuple[RoutePlan, ...] = ()
    """The ways of its callers, where it leaves DNS and frames say how far it is."""
    price: LinkPrice | None = None
    """P: what its bytes cost; None where they are free."""

    @property
    def passes(self) -> bool:
        """Whether anything can get over it: it does not lose all."""
        return self.loss < 1.0

    @property
    def arriving(self) -> float:
        """Share of the calls that get there: the others are given up after all transmissions."""
        return 1.0 - self.loss**TRANSMISSIONS

    def transfer(self, kind: ClassPlan) -> float:
        """Seconds that the bytes of a request and its answer take on the last mile."""
        return (kind.request_bytes + kind.response_bytes) / self.last_mile

    def kind_at(self, kind: int) -> int:
        """Of which class the calls of a request of a class are."""
        return kind if self.kind is None else self.kind

    def as_called(self, rates: tuple[float, ...]) -> tuple[float, ...]:
        """Rates by the class of the caller, as rates by that of the calls."""
        if self.kind is None:
            return rates
        whole = sum(rates)
        return tuple(whole if place == self.kind else 0.0 for place in range(len(rates)))

    @property
    def reads_keys(self) -> bool:
        """Whether its caller looks at the keys of requests."""
        hashed = looks_at_keys(self.picker, self.hash, self.shuffle)
        return hashed or any(policy.reads_keys() for policy in self.policies)

    def policy(self, sort: type[P]) -> P | None:
        """The policy of a sort, if the caller keeps to one."""
        return next((each for each in self.policies if isinstance(each, sort)), None)
