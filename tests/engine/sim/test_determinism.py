"""Same plan, same seed: the same result to the last bit, compiled or not, in any process."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

from engine.control.simulation import Simulation
from engine.plan.primitives import EventPlan, KeyPlan, LawPlan, Plan
from engine.sim.compiled import VARIABLE
from engine.sim.report import result_of
from tests.helpers.plans import (
    cache,
    client,
    event,
    link,
    plan,
    queue,
    request_class,
    retry,
    router,
    station,
)
from tests.helpers.random_plans import random_plan

ROOT = Path(__file__).resolve().parents[3]
SEEDS = range(40)
SCRIPT = """
from engine.sim.compiled import lane_mode
from tests.engine.sim.test_determinism import hashes
print(lane_mode())
print(*hashes(), sep="\\n")
"""


def rich_plan(seed: int = 1) -> Plan:
    """Every law, discipline and mechanism on one canvas."""
    classes = (
        request_class("read", keys=KeyPlan(count=500, alpha=0.9)),
        request_class("write", write=True, priority=1, deadline=0.5),
    )
    both: tuple[bool, ...] = (True, True)

    def law(name: str, **fields: float) -> list[LawPlan]:
        return [LawPlan(law=name, mean=0.01, **fields)] * 2  # type: ignore[arg-type]

    nodes = [
        client(rate=80.0, mix=(0.8, 0.2), process="mmpp", burst_mean=2.0, calm_mean=5.0),
        router("lb", "power_of_two"),
        station("web", law("lognormal", cv2=2.0), instances=3, workers=2, hold=True),
        cache("cache", 100, ttl=3.0, single_flight=True),
        station("db", law("gamma", cv2=0.5), workers=3, discipline="priority"),
        station("search", law("hyperexponential", cv2=5.0), discipline="ps", workers=2),
        queue("queue", visibility=0.2),
        station("workers", law("pareto", alpha=2.5), pulls=True, instances=2),
    ]
    links = [
        link("users", "lb", classes=both, delay=0.001, timeout=0.4, retry=retry(3, base=0.05)),
        link("lb", "web", classes=both, jitter=0.0005, loss=0.01),
        link("web", "cache", classes=both),
        link("cache", "db", classes=both, delay=LawPlan(law="uniform", mean=0.001, high=0.002)),
        link("web", "search", classes=both, order=1, probability=0.3, times=2),
        link("web", "queue", classes=(False, True), order=2, waits=False),
        link("queue", "workers", classes=both),
    ]
    nodes[3] = type(nodes[3])(id="cache", station=station("x", [0.0, 0.0], workers=None).station, store=nodes[3].store)  # fmt: skip
    happenings: tuple[EventPlan, ...] = (
        event(5.0, 3.0, "slow", nodes=("db",), factor=5.0),
        event(10.0, 2.0, "kill", nodes=("web",), instances=1),
        event(14.0, 2.0, "error", nodes=("search",), probability=0.5),
    )
    return plan(
        nodes, links, classes=classes, events=happenings, seed=seed, duration=20.0, warmup=2.0
    )


def run(design: Plan, step: float) -> str:
    """Hash of a run, advanced so far at a time."""
    simulation = Simulation(design)
    while simulation.now < design.duration:
        simulation.advance(min(design.duration, simulation.now + step))
    return str(result_of(simulation.machine, (), 0.0)["hash"])


def hashes() -> list[str]:
    """Hashes of the rich plan and of some arbitrary ones."""
    return [run(rich_plan(), 1e9), *(run(random_plan(seed), 1e9) for seed in SEEDS)]


@functools.cache
def known() -> list[str]:
    """The same, computed once in this process: what all others are compared with."""
    return hashes()


def in_another_process(**environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_twice_in_a_process() -> None:
    assert hashes() == known()


def test_in_pieces() -> None:
    whole = run(rich_plan(), 1e9)
    assert run(rich_plan(), 0.0371) == whole
    assert run(rich_plan(seed=2), 0.5) != whole


def test_interpreted_in_another_process() -> None:
    """Where the lane is compiled here, this compares the compiled with the interpreted one."""
    mode, *found = in_another_process(**{VARIABLE: "interpreted", "PYTHONHASHSEED": "12345"})
    assert mode == "interpreted"
    assert found == known()


def test_as_it_comes_in_another_process() -> None:
    _, *found = in_another_process(PYTHONHASHSEED="1")
    assert found == known()
