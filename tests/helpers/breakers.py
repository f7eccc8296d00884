"""A circuit breaker told once more, naively: lists of outcomes and numbers of periods."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from typing import Any

import numpy as np

from engine.control.simulation import Simulation
from engine.model.policies.breaker import Breaker
from engine.plan.primitives import EventPlan, Plan
from tests.helpers.plans import client, event, link, plan, request_class, station

KINDS = ("fine", "late", "stuck", "broken", "gone")
WORK = (0.02, 0.3, 5.0, 0.03, 0.04)
TIMEOUT = 0.7
LASTS = (0.02, 0.3, TIMEOUT, 0.03 + 0.01, 0.04)
FAILS = (False, False, True, True, True)


@dataclass
class Naive:
    """What has to come out."""

    settings: Breaker
    state: str = "closed"
    period: int = 0
    since: float = 0.0
    begun: int = 0
    outcomes: list[tuple[bool, bool, float]] = field(default_factory=list)
    refused: int = 0
    opened: int = 0
    open_time: float = 0.0

    def enter(self, state: str, now: float) -> None:
        if self.state == "open":
            self.open_time += now - self.since
        self.state, self.since, self.outcomes, self.begun = state, now, [], 0
        self.period += 1
        self.opened += state == "open"

    def lets_go(self) -> bool:
        if self.state == "open" or (self.state == "half" and self.begun == self.settings.half_open):
            self.refused += 1
            return False
        self.begun += 1
        return True

    def hears(self, period: int, failed: bool, slow: bool, now: float) -> None:
        """An outcome; of another period it says nothing."""
        its = self.settings
        if period != self.period:
            return
        self.outcomes.append((failed, slow, now))
        size = its.half_open if self.state == "half" else its.window
        last = self.outcomes[-size:]
        least = size if self.state == "half" else min(its.minimum, size)
        if self.state != "half" and its.window_type == "seconds":
            first = int(now) - its.window
            last = list(takewhile(lambda each: int(each[2]) > first, reversed(self.outcomes)))
            least = its.minimum
        if len(last) < least:
            return
        share = sum(each[0] for each in last) / len(last)
        slow_share = sum(each[1] for each in last) / len(last)
        if share >= its.failure_share or slow_share >= its.slow_share:
            self.enter("open", now)
        elif self.state == "half":
            self.enter("closed", now)


def told(settings: Breaker, times: list[float], kinds: list[int], end: float) -> Naive:
    """The naive breaker after calls of some kinds at some times."""
    naive = Naive(settings)
    due: list[tuple[float, int, str, Any]] = [
        (time, place, "call", kind)
        for place, (time, kind) in enumerate(zip(times, kinds, strict=True))
    ]
    heapq.heapify(due)
    order = len(due)
    while due and due[0][0] < end:
        now, _, what, about = heapq.heappop(due)
        order += 1
        before = naive.period
        if what == "call" and naive.lets_go():
            heapq.heappush(due, (now + LASTS[about], order, "end", (naive.period, about)))
        elif what == "end":
            period, kind = about
            slow = settings.slow_call is not None and LASTS[kind] > settings.slow_call
            naive.hears(period, FAILS[kind], slow, now)
        elif what == "again":
            naive.enter("half", now)
        if naive.state == "open" and naive.period != before:
            heapq.heappush(due, (now + settings.open, order, "again", None))
    if naive.state == "open":
        naive.open_time += end - naive.since
    return naive


@cache
def drawn(failing: tuple[str, ...], seed: int, end: float) -> tuple[list[float], list[int]]:
    """Calls whose kinds come in good and in bad phases."""
    random = np.random.default_rng(seed)
    times, kinds, now = list[float](), list[int](), 0.0
    while (now := now + float(random.exponential(1 / 40.0))) < end:
        bad = (0.05, 0.9, 0.4, 0.0)[int(now / 7.0) % 4]
        name = failing[int(random.integers(len(failing)))] if random.random() < bad else "fine"
        times.append(now)
        kinds.append(KINDS.index(name))
    return times, kinds


def calls(settings: Breaker, times: list[float], kinds: list[int], end: float) -> Plan:
    """The same calls for the simulator: what each kind meets follows from its class."""
    count = len(KINDS)
    nodes = [
        client(process="trace", times=tuple(times), kinds=tuple(kinds), mix=(0.2,) * count),
        station("api", WORK, workers=None),
        station("bad", [0.01] * count, workers=None),
        station("dead", [0.01] * count),
    ]
    only = {name: tuple(kind == name for kind in KINDS) for name in KINDS}
    links = [
        link("users", "api", classes=(True,) * count, timeout=TIMEOUT, policies=(settings,)),
        link("api", "bad", classes=only["broken"]),
        link("api", "dead", classes=only["gone"], order=1),
    ]
    always: tuple[EventPlan, ...] = (
        event(0.0, 2 * end, "error", nodes=("bad",), probability=1.0),
        event(0.0, 2 * end, "kill", nodes=("dead",)),
    )
    classes = tuple(request_class(name) for name in KINDS)
    return plan(nodes, links, classes=classes, events=always, duration=end)


def heard(simulation: Simulation) -> list[tuple[str, float]]:
    """What a machine tells of its breakers, from now on."""
    found: list[tuple[str, float]] = []
    simulation.machine.hear = lambda _name, what, _tone, now: found.append((what, now))
    return found
