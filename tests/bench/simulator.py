"""The simulator through its command line, against idiomatic SimPy on the same machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import simpy

from tests.bench.designs import (
    Raw,
    features,
    looked_up,
    one_queue,
    overloaded,
    protected,
    replicated,
    single_station,
    spread,
    three_tiers,
)
from tests.bench.row import Row

ROOT = Path(__file__).resolve().parents[2]
SIMULATE = """
import resource, sys
from app.__main__ import main
code = main()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""

WATCH = """
import json, resource, sys, time
from pathlib import Path
from engine.model.files import load
from engine.run.session import Session
session = Session(load(Path(sys.argv[2])))
end = session.design.scenario.duration
begin = time.perf_counter()
for place in range(300):
    session.advance(end * (place + 1) / 300)
    session.snapshot()
wall = time.perf_counter() - begin
print(json.dumps({"requests": session.requests, "wall_seconds": wall}))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""
"""Looks at the run 300 times, as the window does."""

ALONE = (
    WATCH.replace("300", "1")
    .replace("    session.snapshot()\n", "")
    .replace("perf_counter", "process_time")
)
"""Runs without a look, and takes processor time for time."""

TRACED = ALONE.replace(
    "from engine.run", "from engine.model.trace_settings import TraceSettings\nfrom engine.run"
).replace("(Path(sys.argv[2])))", "(Path(sys.argv[2])), traces=TraceSettings())")
"""Records every request, call by call."""


def simulate(
    raw: Raw, folder: Path, script: str = SIMULATE, **environment: str
) -> tuple[dict[str, Any], float]:
    """Run a design in a process of its own; returns its result and its peak memory (MB)."""
    path = folder / "bench.windtunnel"
    path.write_text(json.dumps(raw), encoding="utf-8")
    command = [sys.executable, "-c", script, "simulate", str(path), "--json", "-", "--quiet"]
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


def median_of(times: int, measure: Callable[[], float]) -> float:
    """The median of some measurements."""
    return median(measure() for _ in range(times))


def medians_in_turn(
    times: int, first: Callable[[], float], second: Callable[[], float]
) -> tuple[float, float]:
    """The medians of two measurements that take turns: a machine that slows down does so for both."""
    pairs = [(first(), second()) for _ in range(times)]
    return median(one for one, _ in pairs), median(other for _, other in pairs)


def scaling(folder: Path) -> Iterator[Row]:
    """What a request costs where there are more nodes, or more requests."""

    def cost(raw: Raw) -> float:
        """Wall time of a request (µs)."""
        return 1e3 / median_of(5, lambda: speed(simulate(raw, folder)[0]))

    few = cost(spread(10, 1_000_000))
    for count in (100, 1000):
        many = cost(spread(count, 1_000_000))
        yield Row(f"a request among {count:,} nodes", many, "µs", 1.5 * few, "less", few, "10 nodes")  # fmt: skip
    short, long = cost(three_tiers(300_000)), cost(three_tiers(3_000_000))
    yield Row("a request of three million", long, "µs", 1.2 * short, "less", short, "300 thousand")


def priced(folder: Path) -> Iterator[Row]:
    """What features cost those who use them."""
    found = features(300_000)
    bare = median_of(5, lambda: speed(simulate(found["bare"], folder)[0]))
    timed = median_of(5, lambda: speed(simulate(found["timeouts"], folder)[0]))
    yield Row(
        "three tiers, bare", bare, "k req/s", 0.9 * timed, "more", timed, "those with timeouts"
    )
    for name, share in (("timeouts", 0.8), ("retries", 0.95), ("cache", 0.5)):
        value = median_of(5, lambda name=name: speed(simulate(found[name], folder)[0]))
        yield Row(f"… with {name}", value, "k req/s", share * bare, "more", bare, "bare")
    guarded = median_of(5, lambda: speed(simulate(protected(300_000), folder)[0]))
    yield Row("… with breaker, budget and rate limit everywhere", guarded, "k req/s", 0.7 * bare, "more", bare, "bare")  # fmt: skip
    alone, traced = medians_in_turn(
        7,
        lambda: speed(simulate(three_tiers(300_000), folder, ALONE)[0]),
        lambda: speed(simulate(three_tiers(300_000), folder, TRACED)[0]),
    )
    yield Row("… traced, processor time", traced, "k req/s", alone / 1.15, "more", alone, "untraced")  # fmt: skip
    # A look costs half a millisecond however long the run is; the window takes far fewer a second.
    long = features(3_000_000)["bare"]
    watched = median_of(5, lambda: speed(simulate(long, folder, WATCH)[0]))
    yield Row("… watched", watched, "k req/s", 0.8 * bare, "more", bare, "bare")


def cached(folder: Path) -> Iterator[Row]:
    """Requests that a cache answers, mostly, however it evicts."""
    one = median_of(5, lambda: speed(simulate(looked_up(1_000_000), folder)[0]))
    yield Row("look-ups in a cache", one, "k req/s", 500, "more")
    for name in ("sampled_lru", "w_tinylfu", "s3_fifo"):
        raw = looked_up(1_000_000, eviction=name)
        value = median_of(5, lambda raw=raw: speed(simulate(raw, folder)[0]))
        yield Row(f"… by {name}", value, "k req/s", 0.7 * one, "more", one, "LRU")
    ring = looked_up(1_000_000, instances=10, capacity=500)
    value = median_of(5, lambda: speed(simulate(ring, folder)[0]))
    yield Row("… in a ring of ten instances", value, "k req/s", 0.7 * one, "more", one, "LRU")


def quorums(folder: Path) -> Iterator[Row]:
    """Writes that two of three replicas have to take, and what a million keys take."""
    value = median_of(5, lambda: speed(simulate(replicated(1_000_000), folder, ALONE)[0]))
    yield Row("quorum writes, 2 of 3 replicas, processor time", value, "k req/s", 150, "more")
    led = replicated(1_000_000, mode="single_leader")
    through = median_of(5, lambda: speed(simulate(led, folder, ALONE)[0]))
    yield Row("… through the leader of a partition", through, "k req/s", 0.5 * value, "more", value, "leaderless")  # fmt: skip
    _, many = simulate(replicated(4_000_000, keys=1_000_000), folder, ALONE)
    _, few = simulate(replicated(1_000_000), folder, ALONE)
    yield Row("memory, a million keys on 3 replicas", many, "MB", 1000, "less", few, "10 thousand")


def soak(folder: Path) -> Row:
    """Memory of a day that somebody watches, against that of an hour."""
    rate = 50.0
    _, hour = simulate(three_tiers(round(3600 * rate), rate), folder, WATCH)
    _, day = simulate(three_tiers(round(24 * 3600 * rate), rate), folder, WATCH)
    return Row("memory, a day simulated", day, "MB", 1.1 * hour, "less", hour, "an hour")


def measure(folder: Path) -> Iterator[Row]:
    """Everything about the simulator."""
    reference = median_of(5, lambda: process_per_request(100_000))
    bare = median_of(5, lambda: speed(simulate(single_station(1_000_000), folder)[0]))
    yield Row("one M/M/4 station, compiled", bare, "k req/s", 6 * reference, "more", reference, "SimPy, a process a request")  # fmt: skip
    queue = median_of(5, lambda: speed(simulate(one_queue(1_000_000), folder)[0]))
    yield Row("one M/M/1 station, compiled", queue, "k req/s", 16 * reference, "more", reference, "SimPy")  # fmt: skip
    compiled, full = medians_in_turn(
        7,
        lambda: speed(simulate(three_tiers(1_000_000), folder)[0]),
        lambda: speed(simulate(overloaded(1_000_000), folder)[0]),
    )
    yield Row("three tiers, compiled", compiled, "k req/s", 5 * reference, "more", reference, "SimPy")  # fmt: skip
    yield Row("… at 117 % of what they can", full, "k req/s", 0.8 * compiled, "more", compiled, "calm")  # fmt: skip
    source = {"WINDTUNNEL_LANE": "interpreted"}
    interpreted = median_of(5, lambda: speed(simulate(three_tiers(150_000), folder, **source)[0]))
    yield Row("three tiers, interpreted", interpreted, "k req/s", compiled / 25, "more", compiled, "compiled")  # fmt: skip
    _, small = simulate(three_tiers(1_000_000), folder)
    _, large = simulate(three_tiers(10_000_000), folder)
    yield Row("memory, ten million requests", large, "MB", 300, "less", small, "one million")
    yield soak(folder)
    yield from scaling(folder)
    yield from priced(folder)
    yield from cached(folder)
    yield from quorums(folder)
