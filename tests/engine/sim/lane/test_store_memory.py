"""What a million keys take, measured from outside: by how much the process grows at most."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from engine.sim.compiled import lane_mode
from engine.sim.lane.stores.store import UNBOUNDED

resource = pytest.importorskip("resource", reason="no account of a process's memory")

SCALE = 1 if lane_mode() == "compiled" else 10
"""The sources take as much memory and a minute a million keys: there it is a tenth of both."""
LIMIT = 200e6 / SCALE
"""Bytes."""
PROGRAM = """
import resource, sys
from engine.sim.lane.draws import Streams
from engine.sim.lane.stores.lfu import LfuStore
from engine.sim.lane.stores.ordered import OrderedStore
from engine.sim.lane.stores.random_choice import RandomStore
from engine.sim.lane.stores.refusing import RefusingStore
from engine.sim.lane.stores.s3_fifo import S3FifoStore
from engine.sim.lane.stores.tiny_lfu import TinyLfuStore

SIMPLE = {"lfu": LfuStore, "w_tinylfu": TinyLfuStore, "s3_fifo": S3FifoStore, "none": RefusingStore}

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

name, (capacity, keys, unbounded) = sys.argv[1], map(int, sys.argv[2:])
if name == "random":
    draws = Streams(1).uniform("store", "evict")
    draws.draw()
    store = RandomStore(capacity, 0.0, unbounded, draws)
elif name == "sampled_lru":
    draws = Streams(1).uniform("store", "evict")
    draws.draw()
    store = RandomStore(capacity, 0.0, unbounded, draws, 5)
elif name in SIMPLE:
    store = SIMPLE[name](capacity, 0.0, unbounded)
else:
    store = OrderedStore(capacity, 0.0, unbounded, use_renews=name == "lru")
before = peak()
find, put = store.find, store.put
for key in range(keys):
    if find(key, 0.0) < 0:
        put(key, 0.0, 1.0, 1000, 0)
assert store.count() == min(capacity, keys)
print(peak() - before)
"""


EVERY = pytest.mark.parametrize(
    "name", ["lru", "fifo", "random", "lfu", "sampled_lru", "w_tinylfu", "s3_fifo", "none"]
)


def growth(name: str, capacity: int, keys: int) -> float:
    """Bytes by which a process grows that asks for so many keys and stores them."""
    command = [sys.executable, "-c", PROGRAM, name, str(capacity), str(keys), str(UNBOUNDED)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    return float(done.stdout) * (1.0 if sys.platform == "darwin" else 1024.0)


@EVERY
def test_a_million_entries_take_two_hundred_megabytes_at_most(name: str) -> None:
    """Two million keys are asked for: what is evicted must not be remembered beyond that either."""
    assert growth(name, 1_000_000 // SCALE, 2_000_000 // SCALE) <= LIMIT


@EVERY
def test_a_million_keys_leave_nothing_in_a_small_store(name: str) -> None:
    assert growth(name, 10_000 // SCALE, 1_000_000 // SCALE) <= 10e6
