"""Speed beside the peers: the same workload, medians of five seeds each, in one run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.peers import environment
from tests.bench.peers.ours import DESIGNS
from tests.bench.row import Row
from tests.bench.simulator import simulate, speed

SEEDS = [1, 2, 3, 4, 5]
RACES = [
    ("two servers, 75 000 requests", "asyncflow-two-busy", "AsyncFlow 0.1.1", 50.0),
    ("three-node network", "ciw-cafe", "Ciw 3.2.7", 10.0),
    ("M/M/4", "happysim-station", "happysim 0.2.5", 10.0),
]
"""What, its name on both sides, the peer, and how many times as fast is promised."""


def measure(folder: Path) -> Iterator[Row]:
    """A row a peer; none where they cannot run, with the reason on standard error."""
    try:
        python = environment.make()
    except environment.NoPeersError as error:
        sys.stderr.write(f"No comparison with other simulators: {error}\n")
        return
    for title, workload, peer, times in RACES:
        found = environment.run(python, workload, SEEDS)
        theirs = median(each["requests"] / each["wall"] / 1e3 for each in found)
        ours = median(speed(simulate(_seeded(workload, seed), folder)[0]) for seed in SEEDS)
        yield Row(f"{title}, beside {peer}", ours, "k req/s", times * theirs, "more", theirs, peer)


def _seeded(workload: str, seed: int) -> dict[str, object]:
    """The design of a workload with another seed."""
    raw = DESIGNS[workload]()
    raw["scenario"]["seed"] = seed
    return raw
