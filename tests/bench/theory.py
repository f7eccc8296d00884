"""Predictions by queueing theory, which the app makes anew on every edit."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from engine.catalog import lower
from engine.model.files import loads
from engine.plan.primitives import Plan
from engine.plan.theory import predict
from tests.bench.designs import grid
from tests.bench.row import Row

NODES = 100


def plan_of(count: int) -> Plan:
    """A design of so many nodes and half as many links more."""
    return lower(loads(json.dumps(grid(count, count * 3 // 2)), "bench"))


def milliseconds(plan: Plan) -> float:
    """The best of some predictions: other programs can only make it slower."""
    best = float("inf")
    for _ in range(15):
        begin = time.perf_counter()
        predict(plan)
        best = min(best, time.perf_counter() - begin)
    return best * 1e3


def measure(_folder: Path) -> Iterator[Row]:
    """The time of one edit."""
    plan, more = plan_of(NODES), plan_of(4 * NODES)
    one = milliseconds(plan)
    yield Row("theory, 100 nodes", one, "ms", 20, "less")
    yield Row("theory, 400 nodes", milliseconds(more), "ms", 4 * 20, "less", one, "100 nodes")
