"""Layer 4 against layer 7 (COURSE 7.2): where TLS is ended, what leads where, and what can be tried again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import ConnectionPlan, EncryptionPlan, Plan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    client,
    closed,
    event,
    exponential,
    link,
    plan,
    request_class,
    retry,
    router,
    simulate,
    station,
)

RSA = 0.35e-3
NEAR, FAR = 0.01, 0.03
"""One-way delays before the balancer and behind it (s)."""


def farm(layer: Any, source: Any, *, inner: Any = None, **changes: Any) -> Plan:
    """A balancer with workers of its own before a station, and TLS in front of it."""
    rules = ConnectionPlan(**({"round_trips": 2} | changes))
    balancer = router("lb", layer=layer)
    nodes = [source, balancer, station("web", 0.001, workers=4)]
    tls = EncryptionPlan(handshake=RSA, per_byte=1e-9)
    links = [
        link("users", "lb", delay=NEAR, connection=rules, encryption=tls),
        link("lb", "web", delay=FAR, connection=inner),
    ]
    return plan(nodes, links, duration=20.0)


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_a_set_up_goes_all_the_way_at_layer_4_and_to_the_balancer_at_layer_7(rounds: int) -> None:
    once = client(process="trace", times=(1.0,))
    work = 0.001 + RSA + 11e3 * 1e-9
    through = simulate(farm(4, once, round_trips=rounds))["clients"]["users"]["latency"]["max"]
    assert through == pytest.approx((rounds + 1) * 2 * (NEAR + FAR) + work)
    ended = simulate(farm(7, once, round_trips=rounds))["clients"]["users"]["latency"]["max"]
    assert ended == pytest.approx((rounds + 1) * 2 * NEAR + 2 * FAR + work)


@pytest.mark.parametrize("requests", [1, 5])
def test_handshakes_fall_on_whoever_ends_tls(requests: int) -> None:
    """The servers do them at layer 4, one a connection; at layer 7 the balancer does, and they none."""
    steady = client(process="deterministic", rate=100.0)
    utilization = {}
    for layer in (4, 7):
        found = simulate(farm(layer, steady, requests=requests, connections=None))
        utilization[layer] = found["nodes"]["web"]["utilization"]
        opened = found["links"]["users-lb"]["extra"]["connections_opened"]
        assert opened == pytest.approx(2000 / requests, rel=0.05)
    cipher = 11e3 * 1e-9
    expected = 100.0 * (0.001 + cipher + RSA / requests) / 4.0
    assert utilization[4] == pytest.approx(expected, rel=0.02)
    assert utilization[7] == pytest.approx(100.0 * 0.001 / 4.0, rel=0.01)


def test_links_that_leave_layer_4_have_no_connections_of_their_own() -> None:
    steady = client(process="deterministic", rate=50.0)
    own = ConnectionPlan(round_trips=2, connections=1)
    through = simulate(farm(4, steady, inner=own))["links"]["lb-web"]
    assert "connections" not in through.get("extra", {})
    ended = simulate(farm(7, steady, inner=own))["links"]["lb-web"]["extra"]
    assert ended["connections"] == 1


def pinned(connections: int, servers: int, seed: int, layer: Any = 4) -> list[int]:
    """Arrivals at each server over so many connections, one a user, led by chance."""
    rules = ConnectionPlan(round_trips=0, per="user")
    nodes = [
        closed("users", connections, exponential(0.1)),
        router("lb", "random", layer=layer),
        station("web", 0.0, instances=servers, workers=None),
    ]
    links = [link("users", "lb", connection=rules), link("lb", "web")]
    found = simulate(plan(nodes, links, duration=3.0, seed=seed))
    return [each["arrivals"] for each in found["nodes"]["web"]["instances"]]


@pytest.mark.parametrize(("connections", "servers"), [(12, 6), (30, 4)])
def test_few_connections_load_servers_unevenly(connections: int, servers: int) -> None:
    """Max over mean of so many balls in so many bins, by an independent simulation, over a hundred seeds.

    Each connection carries about thirty requests, whose own chance adds a little.
    """
    random = np.random.default_rng(5)
    balls = random.integers(servers, size=(4000, connections))
    loads = np.array([np.bincount(row, minlength=servers) for row in balls])
    counts = random.poisson(loads * 30.0)
    bins = counts.max(axis=1) / counts.mean(axis=1)
    seen = [pinned(connections, servers, seed) for seed in range(1, 101)]
    found = [max(each) * servers / sum(each) for each in seen]
    margin = 3.0 * float(bins.std()) / math.sqrt(len(found))
    assert np.mean(found) == pytest.approx(float(bins.mean()), abs=margin)


@pytest.mark.parametrize("layer", [4, 7])
def test_only_layer_7_routes_by_what_is_asked_for(layer: Any) -> None:
    """One connection carries both classes: layer 7 sends each where it belongs, layer 4 all to one place."""
    rules = ConnectionPlan(round_trips=0, connections=1, streams=100)
    nodes = [
        client(rate=100.0, mix=(0.5, 0.5)),
        router("lb", layer=layer),
        station("reads", 0.0, workers=None),
        station("writes", 0.0, workers=None),
    ]
    links = [
        link("users", "lb", connection=rules, classes=(True, True)),
        link("lb", "reads", classes=(True, False)),
        link("lb", "writes", classes=(False, True)),
    ]
    kinds = (request_class("read"), request_class("write", write=True))
    made = simulate(plan(nodes, links, classes=kinds, duration=10.0))
    counts = [made["nodes"][name]["arrivals"] for name in ("reads", "writes")]
    if layer == 7:
        assert counts == [pytest.approx(500, rel=0.2), pytest.approx(500, rel=0.2)]
    else:
        assert sorted(counts) == [0, pytest.approx(1000, rel=0.1)]


def after_death(layer: Any, tries: int) -> Result:
    """One of three servers dies; callers have connections to the balancer, which may try elsewhere."""
    rules = ConnectionPlan(round_trips=1, per="user")
    nodes = [
        closed("users", 30, exponential(0.2)),
        router("lb", layer=layer),
        station("web", 0.02, instances=3, workers=50),
    ]
    again = retry(tries, other_instance=True)
    links = [
        link("users", "lb", connection=rules),
        link("lb", "web", retry=again),
    ]
    kill = event(5.0, 1.0, "kill", nodes=("web",), instances=1)
    return simulate(plan(nodes, links, duration=10.0, events=(kill,)))


def test_only_layer_7_tries_elsewhere() -> None:
    assert after_death(7, 3)["clients"]["users"]["failed"] == {}
    failed = after_death(4, 3)["clients"]["users"]["failed"]
    assert sum(failed.values()) > 5


def test_the_death_of_a_server_closes_the_connections_that_lead_there() -> None:
    """A third of thirty users connect anew; whoever is led to it while it is dead does so again."""
    extra = after_death(4, 1)["links"]["users-lb"]["extra"]
    assert 30 + 7 <= extra["connections_opened"] < 120
    assert extra["connections"] <= 30
    calm = after_death(7, 3)["links"]["users-lb"]["extra"]
    assert calm["connections_opened"] == 30


def test_edits_of_the_layer_while_it_runs() -> None:
    """On, off, on, with connections and TLS changed in between: every invariant holds, and all are served."""
    source = closed("users", 20, exponential(0.05))
    ways = [farm(layer, source, per=per) for layer in (4, 7, 4) for per in ("user", "caller")]
    simulation = Simulation(ways[0])
    for step, way in enumerate(ways * 3, 1):
        simulation.advance(0.3 * step)
        check(simulation.machine)
        simulation.follow(way)
    simulation.advance(10.0)
    check(simulation.machine)
    assert result_of(simulation.machine, (), 0.0)["clients"]["users"]["failed"] == {}
