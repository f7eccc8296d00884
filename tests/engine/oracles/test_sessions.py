"""Sessions: how many live, who is logged out, and what each way of keeping them costs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.user_sessions import UserSessions
from engine.plan.primitives import EventPlan, MemoryPlan, NodePlan, Plan, RingPlan, SessionPlan
from engine.plan.theory import predict
from engine.sim.invariants import check
from engine.sim.primitives.user_sessions import sessions_of
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    cache,
    client,
    closed,
    constant,
    event,
    exponential,
    link,
    plan,
    request_class,
    router,
    simulate,
    station,
)

WHERE = ["memory", "replicated", "store", "cookie"]


def remembered(
    where: Any = "memory",
    *,
    users: NodePlan | None = None,
    affinity: Any = "none",
    picker: Any = "random",
    instances: int = 5,
    kept: NodePlan | None = None,
    settings: dict[str, Any] | None = None,
    station_changes: dict[str, Any] | None = None,
    **changes: Any,
) -> Plan:
    """Users, a balancer, a service that remembers them, and what keeps sessions where it does not."""
    store = "kv" if where == "store" else None
    sessions = UserSessions(where=where, store=store, **(settings or {}))
    fields = {"instances": instances, "workers": None} | (station_changes or {})
    nodes = [
        users or closed("users", 500, exponential(1.0)),
        router("lb", picker, affinity=affinity),
        station("web", 0.001, gates=(sessions,), **fields),
        kept or cache("kv", None, 0.0001),
    ]
    links = [link("users", "lb"), link("lb", "web"), link("web", "kv", delay=0.00025)]
    if where != "store":
        links.pop()
    return plan(nodes, links, **({"duration": 60.0} | changes))


def extra(result: Result, node: str = "web") -> dict[str, Any]:
    found: dict[str, Any] = result["nodes"][node]["extra"]
    return found


@pytest.mark.parametrize(("users", "instances"), [(2000, 5), (900, 3)])
@pytest.mark.parametrize("where", WHERE)
def test_one_of_n_takes_its_share_along_unless_others_know_it(
    where: str, users: int, instances: int
) -> None:
    kill = event(30.0, 5.0, "kill", nodes=("web",), instances=1)
    crowd = closed("users", users, exponential(1.0))
    affinity = "session" if where == "memory" else "none"
    made = remembered(where, users=crowd, affinity=affinity, instances=instances, events=(kill,))
    found = extra(simulate(made))
    if where == "memory":
        share = 1.0 / instances
        margin = 3.0 * math.sqrt(share * (1.0 - share) / users)
        assert found["sessions_lost"] / users == pytest.approx(share, abs=margin)
        assert found["logged_out"] == found["sessions_lost"]
    else:
        assert (
            found["sessions_lost"] <= 1.0
        )  # replicated: whoever began in the last half millisecond
        assert found["logged_out"] <= 1.0
    assert found["sessions_begun"] == found["sessions_live"] + found["sessions_lost"]


@pytest.mark.parametrize(
    ("rate", "requests", "think", "ttl"), [(6.0, 3.0, 3.0, 40.0), (3.0, 6.0, 1.0, 60.0)]
)
@pytest.mark.parametrize("where", WHERE)
def test_live_sessions_are_those_that_began_in_a_visit_and_an_idle_time(
    where: str, rate: float, requests: float, think: float, ttl: float
) -> None:
    """Little: a session lives from the first request to the last, and the idle time after it."""
    session = SessionPlan(mean=requests, law="geometric")
    users = client(rate=rate, process="sessions", session=session, think=exponential(think))
    affinity = "session" if where == "memory" else "none"
    made = remembered(
        where,
        users=users,
        affinity=affinity,
        settings={"idle_ttl": ttl},
        duration=3000.0,
        warmup=600.0,
    )
    visit = (requests - 1.0) * think
    live = rate * (visit + ttl)
    found = extra(Measured(made).result)
    margin = 4.0 * math.sqrt(live * (visit + ttl) / 2400.0)
    assert margin < 0.06 * live
    assert found["sessions"] == pytest.approx(live, abs=margin)
    assert found["sessions_ended"] == pytest.approx(rate * 2400.0, rel=0.05)


class Measured:
    """A run, measured from its warm-up on."""

    def __init__(self, made: Plan) -> None:
        self.simulation = Simulation(made)
        self.simulation.advance(made.warmup)
        self.simulation.machine.mark()
        self.simulation.advance(made.duration)
        check(self.simulation.machine)
        self.result = result_of(self.simulation.machine, (), 0.0)


def latency(made: Plan) -> float:
    mean: float = simulate(made)["clients"]["users"]["latency"]["mean"]
    return mean


@pytest.mark.parametrize("kept", [cache("kv", None, 0.0001), station("kv", 0.002, workers=None)])
def test_a_store_adds_exactly_one_round_trip_and_its_time(kept: NodePlan) -> None:
    bare = latency(remembered("cookie"))
    work = kept.station.service[0].mean
    made = remembered("store", kept=kept)
    assert latency(made) - bare == pytest.approx(0.0005 + work, rel=1e-9)
    result = simulate(made)
    requests = result["nodes"]["web"]["completed"]
    under_way = result["nodes"]["web"]["in_system"]
    attempts = result["links"]["web-kv"]["attempts"]
    assert abs(attempts - 2 * requests) <= under_way
    assert extra(result)["sessions_begun"] == 500.0


def test_theory_knows_the_calls_for_sessions() -> None:
    users = client(rate=200.0, known_users=50)
    made = remembered("store", users=users, kept=station("kv", exponential(0.002), workers=2))
    found, measured = predict(made), simulate(replace(made, duration=300.0))
    assert found.nodes["kv"].rate == pytest.approx(400.0)
    assert measured["nodes"]["kv"]["arrivals"] / 300.0 == pytest.approx(400.0, rel=0.02)
    mean = measured["clients"]["users"]["latency"]["mean"]
    assert found.clients["users"].latency == pytest.approx(mean, rel=0.05)
    for where in ("memory", "cookie"):
        plain = predict(remembered(where, users=users))
        assert not any("sessions" in doubt for doubt in plain.nodes["web"].doubts)


@pytest.mark.parametrize("size", [4096, 700])
def test_a_cookie_is_carried_over_every_link_in_front(size: int) -> None:
    made = remembered("cookie", settings={"bytes": size})
    result = simulate(made)
    for name in ("users-lb", "lb-web"):
        requests = result["links"][name]["attempts"]
        assert result["links"][name]["bytes_in"] == pytest.approx((1000.0 + size) * requests)
    rate = result["nodes"]["web"]["arrivals"] / 60.0
    assert extra(result)["session_bytes"] == pytest.approx(size * rate, rel=0.01)


def test_cookies_fill_a_narrow_link() -> None:
    made = remembered("cookie", settings={"bytes": 4096})
    narrow = [
        replace(each, bandwidth=1e7) if each.source == "users" else each for each in made.links
    ]
    busy = {}
    for size in (0, 4096):
        gates = (UserSessions(where="cookie", bytes=size),)
        nodes = tuple(
            replace(each, gates=gates) if each.id == "web" else each for each in made.nodes
        )
        result = simulate(replace(made, nodes=nodes, links=tuple(narrow)))
        extras = result["links"]["users-lb"]["extra"]
        busy[size] = extras["request_utilization"] * 60.0 / result["links"]["users-lb"]["attempts"]
    assert busy[4096] - busy[0] == pytest.approx(4096 / 1e7, rel=0.01)


def test_only_users_have_sessions() -> None:
    made = remembered("store", users=client(rate=50.0))
    result = simulate(made)
    assert result["links"]["web-kv"]["attempts"] == 0
    assert extra(result)["sessions_begun"] == 0.0
    cookies = simulate(remembered("cookie", users=client(rate=50.0)))["links"]["lb-web"]
    assert cookies["bytes_in"] == 1000.0 * cookies["attempts"]


@pytest.mark.parametrize("instances", [2, 5])
def test_without_affinity_most_requests_log_somebody_out(instances: int) -> None:
    """Whoever comes to another instance than before is not known there: (n - 1)/n of them."""
    made = remembered("memory", instances=instances)
    result = simulate(made)
    found, requests = extra(result), result["nodes"]["web"]["completed"]
    share = 1.0 - 1.0 / instances
    margin = 4.0 * math.sqrt(share * (1.0 - share) / requests)
    assert found["logged_out"] / (requests - 500.0) == pytest.approx(share, abs=margin)
    assert found["sessions_live"] == found["sessions_begun"] == found["logged_out"] + 500.0


@pytest.mark.parametrize("where", ["replicated", "store", "cookie"])
def test_wherever_all_instances_know_them_nobody_is_logged_out(where: str) -> None:
    found = extra(simulate(remembered(where)))
    assert found["logged_out"] == 0.0
    assert found["sessions_begun"] == 500.0


@pytest.mark.parametrize("instances", [2, 5])
def test_copies_cost_the_size_for_every_other_instance(instances: int) -> None:
    made = remembered("replicated", instances=instances, settings={"bytes": 3000})
    result = simulate(made)
    written = 3000 * (instances - 1) * result["nodes"]["web"]["completed"] / 60.0
    assert extra(result)["session_bytes"] == pytest.approx(written, rel=1e-3)


def test_copies_are_lost_with_the_last_instance_alone() -> None:
    for killed, lost in ((4, 0.0), (5, 500.0)):
        kill = event(30.0, 5.0, "kill", nodes=("web",), instances=killed)
        made = remembered("replicated", events=(kill,), settings={"delay": 0.0})
        assert extra(simulate(made))["sessions_lost"] == lost


@pytest.mark.parametrize("delay", [2.0, 5.0])
def test_what_was_not_copied_yet_dies_with_its_instance(delay: float) -> None:
    """New users all the time: those of the last moments are known to one instance alone."""
    session = SessionPlan(mean=1.0, law="constant")
    users = client(rate=100.0, process="sessions", session=session)
    kill = event(30.0, 5.0, "kill", nodes=("web",), instances=1)
    made = remembered(
        "replicated", users=users, events=(kill,), settings={"delay": delay}, duration=40.0
    )
    wanted = 100.0 * delay / 5.0
    lost = extra(simulate(made))["sessions_lost"]
    assert lost == pytest.approx(wanted, abs=4.0 * math.sqrt(wanted))


@pytest.mark.parametrize("capacity", [100, 300])
def test_a_store_that_is_too_small_logs_out_whom_it_evicts(capacity: int) -> None:
    """Users ask in any order, so that a session is there still in `capacity / users` of the cases (LRU or not)."""
    result = simulate(remembered("store", kept=cache("kv", capacity, 0.0001), duration=200.0))
    found, kept = extra(result), extra(result, "kv")
    assert found["sessions_live"] == kept["entries"] == capacity
    assert found["sessions_lost"] == kept["evictions"]
    again = result["nodes"]["web"]["completed"] - 500.0
    assert found["logged_out"] / again == pytest.approx(1.0 - capacity / 500.0, abs=0.03)


def test_a_store_that_evicts_nobody_refuses_whom_it_cannot_keep() -> None:
    """Who is in stays in; who is not is told so each time. A store too small does the one or the other, never both."""
    kept = cache("kv", 100, 0.0001, eviction="none")
    result = simulate(remembered("store", kept=kept, duration=200.0))
    found, store = extra(result), extra(result, "kv")
    assert (found["logged_out"], found["sessions_lost"], store["evictions"]) == (0.0, 0.0, 0.0)
    assert found["sessions_live"] == store["entries"] == 100
    assert store["write_errors"] == result["nodes"]["kv"]["failed"]["error"]
    share = store["write_errors"] / result["nodes"]["web"]["completed"]
    assert share == pytest.approx(0.8, abs=0.03)
    small = extra(simulate(remembered("store", kept=cache("kv", 100, 0.0001))), "kv")
    assert "write_errors" not in small


def ringed(instances: int, **changes: Any) -> NodePlan:
    """A store of sessions with several instances, spread evenly."""
    ring = RingPlan(
        instances=instances, placement="slots", virtual_nodes=1, **({"replicas": 0} | changes)
    )
    kept = cache("kv", None, 0.0001, ring=ring)
    return replace(kept, station=replace(kept.station, instances=instances + ring.spares))


def test_a_dead_instance_of_a_ring_takes_its_sessions_with_it() -> None:
    kill = event(20.0, 5.0, "kill", nodes=("kv",), instances=1)
    lost, copied, spared = (
        extra(simulate(remembered("store", kept=each, events=(kill,), duration=40.0)))
        for each in (ringed(5), ringed(5, replicas=1), ringed(5, spares=1, spare_ttl=5.0))
    )
    margin = 4.0 * math.sqrt(500.0 * 0.2 * 0.8)
    assert lost["sessions_lost"] == lost["logged_out"] == pytest.approx(100.0, abs=margin)
    assert copied["sessions_lost"] == copied["logged_out"] == 0.0
    assert spared["logged_out"] > lost["logged_out"], "once more, when it is back"


def test_bytes_bound_a_store_of_sessions_as_well() -> None:
    kept = cache("kv", None, 0.0001, capacity_bytes=200_000.0)
    found = extra(simulate(remembered("store", kept=kept, settings={"bytes": 2000})))
    assert found["sessions_live"] == 100.0
    assert found["session_bytes"] > 0.0


@pytest.mark.parametrize(
    ("change", "kept", "lost"),
    [
        ("flush", cache("kv", None, 0.0001), 500.0),
        ("kill", cache("kv", None, 0.0001), 500.0),
        ("kill", station("kv", 0.0001, workers=None), 0.0),
    ],
)
def test_a_cache_forgets_and_a_database_does_not(change: str, kept: NodePlan, lost: float) -> None:
    made = remembered("store", kept=kept, events=(event(30.0, 5.0, change, nodes=("kv",)),))
    result = simulate(made)
    found, failed = extra(result), result["clients"]["users"]["failed"]
    assert found["sessions_lost"] == lost
    assert found["logged_out"] == lost
    assert bool(failed) == (change == "kill")


@pytest.mark.parametrize("where", WHERE)
def test_who_comes_back_after_the_idle_time_begins_anew_and_is_not_logged_out(where: str) -> None:
    users = closed("users", 100, constant(20.0))
    made = remembered(where, users=users, settings={"idle_ttl": 10.0}, instances=1, duration=95.0)
    found = extra(simulate(made))
    assert found["sessions_begun"] == 400.0
    assert found["sessions_ended"] == 400.0
    assert found["sessions_live"] == found["logged_out"] == 0.0
    assert found["sessions"] == pytest.approx(400.0 * 10.0 / 95.0, rel=0.01)


def test_instances_that_are_taken_away_take_their_sessions_along() -> None:
    simulation = Simulation(
        remembered("memory", affinity="session", picker="round_robin", instances=4)
    )
    simulation.advance(30.0)
    simulation.machine.scale("web", 8)
    simulation.advance(40.0)
    table = sessions_of(simulation.machine.nodes["web"])
    assert table is not None
    assert table.ledger.lost == 0
    simulation.machine.scale("web", 1)
    check(simulation.machine)
    assert table.ledger.lost == pytest.approx(375, abs=2)
    simulation.advance(60.0)
    check(simulation.machine)
    assert table.logged_out == table.ledger.lost


@pytest.mark.parametrize(("mean", "seen"), [(50.0, 50.0), (30.0, 60.0)])
def test_new_instances_get_sessions_as_others_end(mean: float, seen: float) -> None:
    """4 become 8: with users kept where they are, new ones have 1 - e^(-t/τ) of their fair share after t."""
    session = SessionPlan(mean=mean / 0.5, law="geometric")
    users = client(rate=8.0, process="sessions", session=session, think=exponential(0.5))
    made = remembered("memory", users=users, affinity="session", instances=4, duration=1000.0)
    simulation = Simulation(made)
    simulation.advance(5.0 * mean)
    simulation.machine.scale("web", 8)
    width = 0.05 * mean
    simulation.advance(5.0 * mean + seen - width)
    before = served(simulation)
    simulation.advance(5.0 * mean + seen + width)
    counts = [now - then for now, then in zip(served(simulation), before, strict=True)]
    share = sum(counts[4:]) / sum(counts) / 0.5
    assert share == pytest.approx(1.0 - math.exp(-seen / mean), abs=0.09)
    assert extra(result_of(simulation.machine, (), 0.0))["sessions_lost"] == 0.0


def served(simulation: Simulation) -> list[int]:
    return [int(pool.arrivals) for pool in simulation.machine.nodes["web"].node.pools]


def test_sessions_take_the_memory_of_their_instances() -> None:
    memory = MemoryPlan(
        base=1e6, per_request=0.0, per_peer=0.0, leak=0.0, limit=1e12, refuses=False
    )
    changes = {"memory": memory}
    for where, kept in (("memory", 100.0), ("replicated", 500.0), ("cookie", 0.0)):
        made = remembered(
            where,
            affinity="session",
            picker="round_robin",
            settings={"bytes": 1000},
            station_changes=changes,
        )
        used = extra(simulate(made))["memory"]
        assert used == pytest.approx(1e6 + 1000.0 * kept, rel=2e-3)


def test_writes_take_as_long_as_those_of_a_class_that_writes() -> None:
    classes = (request_class("read"), request_class("write", write=True))
    users = closed("users", 50, exponential(1.0))
    users = replace(users, traffic=replace(users.traffic, mix=(1.0, 0.0)))  # type: ignore[type-var]
    kept = station("kv", [0.001, 0.003], workers=1)
    result = simulate(remembered("store", users=users, kept=kept, classes=classes))
    busy = result["nodes"]["kv"]["utilization"] * 60.0
    requests = result["nodes"]["web"]["completed"]
    assert busy == pytest.approx(0.004 * requests, rel=0.01)


EVENTS: list[tuple[EventPlan, ...]] = [
    (event(3.0, 4.0, "kill", nodes=("web",), instances=2), event(9.0, 1.0, "flush", nodes=("kv",))),
    (event(4.0, 5.0, "kill", nodes=("kv",)), event(6.0, 2.0, "kill", nodes=("web",))),
    (),
]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_changed_begun_is_live_ended_and_lost(seed: int) -> None:
    """Kept elsewhere, off and on, fewer and more instances, stores that shrink, change and go: all while it runs."""
    from engine.sim.lane.draws import generator

    random = generator(seed, "test", "edits")

    def some(choices: Any) -> Any:
        return choices[int(random.integers(len(choices)))]

    def another() -> Plan:
        where = some(WHERE)
        scope = some(("shared", "shared", "user"))
        kept = some(
            (cache("kv", some((20, 100, None)), scope=scope), station("kv", 0.003, workers=2))
        )
        made = remembered(
            where,
            users=closed("users", 60, exponential(0.2)),
            affinity=some(("none", "session")),
            instances=some((1, 2, 5)),
            kept=kept,
            settings={
                "idle_ttl": some((0.3, 3.0, 1800.0)),
                "bytes": some((0, 500)),
                "delay": some((0.0, 0.4)),
            },
            events=EVENTS[seed % len(EVENTS)],
            station_changes={"hold": some((True, False)), "workers": some((None, 3))},
        )
        if random.random() < 0.2:
            made = replace(made, nodes=made.nodes[:3], links=made.links[:2])  # its store is gone
        if random.random() < 0.2:
            bare = replace(made.nodes[2], gates=())
            made = replace(made, nodes=(*made.nodes[:2], bare, *made.nodes[3:]))
        return made

    simulation = Simulation(another())
    for step in range(24):
        simulation.advance(0.5 * (step + 1))
        check(simulation.machine)
        simulation.follow(another())
        check(simulation.machine)
        table = sessions_of(simulation.machine.nodes["web"])
        if table is not None:
            assert all(each.writes >= 0 for each in table.ledger.order.members())
    simulation.advance(20.0)
    result = result_of(simulation.machine, (), 0.0)
    assert result["clients"]["users"]["succeeded"] > 1000
