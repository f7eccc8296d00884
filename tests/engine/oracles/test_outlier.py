"""Outlier ejection as Envoy defines it, by hand, and against an independent detector."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.rate_limit import RateLimit
from engine.plan.primitives import EventPlan, HealthPlan, OutlierPlan, Plan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, event, link, plan, retry, router, station

OUTLIER = OutlierPlan()


def farm(outlier: OutlierPlan | None, *events: EventPlan, **more: Any) -> Plan:
    """Ten instances, each of which gets every tenth of 100 evenly spaced requests a second."""
    edge = {key: more.pop(key) for key in ("timeout", "retry") if key in more}
    nodes = [
        client(process="deterministic", rate=more.pop("rate", 100.0)),
        router("lb", "round_robin", more.pop("health", None), outlier),
        station("web", more.pop("work", 0.001), instances=more.pop("instances", 10), **more),
    ]
    links = [link("users", "lb"), link("lb", "web", **edge)]
    return plan(nodes, links, events=events, duration=400.0)


def told(simulation: Simulation) -> list[tuple[float, str]]:
    return [(round(each.at, 2), each.text) for each in simulation.notices if "eject" in each.text]


def ran(made: Plan, until: float = 400.0) -> tuple[Simulation, Result]:
    simulation = Simulation(made)
    simulation.advance(until)
    check(simulation.machine)
    return simulation, result_of(simulation.machine, (), 0.0)


def failing(duration: float = 1000.0, instances: int = 1, probability: float = 1.0) -> EventPlan:
    return event(
        5.005, duration, "error", nodes=("web",), instances=instances, probability=probability
    )


def test_five_failures_in_a_row_eject_for_the_base_times_the_ejections() -> None:
    """10 requests a second each: five take 0.4 s. Who is ejected at t comes back at the first sweep after
    t + 30 k: in at 5.5, out at 40; in at 40.5, out at 110; in at 110.5, out at 210; in at 210.5, out at 340.
    """
    simulation, result = ran(farm(OUTLIER, failing()))
    times = [at for at, _ in told(simulation)]
    assert times == pytest.approx([5.5, 40, 40.5, 110, 110.5, 210, 210.5, 340, 340.5], abs=0.2)
    assert told(simulation)[0][1] == "web 1 ejected for 30 s at lb"
    assert told(simulation)[2][1] == "web 1 ejected for 60 s at lb"
    extra = result["nodes"]["lb"]["extra"]
    assert (extra["ejected"], extra["false_ejections"]) == (5, 0)
    assert result["clients"]["users"]["failed"] == {"error": 25}


@pytest.mark.parametrize("consecutive", [1, 3, 12])
def test_so_many_requests_fail_before_it(consecutive: int) -> None:
    settings = OutlierPlan(consecutive=consecutive, base=1e5, longest=1e5)
    _, result = ran(farm(settings, failing()))
    assert result["clients"]["users"]["failed"] == {"error": consecutive}


def test_the_longest_time_is_a_limit() -> None:
    settings = OutlierPlan(base=20.0, longest=50.0, sweep=1.0)
    simulation, _ = ran(farm(settings, failing()))
    times = [at for at, text in told(simulation) if "no longer" not in text]
    gaps = [later - one for one, later in itertools.pairwise(times)]
    assert gaps[:2] == pytest.approx([21.0, 41.0], abs=0.7)
    assert gaps[2:] == pytest.approx([51.0] * len(gaps[2:]), abs=0.7)


def test_who_stays_well_is_forgiven() -> None:
    """A burst of failures that ends while it is out: one sweep later it counts as never ejected."""
    again = event(100.005, 1.0, "error", nodes=("web",), instances=1, probability=1.0)
    simulation, _ = ran(farm(OUTLIER, failing(10.0), again))
    texts = [text for _, text in told(simulation) if "no longer" not in text]
    assert texts == ["web 1 ejected for 30 s at lb"] * 2
    soon = event(42.005, 1.0, "error", nodes=("web",), instances=1, probability=1.0)
    simulation, _ = ran(farm(OUTLIER, failing(10.0), soon))
    texts = [text for _, text in told(simulation) if "no longer" not in text]
    assert texts == ["web 1 ejected for 30 s at lb", "web 1 ejected for 60 s at lb"]


@pytest.mark.parametrize(
    ("share", "instances", "out"),
    [(0.1, 10, 1), (0.3, 10, 3), (0.25, 10, 3), (0.01, 4, 1), (1.0, 4, 4)],
)
def test_no_more_are_ejected_once_the_share_is(share: float, instances: int, out: int) -> None:
    """Envoy compares what is out already: one always may be, and the last may pass the share."""
    settings = OutlierPlan(share=share, base=1e5, longest=1e5)
    made = farm(settings, failing(instances=instances), instances=instances)
    _, result = ran(made, 100.0)
    assert result["nodes"]["lb"]["extra"]["ejected"] == out


@pytest.mark.parametrize(
    ("reason", "counts"), [("rate_limited", False), ("queue_full", True), ("timeout", True)]
)
def test_refusals_that_blame_the_caller_do_not_count(reason: str, *, counts: bool) -> None:
    more: dict[str, Any] = {
        "rate_limited": {"gates": (RateLimit(rate=1e-3, burst=1, shared=False),)},
        "queue_full": {"work": 1e6, "queue_limit": 0},
        "timeout": {"work": 1e6, "timeout": 0.05},
    }[reason]
    _, result = ran(farm(OutlierPlan(share=1.0), **more), 30.0)
    assert result["clients"]["users"]["failed"][reason] > 10
    assert (result["nodes"]["lb"]["extra"]["ejected"] > 0) == counts


def test_an_overloaded_instance_is_ejected_without_a_fault() -> None:
    """Nothing is wrong with anybody, there is only too much work; who is left gets more of it."""
    made = farm(OutlierPlan(share=0.5), work=1.0, queue_limit=0, rate=80.0)
    _, result = ran(made, 60.0)
    extra = result["nodes"]["lb"]["extra"]
    assert extra["ejected"] == extra["false_ejections"] > 0


def test_checks_see_who_fails_requests_only_by_outliers() -> None:
    """An instance that takes connections and fails requests passes every check of layer 4."""
    health = HealthPlan(interval=1.0, failures=3, successes=2)
    _, blind = ran(farm(None, failing(), health=health), 100.0)
    _, seeing = ran(farm(OUTLIER, failing(), health=health), 100.0)
    assert blind["clients"]["users"]["failed"]["error"] > 900
    assert seeing["clients"]["users"]["failed"]["error"] == 10


@pytest.mark.parametrize("what", ["freeze", "kill"])
def test_a_backend_that_fails_is_left_out_and_tried_now_and_then(what: str) -> None:
    """nginx, max_fails 2, fail_timeout 5 s, timeout 1 s, next upstream: no failures; frozen, some slow
    requests at once and then a few about every 7 s; killed, none is slow.
    """
    settings = OutlierPlan(consecutive=2, base=5.0, longest=5.0, sweep=0.5, share=1.0)
    fault = event(10.003, 1000.0, what, nodes=("web",), instances=1)
    tries = retry(2, other_instance=True)
    made = farm(settings, fault, instances=2, rate=20.0, timeout=1.0, retry=tries)
    simulation, result = ran(made, 200.0)
    users = result["clients"]["users"]
    assert users["failed"] == {}
    slow = result["links"]["lb-web"]["failed"].get("timeout", 0)
    outs = [at for at, text in told(simulation) if "no longer" not in text]
    gaps = [later - one for one, later in itertools.pairwise(outs)]
    if what == "freeze":
        assert outs[0] == pytest.approx(10.003 + 1.0 + 0.1, abs=0.11)
        assert gaps == pytest.approx([6.6] * len(gaps), abs=0.6)
        assert slow == pytest.approx(11 * len(outs), abs=len(outs) + 2)
    else:
        assert users["latency"]["max"] < 0.01
        assert slow == 0


class Detector:
    """Envoy's detector once more, with a list of outcomes in place of a simulation."""

    def __init__(self, settings: OutlierPlan, hosts: int) -> None:
        self.settings, self.hosts = settings, hosts
        self.row = [0] * hosts
        self.since: list[float | None] = [None] * hosts
        self.times = [0] * hosts
        self.log: list[tuple[float, int, str]] = []

    def outcome(self, host: int, now: float, *, failed: bool) -> None:
        self.row[host] = self.row[host] + 1 if failed else 0
        if self.row[host] < self.settings.consecutive:
            return
        self.row[host] = 0
        out = sum(each is not None for each in self.since)
        if self.since[host] is None and out / self.hosts < self.settings.share:
            self.since[host] = now
            if self.settings.base * self.times[host] < self.settings.longest:
                self.times[host] += 1
            self.log.append((now, host, "out"))

    def sweep(self, now: float) -> None:
        for host in range(self.hosts):
            begun = self.since[host]
            if begun is None:
                self.times[host] = max(0, self.times[host] - 1)
            elif now - begun >= min(self.settings.base * self.times[host], self.settings.longest):
                self.since[host] = None
                self.row[host] = 0
                self.log.append((now, host, "back"))


