"""O23 and O27: maps from keys to instances, and shuffle shards, against formulas and small simulations of their own."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from dataclasses import replace
from statistics import mean
from typing import Any

import numpy as np
import pytest

from engine.control.simulation import Simulation
from engine.model.balancing import Hash, Shuffle
from engine.plan.primitives import HealthPlan, KeyPlan, Plan
from engine.sim.invariants import check
from engine.sim.key_maps import key_map
from engine.sim.lane.call import Endpoint
from engine.sim.lane.draws import generator
from engine.sim.lane.mixing import SPACE, mixed
from engine.sim.lane.roles.router import Router
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    client,
    constant,
    event,
    link,
    plan,
    request_class,
    router,
    simulate,
    station,
    store,
)


def hashed(
    instances: int = 10, keys: KeyPlan | None = None, duration: float = 50.0, **hashing: Any
) -> Plan:
    """Keys on their way to instances that answer at once."""
    health = hashing.pop("health", None)
    balancer = router("lb", "hash", health, hash=Hash(**hashing))
    kind = request_class(keys=keys or KeyPlan(count=100_000, alpha=0.0))
    nodes = [client(rate=1000.0), balancer, station("web", 0.0, instances=instances, workers=None)]
    links = [link("users", "lb"), link("lb", "web")]
    return plan(nodes, links, classes=(kind,), duration=duration)


def extra(result: Result) -> dict[str, float]:
    found: dict[str, float] = result["nodes"]["lb"]["extra"]
    return found


def _picker(simulation: Simulation) -> Any:
    """What the balancer picks with."""
    router_role = simulation.machine.nodes["lb"].role(Router)
    assert router_role is not None
    return router_role.pickers[0]


def shares(settings: Hash, seed: int, instances: int = 10) -> np.ndarray[Any, Any]:
    """The share of all hashes of each instance, by the engine's own map."""
    simulation = Simulation(replace(hashed(instances), seed=seed))
    part = simulation.machine.nodes["lb"]
    endpoints: list[Endpoint] = part.endpoints
    keys = key_map(settings, endpoints, seed, 0)
    places = [keys.place(int(number)) for number in np.linspace(0, SPACE - 1, 20_000)]
    return np.bincount(places, minlength=instances) / len(places)


@pytest.mark.oracle(23)
@pytest.mark.parametrize(
    ("points", "printed"), [(1, 2.929), (16, 1.413), (100, 1.157), (256, 1.098)]
)
def test_o23_the_fullest_of_ten_on_a_ring(points: int, printed: float) -> None:
    """Over 100 rings, against arcs between uniform points of a simulation of its own."""
    settings = Hash(map="ring", virtual_nodes=points)
    found = [10.0 * shares(settings, seed).max() for seed in range(100)]
    random = np.random.default_rng(1)
    own = []
    for _ in range(400):
        along = np.sort(random.random(10 * points))
        arcs = np.diff(np.concatenate([[along[-1] - 1.0], along]))
        owners = random.permutation(np.repeat(np.arange(10), points))
        own.append(10.0 * np.bincount(owners, arcs).max())
    margin = 3.0 * np.std(own) / math.sqrt(len(found))
    assert mean(found) == pytest.approx(mean(own), abs=margin)
    assert mean(found) == pytest.approx(printed, abs=max(margin, 0.01))


@pytest.mark.oracle(23)
@pytest.mark.parametrize("before", [3, 9, 20])
def test_o23_what_moves_when_one_is_added(before: int) -> None:
    """Modulo moves n of n + 1 keys, a ring and slots 1 of n + 1, ranges half of all."""
    wanted = {
        "mod": before / (before + 1.0),
        "slots": 1.0 / (before + 1.0),
        "ring": 1.0 / (before + 1.0),
        "range": 0.5,
    }
    for name, share in wanted.items():
        simulation = Simulation(hashed(before, map=name, virtual_nodes=1000))
        simulation.advance(10.0)
        simulation.machine.scale("web", before + 1)
        simulation.advance(50.0)
        check(simulation.machine)
        found = extra(result_of(simulation.machine, (), 0.0))
        assert found["keys_moved"] == pytest.approx(share, rel=0.12, abs=0.005), name


