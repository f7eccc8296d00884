"""Breakpoints: a run pauses when something begins, says why, and has the same result with them as without."""

from __future__ import annotations

import math
import time

import pytest

from engine.model.design import Design
from engine.run.breakpoints import Breakpoint, Watch
from engine.run.protocol import Ack, Measured, Paused, Run, SetBreakpoints, SetSpeed, StartOver
from engine.run.session import Session
from engine.run.worker import Worker
from engine.sim.snapshot import NodeSample, Percentiles, Sample

SHOP = Design.model_validate(
    {
        "nodes": [
            {"id": "users", "kind": "client", "name": "Shoppers",
             "config": {"arrivals": {"process": "poisson", "rate": 80}}},
            {"id": "web", "kind": "service", "name": "Checkout", "config": {"instances": 1, "workers": 2}},
        ],
        "links": [{"id": "users-web", "source": "users", "target": "web", "config": {"timeout": 0.5}}],
        "scenario": {
            "duration": 60,
            "warmup": 5,
            "seed": 7,
            "events": [
                {"at": 22.5, "duration": 4, "target": "web", "change": "slow", "factor": 20},
                {"at": 45, "duration": 3, "target": "web", "change": "kill"},
            ],
        },
    }
)  # fmt: skip


class Bench:
    """A worker driven by hand, as fast as it can."""

    def __init__(self, *points: Breakpoint) -> None:
        self.said: list[object] = []
        self.worker = Worker(self.said.append, time.perf_counter)
        for command in (StartOver(SHOP), SetSpeed(math.inf), SetBreakpoints(points), Run()):
            self.worker.handle(command)

    def go(self) -> Paused | Measured:
        """Run to the next pause, or to the end."""
        seen = len(self.said)
        self.worker.handle(Run())
        for _ in range(100_000):
            self.worker.turn()
            self.worker.handle(Ack())
            for said in self.said[seen:]:
                if isinstance(said, Paused | Measured):
                    return said
        pytest.fail("neither a pause nor an end")

    def pauses(self) -> tuple[list[Paused], object]:
        """All pauses up to the end, and the hash."""
        found = []
        while isinstance(said := self.go(), Paused):
            assert not self.worker._running
            assert self.worker._session.now == said.at
            found.append(said)
        return found, said.result["hash"]


def fresh() -> object:
    session = Session(SHOP)
    session.advance(60.0)
    return session.result()["hash"]


def test_a_metric_that_passes_its_bound_pauses_once_and_says_why() -> None:
    pauses, found = Bench(Breakpoint("metric", "users", "p99_all", 0.4)).pauses()
    assert len(pauses) == 1
    assert 22.5 < pauses[0].at <= 25.0
    assert pauses[0].message.endswith("above 400 ms")
    assert "of Shoppers is" in pauses[0].message
    assert found == fresh(), "looking changes nothing"


def test_what_fails_pauses() -> None:
    pauses, _ = Bench(Breakpoint("failing", "users")).pauses()
    assert [each.message.startswith("Shoppers fails, ") for each in pauses] == [True] * len(pauses)
    assert any(22.5 < each.at < 27.0 for each in pauses)
    pauses, _ = Bench(Breakpoint("failing", "web")).pauses()
    assert any(
        45.0 < each.at < 47.0 and each.message.startswith("Checkout fails") for each in pauses
    )


def test_events_pause_right_before_they_act() -> None:
    pauses, found = Bench(Breakpoint("event")).pauses()
    assert [each.at for each in pauses] == [22.5, 45.0]
    assert "of Checkout is due" in pauses[0].message
    assert found == fresh()
    pauses, _ = Bench(Breakpoint("event", "users")).pauses()
    assert pauses == []


def test_a_bound_from_below_and_several_at_once() -> None:
    bench = Bench(
        Breakpoint("metric", "web", "utilization", 0.99),
        Breakpoint("metric", "web", "completed", 5.0, "below"),
    )
    pauses, found = bench.pauses()
    assert any("Utilization" in each.message for each in pauses)
    assert any("below 5 rps" in each.message for each in pauses)
    assert found == fresh()


def test_what_holds_already_does_not_pause_again_until_it_was_over() -> None:
    def sample(start: float, p99: float) -> Sample:
        latency = Percentiles(10, p99, p99, p99, p99)
        return Sample(start, start + 1.0, {"web": NodeSample(latency=latency)}, {})

    point = Breakpoint("metric", "web", "p99", 1.0)
    watch = Watch([point])
    watch.begin(0.0)
    told = [watch.look([sample(float(at), p99)]) for at, p99 in enumerate((2.0, 3.0, 0.5, 2.0))]
    assert told == [(point, 2.0), None, None, (point, 2.0)]
    assert watch.look([sample(1.0, 0.5), sample(2.0, 5.0)]) is None, (
        "what was seen is not looked at again"
    )
    assert watch.look([Sample(9.0, 10.0, {}, {})]) is None
