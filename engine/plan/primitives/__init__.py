"""The plan: what a design means, in primitives only. Flat, validated, numeric; seconds and rates per second.

The simulator, the theory and the analyses all read this, and none of them knows what a cache is.
Names follow the primitives: Traffic, Station, Link with its Call policy, Flow, Store, Event.
"""

from engine.plan.primitives.balancing import Picker
from engine.plan.primitives.basics import (
    FAILURES,
    INFINITE,
    MOMENT,
    ZERO,
    ClassPlan,
    KeyPlan,
    LawPlan,
)
from engine.plan.primitives.cluster import ClusterPlan
from engine.plan.primitives.event import EventPlan
from engine.plan.primitives.flow import (
    AsyncPart,
    CallPart,
    ChoicePart,
    FlowPlan,
    LoopPart,
    ParallelPart,
    Part,
    TransactionPart,
    Way,
    WorkPart,
)
from engine.plan.primitives.frame import FramePlan, HomePlan
from engine.plan.primitives.link import (
    ConnectionPlan,
    EncryptionPlan,
    LinkPlan,
    ReconnectPlan,
    RetryPlan,
    RoutePlan,
    SpacingPlan,
)
from engine.plan.primitives.node import (
    HealthPlan,
    IssuePlan,
    NodePlan,
    OutlierPlan,
    QuorumPlan,
    RouterPlan,
)
from engine.plan.primitives.plan import Plan
from engine.plan.primitives.price import LinkPrice, NodePrice
from engine.plan.primitives.replication import ReplicationPlan
from engine.plan.primitives.resolver import ResolverPlan
from engine.plan.primitives.station import (
    BatchPlan,
    CpuPlan,
    CurvePlan,
    ElasticPlan,
    LeasePlan,
    MemoryPlan,
    PausePlan,
    ScalingPlan,
    StartPlan,
    StationPlan,
)
from engine.plan.primitives.store import LARGEST_ENTRY, BacklogPlan, RingPlan, StorePlan, TopicPlan
from engine.plan.primitives.traffic import CrowdPlan, SessionPlan, TrafficPlan, WrongPlan

__all__ = [
    "FAILURES",
    "INFINITE",
    "LARGEST_ENTRY",
    "MOMENT",
    "ZERO",
    "AsyncPart",
    "BacklogPlan",
    "BatchPlan",
    "CallPart",
    "ChoicePart",
    "ClassPlan",
    "ClusterPlan",
    "ConnectionPlan",
    "CpuPlan",
    "CrowdPlan",
    "CurvePlan",
    "ElasticPlan",
    "EncryptionPlan",
    "EventPlan",
    "FlowPlan",
    "FramePlan",
    "HealthPlan",
    "HomePlan",
    "IssuePlan",
    "KeyPlan",
    "LawPlan",
    "LeasePlan",
    "LinkPlan",
    "LinkPrice",
    "LoopPart",
    "MemoryPlan",
    "NodePlan",
    "NodePrice",
    "OutlierPlan",
    "ParallelPart",
    "Part",
    "PausePlan",
    "Picker",
    "Plan",
    "QuorumPlan",
    "ReconnectPlan",
    "ReplicationPlan",
    "ResolverPlan",
    "RetryPlan",
    "RingPlan",
    "RoutePlan",
    "RouterPlan",
    "ScalingPlan",
    "SessionPlan",
    "SpacingPlan",
    "StartPlan",
    "StationPlan",
    "StorePlan",
    "TopicPlan",
    "TrafficPlan",
    "TransactionPart",
    "Way",
    "WorkPart",
    "WrongPlan",
]
