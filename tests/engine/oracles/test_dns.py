"""DNS: who goes where for how long, what is lost when a target dies, and what lives on when DNS does."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.catalog import lower
from engine.control.simulation import Simulation
from engine.plan.primitives import (
    ConnectionPlan,
    EventPlan,
    HealthPlan,
    LawPlan,
    NodePlan,
    Plan,
    ResolverPlan,
    RoutePlan,
)
from engine.plan.theory import predict
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers import builders
from tests.helpers.plans import client, closed, constant, event, link, plan, router, station

FOREVER = 1e5


def dns(
    policy: Any = "failover", ttl: float = 60.0, health: HealthPlan | None = None, **more: Any
) -> NodePlan:
    picker = "weighted" if policy == "weighted" else "round_robin"
    resolver = ResolverPlan(policy=policy, ttl=ttl, **more)
    return router("dns", picker, health, resolver=resolver)


def checked(interval: float = 10.0, failures: int = 3, **more: Any) -> HealthPlan:
    return HealthPlan(
        interval=interval, failures=failures, **({"successes": 3, "fail_open": True} | more)
    )


def two_sites(node: NodePlan, *events: EventPlan, rate: float = 400.0, **more: Any) -> Plan:
    """Users of whom each keeps its own answer, and two sites that cost no time."""
    nodes = [
        client("users", rate, known_users=1000),
        node,
        station("a", 0.0, workers=None),
        station("b", 0.0, workers=None),
    ]
    links = [link("users", "dns"), link("dns", "a"), link("dns", "b")]
    return plan(nodes, links, events=events, **({"duration": 200.0} | more))


def dead(at: float, name: str = "a") -> EventPlan:
    return event(at, FOREVER, "kill", nodes=(name,))


def ended(simulation: Simulation) -> Result:
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def to(simulation: Simulation, name: str) -> int:
    return int(simulation.machine.links[name].link.attempts)


def failures(simulation: Simulation) -> int:
    return sum(simulation.machine.nodes["users"].node.failed)


def detected(simulation: Simulation) -> float:
    return next(each.at for each in simulation.notices if "out of rotation" in each.text)


@pytest.mark.parametrize(
    ("ttl", "interval", "tries", "rate"),
    [(60.0, 12.0, 3, 400.0), (20.0, 10.0, 2, 800.0), (40.0, 3.0, 4, 500.0)],
)
def test_what_is_lost_when_a_site_dies(
    ttl: float, interval: float, tries: int, rate: float
) -> None:
    """COURSE O33: λ (detection + TTL/2), the detection being (failures - 1) intervals and what is left of one."""
    simulation = Simulation(
        two_sites(dns(ttl=ttl, health=checked(interval, tries)), dead(ttl), rate=rate)
    )
    simulation.advance(ttl + (tries + 1) * interval + 1.1 * ttl)
    found = detected(simulation) - ttl
    assert (tries - 1) * interval <= found <= tries * interval
    gap = (
        1000.0 / rate
    )  # a user asks again with its next request, a little after its answer ran out
    mean = found + ttl / 2.0 * ttl / (ttl + gap)
    assert failures(simulation) == pytest.approx(rate * mean, rel=0.03)
    assert mean == pytest.approx(found + ttl / 2.0, rel=0.08)
    extra = ended(simulation)["nodes"]["dns"]["extra"]
    assert extra["on_dead_share"] == pytest.approx(
        failures(simulation) / to(simulation, "users-dns"), rel=1e-3
    )


@pytest.mark.parametrize("ttl", [30.0, 60.0])
def test_the_share_that_still_goes_there_falls_as_answers_run_out(ttl: float) -> None:
    made = two_sites(dns(ttl=ttl, health=checked(2.0, 2)), dead(ttl), seed=3)
    simulation = Simulation(made)
    simulation.advance(ttl + 5.0)
    begin = detected(simulation)
    for part in (0.25, 0.5, 0.75):
        simulation.advance(begin + part * ttl - 1.0)
        before = to(simulation, "dns-a"), to(simulation, "users-dns")
        simulation.advance(begin + part * ttl + 1.0)
        share = (to(simulation, "dns-a") - before[0]) / (to(simulation, "users-dns") - before[1])
        assert share == pytest.approx(1.0 - part, abs=0.06)
    simulation.advance(begin + ttl + 1.0)
    before = to(simulation, "dns-a"), 0
    simulation.advance(begin + ttl + 11.0)
    assert to(simulation, "dns-a") == before[0]


def test_stretched_answers_against_a_simulation_of_its_own() -> None:
    """A share of the users keeps answers for longer: they go on to the dead site until those run out."""
    ttl, share, stretch, rate, users = 10.0, 0.3, 60.0, 400.0, 1000
    health = checked(1.0, 1)
    made = two_sites(dns(ttl=ttl, health=health, stretched=share, stretch=stretch), dead(60.0))
    simulation = Simulation(made)
    simulation.advance(130.0)
    begin = detected(simulation)
    random = np.random.default_rng(7)
    lost = []
    for _ in range(40):
        kept = np.where(random.random(users) < share, stretch, ttl)
        spans = [last_answer(random, each, users / rate, begin) - 60.0 for each in kept]
        lost.append(rate / users * np.maximum(spans, 0.0).sum())
    margin = 3.0 * float(np.std(lost)) * math.sqrt(1.0 + 1.0 / len(lost))
    assert margin < 0.15 * np.mean(lost)
    assert failures(simulation) == pytest.approx(np.mean(lost), abs=margin)


def last_answer(random: np.random.Generator, kept: float, gap: float, change: float) -> float:
    """When the last answer runs out that a user got before a change."""
    asked = random.exponential(gap)
    until = asked + (random.uniform(0.0, kept) if asked < kept else kept)
    while (asked := until + random.exponential(gap)) < change:
        until = asked + kept
    return until


def test_weights_decide_and_each_user_stays_for_a_while() -> None:
    nodes = [client("users", 500.0, known_users=2000), dns("weighted", ttl=20.0)]
    nodes += [station(name, 0.0, workers=None) for name in "abc"]
    weights = {"a": 5.0, "b": 3.0, "c": 2.0}
    links = [link("users", "dns")]
    links += [link("dns", name, weight=each) for name, each in weights.items()]
    simulation = Simulation(plan(nodes, links, duration=100.0))
    simulation.advance(100.0)
    whole = to(simulation, "users-dns")
    for name, weight in weights.items():
        assert to(simulation, f"dns-{name}") / whole == pytest.approx(weight / 10.0, abs=0.015)
    extra = ended(simulation)["nodes"]["dns"]["extra"]
    gap = 2000.0 / 500.0  # each asks at first, and then whenever an answer has run out
    asked = 2000.0 * (1.0 + (100.0 - gap) / (20.0 + gap))
    assert extra["resolutions"] * 100.0 == pytest.approx(asked, rel=0.03)
    assert extra["cached_share"] == pytest.approx(1.0 - extra["resolutions"] / 500.0, abs=0.01)


def test_answers_in_turn() -> None:
    simulation = Simulation(two_sites(dns("round_robin", ttl=0.0)))
    simulation.advance(20.0)
    assert abs(to(simulation, "dns-a") - to(simulation, "dns-b")) <= 1
    assert ended(simulation)["nodes"]["dns"]["extra"]["cached_share"] == 0.0


def world(policy: str, **config: Any) -> Plan:
    """Users in three regions, sites in two of them."""
    nodes = [
        builders.node("dns", "dns", policy=policy, check=None, **config),
        builders.node("x", "service", service_time=builders.constant(0.0), workers=50, frame="eu"),
        builders.node("y", "service", service_time=builders.constant(0.0), workers=50, frame="us"),
    ]
    links = [builders.link("dns", "x"), builders.link("dns", "y")]
    for name, frame in (("ue", "eu"), ("uu", "us"), ("ua", "asia")):
        nodes.append(builders.client(name, 50.0, frame=frame))
        links.append(builders.link(name, "dns"))
    frames = [
        {"id": "eu", "kind": "region", "config": {"round_trip": {"us": 0.08, "asia": 0.25}}},
        {"id": "us", "kind": "region", "config": {"round_trip": {"asia": 0.15}}},
        {"id": "asia", "kind": "region"},
    ]
    return lower(builders.design(nodes, links, frames=frames, duration=60.0, warmup=0.0))


@pytest.mark.parametrize("policy", ["geo", "latency", "anycast"])
def test_everybody_goes_to_the_nearest_and_pays_the_way_there(policy: str) -> None:
    """COURSE 7.4: the mean round trip is Σ share × cell of the matrix, from the caller and not from DNS."""
    simulation = Simulation(world(policy))
    simulation.advance(60.0)
    clients = ended(simulation)["clients"]
    for name, trip in (("ue", 0.0), ("uu", 0.0), ("ua", 0.15)):
        assert clients[name]["latency"]["mean"] == pytest.approx(trip, abs=1e-9)
        assert clients[name]["latency"]["max"] == pytest.approx(trip, abs=1e-3)


def test_the_mean_round_trip_is_that_of_the_matrix() -> None:
    """Half to each site by weight: each client pays half of both cells of its row."""
    simulation = Simulation(world("weighted", ttl=0))
    simulation.advance(60.0)
    clients = ended(simulation)["clients"]
    share = to(simulation, "dns-x") / (to(simulation, "dns-x") + to(simulation, "dns-y"))
    assert share == pytest.approx(0.5, abs=0.02)
    for name, trip in (("ue", 0.04), ("uu", 0.04), ("ua", 0.2)):
        assert clients[name]["latency"]["mean"] == pytest.approx(trip, rel=0.04)


def test_a_dead_region_is_left_for_the_next_nearest() -> None:
    made = world("geo", ttl=5)
    simulation = Simulation(made)
    simulation.advance(5.0)
    simulation.follow(with_checks(made))
    simulation.advance(30.0)
    killed = plan(
        with_checks(made).nodes, made.links, events=(event(30.0, FOREVER, "kill", nodes=("x",)),)
    )
    simulation.follow(killed)
    simulation.advance(50.0)
    before = to(simulation, "dns-x")
    simulation.advance(60.0)
    assert to(simulation, "dns-x") == before
    assert ended(simulation)["clients"]["ue"]["latency"]["max"] == pytest.approx(0.08, rel=0.01)


def with_checks(made: Plan) -> Plan:
    nodes = tuple(
        node
        if node.router is None
        else replace(node, router=replace(node.router, health=checked(1.0, 2)))
        for node in made.nodes
    )
    return replace(made, nodes=nodes)


@pytest.mark.parametrize("fail_open", [True, False])
def test_fail_open_answers_with_everybody_once_nobody_is_healthy(*, fail_open: bool) -> None:
    """Checks that a whole region cannot answer take all records out; the sites answer requests."""
    cut = event(20.0, FOREVER, "kill", nodes=("a", "b"))
    health = checked(1.0, 2, fail_open=fail_open)
    simulation = Simulation(two_sites(dns(ttl=5.0, health=health), cut))
    simulation.advance(40.0)
    sent = to(simulation, "dns-a") + to(simulation, "dns-b")
    extra = ended(simulation)["nodes"]["dns"]["extra"]
    simulation.advance(60.0)
    after = to(simulation, "dns-a") + to(simulation, "dns-b") - sent
    if fail_open:
        assert after == pytest.approx(8000, rel=0.1)
        assert extra["failed_resolutions"] == 0.0
    else:
        assert after == 0
        assert extra["failed_resolutions"] > 0.0


@pytest.mark.parametrize("change", ["kill", "freeze"])
def test_answers_outlive_dns(change: str) -> None:
    """Requests fail as answers run out, t/TTL of them, until all do; whoever has one goes on."""
    ttl, at = 40.0, 60.0
    gone = event(at, 60.0, change, nodes=("dns",))
    simulation = Simulation(two_sites(dns(ttl=ttl, patience=0.5), gone))
    simulation.advance(at)
    assert failures(simulation) == 0
    for part in (0.25, 0.5, 0.75):
        simulation.advance(at + part * ttl - 2.0)
        before = failures(simulation), to(simulation, "users-dns")
        simulation.advance(at + part * ttl + 2.0)
        share = (failures(simulation) - before[0]) / (to(simulation, "users-dns") - before[1])
        assert share == pytest.approx(part, abs=0.06)
    simulation.advance(at + ttl + 2.0)
    before = failures(simulation), to(simulation, "users-dns")
    simulation.advance(at + ttl + 12.0)
    asked = to(simulation, "users-dns") - before[1]
    assert failures(simulation) - before[0] == pytest.approx(asked, rel=0.01)
    simulation.advance(at + 62.0)
    before = failures(simulation), 0
    simulation.advance(at + 80.0)
    assert failures(simulation) == before[0]
    assert ended(simulation)["clients"]["users"]["failed"].keys() == {"unavailable"}


def test_errors_of_dns_are_those_of_look_ups() -> None:
    bad = event(20.0, FOREVER, "error", nodes=("dns",), probability=0.5)
    simulation = Simulation(two_sites(dns(ttl=10.0), bad))
    simulation.advance(20.0)
    extra = ended(simulation)["nodes"]["dns"]["extra"]
    assert extra["failed_resolutions"] == 0.0
    simulation.advance(60.0)
    result = ended(simulation)["nodes"]["dns"]["extra"]
    tried = result["resolutions"] * 60.0 - extra["resolutions"] * 20.0
    assert result["failed_resolutions"] / tried == pytest.approx(0.5, abs=0.03)
    assert failures(simulation) == result["failed_resolutions"]


def test_an_empty_record_fails_look_ups_and_nothing_else() -> None:
    """COURSE D8a: new connections fail, those that stand live on, and cached answers until they run out."""
    ttl, at, conns = 5.0, 20.0, 50
    empty = empty_at(at, ttl)
    kept = ConnectionPlan(round_trips=1, connections=conns)
    nodes = [
        closed("users", 50, constant(0.5)),
        closed("others", 50, constant(0.5)),
        dns(ttl=ttl),
        station("a", 0.0, workers=None),
    ]
    links = [link("users", "dns", connection=kept), link("others", "dns"), link("dns", "a")]
    simulation = Simulation(plan(nodes, links, duration=100.0, events=(empty,)))
    simulation.advance(at + ttl + 1.0)
    others = simulation.machine.nodes["others"].node
    before = sum(others.failed), int(others.arrivals)
    simulation.advance(60.0)
    assert failures(simulation) == 0
    assert sum(others.failed) - before[0] == int(others.arrivals) - before[1]
    check(simulation.machine)


def empty_at(at: float, ttl: float, **more: Any) -> EventPlan:
    return event(at, FOREVER, "set", nodes=("dns",), replacement=dns(ttl=ttl, records=(), **more))


def test_records_that_are_kept_when_a_change_would_leave_none() -> None:
    made = two_sites(dns(ttl=5.0, keeps_last=True), empty_at(20.0, 5.0, keeps_last=True))
    simulation = Simulation(made)
    simulation.advance(60.0)
    assert failures(simulation) == 0


def test_routes_of_anycast_are_gone_at_once_and_known_after_a_while() -> None:
    """Lost: λ (detection + convergence); nobody keeps an answer, and there is nothing to look up."""
    for convergence in (0.0, 20.0):
        health = checked(4.0, 3, convergence=convergence)
        simulation = Simulation(two_sites(dns("anycast", health=health), dead(30.0, "b")))
        simulation.advance(90.0)
        found = detected(simulation) - 30.0
        lost = 200.0 * (found + convergence)
        assert failures(simulation) == pytest.approx(lost, rel=0.05)
        assert "resolutions" not in ended(simulation)["nodes"]["dns"]["extra"]


def test_the_time_of_a_look_up_is_paid_by_whoever_asks() -> None:
    simulation = Simulation(two_sites(dns(ttl=10.0, lookup=constant(0.05))))
    simulation.advance(100.0)
    result = ended(simulation)
    extra = result["nodes"]["dns"]["extra"]
    share = 1.0 - extra["cached_share"]
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(0.05 * share, rel=0.03)
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(0.05, rel=0.01)


def test_a_new_connection_is_set_up_from_where_its_caller_is() -> None:
    """Two round trips before the first request, none before the others."""
    pool = ConnectionPlan(round_trips=2, connections=1, requests=5)
    routes = (RoutePlan(links=("users-dns",), delay=0.05),)
    nodes = [closed("users", 1, constant(1.0)), dns(), station("a", 0.0, workers=None)]
    links = [link("users", "dns", connection=pool), link("dns", "a", routes=routes)]
    simulation = Simulation(plan(nodes, links, duration=100.0))
    simulation.advance(100.0)
    latency = ended(simulation)["clients"]["users"]["latency"]
    assert latency["max"] == pytest.approx(0.3, rel=0.01)
    assert latency["p50"] == pytest.approx(0.1, rel=0.01)
    assert latency["mean"] == pytest.approx(0.1 + 0.2 / 5.0, rel=0.05)


def test_a_client_without_users_of_its_own_is_one_resolver() -> None:
    nodes = [client("users", 100.0), dns("round_robin", ttl=10.0)]
    nodes += [station(name, 0.0, workers=None) for name in "ab"]
    links = [link("users", "dns"), link("dns", "a"), link("dns", "b")]
    simulation = Simulation(plan(nodes, links, duration=100.0))
    simulation.advance(100.0)
    asked = ended(simulation)["nodes"]["dns"]["extra"]["resolutions"] * 100.0
    assert asked in (10.0, 11.0)
    assert not math.isnan(asked)


def places(*events: Any) -> Simulation:
    """Two continents of users, each with a site; DNS lies in neither of the frames."""
    nodes = [
        builders.node("dns", "dns", policy="geo", ttl=5, check=None),
        builders.node("x", "service", service_time=builders.constant(0.0), workers=50, frame="eu"),
        builders.node("y", "service", service_time=builders.constant(0.0), workers=50, frame="us"),
    ]
    links = [builders.link("dns", "x"), builders.link("dns", "y", weight=3)]
    for name, frame in (("ue", "eu"), ("uu", "us")):
        nodes.append(builders.client(name, 50.0, frame=frame))
        links.append(builders.link(name, "dns", timeout=1.0))
    frames = [
        {"id": "eu", "kind": "region", "config": {"round_trip": {"us": 0.08}}},
        {"id": "us", "kind": "region"},
    ]
    fields = {"frames": frames, "events": list(events), "duration": 60.0, "warmup": 0.0}
    simulation = Simulation(lower(builders.design(nodes, links, **fields)))
    simulation.advance(60.0)
    return simulation


def between(change: str, target: str, **fields: Any) -> Any:
    return {"at": 20.0, "duration": 20.0, "target": target, "change": change, **fields}


def test_a_cut_between_two_places_reaches_those_who_go_from_one_to_the_other() -> None:
    records = between("set", "dns", path="records", value=["y"])
    records |= {"at": 0.0, "duration": 60.0}
    cut = ended(places(records, between("partition", "eu", **{"with": "us"})))
    assert cut["clients"]["uu"]["failed"] == {}
    assert cut["clients"]["ue"]["failed"] == {"timeout": pytest.approx(1000, rel=0.1)}
    assert cut["nodes"]["dns"]["extra"]["on_dead_share"] == pytest.approx(1.0 / 6.0, rel=0.1)
    apart = ended(places(between("partition", "eu", **{"with": "us"})))
    assert [each["failed"] for each in apart["clients"].values()] == [{}, {}]
    slow = ended(places(records, between("delay", "eu", seconds=0.3, **{"with": "us"})))
    assert slow["clients"]["ue"]["latency"]["max"] == pytest.approx(0.68, rel=0.01)
    assert slow["clients"]["uu"]["latency"]["max"] == 0.0


def test_an_answer_that_leads_to_what_is_gone() -> None:
    made = two_sites(dns("round_robin", ttl=30.0))
    simulation = Simulation(made)
    simulation.advance(20.0)
    simulation.follow(
        replace(made, nodes=tuple(n for n in made.nodes if n.id != "b"), links=made.links[:2])
    )
    before = failures(simulation)
    assert before == 0
    simulation.advance(25.0)
    check(simulation.machine)
    assert failures(simulation) > 500
    simulation.advance(60.0)
    now = failures(simulation)
    simulation.advance(70.0)
    assert failures(simulation) == now
    check(simulation.machine)


def foreseen(made: Plan) -> float | None:
    """The mean latency of the users, as theory has it."""
    return predict(made).clients["users"].latency


@pytest.mark.parametrize(
    ("policy", "mean"), [("weighted", 0.115), ("failover", 0.055), ("latency", 0.055)]
)
def test_theory_knows_what_everybody_is_told(policy: str, mean: float) -> None:
    """COURSE 7.4: Σ share × (round trip + residence): a quarter to the near one, the rest further away."""
    work = LawPlan(law="exponential", mean=0.015)
    nodes = [client("users", 40.0, known_users=4000), dns(policy, ttl=5.0)]
    nodes += [station(name, work, workers=20) for name in "ab"]
    links = [link("users", "dns")]
    for name, away, weight in (("a", 0.02, 1.0), ("b", 0.06, 3.0)):
        routes = (RoutePlan(links=("users-dns",), delay=away),)
        links.append(link("dns", name, weight=weight, routes=routes))
    made = plan(nodes, links, duration=400.0)
    assert foreseen(made) == pytest.approx(mean, rel=1e-6)
    simulation = Simulation(made)
    simulation.advance(400.0)
    measured = ended(simulation)["clients"]["users"]["latency"]["mean"]
    assert measured == pytest.approx(mean, rel=0.02)


def test_theory_says_nothing_where_one_answer_is_for_all() -> None:
    nodes = [client("users", 40.0), dns("round_robin", ttl=5.0)]
    nodes += [station(name, 0.01, workers=20) for name in "ab"]
    links = [link("users", "dns"), link("dns", "a"), link("dns", "b")]
    assert foreseen(plan(nodes, links)) is None
    many = client("users", 40.0, known_users=50)
    assert foreseen(plan([many, *nodes[1:]], links)) is not None
