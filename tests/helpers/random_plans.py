"""Arbitrary plans that can run: any topology, any policy, any faults, each from one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar, get_args

from hypothesis import strategies as st

from engine.model.event_kinds import EVENT_KINDS, event_kind
from engine.plan.primitives import (
    INFINITE,
    BatchPlan,
    ClassPlan,
    ConnectionPlan,
    CpuPlan,
    CrowdPlan,
    CurvePlan,
    EncryptionPlan,
    EventPlan,
    FlowPlan,
    HealthPlan,
    LawPlan,
    LinkPlan,
    MemoryPlan,
    NodePlan,
    OutlierPlan,
    Part,
    PausePlan,
    Plan,
    ReconnectPlan,
    RetryPlan,
    RingPlan,
    ScalingPlan,
    SessionPlan,
    StartPlan,
    Way,
)
from engine.plan.primitives.store import Eviction
from engine.sim.lane.draws import generator
from tests.helpers import flows, plans
from tests.helpers.random_policies import PolicyMaker, failing_plan

T = TypeVar("T")
TIMES = [0.0, 0.0, 0.004, 0.02, 0.3]
LAWS = ["constant", "exponential", "lognormal", "gamma", "uniform", "hyperexponential"]
PICKERS = ["round_robin", "random", "least_connections", "power_of_two", "weighted"]
RETRIES = [
    RetryPlan(),
    RetryPlan(attempts=3, base=0.0),
    RetryPlan(attempts=2, base=0.1, jitter="equal", other_instance=True),
]
PROCESSES = ["poisson", "deterministic", "mmpp", "active_users", "sessions", "closed", "trace"]
STEPS = ((0.0, 5.0), (2.0, 5.0), (2.0, 30.0), (5.0, 30.0), (5.0, 0.0))
BATCHES = [
    BatchPlan(size=3, linger=0.05, fixed=0.01),
    BatchPlan(size=1, linger=1.0, fixed=0.0, per_item=0.001),
    BatchPlan(size=50, linger=0.0, fixed=0.02, per_item=0.0),
]
SCALINGS = [
    ScalingPlan(contention=0.1, coherency=0.01),
    ScalingPlan(curve=CurvePlan(law="exponential", a=1.0)),
    ScalingPlan(contention=0.1, curve=CurvePlan(law="table", points=((0.2, 0.8), (1.0, 3.0)))),
]
STARTS = [
    StartPlan(time=plans.exponential(0.5)),
    StartPlan(time=plans.constant(0.3), warm_up=1.0, cold=0.2),
    StartPlan(time=plans.constant(0.0), warm_up=0.5, cold=0.1),
]
_BYTES: dict[str, float] = {"base": 100.0, "per_request": 30.0, "per_peer": 10.0}
MEMORIES = [
    MemoryPlan(**_BYTES, leak=0.0, limit=INFINITE),
    MemoryPlan(**_BYTES, leak=20.0, limit=200.0),
    MemoryPlan(**_BYTES, leak=0.0, limit=230.0),
    MemoryPlan(**_BYTES, leak=5.0, limit=200.0, refuses=True),
    MemoryPlan(**_BYTES, leak=0.0, limit=50.0),
]
DOUBTS: list[dict[str, Any]] = [
    {"deep": True, "layer": 7},
    {"panic": 0.5},
    {"fail_open": True, "deep": True, "layer": 7},
]
RECONNECTS = [
    ReconnectPlan(base=0.1, cap=0.5),
    ReconnectPlan(base=0.05, factor=1.0, jitter="none"),
]
OUTLIERS = [
    OutlierPlan(consecutive=1, sweep=0.2, base=0.3, share=0.5),
    OutlierPlan(consecutive=2, sweep=0.5, base=1.0, longest=1.5, share=1.0),
]
RINGS = [
    RingPlan(instances=2, placement="ring", virtual_nodes=3, replicas=0),
    RingPlan(instances=2, placement="mod", virtual_nodes=1, replicas=1),
    RingPlan(instances=1, placement="slots", virtual_nodes=1, replicas=0, spares=1, spare_ttl=0.2),
    RingPlan(instances=3, placement="range", virtual_nodes=1, replicas=0, spares=1, spare_ttl=0.2),
]
CHANGES = [kind.name for kind in EVENT_KINDS]


class Maker:
    """Makes the parts of one plan."""

    def __init__(self, seed: int) -> None:
        self.random = generator(seed, "plan", "shape")
        self.rare = generator(seed, "plan", "rare")
        self.recast = generator(seed, "plan", "recast")
        self.policies = PolicyMaker(seed)
        self.kinds = self.number(1, 2)

    def one(self, choices: Sequence[T]) -> T:
        return choices[int(self.random.integers(len(choices)))]

    def number(self, least: int, most: int) -> int:
        return int(self.random.integers(least, most + 1))

    def seldom(self, choices: Sequence[T]) -> T | None:
        """One of some choices, mostly none."""
        if self.rare.random() < 0.7:
            return None
        return choices[int(self.rare.integers(len(choices)))]

    def law(self) -> LawPlan:
        mean = self.one(TIMES)
        fields: Any = {"law": self.one(LAWS), "mean": mean, "cv2": 2.0, "high": 2 * mean}
        return LawPlan(**fields)

    def client(self, name: str) -> NodePlan:
        mix = (1.0,) if self.kinds == 1 else (0.6, 0.4)
        rate = self.one([3.0, 40.0])
        process = self.one(PROCESSES)
        fields: dict[str, Any] = {"process": process, "mix": mix}
        if process == "closed":
            fields |= {"users": 4, "think": plans.exponential(self.one([0.05, 0.5]))}
            return plans.client(name, **fields)
        if process == "trace":
            recorded = {"kinds": (0, self.kinds - 1, 0, 0), "keys": (0, 7, 7, 99)}
            fields |= {"times": (0.5, 0.5, 1.0, 4.0), "period": self.one([INFINITE, 4.0, 5.5])}
            return plans.client(name, **fields, **self.one([{}, recorded]))
        schedules = [((0.0, rate),), ((0.0, 0.0), (3.0, rate), (8.0, 1.0)), STEPS]
        fields |= {"schedule": self.one(schedules), "burst_factor": 3.0}
        if process == "sessions":
            law = self.one(["geometric", "constant", "poisson"])
            fields["session"] = SessionPlan(mean=self.one([1.0, 3.5]), law=law)
            fields["think"] = plans.exponential(self.one([0.0, 0.1, 1.0]))
        if process == "active_users":
            law = self.one(["poisson", "normal"])
            fields["crowd"] = CrowdPlan(mean=5.0, variance=9.0, law=law, window=0.7)
        return plans.client(name, **fields)

    def station(self, name: str, **changes: Any) -> NodePlan:
        return plans.station(
            name,
            [self.law()] * self.kinds,
            instances=self.number(1, 3),
            workers=self.one([1, 2, 5, None]),
            queue_limit=self.one([None, 0, 3]),
            discipline=self.one(["fifo", "lifo", "ps", "priority", "adaptive_lifo"]),
            overflow=self.seldom(["resend"]) or "refuse",
            hold=self.one([True, False]),
            speed=self.seldom([0.5, 3.0]) or 1.0,
            scaling=self.seldom(SCALINGS),
            cpu=self.seldom([CpuPlan(quota=0.02), CpuPlan(quota=0.3, period=0.25)]),
            batch=self.seldom(BATCHES),
            start=self.seldom(STARTS),
            memory=self.seldom(MEMORIES),
            pauses=self.seldom(
                [PausePlan(every=plans.exponential(0.7), length=plans.constant(0.1))]
            ),
            drain=self.draining(),
            **changes,
        )

    def inner(self, name: str) -> NodePlan:
        sort = self.one(["station", "station", "router", "cache", "queue"])
        if sort == "router":
            layer: Any = self.one([4, 7])
            health = HealthPlan(interval=0.5, failures=2, successes=1, timeout=0.2, layer=layer)
            picker: Any = self.one(PICKERS)
            probed = self.one([None, replace(health, **(self.seldom(DOUBTS) or {}))])
            return plans.router(name, picker, probed, self.seldom(OUTLIERS))
        if sort == "queue":
            return plans.queue(name, self.one([None, 5]), visibility=0.2, max_receive=2)
        if sort == "cache":
            store = plans.store(
                self.one([None, 1, 5]),
                ttl=self.one([INFINITE, 0.5]),
                eviction=self.one(list(get_args(Eviction))),
                samples=self.one([1, 5]),
                single_flight=self.one([True, False]),
                prewarm=self.one([True, False]),
                capacity_bytes=self.one([None, None, 2e4]),
                entry_bytes=self.one([None, None, 9e3]),
                ring=self.seldom(RINGS),
            )
            return self.station(name, store=store)
        return self.station(name)

    def link(self, source: str, target: str) -> LinkPlan:
        masks = [(True,) * self.kinds, (True,) + (False,) * (self.kinds - 1)]
        return plans.link(
            source,
            target,
            order=self.number(0, 1),
            probability=self.one([1.0, 1.0, 0.5]),
            times=self.number(1, 2),
            waits=self.one([True, True, False]),
            on_miss=self.one([False, False, True]),
            on_failure=self.one([False, False, True]),
            classes=self.one(masks),
            kind=self.kind(),
            delay=self.law(),
            jitter=self.one([0.0, 0.0, 0.01]),
            loss=self.one([0.0, 0.0, 0.1, 1.0]),
            bandwidth=self.one([INFINITE, INFINITE, 2e5, 1e8]),
            connection=self.connection(),
            encryption=self.one([None, None, EncryptionPlan(handshake=1e-3, per_byte=1e-7)]),
            timeout=self.one([INFINITE, 0.05, 0.5]),
            queue_timeout=self.seldom([0.01, 0.2]) or INFINITE,
            retry=self.one(RETRIES),
            deadline_propagation=self.one([False, True]),
            cancellation=self.one([False, True]),
            policies=self.policies.rules(),
            last_mile=self.seldom([1e5, 1e7]) or INFINITE,
        )

    def draining(self) -> float:
        """Seconds that instances have which are taken away, mostly as long as it takes."""
        found = self.seldom([0.0, 0.1])
        return INFINITE if found is None else found

    def kind(self) -> int | None:
        """The class of the calls of a link, mostly that of their callers."""
        if self.recast.random() < 0.8:
            return None
        return int(self.recast.integers(self.kinds))

    def connection(self) -> ConnectionPlan | None:
        if self.one([True, True, False]):
            return None
        return ConnectionPlan(
            round_trips=self.number(0, 3),
            ordered=self.one([True, False]),
            streams=self.one([1, 1, 3]),
            connections=self.one([None, 1, 2]),
            pending=self.seldom([0, 2]),
            requests=self.one([None, 1, 5]),
            idle=self.one([INFINITE, 0.2]),
            slow_start=self.one(["off", "new_connections", "after_idle"]),
            per=self.seldom(["user"]) or "caller",
            reconnect=self.seldom(RECONNECTS),
            server_idle=self.seldom([0.05, 0.3]) or INFINITE,
        )

    def with_flow(self, node: NodePlan, links: list[LinkPlan]) -> NodePlan:
        """The node, and sometimes a flow of its own over the links that leave it."""
        if node.router is not None or node.backlog is not None:
            return node
        if not self.one([True, False]):
            return node
        names = [link.id for link in links if link.source == node.id]
        made = plans.station(
            node.id, [0.0] * self.kinds, flow=self.flow(names, 3), **_of_station(node)
        )
        return replace(made, store=node.store, gates=node.gates)

    def flow(self, names: list[str], depth: int) -> FlowPlan:
        return tuple(self.part(names, depth) for _ in range(self.number(1, 3)))

    def part(self, names: list[str], depth: int) -> Part:
        sorts = ["work", "call", "call", "parallel", "choice", "loop", "async"]
        sort = self.one(sorts[: 3 if depth == 0 else 7])
        if sort == "work" or (sort == "call" and not names):
            return flows.work(*[self.law()] * self.kinds)
        if sort == "call":
            return flows.call(self.one(names))
        inner = self.flow(names, depth - 1)
        if sort == "loop":
            return flows.loop(self.number(1, 3), *inner)
        if sort == "async":
            return flows.background(*inner)
        if sort == "parallel":
            ways = (inner, self.flow(names, depth - 1), self.flow(names, depth - 1))
            return flows.parallel(*ways, need=self.number(1, 3))
        classes = self.one([None, (True,) + (False,) * (self.kinds - 1)])
        when: Any = self.one(["always", "miss", "hit", "failed", "miss_or_failed"])
        first = Way(inner, self.one([None, 0.5]), classes, when)
        return flows.choice(first, Way(self.flow(names, depth - 1)))

    def event(self, nodes: list[NodePlan], links: list[LinkPlan]) -> EventPlan:
        change = self.one(CHANGES)
        node = self.one(nodes)
        fields: dict[str, Any] = {"factor": self.one([0.5, 4.0])}
        if event_kind(change).hits == "links":
            fields["links"] = (self.one(links).id,)
        elif change == "set":
            fields["replacement"] = node if node.traffic is not None else self.policies.gated(node)
        else:
            fields["nodes"] = (node.id,)
        return EventPlan(
            at=self.one([0.0, 1.0, 2.5]),
            end=self.one([3.0, 6.0, INFINITE]),
            change=change,
            probability=self.one([0.3, 1.0]),
            seconds=0.1,
            instances=self.one([None, 1]),
            ramp=self.seldom([0.5, 3.0]) or 0.0,
            bytes=self.seldom([20.0]) or 0.0,
            workers=2.0,
            **fields,
        )

    def classes(self) -> tuple[ClassPlan, ...]:
        read = plans.request_class("read", deadline=self.one([INFINITE, 0.4]))
        write = plans.request_class("write", write=True, priority=1)
        return (read, write)[: self.kinds]

    def links(self, users: list[NodePlan], behind: list[NodePlan]) -> list[LinkPlan]:
        """Only from lower to higher places, so that every request ends."""
        links = [self.link(user.id, self.one(behind).id) for user in users]
        for place, node in enumerate(behind):
            targets = [each for each in behind[place + 1 :] if self.one([True, False])]
            links += [self.link(node.id, target.id) for target in targets]
        return links


def random_plan(seed: int) -> Plan:
    """The plan of a number."""
    make = Maker(seed)
    users = [make.client(f"users{place}") for place in range(make.number(1, 2))]
    behind = [make.policies.gated(make.inner(f"node{place}")) for place in range(make.number(1, 5))]
    links = make.links(users, behind)
    behind = [make.with_flow(node, links) for node in behind]
    queues = {node.id for node in behind if node.backlog is not None}
    pulled = {link.target for link in links if link.source in queues}
    nodes = users + [_pulling(node) if node.id in pulled else node for node in behind]
    whole = plans.plan(
        nodes,
        links,
        classes=make.classes(),
        events=tuple(make.event(nodes, links) for _ in range(make.number(0, 3))),
        seed=seed,
        duration=8.0,
        warmup=1.0,
    )
    return failing_plan(whole, seed)


def _of_station(node: NodePlan) -> dict[str, Any]:
    """The fields of a node's station, but for its work."""
    station = node.station
    return {
        each.name: getattr(station, each.name) for each in fields(station) if each.name != "work"
    }


def _pulling(node: NodePlan) -> NodePlan:
    """The node as one that queues send messages to."""
    if node.router is not None or node.backlog is not None:
        return node
    return replace(node, pulls=True)


whole_plans = st.integers(0, 2**32 - 1).map(random_plan)
