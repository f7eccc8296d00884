"""Plans for the theory twin, each from one number: any mechanism, at parameters that nobody chose by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from engine.model.policies.breaker import Breaker
from engine.model.policies.bulkhead import Bulkhead
from engine.model.policies.concurrency import Concurrency
from engine.model.policies.rate_limit import RateLimit
from engine.plan.demand import demand_of
from engine.plan.primitives import (
    BatchPlan,
    ClassPlan,
    ConnectionPlan,
    CpuPlan,
    CrowdPlan,
    CurvePlan,
    KeyPlan,
    LawPlan,
    LinkPlan,
    NodePlan,
    PausePlan,
    Plan,
    ScalingPlan,
    SessionPlan,
    StartPlan,
)
from engine.sim.lane.draws import generator
from tests.helpers import flows, plans

T = TypeVar("T")
PICKERS = ["round_robin", "random", "least_connections", "power_of_two", "weighted"]
DISCIPLINES = ["fifo", "fifo", "lifo", "ps", "priority"]
PROCESSES = ["poisson", "poisson", "poisson", "deterministic", "mmpp", "closed", "sessions"]
SHAPES = ["one", "one", "one", "chain", "two ways", "queue", "cache", "aside", "flow", "shared"]
MEAN = 0.01


class Drawing:
    """Draws the parts of one plan."""

    def __init__(self, seed: int) -> None:
        self.random = generator(seed, "theory", "product")
        self.calm = self.random.random() < 0.6
        """Whether little is switched on at once, so that much can be predicted."""
        self.kinds = 2 if self.chance(0.25) else 1
        self.mix = (1.0,) if self.kinds == 1 else (0.3, 0.7)

    def one(self, choices: Sequence[T]) -> T:
        return choices[int(self.random.integers(len(choices)))]

    def number(self, least: int, most: int) -> int:
        return int(self.random.integers(least, most + 1))

    def between(self, low: float, high: float) -> float:
        return float(self.random.uniform(low, high))

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def seldom(self, share: float) -> bool:
        """Less often where little is to be switched on."""
        return self.chance(share / 6.0 if self.calm else share)

    def law(self, mean: float) -> LawPlan:
        """Work of any spread, every other time exponential."""
        if self.chance(0.5):
            return plans.exponential(mean)
        cv2 = self.one([0.0, 0.25, 0.5, 2.0, 4.0, 16.0])
        if cv2 == 0.0:
            return plans.constant(mean)
        kinds = ["gamma", "lognormal"] if cv2 < 1.0 else ["hyperexponential", "lognormal", "gamma"]
        return LawPlan(law=self.one(kinds), mean=mean, cv2=cv2)

    def client(self, name: str, rate: float) -> NodePlan:
        process = "poisson" if self.calm and self.chance(0.6) else self.one(PROCESSES)
        fields: dict[str, Any] = {"process": process, "mix": self.mix}
        if process == "closed":
            users = self.number(1, 60)
            fields |= {"users": users, "think": self.law(users / rate)}
            return plans.client(name, **fields)
        if process == "mmpp":
            factor, burst, calm = (
                self.between(1.5, 6.0),
                self.between(0.05, 2.0),
                self.between(0.5, 5),
            )
            share = burst / (burst + calm)
            rate /= 1.0 + share * (factor - 1.0)
            fields |= {"burst_factor": factor, "burst_mean": burst, "calm_mean": calm}
        if process == "sessions":
            fields |= {
                "session": SessionPlan(mean=4.0, law="geometric"),
                "think": plans.exponential(0.1),
            }
            rate /= 4.0
        if process == "active_users":
            fields["crowd"] = CrowdPlan(mean=5.0, variance=9.0, law="poisson", window=1.0)
        return plans.client(name, **(fields | {"schedule": ((0.0, rate),)}))

    def station(self, name: str, **changes: Any) -> NodePlan:
        """A station, its work to be set."""
        first = self.law(MEAN)
        laws = [first] * self.kinds
        if self.kinds == 2 and self.chance(0.5):
            laws = [first, self.law(MEAN * self.between(0.2, 3.0))]
        fields: dict[str, Any] = {
            "instances": 1 if self.chance(0.5) else self.number(2, 8),
            "workers": self.one([1, 1, 2, 3, 4, 8]),
            "discipline": self.one(DISCIPLINES),
            "queue_limit": self.number(0, 20) if self.chance(0.2) else None,
            "hold": self.seldom(0.3),
        }
        if self.seldom(0.08):
            fields["scaling"] = ScalingPlan(
                contention=self.between(0, 0.2), coherency=self.between(0, 0.01)
            )
            if self.chance(0.5):
                fields["scaling"] = ScalingPlan(
                    curve=CurvePlan(law="polynomial", a=self.between(0, 2.0), power=2.0)
                )
        if self.seldom(0.04):
            fields["batch"] = BatchPlan(
                size=self.number(2, 8), linger=0.02, fixed=0.005, per_item=0.005
            )
        if self.seldom(0.03):
            fields["pauses"] = PausePlan(every=plans.exponential(2.0), length=plans.constant(0.1))
        if self.seldom(0.03):
            fields["cpu"] = CpuPlan(quota=0.05)
        if self.seldom(0.03):
            fields["start"] = StartPlan(time=plans.constant(0.3), warm_up=2.0, cold=0.3)
        node = plans.station(name, laws, **(fields | changes))
        gates = []
        if self.seldom(0.04):
            gates.append(RateLimit(rate=self.between(50.0, 400.0), burst=self.number(1, 50)))
        if self.seldom(0.04):
            gates.append(Concurrency(limit=self.number(2, 60)))
        return replace(node, gates=tuple(gates))

    def link(self, source: str, target: str, **changes: Any) -> LinkPlan:
        fields: dict[str, Any] = {"picker": self.one(PICKERS), "classes": (True,) * self.kinds}
        if self.chance(0.3):
            fields["delay"] = self.law(self.between(0.0005, 0.01))
        if self.seldom(0.12):
            fields["timeout"] = self.between(0.02, 1.0)
            if self.chance(0.5):
                fields["retry"] = plans.retry(self.number(2, 3), base=self.one([0.0, 0.05]))
        if self.seldom(0.05):
            fields["loss"] = 0.01
        if self.seldom(0.05):
            fields["connection"] = ConnectionPlan()
        if self.seldom(0.05):
            fields["policies"] = (self.one([Breaker(), Bulkhead(concurrent=self.number(2, 60))]),)
        return plans.link(source, target, **(fields | changes))

    def classes(self) -> tuple[ClassPlan, ...]:
        keys = KeyPlan(count=200, alpha=0.8)
        return (
            plans.request_class("urgent", keys=keys),
            plans.request_class("patient", priority=self.number(0, 1), keys=keys),
        )[: self.kinds]


def drawn(seed: int, requests: float = 60_000.0, only: str | None = None) -> Plan:
    """The plan of a number, its stations from 30 to 95 % full."""
    draw = Drawing(seed)
    rate = draw.between(50.0, 300.0)
    shape = draw.one(SHAPES) if only is None else only
    nodes, links = _shape(draw, shape, rate)
    made = plans.plan(nodes, links, classes=draw.classes(), seed=seed)
    made = _filled(draw, made, rate)
    duration = requests / rate
    return replace(made, duration=duration, warmup=duration / 6.0)


def _shape(draw: Drawing, shape: str, rate: float) -> tuple[list[NodePlan], list[LinkPlan]]:
    """Nodes and links of a shape."""
    users, web, db = draw.client("users", rate), draw.station("web"), draw.station("db")
    if shape == "one":
        if draw.chance(0.4):
            lb = plans.router("lb", draw.one(PICKERS))  # type: ignore[arg-type]
            return [users, lb, web], [draw.link("users", "lb"), draw.link("lb", "web")]
        return [users, web], [draw.link("users", "web")]
    if shape == "chain":
        mode = {"waits": not draw.chance(0.2), "times": 1 if draw.chance(0.8) else 2}
        chance = 1.0 if draw.chance(0.6) else draw.between(0.2, 0.9)
        second = draw.link("web", "db", probability=chance, **mode)
        return [users, web, db], [draw.link("users", "web"), second]
    if shape == "two ways":
        order = draw.number(0, 1)
        ways = [draw.link("web", "db"), draw.link("web", "api", order=order)]
        return [users, web, db, draw.station("api")], [draw.link("users", "web"), *ways]
    if shape == "queue":
        jobs = plans.queue("jobs", draw.number(0, 40) if draw.chance(0.2) else None)
        work = replace(draw.station("worker"), pulls=True)
        links = [
            draw.link("users", "jobs"),
            plans.link("jobs", "worker", classes=(True,) * draw.kinds),
        ]
        if draw.chance(0.3):
            return [users, jobs, work, db], [*links, draw.link("worker", "db")]
        return [users, jobs, work], links
    if shape == "cache":
        store = plans.store(draw.number(10, 150), eviction=draw.one(["lru", "fifo", "lfu"]))
        hot = replace(plans.station("cache", [0.0005] * draw.kinds, workers=None), store=store)
        return [users, hot, db], [draw.link("users", "cache"), draw.link("cache", "db")]
    if shape == "aside":
        hot = replace(
            plans.station("cache", [0.0005] * draw.kinds, workers=None), store=plans.store(80)
        )
        links = [draw.link("users", "web"), draw.link("web", "cache")]
        return [users, web, hot, db], [*links, draw.link("web", "db", order=1, on_miss=True)]
    if shape == "shared":
        others = draw.client("others", rate * 0.5)
        links = [draw.link("users", "web"), draw.link("others", "web")]
        return [users, others, web], links
    api = draw.station("api")
    names = [draw.link("web", "db"), draw.link("web", "api")]
    calls = [flows.call(each.id) for each in names]
    parts = draw.one(
        [
            (flows.parallel(*calls),),
            (flows.parallel(*calls, need=1),),
            (*calls,),
            (flows.background(calls[0]), calls[1]),
            (flows.loop(2, calls[0]), calls[1]),
        ]
    )
    flow = (flows.work(*web.station.work), *parts)
    web = replace(
        plans.station("web", flow=flow, workers=web.station.workers, hold=web.station.hold)
    )
    return [users, web, db, api], [draw.link("users", "web"), *names]


def _filled(draw: Drawing, plan: Plan, rate: float) -> Plan:
    """The plan with work that fills each station as far as is drawn."""
    steady = tuple(
        replace(node, traffic=replace(node.traffic, process="poisson", schedule=((0.0, rate),)))
        if node.traffic is not None and node.traffic.process == "closed"
        else node
        for node in plan.nodes
    )
    demand = demand_of(replace(plan, nodes=steady))
    if demand is None:
        return plan
    nodes = tuple(
        _busy(node, demand.nodes[node.id], draw.between(0.3, 0.95)) for node in plan.nodes
    )
    return replace(plan, nodes=nodes)


def _busy(node: NodePlan, rates: Sequence[float], busy: float) -> NodePlan:
    """A node with so much work that its workers are so busy."""
    station = node.station
    laws = [station.work[min(kind, len(station.work) - 1)] for kind in range(len(rates))]
    asked = sum(rate * law.mean for rate, law in zip(rates, laws, strict=True))
    if station.workers is None or asked <= 0.0 or node.traffic is not None:
        return node
    factor = busy * station.workers * station.instances / asked
    work = tuple(law.times(factor) for law in station.work)
    flow = node.flow if node.flow is None else (flows.work(*work), *node.flow[1:])
    return replace(node, station=replace(station, work=work), flow=flow)
