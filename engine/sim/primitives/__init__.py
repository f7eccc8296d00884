"""One adapter a primitive, and the lists of them: a new rule, gate or role is a module and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.sim.primitives.activator import ACTIVATOR
from engine.sim.primitives.auth import AuthAdapter, IssuerAdapter
from engine.sim.primitives.balancing import LatencyWatchAdapter
from engine.sim.primitives.breaker import BreakerAdapter
from engine.sim.primitives.bulkhead import BulkheadAdapter
from engine.sim.primitives.calls import CallsAdapter
from engine.sim.primitives.client import ClientAdapter
from engine.sim.primitives.cluster import ClusterAdapter
from engine.sim.primitives.concurrency import ConcurrencyAdapter
from engine.sim.primitives.connections import ConnectionsAdapter
from engine.sim.primitives.consumer import ConsumerAdapter, DeduplicationAdapter
from engine.sim.primitives.deadlines import DeadlineAdapter
from engine.sim.primitives.fallback import FallbackAdapter
from engine.sim.primitives.hedge import HedgeAdapter
from engine.sim.primitives.idempotency import IdempotencyAdapter
from engine.sim.primitives.leases import LeasesAdapter
from engine.sim.primitives.locks import LocksAdapter
from engine.sim.primitives.network import NetworkAdapter
from engine.sim.primitives.origin import OriginAdapter
from engine.sim.primitives.outlier import OutlierAdapter
from engine.sim.primitives.program import ProgramAdapter
from engine.sim.primitives.query_plan import QueryPlanAdapter
from engine.sim.primitives.queue import QueueAdapter
from engine.sim.primitives.queue_timeout import QueueTimeoutAdapter
from engine.sim.primitives.quorum import QuorumAdapter
from engine.sim.primitives.rate_limit import RateLimitAdapter
from engine.sim.primitives.replication import REPLICATION
from engine.sim.primitives.resolver import ResolverAdapter
from engine.sim.primitives.retry import RetryAdapter
from engine.sim.primitives.retry_budget import RetryBudgetAdapter
from engine.sim.primitives.router import RouterAdapter
from engine.sim.primitives.shed import ShedAdapter
from engine.sim.primitives.station import StationAdapter
from engine.sim.primitives.store import StoreAdapter
from engine.sim.primitives.throttle import ThrottleAdapter
from engine.sim.primitives.timeout import TimeoutAdapter, VisibilityAdapter
from engine.sim.primitives.topic import TopicAdapter
from engine.sim.primitives.user_sessions import SessionCallsAdapter, SessionsAdapter
from engine.sim.primitives.waiting_room import WaitingRoomAdapter
from engine.sim.primitives.write_log import WRITE_LOG

if TYPE_CHECKING:
    from engine.sim.primitives.adapter import GateAdapter, RoleAdapter, RuleAdapter

RULES: Final[tuple[RuleAdapter[Any], ...]] = (
    SessionCallsAdapter(),
    ThrottleAdapter(),
    BreakerAdapter(),
    BulkheadAdapter(),
    RetryBudgetAdapter(),
    HedgeAdapter(),
    ConnectionsAdapter(),
    DeadlineAdapter(),
    TimeoutAdapter(),
    VisibilityAdapter(),
    QueueTimeoutAdapter(),
    RetryAdapter(),
    FallbackAdapter(),
    OutlierAdapter(),
    LatencyWatchAdapter(),
)
"""In the order in which a caller keeps to them."""

GATES: Final[tuple[GateAdapter[Any], ...]] = (
    WaitingRoomAdapter(),
    LeasesAdapter(),
    ACTIVATOR,
    AuthAdapter(),
    RateLimitAdapter(),
    IdempotencyAdapter(),
    ShedAdapter(),
    ConcurrencyAdapter(),
    SessionsAdapter(),
    QueryPlanAdapter(),
    LocksAdapter(),
    WRITE_LOG,
    OriginAdapter(),
    DeduplicationAdapter(),
    REPLICATION,
    IssuerAdapter(),
)
"""In the order in which calls pass them."""

FLOWS: Final[tuple[RoleAdapter[Any], ...]] = (
    ResolverAdapter(),
    RouterAdapter(),
    QueueAdapter(),
    ClusterAdapter(),
    TopicAdapter(),
    QuorumAdapter(),
    ProgramAdapter(),
    CallsAdapter(),
)
"""What a node does with requests: the first that applies."""

STORE: Final = StoreAdapter()
CLIENT: Final = ClientAdapter()
CONSUMER: Final = ConsumerAdapter()
STATION: Final = StationAdapter()
NETWORK: Final = NetworkAdapter()