def test_an_independent_detector_that_sees_the_same_outcomes_says_the_same() -> None:
    for seed in range(4):
        settings = OutlierPlan(
            consecutive=2 + seed, sweep=1.0 + seed, base=2.0, longest=5.0, share=0.2 + 0.2 * seed
        )
        made = farm(settings, failing(instances=3, probability=0.6), instances=5, rate=50.0)
        simulation = Simulation(made)
        outcomes = watched(simulation)
        simulation.advance(120.0)
        check(simulation.machine)
        twin, swept = Detector(settings, 5), settings.sweep
        for now, host, failed in outcomes:
            while swept <= now:
                twin.sweep(swept)
                swept += settings.sweep
            twin.outcome(host, now, failed=failed)
        said = [
            (each.at, int(each.text.split()[1]) - 1, "back" if "no longer" in each.text else "out")
            for each in simulation.notices
            if "eject" in each.text
        ]
        assert len(said) > 10
        found, expected = sorted(said), sorted(twin.log[: len(said)])
        assert [each[1:] for each in found] == [each[1:] for each in expected]
        times = [each[0] for each in expected]
        assert [each[0] for each in found] == pytest.approx(times, abs=0.0041)


def watched(simulation: Simulation) -> list[tuple[float, int, bool]]:
    """Every outcome at an instance, as the link's own counts tell it, noted as it happens."""
    found: list[tuple[float, int, bool]] = []
    pools = simulation.machine.nodes["web"].node.pools
    before = [(0, 0)] * len(pools)

    def look(now: float) -> None:
        for place, pool in enumerate(pools):
            done, failed = int(pool.completed), int(pool.failed)
            if (done, failed) != before[place]:
                found.append((now, place, failed > before[place][1]))
                before[place] = (done, failed)

    def run() -> Any:
        clock = simulation.machine.clock
        while True:
            yield clock.timeout(0.004)
            look(float(clock.now))

    simulation.machine.clock.process(run())
    return found


def test_edits_while_it_runs() -> None:
    simulation = Simulation(farm(OutlierPlan(base=1e5, longest=1e5), failing()))
    simulation.advance(50.0)
    endpoints = simulation.machine.nodes["lb"].endpoints
    assert [each.healthy for each in endpoints] == [False] + [True] * 9
    simulation.follow(farm(None, failing()))
    assert all(each.healthy for each in endpoints)
    simulation.advance(60.0)
    simulation.follow(farm(OutlierPlan(consecutive=50), failing()))
    simulation.advance(64.0)
    assert all(each.healthy for each in endpoints)
    simulation.follow(farm(OutlierPlan(consecutive=1), failing()))
    simulation.advance(64.2)
    assert not endpoints[0].healthy
    simulation.machine.scale("web", 3)
    simulation.advance(70.0)
    simulation.machine.scale("web", 6)
    simulation.advance(200.0)
    check(simulation.machine)
    assert len(simulation.machine.nodes["lb"].endpoints) == 6
