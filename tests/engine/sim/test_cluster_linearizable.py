"""Whether the histories of a cluster could be those of one single register (Wing and Gong 1993)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.catalog.lowering import lower
from engine.control.simulation import Simulation
from engine.sim.lane.replicas.watch import Asked, Watch
from engine.sim.primitives.cluster import cluster_of
from tests.helpers.builders import Raw, client, design, exponential, link, node

KEY = 0


def is_linearizable(history: list[Asked]) -> bool:
    """Whether there is an order of all that was answered that a register would answer in the same way.

    Each takes effect at some moment between its beginning and its end. A write that failed may have taken effect at any
    time after its beginning, or never; one that nobody has read is left out.
    """
    read = {each.version for each in history if not each.writes}
    asked = sorted(
        (each for each in history if each.ended < math.inf or each.version in read),
        key=lambda each: each.begun,
    )
    seen: set[tuple[frozenset[int], int]] = set()
    stack: list[tuple[frozenset[int], int, int]] = [(frozenset(), 0, 0)]
    while stack:
        done, first, value = stack.pop()
        while first < len(asked) and first in done:
            done -= {first}
            first += 1
        if all(
            math.isinf(each.ended) for i, each in enumerate(asked[first:], first) if i not in done
        ):
            return True
        left = [i for i in range(first, len(asked)) if i not in done]
        end = min(asked[i].ended for i in left)
        for i in left:
            each = asked[i]
            if each.begun > end:
                break
            if not each.writes and each.version != value:
                continue
            after = each.version if each.writes else value
            state = (done | {i, *range(-first, 0)}, after)
            if state not in seen:
                seen.add(state)
                stack.append((done | {i}, first, after))
    return False


def asked(begun: float, ended: float, version: int, *, writes: bool = False) -> Asked:
    return Asked(begun, ended, version, writes=writes)


def test_the_checker_knows_what_a_register_does() -> None:
    write = asked(0.0, 1.0, 1, writes=True)
    assert is_linearizable([write, asked(0.5, 0.6, 0), asked(0.7, 0.8, 1), asked(2.0, 3.0, 1)])
    assert not is_linearizable([write, asked(2.0, 3.0, 0)])  # stale
    assert not is_linearizable([write, asked(0.5, 0.6, 1), asked(0.7, 0.8, 0)])  # new, then old
    failed = asked(0.0, math.inf, 1, writes=True)
    assert is_linearizable([failed, asked(1.0, 2.0, 0), asked(3.0, 4.0, 1)])
    assert not is_linearizable([failed, asked(1.0, 2.0, 1), asked(3.0, 4.0, 0)])


def faults(seed: int) -> list[Raw]:
    """Cuts and deaths of single instances, at random times for random times, one after the other and at once."""
    rng = np.random.default_rng(seed)
    found: list[Raw] = []
    for change in ("split", "kill", "kill"):
        at = 1.0
        while at < 40.0:
            event: Raw = {"at": round(at, 3), "target": "kv", "change": change, "instances": 1}
            lasts = round(float(rng.uniform(0.2, 4.0)), 3)
            found.append(event | {"duration": lasts})
            at += lasts + float(rng.uniform(0.2, 6.0))
    return found


def history(seed: int, **cluster: Any) -> list[Asked]:
    """What was asked of one key, and answered, while things fail."""
    law = {"law": "uniform", "count": 3}
    made = design(
        [
            client("users", 60.0, mix={"get": 0.6, "put": 0.4}),
            node("kv", "key_value_cluster", lag=exponential(0.01), **cluster),
        ],
        [link("users", "kv", picker="random")],
        classes=[
            {"name": "get", "operation": "read", "keys": law},
            {"name": "put", "operation": "write", "keys": law},
        ],
        duration=45,
        warmup=0,
        seed=seed,
        events=faults(seed),
    )
    simulation = Simulation(lower(made))
    role = cluster_of(simulation.machine.nodes["kv"])
    assert role is not None
    role.watch = Watch(KEY, 100_000)
    simulation.advance(45.0)
    return role.watch.asked


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_histories_of_a_consistent_cluster_are_those_of_one_register(seed: int) -> None:
    found = history(seed, consistency="cp")
    assert len(found) > 500
    assert is_linearizable(found)


def test_an_available_cluster_is_found_not_to_be_one_register() -> None:
    assert not all(is_linearizable(history(seed, consistency="ap")) for seed in (1, 2))


def test_a_cluster_of_small_quorums_is_found_not_to_be_one_register() -> None:
    assert not is_linearizable(history(1, consistency="cp", read_quorum=1, write_quorum=1))
