"""The simulator through its command line, against idiomatic SimPy on the same machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import simpy

from tests.bench.designs import Raw, single_station, three_tiers
from tests.bench.row import Row

ROOT = Path(__file__).resolve().parents[2]
SIMULATE = """
import resource, sys
from app.__main__ import main
code = main()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def simulate(raw: Raw, folder: Path, **environment: str) -> tuple[dict[str, Any], float]:
    """Run a design in a process of its own; returns its result and its peak memory (MB)."""
    path = folder / "bench.windtunnel"
    path.write_text(json.dumps(raw), encoding="utf-8")
    command = [sys.executable, "-c", SIMULATE, "simulate", str(path), "--json", "-", "--quiet"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return json.loads(done.stdout), float(done.stderr.split()[-1]) / unit


def speed(result: dict[str, Any]) -> float:
    """Thousands of requests a wall second."""
    return float(result["requests"] / result["wall_seconds"] / 1e3)


def process_per_request(requests: int) -> float:
    """M/M/4 as the SimPy guide writes it, with its latencies in a list; thousands a wall second."""
    draws = np.random.default_rng(1)
    environment = simpy.Environment()
    station = simpy.Resource(environment, capacity=4)
    latencies: list[float] = []

    def request() -> Iterator[simpy.Event]:
        start = environment.now
        with station.request() as worker:
            yield worker
            yield environment.timeout(draws.exponential(0.01))
        latencies.append(environment.now - start)

    def source() -> Iterator[simpy.Event]:
        for _ in range(requests):
            yield environment.timeout(draws.exponential(1 / 300))
            environment.process(request())

    environment.process(source())
    begin = time.perf_counter()
    environment.run()
    wall = time.perf_counter() - begin
    np.percentile(latencies, [50, 95, 99])
    return len(latencies) / wall / 1e3


def best_of(times: int, measure: Callable[[], float]) -> float:
    """The best of some measurements: other programs can only make it slower."""
    return max(measure() for _ in range(times))


def measure(folder: Path) -> Iterator[Row]:
    """Everything about the simulator."""
    reference = best_of(2, lambda: process_per_request(100_000))
    bare = best_of(2, lambda: speed(simulate(single_station(1_000_000), folder)[0]))
    yield Row("one M/M/4 station, compiled", bare, "k req/s", 3 * reference, "more", reference, "SimPy, a process a request")  # fmt: skip
    compiled = best_of(2, lambda: speed(simulate(three_tiers(1_000_000), folder)[0]))
    yield Row("three tiers, compiled", compiled, "k req/s", 250, "more")
    source = {"WINDTUNNEL_LANE": "interpreted"}
    interpreted = best_of(2, lambda: speed(simulate(three_tiers(150_000), folder, **source)[0]))
    yield Row("three tiers, interpreted", interpreted, "k req/s", 25, "more", compiled, "compiled")
    _, small = simulate(three_tiers(1_000_000), folder)
    _, large = simulate(three_tiers(10_000_000), folder)
    yield Row("memory, ten million requests", large, "MB", 300, "less", small, "one million")