@pytest.mark.parametrize("name", ["mod", "ring", "slots", "range"])
@pytest.mark.parametrize("count", [4, 10])
def test_what_is_given_up_moves_alone_and_comes_back(name: str, count: int) -> None:
    """A balancer that finds one of n dead sends its keys to the next one: 1 of n moves, and again when it is back.

    Slots and ranges have nobody else: their calls fail, and nothing moves.
    """
    kill = event(5.0, 10.0, "kill", nodes=("web",), instances=1)
    health = HealthPlan(interval=1.0, failures=2, successes=2, timeout=0.5)
    moves = name in ("mod", "ring")
    for until, times in ((4.0, 0), (12.0, moves), (30.0, 2 * moves)):
        made = hashed(count, map=name, virtual_nodes=1000)
        nodes = tuple(
            replace(each, router=replace(each.router, health=health)) if each.router else each
            for each in made.nodes
        )
        simulation = Simulation(replace(made, nodes=nodes, events=(kill,), duration=40.0))
        simulation.advance(until)
        check(simulation.machine)
        found = extra(result_of(simulation.machine, (), 0.0))
        assert found["keys_moved"] == pytest.approx(times / count, rel=0.15, abs=1e-9), until


@pytest.mark.oracle(23)
@pytest.mark.parametrize(("alpha", "count"), [(1.0, 10_000), (0.8, 1000), (1.2, 500)])
def test_o23_a_hot_key_is_on_one_instance_however_many_there_are(alpha: float, count: int) -> None:
    """Its share is 1/H of all; the instance that has it gets that and its part of the rest."""
    harmonic = sum(place**-alpha for place in range(1, count + 1))
    result = simulate(hashed(50, KeyPlan(count=count, alpha=alpha)))
    largest = max(each["arrivals"] for each in result["nodes"]["web"]["instances"])
    share = largest / result["clients"]["users"]["offered"]
    assert share >= 1.0 / harmonic * 0.98
    assert extra(result)["imbalance"] == pytest.approx(50.0 * share)


@pytest.mark.parametrize("name", ["mod", "ring", "slots"])
def test_the_imbalance_of_a_run_is_that_of_the_map(name: str) -> None:
    """Balls into bins of the shares that the map gives, for the keys that there are."""
    design = hashed(10, KeyPlan(count=2000, alpha=0.0), map=name)
    simulation = Simulation(design)
    picker = _picker(simulation)
    places = [int(picker.keys.place(mixed(key, picker.identities.salt))) for key in range(2000)]
    wanted = 10.0 * np.bincount(places, minlength=10).max() / 2000
    assert extra(simulate(design))["imbalance"] == pytest.approx(wanted, rel=0.03)


def test_the_same_key_goes_to_the_same_instance() -> None:
    """Caches behind a hash: each key misses once in all; behind round robin once an instance."""
    counts = {}
    for picker in ("hash", "round_robin"):
        from_lb = router("lb", "hash" if picker == "hash" else "round_robin")
        caches = [
            replace(station(f"c{place}", 0.0, workers=None), store=store(None))
            for place in range(4)
        ]
        nodes = [client(rate=500.0), from_lb, *caches, station("db", 0.0, workers=None)]
        links = [link("users", "lb")]
        for each in caches:
            links += [link("lb", each.id), link(each.id, "db")]
        kind = request_class(keys=KeyPlan(count=300, alpha=0.0))
        result = simulate(plan(nodes, links, classes=(kind,), duration=60.0))
        counts[picker] = result["nodes"]["db"]["arrivals"]
    assert counts == {"hash": 300, "round_robin": 1200}


def test_a_bound_keeps_the_hot_instance_from_having_more() -> None:
    """Most ask for one key; without a bound its instance is overloaded, with one the next ones help."""
    keys = KeyPlan(count=1000, alpha=0.0, hot=1, hot_share=0.6)
    found = {}
    for bound in (None, 1.25):
        design = hashed(5, keys, map="ring", bound=bound)
        users, balancer, web = design.nodes
        busy = replace(web, station=replace(web.station, workers=4, work=(constant(0.012),)))
        found[bound] = simulate(replace(design, nodes=(users, balancer, busy)))
    free, bounded = found[None], found[1.25]
    assert extra(bounded)["imbalance"] < 1.6 < 2.5 < extra(free)["imbalance"]
    assert bounded["clients"]["users"]["latency"]["p99"] < 0.1
    assert free["clients"]["users"]["latency"]["p99"] > 1.0


