"""Rings of caches: what is lost with an instance, what a gutter and copies save, what moves when there are more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.hits import hit_ratio
from engine.plan.primitives import INFINITE, KeyPlan, Plan, RingPlan
from engine.sim.invariants import check
from engine.sim.lane.roles.store import StoreRole
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    cache,
    client,
    event,
    link,
    plan,
    request_class,
    retry,
    simulate,
    station,
    store,
)

COUNT, RATE, TTL = 200, 1000.0, 3.8
"""Each key is asked for five times a second, and lives for 19 of these: 95 % are hits."""
KEYS = (request_class(keys=KeyPlan(count=COUNT, alpha=0.0)),)


def ring(instances: int = 10, **changes: Any) -> RingPlan:
    fields: dict[str, Any] = {"placement": "range", "virtual_nodes": 100, "replicas": 0}
    return RingPlan(instances=instances, **(fields | changes))


def aside(made: RingPlan, duration: float = 100.0, **changes: Any) -> Plan:
    """A service that looks aside into a ring, and takes a dead instance for a miss."""
    own = ("ttl", "capacity", "prewarm")
    more = {name: changes.pop(name) for name in own if name in changes}
    front = cache("ring", more.pop("capacity", None), ring=made, **({"ttl": TTL} | more))
    front = replace(front, station=replace(front.station, instances=made.instances + made.spares))
    nodes = [
        client(rate=RATE),
        station("web", 0.0, workers=None),
        front,
        station("db", 0.0, workers=None),
    ]
    links = [
        link("users", "web"),
        link("web", "ring", order=0),
        link("web", "db", order=1, on_miss=True, on_failure=True),
    ]
    return plan(nodes, links, **({"classes": KEYS, "duration": duration} | changes))


def load_behind(made: Plan, *spans: tuple[float, float]) -> list[float]:
    """Calls a second at the database in some spans of time."""
    simulation, found = Simulation(made), []
    for start, end in spans:
        simulation.advance(start)
        before = int(simulation.machine.nodes["db"].node.arrivals)
        simulation.advance(end)
        found.append((int(simulation.machine.nodes["db"].node.arrivals) - before) / (end - start))
    check(simulation.machine)
    return found


def loss(at: float = 40.0, instances: int = 1) -> Any:
    return event(at, INFINITE, "kill", nodes=("ring",), instances=instances)


def test_without_one_of_ten_there_is_almost_three_times_the_load_behind() -> None:
    """(1 - .95 × .9) ÷ (1 - .95) = 2.90."""
    made = aside(ring(), events=(loss(),))
    before, after = load_behind(made, (10.0, 40.0), (40.0, 70.0))
    assert before == pytest.approx(RATE * 0.05, rel=0.05)
    assert after / before == pytest.approx(2.90, rel=0.05)


def test_a_gutter_restores_it_once_it_is_filled() -> None:
    made = aside(ring(spares=1, spare_ttl=10.0), events=(loss(),))
    before, first, after = load_behind(made, (10.0, 40.0), (40.0, 40.2), (48.0, 78.0))
    assert first > 1.5 * before, "it begins empty"
    assert after == pytest.approx(before, rel=0.08)


def test_a_gutter_keeps_for_a_shorter_time() -> None:
    """With a second there, a tenth of the keys is hit 5 ÷ 6 of the time."""
    made = aside(ring(spares=1, spare_ttl=1.0), events=(loss(),))
    (after,) = load_behind(made, (45.0, 85.0))
    assert after == pytest.approx(RATE * (0.9 * 0.05 + 0.1 / 6.0), rel=0.06)


def test_with_copies_nobody_notices() -> None:
    made = aside(ring(replicas=1), events=(loss(),))
    before, after = load_behind(made, (10.0, 40.0), (40.0, 70.0))
    assert after == pytest.approx(before, rel=0.08)
    gone = aside(ring(replicas=1), events=(loss(instances=2),))
    (both,) = load_behind(gone, (40.0, 70.0))
    assert both == pytest.approx(RATE * (0.1 + 0.9 * 0.05), rel=0.08), "neighbours have the copies"


def test_calls_to_a_dead_instance_fail() -> None:
    made = aside(ring(), events=(loss(0.0),), duration=20.0)
    plain = replace(made.links[2], on_failure=False)
    result = simulate(replace(made, links=(*made.links[:2], plain)))
    share = (
        result["clients"]["users"]["failed"]["unavailable"] / result["clients"]["users"]["offered"]
    )
    assert share == pytest.approx(0.1, abs=0.01)


def test_an_instance_that_is_drained_is_left_out_at_once() -> None:
    gone = event(5.0, INFINITE, "drain", nodes=("ring",), instances=1)
    result = simulate(aside(ring(placement="ring"), events=(gone,), duration=20.0, warmup=6.0))
    assert result["links"]["web-ring"]["failed"] == {}
    assert result["nodes"]["ring"]["instances"][0]["arrivals"] == 0


@pytest.mark.oracle(23)
@pytest.mark.parametrize(
    ("placement", "moved"), [("ring", 0.1), ("mod", 0.9), ("slots", 0.1), ("range", 0.5)]
)
def test_what_moves_from_nine_to_ten(placement: Any, moved: float) -> None:
    """O23; of ranges, those of the instance k move by k tenths of a ninth on."""
    many = (request_class(keys=KeyPlan(count=10_000, alpha=0.0)),)
    nine, ten = (
        aside(ring(count, placement=placement), classes=many, duration=2.0) for count in (9, 10)
    )
    simulation = Simulation(nine)
    simulation.advance(1.0)
    simulation.follow(ten)
    simulation.advance(2.0)
    found = result_of(simulation.machine, (), 0.0)["nodes"]["ring"]["extra"]
    assert found["keys_moved"] == pytest.approx(moved, abs=0.03)


@pytest.mark.parametrize("placement", ["ring", "mod", "slots", "range"])
@pytest.mark.parametrize(("count", "more"), [(10, {"spares": 1}), (5, {"replicas": 1})])
def test_a_dead_instance_moves_its_share_and_gets_it_back(
    placement: Any, count: int, more: dict[str, int]
) -> None:
    """The map stays as it is, also by modulo: 1 of n keys goes to the gutter or the copy, and back with the instance."""
    share = 1.0 / count
    kill = event(1.0, 1.0, "kill", nodes=("ring",), instances=1)
    many = (request_class(keys=KeyPlan(count=10_000, alpha=0.0)),)
    made = aside(ring(count, placement=placement, **more), classes=many, duration=3.0, warmup=0.0)
    for until, times in ((0.9, 0), (1.5, 1), (2.5, 2)):
        simulation = Simulation(replace(made, events=(kill,)))
        simulation.advance(until)
        found = result_of(simulation.machine, (), 0.0)["nodes"]["ring"]["extra"]
        assert found["keys_moved"] == pytest.approx(times * share, rel=0.12, abs=1e-9)


def test_nothing_moves_where_nobody_takes_over() -> None:
    kill = event(1.0, 1.0, "kill", nodes=("ring",), instances=1)
    made = aside(ring(placement="mod"), events=(kill,), duration=3.0, warmup=0.0)
    assert simulate(made)["nodes"]["ring"]["extra"]["keys_moved"] == 0.0


def rows(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = result["nodes"]["ring"]["instances"]
    return found


def test_each_instance_tells_what_it_keeps() -> None:
    result = simulate(aside(ring(4, placement="ring"), duration=20.0, warmup=10.0))
    extra = result["nodes"]["ring"]["extra"]
    assert sum(row["entries"] for row in rows(result)) == extra["entries"]
    assert all(row["hit_ratio"] == pytest.approx(0.95, abs=0.02) for row in rows(result))
    counts = [row["arrivals"] for row in rows(result)]
    assert extra["imbalance"] == pytest.approx(max(counts) * 4 / sum(counts))


def test_all_callers_ask_the_same_instance_for_a_key() -> None:
    base = aside(ring(5, placement="ring"), ttl=INFINITE, duration=5.0)
    other = (station("app", 0.0, workers=None), client("others", rate=RATE))
    links = (link("others", "app"), link("app", "ring"), link("app", "db", order=1, on_miss=True))
    both = replace(base, nodes=(*base.nodes, *other), links=(*base.links, *links))
    simulation = Simulation(both)
    simulation.advance(5.0)
    role = simulation.machine.nodes["ring"].role(StoreRole)
    assert role is not None
    held = [
        key
        for pool in simulation.machine.nodes["ring"].node.pools
        for key, _ in role.store_of(pool).contents()
    ]
    assert sorted(held) == list(range(COUNT))


def test_theory_counts_the_room_of_all() -> None:
    keys = KeyPlan(count=10_000, alpha=0.8)
    whole = hit_ratio(store(1000), [(1.0, keys, 1.0)])
    assert hit_ratio(store(100, ring=ring(10)), [(1.0, keys, 1.0)]) == whole
    assert hit_ratio(store(200, ring=ring(10, replicas=1)), [(1.0, keys, 1.0)]) == whole
    made = aside(
        ring(10, placement="slots"),
        ttl=INFINITE,
        capacity=100,
        classes=(request_class(keys=keys),),
        duration=60.0,
        warmup=20.0,
    )
    found = simulate(made)["nodes"]["ring"]["extra"]["hit_ratio"]
    assert found == pytest.approx(whole, rel=0.03)


@pytest.mark.parametrize("placement", ["ring", "mod", "slots", "range"])
def test_instances_come_and_go_while_it_runs(placement: Any) -> None:
    """What is stored stays where it still belongs; counters never fall, and all invariants hold."""
    steps = (ring(3), ring(5), ring(5, spares=2, spare_ttl=1.0), ring(2, replicas=1), None, ring(4))
    simulation = Simulation(aside(ring(1, spares=1, spare_ttl=1.0, placement=placement)))
    last = (0.0, 0.0)
    for place, step in enumerate(steps):
        now = 2.0 * (place + 1)
        simulation.advance(now)
        check(simulation.machine)
        made = aside(ring(1) if step is None else replace(step, placement=placement))
        if step is None:
            front = next(node for node in made.nodes if node.id == "ring")
            assert front.store is not None
            single = replace(front, store=replace(front.store, ring=None))
            made = replace(made, nodes=tuple(single if n is front else n for n in made.nodes))
        simulation.follow(made)
        check(simulation.machine)
        extra = result_of(simulation.machine, (), 0.0)["nodes"]["ring"]["extra"]
        counted = (extra["hits"], extra["misses"])
        assert counted >= last
        last = counted
    simulation.advance(20.0)
    check(simulation.machine)
    result = result_of(simulation.machine, (), 0.0)
    assert [row["state"] for row in rows(result)] == ["ready"] * 4 + ["gone"]
    assert result["clients"]["users"]["failed"] == {}


def test_it_can_begin_warm() -> None:
    result = simulate(aside(ring(4, placement="ring"), prewarm=True, ttl=INFINITE, duration=5.0))
    assert result["nodes"]["ring"]["extra"]["hit_ratio"] == 1.0


def test_a_try_that_waits_while_ring_and_link_go_finds_an_instance() -> None:
    base = aside(ring(3), duration=5.0, events=(event(0.0, 1.0, "kill", nodes=("ring",)),))
    waiting = replace(base.links[1], retry=retry(3, base=1.5, jitter="none"))
    first = replace(base, links=(base.links[0], waiting, base.links[2]))
    alone = cache("ring", None, ttl=TTL)
    later = replace(
        first,
        nodes=tuple(alone if each.id == "ring" else each for each in first.nodes),
        links=(base.links[0], replace(base.links[2], on_miss=False, on_failure=False)),
    )
    simulation = Simulation(first)
    simulation.advance(0.5)
    simulation.follow(later)
    simulation.advance(5.0)
    check(simulation.machine)
    assert simulation.machine.nodes["ring"].node.completed > 0


def test_instances_that_leave_as_a_ring_begins_finish_what_they_have_in_hand() -> None:
    """Three that share one store fetch something each; then there is a ring of one, and two of them leave."""

    def made(instances: int, parts: RingPlan | None) -> Plan:
        front = cache("cache", None, ring=parts, ttl=INFINITE)
        front = replace(front, station=replace(front.station, instances=instances))
        nodes = [
            client(process="trace", times=(1.0, 1.1, 1.2)),
            front,
            station("db", 1.0, workers=None),
        ]
        links = [link("users", "cache"), link("cache", "db")]
        return plan(nodes, links, classes=KEYS, duration=10.0)

    simulation = Simulation(made(3, None))
    simulation.advance(1.5)
    simulation.follow(made(1, ring(1)))
    simulation.advance(10.0)
    check(simulation.machine)
    assert result_of(simulation.machine, (), 0.0)["nodes"]["cache"]["completed"] == 3
