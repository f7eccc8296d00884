"""Sticky sessions, layer 4, and latencies that decide: what is uneven, what is lost, who gets less."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import ConnectionPlan, HealthPlan, LawPlan, Plan, SessionPlan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    client,
    closed,
    constant,
    event,
    exponential,
    link,
    plan,
    router,
    simulate,
    station,
)


def ended(simulation: Simulation) -> Result:
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def arrivals(result: Result, name: str = "web") -> list[int]:
    return [each["arrivals"] for each in result["nodes"][name]["instances"]]


def sticky(users: int = 500, instances: int = 5, affinity: Any = "session", **changes: Any) -> Plan:
    nodes = [
        closed("users", users, exponential(1.0)),
        router("lb", affinity=affinity),
        station("web", 0.001, instances=instances, workers=50),
    ]
    links = [link("users", "lb"), link("lb", "web")]
    return plan(nodes, links, **({"duration": 60.0} | changes))


def test_a_user_goes_to_the_same_instance_for_ever() -> None:
    """500 users in turn to five instances: each has a hundred of them, whatever they ask for."""
    counts = arrivals(simulate(sticky()))
    assert max(counts) / min(counts) < 1.06
    simulation = Simulation(sticky(users=7, instances=7))
    simulation.advance(60.0)
    pins = simulation.machine.nodes["lb"].choosing
    assert pins is not None
    where = [pin.endpoint.pool.index for pin in pins.pins.known["users"].values()]
    assert sorted(where) == list(range(7))


@pytest.mark.parametrize(("users", "instances"), [(2000, 5), (999, 3)])
def test_the_sessions_of_an_instance_that_dies_are_lost(users: int, instances: int) -> None:
    """One of five takes 20 % of the sessions with it; without affinity there are none to lose."""
    kill = event(30.0, 5.0, "kill", nodes=("web",), instances=1)
    found = simulate(sticky(users, instances, events=(kill,)))["nodes"]["lb"]["extra"]
    share = 1.0 / instances
    margin = 3.0 * math.sqrt(share * (1.0 - share) / users)
    assert found["sessions_lost"] / users == pytest.approx(share, abs=margin)


def test_with_nobody_left_a_session_is_lost_once() -> None:
    """All instances die at once, and health checks take them out: each user loses one session, however often it asks."""
    kill = event(30.0, 5.0, "kill", nodes=("web",))
    made = sticky(100, 3, events=(kill,))
    health = HealthPlan(interval=1.0, failures=1, successes=1)
    nodes = (made.nodes[0], router("lb", "random", health, affinity="session"), made.nodes[2])
    found = simulate(replace(made, nodes=nodes))
    assert found["clients"]["users"]["failed"]["unavailable"] > 200
    assert found["nodes"]["lb"]["extra"]["sessions_lost"] == 100


def test_a_whole_client_is_one() -> None:
    counts = arrivals(simulate(sticky(affinity="client")))
    assert sorted(counts)[:-1] == [0, 0, 0, 0]


@pytest.mark.parametrize(("mean", "seen"), [(60.0, 60.0), (60.0, 30.0), (40.0, 80.0)])
def test_new_instances_get_their_share_as_sessions_are_renewed(mean: float, seen: float) -> None:
    """4 become 8: without affinity at once; with it as 1 - e^(-t/τ) of the fair share."""
    gap = 0.5
    requests = mean / gap
    session = SessionPlan(mean=requests, law="geometric")
    fields = {"process": "sessions", "session": session, "think": exponential(gap)}
    shares = {}
    for affinity in ("none", "session"):
        nodes = [
            client(rate=4.0 * 60.0 / mean, **fields),
            router("lb", "random", affinity=affinity),
            station("web", 0.0, instances=4, workers=None),
        ]
        made = plan(nodes, [link("users", "lb"), link("lb", "web")], duration=1000.0)
        simulation = Simulation(made)
        begin, width = 6.0 * mean, 0.05 * mean
        simulation.advance(begin)
        simulation.machine.scale("web", 8)
        simulation.advance(begin + seen - width)
        before = arrivals(ended(simulation))
        simulation.advance(begin + seen + width)
        counts = np.subtract(arrivals(ended(simulation)), before)
        shares[affinity] = counts[4:].sum() / counts.sum() / 0.5
    assert shares["none"] == pytest.approx(1.0, abs=0.05)
    assert shares["session"] == pytest.approx(1.0 - math.exp(-seen / mean), abs=0.08)


def test_affinity_stays_while_instances_come() -> None:
    simulation = Simulation(sticky(users=300, instances=3))
    simulation.advance(30.0)
    simulation.machine.scale("web", 6)
    simulation.advance(60.0)
    result = ended(simulation)
    assert arrivals(result)[3:] == [0, 0, 0]
    assert result["nodes"]["lb"]["extra"]["sessions_lost"] == 0.0
    simulation.machine.scale("web", 2)
    simulation.advance(80.0)
    assert ended(simulation)["nodes"]["lb"]["extra"]["sessions_lost"] == pytest.approx(100, abs=1)


def connected(connections: int, layer: Any, instances: int = 10, seed: int = 1) -> Result:
    """So many long-lived connections, all of which are used alike."""
    pool = ConnectionPlan(round_trips=1, streams=1, connections=connections)
    nodes = [
        closed("users", connections, constant(0.05)),
        router("lb", "random", layer=layer),
        station("web", 0.001, instances=instances, workers=None),
    ]
    links = [link("users", "lb", connection=pool), link("lb", "web")]
    return simulate(plan(nodes, links, duration=10.0, seed=seed))


@pytest.mark.parametrize(("connections", "printed"), [(20, 2.204), (100, 1.512)])
def test_layer_4_is_as_uneven_as_balls_in_bins(connections: int, printed: float) -> None:
    """Max over mean of so many balls in ten bins; layer 7 picks for each request."""
    random = np.random.default_rng(3)
    balls = random.integers(10, size=(20_000, connections))
    own = [np.bincount(row, minlength=10).max() * 10.0 / connections for row in balls[:4000]]
    assert np.mean(own) == pytest.approx(printed, abs=0.03)
    runs = [connected(connections, 4, seed=seed) for seed in range(40)]
    found = [result["nodes"]["lb"]["extra"]["imbalance"] for result in runs]
    margin = 3.0 * float(np.std(own)) / math.sqrt(len(found))
    assert np.mean(found) == pytest.approx(printed, abs=margin)
    calm = arrivals(connected(connections, 7))
    assert max(calm) * 10.0 / sum(calm) < 1.15


def test_layer_4_follows_its_connections_to_whoever_is_left() -> None:
    pool = ConnectionPlan(round_trips=0, connections=8)
    nodes = [
        closed("users", 8, constant(0.05)),
        router("lb", layer=4),
        station("web", 0.001, instances=4, workers=None),
    ]
    kill = event(5.0, 100.0, "kill", nodes=("web",), instances=1)
    links = [link("users", "lb", connection=pool), link("lb", "web")]
    result = simulate(plan(nodes, links, duration=20.0, events=(kill,)))
    counts = arrivals(result)
    assert counts[0] < 0.4 * min(counts[1:])


def test_the_slow_instance_gets_less_by_latency() -> None:
    """One of two nodes is ten times slower: by turns it gets half, by latency nearly nothing."""
    shares = {}
    for picker in ("round_robin", "ewma"):
        law = LawPlan(law="exponential", mean=0.01)
        slow = LawPlan(law="exponential", mean=0.1)
        nodes = [
            client(rate=100.0),
            router("lb", picker),  # type: ignore[arg-type]
            station("fast", law, workers=None),
            station("slow", slow, workers=None),
        ]
        links = [link("users", "lb"), link("lb", "fast"), link("lb", "slow")]
        result = simulate(plan(nodes, links, duration=200.0))
        shares[picker] = result["nodes"]["slow"]["arrivals"] / 20_000
    assert shares["round_robin"] == pytest.approx(0.5, abs=0.01)
    assert shares["ewma"] < 0.1


def test_latency_picks_as_a_small_simulation_of_its_own_does() -> None:
    """Two instances of other speeds, no queues: cost is the peak moving mean times the calls under way and one."""
    rate, count = 50.0, 20_000
    means = (0.02, 0.05)
    nodes = [client(rate=rate), router("lb", "ewma")]
    nodes += [
        station(f"s{place}", constant(mean), workers=None) for place, mean in enumerate(means)
    ]
    links = [link("users", "lb"), link("lb", "s0"), link("lb", "s1")]
    result = simulate(plan(nodes, links, duration=count / rate))
    found = result["nodes"]["s1"]["arrivals"] / result["clients"]["users"]["offered"]

    random = np.random.default_rng(11)
    now, known, under_way = 0.0, [False, False], [[], []]  # type: list[Any]
    slow = 0
    for gap in random.exponential(1.0 / rate, size=200_000):
        now += gap
        for place in (0, 1):
            done = [end for end in under_way[place] if end <= now]
            known[place] = known[place] or bool(done)
            under_way[place] = [end for end in under_way[place] if end > now]
        costs = [
            means[place] * (len(under_way[place]) + 1)
            if known[place]
            else 1e9 * len(under_way[place])
            for place in (0, 1)
        ]
        first = int(random.integers(2))
        pick = 1 - first if costs[1 - first] < costs[first] else first
        under_way[pick].append(now + means[pick])
        slow += pick
    assert found == pytest.approx(slow / 200_000, rel=0.05)


@pytest.mark.parametrize(("picker", "window"), [("random", 40.0), ("round_robin", 100.0)])
def test_a_new_instance_gets_its_share_little_by_little(picker: Any, window: float) -> None:
    """With weight w beside three whole ones it gets w/(3 + w): a tenth at first, then t over the window."""
    balancer = router("lb", picker, slow_start=window)
    nodes = [client(rate=500.0), balancer, station("web", 0.0, instances=3, workers=None)]
    simulation = Simulation(plan(nodes, [link("users", "lb"), link("lb", "web")], duration=300.0))
    simulation.advance(50.0)
    before = arrivals(ended(simulation))
    simulation.machine.scale("web", 4)
    simulation.advance(50.0 + window)
    after = arrivals(ended(simulation))
    assert before[:3] == pytest.approx([sum(before) / 3.0] * 3, rel=0.05)
    times = (np.arange(10_000) + 0.5) / 10_000
    weights = np.maximum(0.1, times)
    share = weights / (3.0 + weights)
    wanted = 500.0 * window * share.mean()
    assert after[3] == pytest.approx(wanted, abs=4.0 * math.sqrt(wanted))
    simulation.advance(300.0)
    late = np.subtract(arrivals(ended(simulation)), after)
    assert late[3] == pytest.approx(late.sum() / 4.0, rel=0.04)


def test_who_is_back_begins_slowly_as_well() -> None:
    kill = event(20.0, 10.0, "kill", nodes=("web",), instances=1)
    balancer = router("lb", "random", slow_start=50.0)
    nodes = [client(rate=200.0), balancer, station("web", 0.0, instances=2, workers=None)]
    made = plan(nodes, [link("users", "lb"), link("lb", "web")], events=(kill,), duration=100.0)
    simulation = Simulation(made)
    simulation.advance(30.0)
    before = arrivals(ended(simulation))
    simulation.advance(40.0)
    counts = np.subtract(arrivals(ended(simulation)), before)
    assert counts[0] < 0.25 * counts[1]
