"""Plans by hand: short words for the parts that tests of the simulator need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.control.simulation import Simulation
from engine.plan.primitives import (
    INFINITE,
    BacklogPlan,
    ClassPlan,
    EventPlan,
    HealthPlan,
    KeyPlan,
    LawPlan,
    LinkPlan,
    NodePlan,
    OutlierPlan,
    Picker,
    Plan,
    RetryPlan,
    RouterPlan,
    StationPlan,
    StorePlan,
    TopicPlan,
    TrafficPlan,
    WorkPart,
)
from engine.sim.report import Result, result_of

LawLike = LawPlan | float

_OF_NODE = (
    "pulls",
    "dedupe",
    "store",
    "flow",
    "gates",
    "autoscale",
    "faults",
    "failover",
    "backup",
    "spread",
    "replication",
)


def exponential(mean: float) -> LawPlan:
    return LawPlan(law="exponential", mean=mean)


def constant(value: float) -> LawPlan:
    return LawPlan(law="constant", mean=value)


def as_law(law: LawLike) -> LawPlan:
    return law if isinstance(law, LawPlan) else constant(law)


def request_class(name: str = "request", **changes: Any) -> ClassPlan:
    fields: dict[str, Any] = {
        "write": False,
        "request_bytes": 1e3,
        "response_bytes": 1e4,
        "priority": 0,
        "deadline": INFINITE,
        "keys": KeyPlan(count=100, alpha=0.8),
    }
    return ClassPlan(name=name, **(fields | changes))


def client(name: str = "users", rate: float = 50.0, **changes: Any) -> NodePlan:
    traffic = {"process": "poisson", "schedule": ((0.0, rate),)} | changes
    return NodePlan(id=name, traffic=TrafficPlan(**traffic))


def closed(name: str, users: int, think: LawLike) -> NodePlan:
    traffic = TrafficPlan(process="closed", users=users, think=as_law(think))
    return NodePlan(id=name, traffic=traffic)


def station(name: str, work: LawLike | Sequence[LawLike] = 0.01, **changes: Any) -> NodePlan:
    """A service; `pulls`, `store`, `flow`, `gates`, `autoscale` and `faults` go to the node, everything else to its station.

    A flow brings its own work.
    """
    laws: Sequence[LawLike] = work if isinstance(work, Sequence) else [work]
    node = {key: changes.pop(key) for key in _OF_NODE if key in changes}
    flow = node.get("flow")
    if flow is not None:
        laws = flow[0].laws if isinstance(flow[0], WorkPart) else [0.0] * len(laws)
    fields = {"workers": 1} | changes | {"work": tuple(as_law(law) for law in laws)}
    return NodePlan(id=name, station=StationPlan(**fields), **node)


def router(
    name: str,
    picker: Picker = "round_robin",
    health: HealthPlan | None = None,
    outlier: OutlierPlan | None = None,
    **changes: Any,
) -> NodePlan:
    return NodePlan(
        id=name, router=RouterPlan(picker=picker, health=health, outlier=outlier, **changes)
    )


def store(capacity: int | None = None, **changes: Any) -> StorePlan:
    fields: dict[str, Any] = {
        "ttl": INFINITE,
        "eviction": "lru",
        "single_flight": False,
        "prewarm": False,
    }
    return StorePlan(capacity=capacity, **(fields | changes))


def cache(name: str, capacity: int | None, time: LawLike = 0.0, **changes: Any) -> NodePlan:
    law = (as_law(time),)
    return NodePlan(id=name, station=StationPlan(work=law), store=store(capacity, **changes))


def queue(
    name: str,
    capacity: int | None = None,
    visibility: float = 30.0,
    max_receive: int = 5,
    **changes: Any,
) -> NodePlan:
    backlog = BacklogPlan(
        capacity=capacity, visibility=visibility, max_receive=max_receive, **changes
    )
    return NodePlan(id=name, backlog=backlog)


def topic(name: str, **changes: Any) -> NodePlan:
    """A topic of one replica whose producers wait for nobody, unless said otherwise."""
    return NodePlan(id=name, topic=TopicPlan(**({"replicas": 1} | changes)))


def link(source: str, target: str, **changes: Any) -> LinkPlan:
    if "delay" in changes:
        changes["delay"] = as_law(changes["delay"])
    return LinkPlan(**({"id": f"{source}-{target}", "source": source, "target": target} | changes))


def retry(attempts: int, base: float = 0.0, **changes: Any) -> RetryPlan:
    return RetryPlan(attempts=attempts, base=base, **changes)


def event(at: float, duration: float, change: str, **changes: Any) -> EventPlan:
    return EventPlan(at=at, end=at + duration, change=change, **changes)


def plan(
    nodes: Iterable[NodePlan],
    links: Iterable[LinkPlan],
    *,
    duration: float = 100.0,
    **changes: Any,
) -> Plan:
    fields: dict[str, Any] = {
        "title": "Test",
        "seed": 1,
        "warmup": 0.0,
        "classes": (request_class(),),
        "events": (),
    }
    parts = {"nodes": tuple(nodes), "links": tuple(links), "duration": duration}
    return Plan(**(fields | parts | changes))


def simulate(plan: Plan) -> Result:
    """The result of a whole run."""
    simulation = Simulation(plan)
    simulation.advance(plan.duration)
    return result_of(simulation.machine, (), 0.0)
