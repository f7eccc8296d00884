"""Random designs of every shape, small enough to kill each of their nodes in turn and look who is still answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from engine.model.edits import SetDesign
from engine.run.session import Session
from engine.sim.lane.draws import generator
from tests.helpers.builders import Raw, constant, design, link, node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.model.design import Design

T = TypeVar("T")

KILLED_AT = 20.0
"""Seconds: by then stores are filled and old answers known."""
LOOKED_FROM = 32.0
"""By then entries and old answers that do not last are gone, and queues with a bound are full."""
DURATION = 60.0
SHORT = 3.0
"""Seconds that what does not last lasts."""
RULES: list[Raw] = [
    {"breaker": {"window": 10, "minimum": 5, "open": 0.5, "half_open": 3}},
    {"retry": {"attempts": 2, "backoff": {"base": 0.001}}},
    {"retry": {"attempts": 3, "other_instance": True, "backoff": {"base": 0.001}}},
    {"hedge": {"delay": 0.002}},
    {"bulkhead": {"concurrent": 50}},
    {"throttle": {"window": 5}},
    {"timeout": 1.0},
    {"cancellation": True, "deadline_propagation": True, "timeout": 2.0},
]
KEYS: Raw = {"law": "uniform", "count": 1000}


class Shaper:
    """Makes the parts of one design."""

    def __init__(self, seed: int) -> None:
        self._random = generator(seed, "design", "shape")
        self._classes = [{"name": "read", "keys": KEYS}]
        if self._chance(0.5):
            self._classes.append({"name": "write", "operation": "write", "keys": KEYS})

    def design(self) -> Design:
        """The whole."""
        behind = [self._inner(f"n{place}") for place in range(self._number(1, 6))]
        clients = [self._client(f"users{place}") for place in range(self._number(1, 2))]
        links = [each for user in clients for each in self._links_of(user, behind)]
        for place, each in enumerate(behind):
            links += self._links_of(each, behind[place + 1 :])
        for each in behind:
            if each["kind"] == "service" and self._chance(0.35):
                self._give_flow(each, [one for one in links if one["source"] == each["id"]])
        nodes = [*clients, *behind]
        for each in [one for one in behind if one["kind"] == "queue"]:
            nodes += self._consumers(each, links)
        return design(nodes, links, classes=self._classes, duration=DURATION, warmup=1.0, seed=7)

    def _one(self, choices: Sequence[T]) -> T:
        return choices[int(self._random.integers(len(choices)))]

    def _number(self, least: int, most: int) -> int:
        return int(self._random.integers(least, most + 1))

    def _chance(self, share: float) -> bool:
        return bool(self._random.random() < share)

    def _client(self, name: str) -> Raw:
        mix: Any = self._one([{"read": 1.0}, {str(one["name"]): 1.0 for one in self._classes}])
        return node(name, "client", arrivals={"process": "poisson", "rate": 30.0}, mix=mix)

    def _inner(self, name: str) -> Raw:
        sort = self._one(
            ["service"] * 4 + ["load_balancer"] * 2 + ["cache"] * 2 + ["queue", "function"]
        )
        if sort == "service":
            config: Raw = {"instances": self._number(1, 2), "workers": 40}
            config["service_time"] = constant(0.001)
            config["hold_while_waiting"] = self._chance(0.5)
            return node(name, sort, **config)
        if sort == "load_balancer":
            config = {"picker": self._one(["round_robin", "random", "power_of_two", "weighted"])}
            if self._chance(0.4):
                config["health"] = {"interval": 0.5, "failures": 2, "successes": 1}
            return node(name, sort, **config)
        if sort == "cache":
            config = {"capacity": None, "ttl": self._one([None, SHORT])}
            return node(name, sort, **config, prewarm=self._chance(0.5))
        if sort == "function":
            config = {"service_time": constant(0.001), "cold_start": constant(0.01)}
            config |= {"idle_ttl": self._one([SHORT, 300.0]), "concurrency": self._one([3, 1000])}
            return node(name, sort, **config, ramp={"instances": self._number(1, 5), "per": 0.1})
        return node(name, sort, capacity=self._one([None, 10]))

    def _consumers(self, queue: Raw, links: list[Raw]) -> list[Raw]:
        """The workers of a queue."""
        made = []
        for place in range(self._number(1, 2)):
            each = node(f"{queue['id']}w{place}", "worker", service_time=constant(0.001))
            links.append(link(queue["id"], each["id"], classes=self._some_classes()))
            made.append(each)
        return made

    def _some_classes(self) -> list[str] | None:
        return self._one([None, None, None, ["read"]])

    def _links_of(self, source: Raw, behind: list[Raw]) -> list[Raw]:
        """Links to some of what lies behind."""
        if source["kind"] in ("queue", "worker") or not behind:
            return []
        wanted = {"client": 0.3, "load_balancer": 0.5, "cache": 0.3}.get(source["kind"], 0.6)
        targets = [each for each in behind if self._chance(wanted)]
        if not targets and source["kind"] in ("client", "load_balancer"):
            targets = behind[:1]
        forwards = source["kind"] == "load_balancer"
        return [self._link(source, target, targets, forwards=forwards) for target in targets]

    def _link(self, source: Raw, target: Raw, all_targets: list[Raw], *, forwards: bool) -> Raw:
        config: Raw = {"delay": self._one([0.0, 0.0005]), "classes": self._some_classes()}
        if len(self._classes) > 1 and self._chance(0.15):
            config["kind"] = "read"
        if forwards:
            config["weight"] = self._one([1.0, 2.0, 0.0])
            return link(source["id"], target["id"], **config)
        config |= {
            "order": self._number(0, 2),
            "probability": self._one([1.0, 1.0, 1.0, 0.5]),
            "times": self._one([1, 1, 2]),
            "mode": self._one(["call", "call", "call", "send"]),
            "when": self._one(["always"] * 4 + ["miss", "failed", "miss_or_failed"]),
        }
        for _ in range(self._number(0, 2)):
            config |= self._one(RULES)
        if self._chance(0.25):
            config["fallback"] = self._fallback(source, target, all_targets)
        return link(source["id"], target["id"], **config)

    def _fallback(self, source: Raw, target: Raw, all_targets: list[Raw]) -> Raw:
        others = [f"{source['id']}-{each['id']}" for each in all_targets if each is not target]
        kinds: list[Raw] = [{"kind": "static"}, {"kind": "stale"}]
        kinds += [{"kind": "stale", "max_age": SHORT}]
        if others:
            kinds += [{"kind": "link", "link": self._one(others)}] * 2
        return self._one(kinds)

    def _give_flow(self, service: Raw, links: list[Raw]) -> None:
        """A flow of its own, over its links; these then say no more of calls than their rules."""
        if links:
            for each in links:
                for field in ("order", "probability", "times", "mode", "when", "classes"):
                    each["config"].pop(field, None)
            service["config"]["flow"] = self._flow([each["id"] for each in links], 2)

    def _flow(self, links: list[str], depth: int) -> list[Raw]:
        return [self._step(links, depth) for _ in range(self._number(1, 3))]

    def _step(self, links: list[str], depth: int) -> Raw:
        sorts = ["call", "call", "call"] + ["parallel", "choice", "choice", "loop", "async"] * depth
        sort = self._one(sorts)
        if sort == "call":
            return {"call": self._one(links)}
        if sort == "loop":
            return {"loop": 2, "do": self._flow(links, depth - 1)}
        if sort == "async":
            return {"async": self._flow(links, depth - 1)}
        if sort == "parallel":
            ways = [{"sequence": self._flow(links, depth - 1)} for _ in range(self._number(2, 3))]
            return {"parallel": ways, "need": self._number(1, len(ways))}
        ways = [self._way(links, depth - 1) for _ in range(self._number(1, 3))]
        return {"choice": ways}

    def _way(self, links: list[str], depth: int) -> Raw:
        way: Raw = {"do": self._flow(links, depth)}
        when = self._one(["always", "failed", "failed", "miss", "hit", "miss_or_failed"])
        if when != "always":
            way["when"] = when
        if self._chance(0.3):
            way["probability"] = 0.4
        if self._chance(0.15):
            way["class"] = self._one(self._classes)["name"]
        return way


def answered(made: Design, killed: str | None) -> int:
    """Requests of all clients that are answered once a node has been dead for a while."""
    return sum(answered_each(made, killed).values())


def answered_each(made: Design, killed: str | None) -> dict[str, int]:
    """The same of each client."""
    if killed is not None:
        event = {"at": KILLED_AT, "duration": None, "target": killed, "change": "kill"}
        made = SetDesign(("scenario", "events"), [event]).apply(made).design
    session = Session(made)
    session.advance(LOOKED_FROM)
    session.snapshot()
    session.advance(made.scenario.duration)
    clients = [each.id for each in made.nodes if each.kind == "client"]
    samples = session.snapshot().samples
    return {name: sum(sample.nodes[name].completed for sample in samples) for name in clients}
