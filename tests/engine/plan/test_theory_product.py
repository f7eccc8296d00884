"""Every pair of settings has a model that holds, a doubt that says why not, or no number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest

from engine.model.prediction import PERCENTILES, NodePrediction, Theory
from engine.plan.primitives import LawPlan, Plan, ScalingPlan
from engine.plan.theory import predict
from tests.helpers.plans import (
    client,
    closed,
    exponential,
    link,
    plan,
    request_class,
    router,
    station,
)
from tests.helpers.theory_judge import numbers_of, runs_of
from tests.helpers.theory_settings import drawn

CHANCE = ("none", "random")
WORK = 0.01
LAWS = {
    "exponential": exponential(WORK),
    "constant": LawPlan(law="constant", mean=WORK),
    "uneven": LawPlan(law="lognormal", mean=WORK, cv2=4.0),
}


@dataclass(frozen=True)
class Setting:
    """One point of the product."""

    discipline: str
    picker: str
    arrivals: str
    limit: int | None
    scaling: bool
    hold: bool
    workers: int
    law: str

    @property
    def holds(self) -> bool:
        """Whether the mean time at the station has a model that is exact, or was measured to be as good."""
        fifo = self.discipline in ("fifo", "lifo")
        insensitive = self.discipline == "ps"
        if self.hold:  # a database below hears of the station what comes out of it, and makes next to nobody wait
            calm = self.limit is None and not self.scaling
            plain = self.arrivals == "poisson" or (self.arrivals == "closed" and calm)
            turns = (
                self.arrivals in ("poisson", "deterministic") and calm and self.law == "exponential"
            )
            even = turns and self.picker in ("none", "round_robin")
            return insensitive and ((plain and self.picker in CHANCE) or even)
        alike = self.law == "exponential"
        if self.arrivals == "deterministic":
            turns = self.picker in ("none", "round_robin") and self.discipline != "priority"
            even = alike or (self.law == "constant" and fifo)
            never = self.limit is None or (self.law == "constant" and fifo)
            return turns and even and not self.scaling and never
        if self.arrivals == "mmpp":
            return False
        if self.arrivals == "closed":
            plain = not self.scaling and self.limit is None and self.picker in CHANCE
            return plain and (insensitive or (fifo and alike))
        if self.scaling or self.limit is not None:
            return self.picker in CHANCE and (insensitive or (fifo and alike))
        if self.picker in CHANCE:
            narrow = self.law == "constant" and self.discipline != "priority"
            return insensitive or alike or self.workers == 1 or narrow
        return alike and self.discipline != "priority"


def settings() -> Iterator[Setting]:
    """The whole product."""
    for each in product(
        ("fifo", "lifo", "ps", "priority"),
        ("none", "random", "round_robin", "least_connections", "power_of_two"),
        ("poisson", "deterministic", "mmpp", "closed"),
        (None, 4),
        (False, True),
        (False, True),
        (1, 3),
        tuple(LAWS),
    ):
        yield Setting(*each)


def plan_of(setting: Setting) -> Plan:
    """A client, a balancer where there is one, the station, and below it a database where workers are held."""
    instances = 1 if setting.picker == "none" else 3
    rate = 0.6 * instances * setting.workers / WORK
    users: Any
    if setting.arrivals == "closed":
        users = closed("users", 30, exponential(30.0 / rate))
    elif setting.arrivals == "mmpp":
        users = client(rate=rate / 1.5, process="mmpp", burst_factor=2.0)
    else:
        users = client(rate=rate, process=setting.arrivals)
    kinds = 2 if setting.discipline == "priority" else 1
    traffic = replace(users.traffic, mix=(1.0,) if kinds == 1 else (0.4, 0.6))
    both = (True,) * kinds
    web = station(
        "web",
        [LAWS[setting.law]] * kinds,
        instances=instances,
        workers=setting.workers,
        discipline=setting.discipline,
        queue_limit=setting.limit,
        hold=setting.hold,
        scaling=ScalingPlan(contention=0.05) if setting.scaling else None,
    )
    nodes, links = [replace(users, traffic=traffic), web], [link("users", "web", classes=both)]
    if setting.picker != "none":
        picker: Any = setting.picker
        nodes.insert(1, router("lb", picker))
        links = [link("users", "lb", classes=both), link("lb", "web", classes=both)]
    if setting.hold:
        nodes.append(station("db", [exponential(WORK / 20.0)] * kinds, workers=4))
        links.append(link("web", "db", classes=both))
    classes = (request_class("urgent"), request_class("patient", priority=1))[:kinds]
    return plan(nodes, links, classes=classes)


def is_sure(theory: Theory, node: NodePrediction) -> bool:
    """Whether a node's mean time is shown without a doubt."""
    whole = [each for each in node.doubts if not each.startswith(PERCENTILES)]
    return node.residence is not None and not whole and not theory.doubts


@pytest.mark.timeout(300)
@pytest.mark.parametrize("discipline", ["fifo", "lifo", "ps", "priority"])
def test_only_what_holds_is_said_without_a_doubt(discipline: str) -> None:
    for setting in settings():
        if setting.discipline != discipline:
            continue
        found = predict(plan_of(setting))
        web = found.nodes["web"]
        assert is_sure(found, web) == setting.holds, (setting, web)
        assert web.residence is not None or web.reason, setting


@pytest.mark.timeout(300)
@pytest.mark.parametrize("first", range(0, 48, 12))
def test_what_is_said_without_a_doubt_is_measured(first: int) -> None:
    for seed in range(first, first + 12):
        wrong = _wrong(seed, 40_000.0, 2)
        if wrong:  # what two runs say may be chance: four of four times the length decide
            wrong = _wrong(seed, 160_000.0, 4)
        assert not wrong, (seed, wrong)


def _wrong(seed: int, requests: float, runs: int) -> list[str]:
    """What is said without a doubt of a plan and does not hold."""
    design = drawn(seed, requests)
    found = numbers_of(predict(design), runs_of(design, runs))
    return [str(each) for each in found if each.confident and each.wrong]
