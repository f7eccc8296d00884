"""Instances that an event takes out of rotation (COURSE 7.1): who is served still, what is cut off, who comes back."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.user_sessions import UserSessions
from engine.plan.primitives import INFINITE, ConnectionPlan, HealthPlan, Plan, ResolverPlan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    client,
    closed,
    event,
    exponential,
    link,
    plan,
    queue,
    router,
    simulate,
    station,
)

HOP = [link("users", "lb"), link("lb", "web")]


def ended(simulation: Simulation) -> Result:
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def arrivals(result: Result, name: str = "web") -> list[int]:
    return [each["arrivals"] for each in result["nodes"][name]["instances"]]


def farm(rate: float, count: int, inside: float, *events: Any, **more: Any) -> Plan:
    nodes = [
        client(rate=rate),
        router("lb", **more),
        station("web", exponential(inside), instances=count, workers=None),
    ]
    return plan(nodes, HOP, events=events, duration=60.0)


@pytest.mark.parametrize(("rate", "count", "inside"), [(200.0, 4, 0.2), (90.0, 3, 0.5)])
@pytest.mark.parametrize(
    "more",
    [{}, {"picker": "random"}, {"health": HealthPlan(interval=1.0, failures=2, successes=2)}],
)
def test_nobody_fails_where_there_is_time(
    rate: float, count: int, inside: float, more: dict[str, Any]
) -> None:
    """The others have 1 / (n - 1) of the load each meanwhile, and the one that was away its share again."""
    away = event(10.0, 30.0, "drain", nodes=("web",), instances=1, seconds=20.0 * inside)
    simulation = Simulation(farm(rate, count, inside, away, **more))
    simulation.advance(10.0)
    before = arrivals(ended(simulation))
    simulation.advance(40.0)
    during = arrivals(ended(simulation))
    assert during[0] == before[0]
    expected = 30.0 * rate / (count - 1)
    for since, until in zip(before[1:], during[1:], strict=True):
        assert until - since == pytest.approx(expected, abs=4.0 * expected**0.5)
    simulation.advance(60.0)
    result = ended(simulation)
    back = 15.0 * rate / count  # checks take some seconds to believe in it
    assert arrivals(result)[0] - during[0] > back
    assert result["clients"]["users"]["failed"] == {}
    assert result["nodes"]["web"]["extra"]["drain_cut"] == 0.0


@pytest.mark.parametrize(("inside", "seconds"), [(0.2, 0.2), (0.5, 0.25), (0.3, 0.0)])
def test_what_takes_longer_is_cut_off(inside: float, seconds: float) -> None:
    """Little: λ W / n are inside of an instance, and of exponential times a share exp(-t / W) is left after t."""
    rate, count, times = 200.0, 2, 30
    drains = [
        event(10.0 + 8.0 * i, 4.0, "drain", nodes=("web",), instances=1, seconds=seconds)
        for i in range(times)
    ]
    simulation = Simulation(farm(rate, count, inside, *drains))
    simulation.advance(10.0 + 8.0 * times)
    result = ended(simulation)
    expected = times * rate / count * inside * math.exp(-seconds / inside)
    cut = result["nodes"]["web"]["extra"]["drain_cut"]
    assert cut == pytest.approx(expected, abs=3.0 * expected**0.5)
    assert result["clients"]["users"]["failed"] == {"crashed": cut}


@pytest.mark.parametrize(("drain", "cut"), [(2.0, 0.0), (0.5, 0.5), (0.25, 0.75), (INFINITE, 0.0)])
def test_a_node_says_how_long_where_the_event_does_not(drain: float, cut: float) -> None:
    """Everything takes a second: of what came in the last, a share 1 - drain is there still."""
    web = station("web", 1.0, instances=2, workers=None, drain=drain)
    away = event(10.0, 20.0, "drain", nodes=("web",), instances=1)
    users = client(rate=400.0, process="deterministic")
    simulation = Simulation(plan([users, router("lb"), web], HOP, events=(away,)))
    simulation.advance(25.0)
    result = ended(simulation)
    failed = result["clients"]["users"]["failed"].get("crashed", 0)
    assert failed == pytest.approx(200.0 * cut, abs=1.0)
    state = result["nodes"]["web"]["instances"][0]["state"]
    assert state == ("draining" if drain == INFINITE else "down")


@pytest.mark.parametrize(("users", "count", "seconds"), [(60, 3, 8.0), (200, 5, 15.0)])
def test_connections_live_until_the_time_is_up(users: int, count: int, seconds: float) -> None:
    """Layer 4: who is connected stays; then 1 / n of the connections is cut, and set up again elsewhere."""
    rules = ConnectionPlan(round_trips=1, per="user")
    nodes = [
        closed("users", users, exponential(0.5)),
        router("lb", layer=4),
        station("web", 0.01, instances=count, workers=None),
    ]
    links = [link("users", "lb", connection=rules), link("lb", "web")]
    away = event(10.0, 40.0, "drain", nodes=("web",), instances=1, seconds=seconds)
    simulation = Simulation(plan(nodes, links, events=(away,)))
    simulation.advance(10.0)
    before = arrivals(ended(simulation))
    simulation.advance(10.0 + seconds - 0.01)
    during = ended(simulation)
    assert arrivals(during)[0] - before[0] == pytest.approx(seconds / 10.0 * before[0], rel=0.25)
    assert during["clients"]["users"]["failed"] == {}
    simulation.advance(45.0)
    result = ended(simulation)
    cut = result["nodes"]["web"]["extra"]["drain_connections"]
    assert cut == users / count
    assert result["links"]["users-lb"]["extra"]["connections_opened"] == users + cut
    assert sum(result["clients"]["users"]["failed"].values()) <= 3
    assert result["nodes"]["web"]["instances"][0]["state"] == "down"


def test_a_worker_pulls_no_more() -> None:
    nodes = [
        client(rate=50.0),
        queue("q"),
        station("work", 0.1, instances=3, workers=4, pulls=True),
    ]
    links = [link("users", "q"), link("q", "work")]
    away = event(10.0, 20.0, "drain", nodes=("work",), instances=2, seconds=5.0)
    simulation = Simulation(plan(nodes, links, events=(away,)))
    simulation.advance(10.0)
    before = arrivals(ended(simulation), "work")
    simulation.advance(29.9)
    result = ended(simulation)
    assert arrivals(result, "work")[:2] == before[:2]
    assert result["nodes"]["work"]["failed"] == {}
    simulation.advance(60.0)
    result = ended(simulation)
    assert min(arrivals(result, "work")[:2]) > max(before)
    assert result["nodes"]["q"]["extra"]["redelivered"] == 0.0


@pytest.mark.parametrize(("ttl", "seconds"), [(20.0, 25.0), (40.0, 20.0)])
def test_dns_answers_others_while_who_knows_the_way_still_comes(ttl: float, seconds: float) -> None:
    """A share (TTL - t) / (TTL + gap) goes there after t, the gap being that to the next request of a user.

    What is left when it stops is lost until answers run out.
    """
    rate, gap, at = 800.0, 0.5, 2.0 * ttl
    nodes = [
        client("users", rate, known_users=400),
        router("dns", resolver=ResolverPlan(policy="failover", ttl=ttl)),
        station("a", 0.0, workers=None),
        station("b", 0.0, workers=None),
    ]
    links = [link("users", "dns"), link("dns", "a"), link("dns", "b")]
    away = event(at, 4.0 * ttl, "drain", nodes=("a",), seconds=seconds)
    simulation = Simulation(plan(nodes, links, events=(away,), duration=1e3))
    for share in (0.25, 0.45):
        simulation.advance(at + share * ttl - 1.0)
        sent = simulation.machine.links["dns-a"].link.attempts
        simulation.advance(at + share * ttl + 1.0)
        there = (simulation.machine.links["dns-a"].link.attempts - sent) / (2.0 * rate)
        assert there == pytest.approx((1.0 - share) * ttl / (ttl + gap), abs=0.07)
    simulation.advance(at + 3.0 * ttl)
    lost = sum(ended(simulation)["clients"]["users"]["failed"].values())
    left = max(0.0, ttl - seconds)
    assert lost == pytest.approx(rate * left**2 / (2.0 * (ttl + gap)), rel=0.15, abs=0.5)


def test_sticky_users_stay_and_their_sessions_are_lost_at_the_end() -> None:
    sessions = UserSessions(where="memory")
    nodes = [
        closed("users", 500, exponential(1.0)),
        router("lb", affinity="session"),
        station("web", 0.001, instances=5, workers=None, gates=(sessions,)),
    ]
    away = event(20.0, 30.0, "drain", nodes=("web",), instances=1, seconds=10.0)
    simulation = Simulation(plan(nodes, HOP, events=(away,)))
    simulation.advance(20.0)
    before = arrivals(ended(simulation))[0]
    simulation.advance(29.9)
    result = ended(simulation)
    assert arrivals(result)[0] - before == pytest.approx(9.9 * 100.0, rel=0.1)
    assert result["nodes"]["web"]["extra"]["sessions_lost"] == 0.0
    simulation.advance(49.0)
    result = ended(simulation)
    assert result["nodes"]["web"]["extra"]["sessions_lost"] == pytest.approx(100.0, abs=1.0)
    assert result["clients"]["users"]["failed"].get("crashed", 0) <= 2


@pytest.mark.parametrize("affinity", ["session", "client"])
@pytest.mark.parametrize("health", [None, HealthPlan(interval=5.0, failures=3, successes=2)])
def test_nobody_belongs_to_what_has_been_stopped(affinity: str, health: HealthPlan | None) -> None:
    """Once the time is up, who belonged there is somewhere else at the next request, checks or none."""
    users = 400
    nodes = [
        closed("users", users, exponential(1.0)),
        router("lb", affinity=affinity, health=health),
        station("web", 0.001, instances=4, workers=None),
    ]
    away = event(20.0, 30.0, "drain", nodes=("web",), instances=1, seconds=10.0)
    simulation = Simulation(plan(nodes, HOP, events=(away,), duration=80.0))
    simulation.advance(29.99)
    before = arrivals(ended(simulation))
    simulation.advance(49.9)
    result = ended(simulation)
    during = arrivals(result)
    assert during[0] - before[0] <= 3
    assert sum(during) - sum(before) == pytest.approx(19.9 * users, rel=0.05)
    failed = result["clients"]["users"]["failed"]
    assert failed.keys() <= {"crashed"}
    assert failed.get("crashed", 0) <= 3
    assert result["nodes"]["web"]["instances"][0]["state"] == "down"
    simulation.advance(80.0)
    result = ended(simulation)
    assert result["clients"]["users"]["failed"] == failed
    assert result["nodes"]["web"]["instances"][0]["state"] == "ready"


def test_a_worker_that_was_stopped_pulls_again_when_it_is_back() -> None:
    nodes = [
        client(rate=50.0),
        queue("q"),
        station("work", 0.1, instances=2, workers=4, pulls=True),
    ]
    links = [link("users", "q"), link("q", "work")]
    away = event(10.0, 20.0, "drain", nodes=("work",), seconds=5.0)
    simulation = Simulation(plan(nodes, links, events=(away,)))
    simulation.advance(11.0)
    before = arrivals(ended(simulation), "work")
    simulation.advance(29.9)
    assert arrivals(ended(simulation), "work") == before
    simulation.advance(60.0)
    result = ended(simulation)
    assert min(arrivals(result, "work")) > max(before)
    assert result["clients"]["users"]["failed"] == {}


def test_a_whole_farm_out_of_rotation_serves_nobody() -> None:
    away = event(10.0, 10.0, "drain", nodes=("web",), seconds=30.0)
    result = simulate(farm(100.0, 3, 0.01, away))
    failed = result["clients"]["users"]["failed"]
    assert failed.keys() == {"unavailable"}
    assert failed["unavailable"] == pytest.approx(1000, abs=100)
    direct = [client(rate=100.0), station("web", 0.01, workers=None)]
    made = plan(direct, [link("users", "web")], events=(away,), duration=60.0)
    assert simulate(made)["clients"]["users"]["failed"].keys() == {"unavailable"}


def test_drains_overlap_and_are_called_off() -> None:
    first = event(10.0, 20.0, "drain", nodes=("web",), instances=1, seconds=INFINITE)
    second = event(20.0, 20.0, "drain", nodes=("web",), instances=2, seconds=INFINITE)
    simulation = Simulation(farm(300.0, 3, 0.01, first, second))
    states = []
    for until in (15.0, 25.0, 35.0, 45.0):
        simulation.advance(until)
        rows = ended(simulation)["nodes"]["web"]["instances"]
        states.append("".join(row["state"][0] for row in rows))
    assert states == ["drr", "ddr", "ddr", "rrr"]
    simulation = Simulation(farm(300.0, 3, 0.01, first))
    simulation.advance(15.0)
    simulation.follow(farm(300.0, 3, 0.01))
    simulation.advance(20.0)
    assert ended(simulation)["nodes"]["web"]["instances"][0]["state"] == "ready"
    assert min(arrivals(ended(simulation))) > 0


def test_clients_and_dns_are_in_no_rotation() -> None:
    nodes = [
        client("users", 100.0, known_users=100),
        router("dns", resolver=ResolverPlan(policy="failover", ttl=5.0)),
        station("a", 0.0, workers=None, instances=2),
    ]
    links = [link("users", "dns"), link("dns", "a")]
    away = event(10.0, 20.0, "drain", nodes=("users", "dns", "a"), instances=1, seconds=1.0)
    result = simulate(plan(nodes, links, events=(away,), duration=40.0))
    assert result["clients"]["users"]["offered"] == pytest.approx(4000, abs=200)
