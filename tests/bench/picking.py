"""What it costs to pick an instance by a hash, without the draw of the key, above picking each in turn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np

from engine.control.simulation import Simulation
from engine.model.balancing import Hash
from engine.sim.lane.call import Call
from engine.sim.lane.roles.router import Router
from engine.sim.lane.seams import Picker
from tests.bench.row import Row
from tests.helpers.plans import client, link, plan, router, station

INSTANCES = 10
KEYS = 10_000
MOST = 60.0
"""Nanoseconds a call above round robin."""
ROUNDS = 15


def picker(name: str, hashed: Hash | None = None) -> tuple[Picker, Simulation]:
    """What a balancer of ten instances picks by, and what keeps it alive."""
    nodes = [client(), router("lb", name, hash=hashed), station("web", instances=INSTANCES)]
    simulation = Simulation(plan(nodes, [link("users", "lb"), link("lb", "web")]))
    role = simulation.machine.nodes["lb"].role(Router)
    assert role is not None
    return role.pickers[0], simulation


def calls(simulation: Simulation) -> list[Call]:
    """Calls with keys that are drawn already."""
    node = simulation.machine.nodes["lb"].node
    keys = np.random.default_rng(1).integers(KEYS, size=100_000).tolist()
    return [Call(node, node.pools[0], None, 0, key) for key in keys]


def nanoseconds(chosen: Picker, made: list[Call]) -> float:
    """Time of a pick."""
    pick = chosen.pick
    begin = time.thread_time_ns()
    for call in made:
        pick(call)
    return (time.thread_time_ns() - begin) / len(made)


def measure(_folder: Path) -> Iterator[Row]:
    """Each map against round robin, one after the other, so that both see the same machine."""
    turns, kept = picker("round_robin")
    made = calls(kept)
    for name in ("mod", "ring", "slots", "range"):
        hashed, _ = picker("hash", Hash(map=name))
        pairs = [(nanoseconds(hashed, made), nanoseconds(turns, made)) for _ in range(ROUNDS)]
        turn = median(other for _, other in pairs)
        value = turn + median(one - other for one, other in pairs)
        yield Row(f"picking by hash, {name}", value, "ns", turn + MOST, "less", turn, "round robin")
