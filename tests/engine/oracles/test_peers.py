"""Published simulators as oracles: the same workloads, means of several seeds, intervals that agree.

They run where their environment exists: `python -m tests.bench.peers` (or `make bench`) makes it.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from engine.model.files import loads
from engine.run.session import Session
from engine.stats.intervals import mean_interval
from tests.bench.peers import environment
from tests.bench.peers.ours import DESIGNS

SEEDS = [1, 2, 3, 4, 5]
LEVEL = 0.99
HISTOGRAM = 0.01
"""Relative error of our percentiles."""


@pytest.fixture(scope="module")
def python() -> Path:
    found = environment.existing()
    if found is None:
        pytest.skip("the peers are not installed; `python -m tests.bench.peers` does that")
    return found


def ours(workload: str, seed: int) -> dict[str, float]:
    """Our figures of a workload, by the names of the peers'."""
    raw = DESIGNS[workload]()
    raw["scenario"]["seed"] = seed
    session = Session(loads(json.dumps(raw)))
    session.advance(raw["scenario"]["duration"])
    result: dict[str, Any] = session.result()
    clients = [each for each in result["clients"].values() if each["succeeded"]]
    total = sum(each["succeeded"] for each in clients)
    mean = sum(each["latency"]["mean"] * each["succeeded"] for each in clients) / total
    found = {"requests": float(result["requests"]), "mean": mean}
    if len(clients) == 1:
        found |= {name: clients[0]["latency"][name] for name in ("p50", "p95", "p99")}
    for name, node in result["nodes"].items():
        found[f"wait_{name}"] = node["wait"]["mean"]
    assert not any(sum(each["failed"].values()) for each in clients)
    return found


def agree(name: str, mine: list[float], theirs: list[float]) -> None:
    """The difference of the two means lies in its interval."""
    a, b = mean_interval(mine, LEVEL), mean_interval(theirs, LEVEL)
    room = math.hypot(a.half_width, b.half_width)
    if name.startswith("p"):
        room += HISTOGRAM * b.mean
    assert abs(a.mean - b.mean) <= room, f"{name}: {mine} against {theirs}"
    # An interval that says nothing agrees with everything.
    assert room < 0.2 * abs(b.mean), f"{name}: needs more seeds, {room:g} of {b.mean:g}"


# Some minutes in all: AsyncFlow simulates a few thousand requests a second.
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "workload",
    [
        "asyncflow-single",
        "asyncflow-heavy",
        "asyncflow-two",
        "asyncflow-two-failing",
        "ciw-cafe",
        "happysim-station",
    ],
)
def test_the_same_workload_gives_the_same_figures(python: Path, workload: str) -> None:
    theirs = environment.run(python, workload, SEEDS)
    mine = [ours(workload, seed + 100) for seed in SEEDS]
    names = set(theirs[0]) & set(mine[0])
    assert {"mean", "requests"} <= names
    for name in sorted(names):
        agree(name, [each[name] for each in mine], [float(each[name]) for each in theirs])