def test_whoever_is_down_is_replaced_on_a_ring_and_asked_in_vain_with_slots() -> None:
    kill = event(10.0, 1000.0, "kill", nodes=("web",), instances=1)
    lost = {}
    for name in ("ring", "slots"):
        health = HealthPlan(interval=0.5, failures=2, successes=1)
        result = simulate(replace(hashed(4, map=name, health=health), events=(kill,)))
        lost[name] = sum(result["clients"]["users"]["failed"].values()) / 50_000
    assert lost["slots"] == pytest.approx(0.25 * 0.8, abs=0.02)
    assert lost["ring"] < 0.03


@pytest.mark.oracle(27)
@pytest.mark.parametrize(("instances", "size"), [(8, 2), (10, 3), (6, 1)])
def test_o27_who_shares_all_instances_with_a_poisonous_client(instances: int, size: int) -> None:
    """One in C(n, k) has the same shard: 1 in 28 for two of eight."""
    balancer = router("lb", "shuffle", shuffle=Shuffle(by="key", size=size))
    web = station("web", 0.0, instances=instances, workers=None)
    kind = request_class(keys=KeyPlan(count=20_000, alpha=0.0))
    design = plan(
        [client(rate=2000.0), balancer, web],
        [link("users", "lb"), link("lb", "web")],
        classes=(kind,),
        duration=100.0,
    )
    simulation = Simulation(design)
    simulation.advance(100.0)
    check(simulation.machine)
    picker = _picker(simulation)
    shards = [
        frozenset(each.pool.index for each in picker.drawn(int(mixed(key, picker.identities.salt))))
        for key in range(20_000)
    ]
    assert {len(shard) for shard in shards} == {size}
    share = 1.0 / math.comb(instances, size)
    counts = [
        shards.count(frozenset(each)) for each in itertools.combinations(range(instances), size)
    ]
    margin = 4.5 * math.sqrt(share * (1.0 - share) / 20_000)
    assert all(count / 20_000 == pytest.approx(share, abs=margin) for count in counts)


@pytest.mark.parametrize(
    ("count", "nodes"), [(1, 1), (1, 100), (3, 1), (10, 100), (7, 33), (40, 500)]
)
def test_the_guide_of_a_ring_leads_where_a_search_does(count: int, nodes: int) -> None:
    """The first point that is not before a hash, at points, beside them, at both ends and anywhere."""
    simulation = Simulation(hashed(count, map="ring", virtual_nodes=nodes))
    endpoints: list[Endpoint] = _picker(simulation).endpoints
    salt = 77
    ring = key_map(Hash(map="ring", virtual_nodes=nodes), endpoints, salt, 0)
    rows = [
        (int(point), place)
        for place in range(count)
        for point in generator(salt, f"web/{place}", "ring").integers(SPACE, size=nodes)
    ]
    rows.sort(key=lambda row: row[0])
    points, owners = [row[0] for row in rows], [row[1] for row in rows]
    drawn = np.random.default_rng(5).integers(SPACE, size=3000).tolist()
    beside = [point + step for point in points for step in (-1, 0, 1)]
    for hashed_as in [*drawn, *beside, 0, SPACE - 1]:
        if 0 <= hashed_as < SPACE:
            found = bisect_left(points, hashed_as) % len(points)
            assert ring.place(hashed_as) == owners[found]


@pytest.mark.parametrize("count", [1, 3, 10])
def test_slots_are_what_is_left_of_a_hash(count: int) -> None:
    endpoints: list[Endpoint] = _picker(Simulation(hashed(count))).endpoints
    slots = key_map(Hash(map="slots"), endpoints, 1, 0)
    for number in np.random.default_rng(6).integers(SPACE, size=2000).tolist():
        assert slots.place(number) == slots.place(number % 16_384)
