"""What a node is made of: gates, a station, a role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar

from engine.model.policies.auth import Auth
from engine.model.policies.lease import Lease
from engine.plan.primitives.balancing import Picker, looks_at_keys
from engine.plan.primitives.basics import LawPlan
from engine.plan.primitives.station import USUAL, StationPlan
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.model.autoscale import Autoscale
    from engine.model.backup import Backup
    from engine.model.balancing import AffinityName, Hash, Layer, Shuffle, Zone
    from engine.model.failover import Failover
    from engine.model.faults import NodeFaults
    from engine.model.policies.policy import Policy
    from engine.plan.primitives.cluster import ClusterPlan
    from engine.plan.primitives.flow import FlowPlan
    from engine.plan.primitives.price import NodePrice
    from engine.plan.primitives.replication import ReplicationPlan
    from engine.plan.primitives.resolver import ResolverPlan
    from engine.plan.primitives.store import BacklogPlan, StorePlan, TopicPlan
    from engine.plan.primitives.traffic import TrafficPlan


P = TypeVar("P", bound="Policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPlan:
    """K: periodic health check of a router's targets."""

    interval: float
    """Seconds from the end of a check to the next."""
    failures: int
    successes: int
    timeout: float = 1.0
    layer: Literal[4, 7] = 4
    """4: a connection is enough; 7: a worker has to answer."""
    work: float = 0.001
    """Seconds that an answer keeps the worker."""
    deep: bool = False
    """Whether an answer needs those whom the instance calls as well."""
    phase: Literal["together", "random"] = "together"
    """Whether the first checks come one interval after the beginning, or each at a time of its own before that."""
    panic: float | None = None
    """Share in rotation below which all are used."""
    fail_open: bool = False
    """Whether all are used once none is in rotation."""
    fast_interval: float | None = None
    """Seconds from the end of a check to the next while a verdict is open."""
    convergence: float = 0.0
    """Seconds from a verdict until it takes effect: routers have to tell each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlierPlan:
    """K: ejection of a router's targets that fail requests in a row."""

    consecutive: int = 5
    sweep: float = 10.0
    """Seconds."""
    base: float = 30.0
    """Seconds out of rotation, times the ejections in a row."""
    longest: float = 300.0
    share: float = 0.1
    """Of the targets, at which nobody more is ejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterPlan:
    """F choice: forward each request to one target among all instances behind the outgoing links."""

    picker: Picker
    hash: Hash | None = None
    shuffle: Shuffle | None = None
    zone: Zone | None = None
    affinity: AffinityName = "none"
    layer: Layer = 7
    slow_start: float = 0.0
    """Seconds until an instance that is new, or is back, has its whole share."""
    health: HealthPlan | None = None
    outlier: OutlierPlan | None = None
    resolver: ResolverPlan | None = None
    """What makes it DNS: no place on the way, but what tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePlan:
    """Work that an auth server does for a credential; looking one up is the work of its station."""

    login: LawPlan
    """For somebody who has none: the password is hashed."""
    refresh: LawPlan
    """For somebody whose credential has ended."""
    keys: LawPlan = LawPlan(law="constant", mean=0.0005)
    """For who wants the keys by which tokens are checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumPlan:
    """F: instances of which a majority has to agree before a request is answered."""

    sync: LawPlan
    """Until a write is on the disk of an instance."""
    asks: bool = True
    """Whether reads wait for a majority as well, not for the leader alone."""
    election: float = 1.0
    """Seconds without a leader, or with one who reaches no majority, after which another one is elected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlan:
    """What a node is made of: gates, a station, and a role.

    The role is one of traffic, router, backlog, topic and flow, or else the flow that its links tell. A store may
    stand before a router or a flow.

    Raises:
        ValueError: two roles that exclude each other.
    """

    id: str
    station: StationPlan = USUAL
    traffic: TrafficPlan | None = None
    store: StorePlan | None = None
    replication: ReplicationPlan | None = None
    """D: what its instances know of each other's writes; the first one leads to begin with."""
    backlog: BacklogPlan | None = None
    topic: TopicPlan | None = None
    router: RouterPlan | None = None
    spread: tuple[str, ...] = ()
    """The frames of its places: instance i is in place i modulo their number. Empty where all lie together."""
    pulls: bool = False
    """Whether its workers pull messages instead of being called."""
    dedupe: float | None = None
    """Seconds for which it knows which messages it has worked on, and does nothing for them again."""
    flow: FlowPlan | None = None
    """What it does with a request, where its links do not tell; the station's work is then the work that
    the flow begins with, none where it begins with something else."""
    quorum: QuorumPlan | None = None
    """What has its instances agree, in place of a flow."""
    autoscale: Autoscale | None = None
    """K: what has more or fewer instances while it runs."""
    faults: NodeFaults | None = None
    """K: what has it fail now and then, and repairs it."""
    failover: Failover | None = None
    """K: what has a standby take over from it."""
    backup: Backup | None = None
    """K: what copies it, and restores a copy in its place."""
    gates: tuple[Policy, ...] = ()
    """A: what calls have to pass before they wait for a worker, in this order."""

    issue: IssuePlan | None = None
    """What it does for credentials, where it issues any."""
    failing: float = 0.0
    """Share of the requests that fail by themselves, after their work."""
    meters_egress: bool = False
    """Whether the bytes are counted that it sends to its callers."""

    price: NodePrice | None = None
    """P: what it costs; None where nothing has a price, or it is free."""
    cluster: ClusterPlan | None = None
    """D: keys that its instances hold together, where they do."""

    def __post_init__(self) -> None:
        """Refuse roles that exclude each other."""
        roles = [
            name
            for name in ("traffic", "router", "backlog", "topic", "flow", "cluster", "quorum")
            if getattr(self, name)
        ]
        if self.store is not None and {"traffic", "backlog", "topic", "cluster", "quorum"} & set(
            roles
        ):
            roles.append("store")
        if self.replication is not None:
            others = ("traffic", "router", "backlog", "topic", "store", "cluster", "quorum")
            roles = ["replication", *(name for name in others if getattr(self, name))]
        if len(roles) > 1:
            msg = f"{self.id}: a node cannot have {' and '.join(roles)} at once"
            raise ValueError(msg)

    @property
    def keeps_messages(self) -> bool:
        """Whether what is sent to it is answered when it is stored, and worked on later."""
        return self.backlog is not None or self.topic is not None

    @property
    def reads_keys(self) -> bool:
        """Whether it looks at the keys of requests: in a store, at a gate, or to pick an instance."""
        router = self.router
        if router is not None and looks_at_keys(router.picker, router.hash, router.shuffle):
            return True
        if self.keeps_messages:
            return True  # by them messages have an order
        if self.store is not None or self.replication is not None or self.cluster is not None:
            return True
        return any(gate.reads_keys() for gate in self.gates)

    @property
    def auth_server(self) -> str | None:
        """The node that it asks who may come in, if it asks one."""
        auth = self.gate(Auth) if self.gates else None
        return None if auth is None else auth.server

    @property
    def coordinator(self) -> str | None:
        """The node that grants the leases of its instances, if they hold any."""
        lease = self.gate(Lease) if self.gates else None
        return None if lease is None else lease.coordinator

    def gate(self, sort: type[P]) -> P | None:
        """The gate of a sort, if calls have to pass one."""
        return next((each for each in self.gates if isinstance(each, sort)), None)
