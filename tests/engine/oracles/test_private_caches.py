"""Caches of users: each hits as one of its own would, and nobody finds what another one fetched."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import KeyPlan, Plan
from engine.sim.invariants import check
from engine.sim.lane.roles.store import StoreRole
from tests.helpers.plans import cache, client, link, plan, request_class, simulate, station

KEYS = KeyPlan(count=1000, alpha=0.9)


def browsers(users: int, rate: float, duration: float, **store: Any) -> Plan:
    """Users with a cache each before one server."""
    fields: dict[str, Any] = {"single_flight": False, "scope": "user"}
    nodes = [
        client(rate=rate, known_users=users),
        cache("browser", **({"capacity": None} | fields | store)),
        station("web", 0.0, workers=None),
    ]
    return plan(
        nodes,
        [link("users", "browser"), link("browser", "web")],
        classes=(request_class(keys=KEYS),),
        duration=duration,
    )


def hits(made: Plan) -> float:
    return float(simulate(made)["nodes"]["browser"]["extra"]["hit_ratio"])


def lru_alone(capacity: int, requests: int, seed: int) -> float:
    """One user with an LRU of its own, from empty, by itself."""
    draws = np.random.default_rng(seed)
    weights = np.arange(1, KEYS.count + 1) ** -KEYS.alpha
    asked = draws.choice(KEYS.count, size=requests, p=weights / weights.sum())
    held: OrderedDict[int, None] = OrderedDict()
    found = 0
    for key in asked:
        if key in held:
            found += 1
            held.move_to_end(key)
            continue
        held[key] = None
        if len(held) > capacity:
            held.popitem(last=False)
    return found / requests


@pytest.mark.parametrize(("capacity", "wanted"), [(100, 0.4755), (30, None)])
def test_each_user_hits_as_che_says_of_one(capacity: int, wanted: float | None) -> None:
    """O21: LRU of 100 of 1000 keys hits 47.55 %; ten users with 100 each do so as well."""
    made = browsers(10, 4000.0, 60.0, capacity=capacity)
    alone = np.mean([lru_alone(capacity, 24_000, seed) for seed in range(10)])
    assert hits(made) == pytest.approx(alone, rel=0.015)
    if wanted is not None:
        assert hits(made) == pytest.approx(wanted, rel=0.03)


@pytest.mark.parametrize(("users", "rate", "ttl"), [(50, 500.0, 20.0), (20, 900.0, 5.0)])
def test_an_entry_holds_for_its_time_in_each(users: int, rate: float, ttl: float) -> None:
    """O21: a key asked for at λ a second by a user hits λT/(1 + λT) of the time."""
    weights = np.arange(1, KEYS.count + 1) ** -KEYS.alpha
    each = rate / users * weights / weights.sum()
    wanted = float(np.sum(each * each * ttl / (1.0 + each * ttl)) / np.sum(each))
    made = browsers(users, rate, 30.0 * ttl, ttl=ttl)
    assert hits(made) == pytest.approx(wanted, rel=0.05)


def test_what_one_has_fetched_no_other_has() -> None:
    """One key, asked for once in a while by a thousand users: each fetches it once."""
    made = browsers(1000, 100.0, 100.0)
    one_key = request_class(keys=KeyPlan(count=1, alpha=0.0))
    found = simulate(replace(made, classes=(one_key,)))
    extra = found["nodes"]["browser"]["extra"]
    assert extra["misses"] == extra["entries"]
    assert extra["entries"] == pytest.approx(1000 * (1.0 - math.exp(-10.0)), rel=0.001)


@pytest.mark.parametrize("eviction", ["lru", "fifo"])
def test_nobody_evicts_anothers(eviction: str) -> None:
    """A heavy user fills its own room: that of the others keeps what they have."""
    simulation = Simulation(browsers(40, 400.0, 60.0, capacity=7, eviction=eviction))
    simulation.advance(60.0)
    store = simulation.machine.nodes["browser"].role(StoreRole).store
    held: dict[int, int] = {}
    for key, _ in store.contents():
        held[key % (1 << 20)] = held.get(key % (1 << 20), 0) + 1
    assert len(held) == 40
    assert max(held.values()) == min(held.values()) == 7


def test_room_in_bytes_is_each_ones_own() -> None:
    made = browsers(8, 400.0, 30.0, capacity_bytes=50_000.0)
    simulation = Simulation(made)
    simulation.advance(30.0)
    store = simulation.machine.nodes["browser"].role(StoreRole).store
    assert store.bytes == 8 * 50_000


def test_switched_to_and_fro_while_it_runs() -> None:
    """Fetches are under way, others wait for them; whoever waits is answered."""
    slow: dict[str, Any] = {"single_flight": True, "capacity": 50}
    plans = [browsers(20, 200.0, 60.0, scope=scope, **slow) for scope in ("user", "shared")]
    simulation = Simulation(plans[0])
    for step in range(12):
        simulation.follow(plans[step % 2])
        simulation.advance(simulation.now + 1.7)
        check(simulation.machine)
