"""Slow, freeze and speed are the pace of work under way, in every discipline; changes add no capacity."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.control.simulation import Simulation
from engine.plan.primitives import (
    BatchPlan,
    CpuPlan,
    EventPlan,
    MemoryPlan,
    NodePlan,
    PausePlan,
    Plan,
    ScalingPlan,
    StartPlan,
)
from engine.sim.invariants import InvariantError, check
from engine.sim.report import result_of
from tests.helpers.flows import call, work
from tests.helpers.plans import (
    cache,
    client,
    closed,
    constant,
    event,
    link,
    plan,
    router,
    simulate,
    station,
    store,
)
from tests.helpers.random_plans import random_plan

FREE = CpuPlan(quota=1e3)
SORTS: dict[str, dict[str, Any]] = {
    "fifo": {},
    "lifo": {"discipline": "lifo"},
    "priority": {"discipline": "priority"},
    "ps": {"discipline": "ps"},
    "cpu": {"cpu": FREE},
    "shared cpu": {"cpu": FREE, "discipline": "ps"},
    "pauses": {"pauses": PausePlan(every=constant(1e6), length=constant(1.0))},
    "scaling": {"scaling": ScalingPlan(contention=0.5)},
    "warm-up": {"start": StartPlan(time=constant(0.0), warm_up=1.0, cold=0.5)},
    "batch": {"batch": BatchPlan(size=1, linger=0.0, fixed=0.0)},
    "memory": {"memory": MemoryPlan(base=1.0, per_request=1.0, per_peer=0.0, leak=0.0, limit=1e6)},
}
each_sort = pytest.mark.parametrize("sort", SORTS)


def one_job(web: NodePlan, *events: EventPlan, at: float = 0.0) -> float:
    """How long a lone request takes."""
    nodes = [client(process="trace", times=(at,)), web]
    found = simulate(plan(nodes, [link("users", "web")], events=events))
    return float(found["clients"]["users"]["latency"]["max"])


def on_web(at: float, duration: float, change: str, **fields: Any) -> EventPlan:
    return event(at, duration, change, nodes=("web",), **fields)


@each_sort
def test_a_job_goes_on_slower_and_then_at_full_pace(sort: str) -> None:
    """.5 s at full pace, 2 s at a quarter of it, the last second at full pace."""
    web = station("web", 2.0, **SORTS[sort])
    assert one_job(web, on_web(0.5, 2.0, "slow", factor=4.0)) == pytest.approx(3.5, abs=1e-9)


@each_sort
def test_a_frozen_job_goes_on_afterwards(sort: str) -> None:
    web = station("web", 2.0, **SORTS[sort])
    assert one_job(web, on_web(0.5, 5.0, "freeze")) == pytest.approx(7.0, abs=1e-9)


@each_sort
def test_another_speed_is_one_of_the_work_under_way(sort: str) -> None:
    """.5 s at speed 1, then 1.5 s of work at speed 3."""
    slow, fast = (station("web", 2.0, speed=speed, **SORTS[sort]) for speed in (1.0, 3.0))
    faster = on_web(0.5, 50.0, "set", replacement=fast)
    assert one_job(slow, faster) == pytest.approx(1.0, abs=1e-9)


@each_sort
def test_work_that_takes_no_time_is_done_at_once(sort: str) -> None:
    web = station("web", 2.0, **SORTS[sort])
    assert one_job(web, on_web(0.5, 5.0, "slow", factor=0.0)) == pytest.approx(0.5, abs=1e-9)


@each_sort
def test_events_that_overlap_combine(sort: str) -> None:
    """.5 s; 1 s at ×2; 1 s frozen; 1 s at ×6; then at ×3 until 4 s: 1.5 s of work is left at 2.5."""
    web = station("web", 2.0, **SORTS[sort])
    events = (
        on_web(0.5, 3.0, "slow", factor=2.0),
        on_web(1.5, 1.0, "freeze"),
        on_web(2.5, 1.5, "slow", factor=3.0),
    )
    # Done by .5: .5; by 1.5: 1; by 3.5: 1 + 1/6; by 4: 1 + 1/3; the rest takes 2/3 s.
    assert one_job(web, *events) == pytest.approx(4.0 + 2.0 / 3.0, abs=1e-9)


def test_the_fixed_time_of_a_batch_does_not_depend_on_the_speed() -> None:
    """A batch of 1 s and 1 s of work; half of it is done when the work becomes twice as fast."""
    batch = BatchPlan(size=1, linger=0.0, fixed=1.0)
    slow, fast = (station("web", 1.0, speed=speed, batch=batch) for speed in (1.0, 2.0))
    assert one_job(slow, on_web(1.0, 50.0, "set", replacement=fast)) == pytest.approx(1.75)


def test_every_work_of_a_flow_is_slowed() -> None:
    web = station("web", flow=(work(1.0), call("web-db"), work(1.0)))
    nodes = [client(process="trace", times=(0.0,)), web, station("db", 1.0)]
    links = [link("users", "web"), link("web", "db")]
    slow = event(0.5, 10.0, "slow", nodes=("web", "db"), factor=2.0)
    found = simulate(plan(nodes, links, events=(slow,)))
    assert found["clients"]["users"]["latency"]["max"] == pytest.approx(5.5, abs=1e-9)


@pytest.mark.parametrize(
    "node", [router("web"), cache("web", None), station("web", 0.0, workers=None)]
)
def test_what_works_in_no_time_can_be_frozen(node: NodePlan) -> None:
    """Balancers, caches and the like hold everything until they go on."""
    nodes = [client(process="trace", times=(1.0, 2.0, 9.0)), node, station("db", 0.5)]
    links = [link("users", "web"), link("web", "db")]
    freeze = event(0.5, 5.0, "freeze", nodes=("web",))
    found = simulate(plan(nodes, links, events=(freeze,)))["clients"]["users"]
    assert found["succeeded"] == 3
    assert found["latency"]["max"] >= 5.0


def test_a_frozen_node_takes_no_answers_in_until_it_goes_on() -> None:
    nodes = [client(process="trace", times=(0.0,)), station("web", 1.0), station("db", 1.0)]
    links = [link("users", "web"), link("web", "db")]
    freeze = event(1.5, 3.0, "freeze", nodes=("web",))
    found = simulate(plan(nodes, links, events=(freeze,)))
    assert found["clients"]["users"]["latency"]["max"] == pytest.approx(4.5, abs=1e-9)


def test_only_some_instances_freeze() -> None:
    web = station("web", 0.5, instances=2)
    nodes = [client(process="trace", times=(1.0, 1.1)), web]
    freeze = event(0.5, 5.0, "freeze", nodes=("web",), instances=1)
    found = simulate(plan(nodes, [link("users", "web")], events=(freeze,)))
    latency = found["clients"]["users"]["latency"]
    assert latency["max"] == pytest.approx(5.0)
    assert 2 * latency["mean"] - latency["max"] == pytest.approx(0.5)


def test_a_freeze_of_the_users_sends_nothing_and_goes_on() -> None:
    nodes = [client(process="deterministic", rate=10.0), station("web", 0.01)]
    freeze = event(20.0, 30.0, "freeze", nodes=("users",))
    found = simulate(plan(nodes, [link("users", "web")], events=(freeze,)))
    assert found["clients"]["users"]["offered"] == pytest.approx(700, abs=2)


@each_sort
def test_a_freeze_loses_nobody_and_adds_only_its_length(sort: str) -> None:
    """A lone user of .5 ms of work: 5 s of 10 are lost, and nothing else."""
    nodes = [closed("users", 1, 0.0), station("web", 0.0005, **SORTS[sort])]
    freeze = event(2.0, 5.0, "freeze", nodes=("web",))
    found = simulate(plan(nodes, [link("users", "web")], events=(freeze,), duration=10.0))
    users = found["clients"]["users"]
    assert users["succeeded"] == pytest.approx(10_000, abs=1)
    assert users["latency"]["max"] == pytest.approx(5.0005, abs=1e-6)


@pytest.mark.parametrize("after", SORTS)
@pytest.mark.parametrize("before", SORTS)
@pytest.mark.parametrize("hold", [True, False])
def test_another_discipline_has_the_same_workers(before: str, after: str, *, hold: bool) -> None:
    """Four workers of a second each stay four, whatever they are told to do from 30.5 s on."""

    def web(sort: str) -> NodePlan:
        return station("web", 1.0, workers=4, hold=hold, **({"speed": 1.0} | SORTS[sort]))

    nodes = [client(process="deterministic", rate=8.0), web(before)]
    change = on_web(30.5, 1e6, "set", replacement=web(after))
    found = simulate(
        plan(nodes, [link("users", "web")], events=(change,), duration=36.0, warmup=31.0)
    )
    assert found["nodes"]["web"]["utilization"] <= 1.0 + 1e-9
    if "discipline" not in SORTS[before]:  # else many are nearly done, and most of it comes then
        assert found["clients"]["users"]["succeeded"] <= 24


def _tuned(design: Plan, seed: int) -> Plan:
    """A plan with the stations of another: same nodes and work, every other setting changed."""
    others = [each.station for each in random_plan(seed).nodes if each.traffic is None]
    nodes = [
        replace(node, station=replace(others[place % len(others)], work=node.station.work))
        if node.traffic is None and node.backlog is None and node.router is None
        else node
        for place, node in enumerate(design.nodes)
    ]
    return replace(design, nodes=tuple(nodes))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**31 - 1))
def test_any_setting_of_stations_changes_while_they_work(seed: int) -> None:
    design = random_plan(seed)
    simulation = Simulation(design)
    for place in range(10):
        simulation.advance(0.7 * (place + 1))
        check(simulation.machine)
        simulation.follow(_tuned(design, seed + place + 1))
        check(simulation.machine)
    simulation.advance(8.0)
    result = result_of(simulation.machine, (), 0.0)
    assert all(node["utilization"] <= 1.0 + 1e-9 for node in result["nodes"].values())


def test_workers_that_are_taken_away_finish_what_they_have() -> None:
    """Three of four are in excess until they are done; a lone one then serves those who wait."""

    def webs(workers: int) -> Plan:
        nodes = [client(process="trace", times=(0.0,) * 6), station("web", 1.0, workers=workers)]
        return plan(nodes, [link("users", "web")])

    simulation = Simulation(webs(4))
    simulation.advance(0.5)
    simulation.follow(webs(1))
    node = simulation.machine.nodes["web"].node
    assert (node.busy, node.excess) == (4.0, 3.0)
    check(simulation.machine)
    simulation.advance(1.5)
    assert (node.busy, node.excess) == (1.0, 0.0)
    simulation.advance(10.0)
    assert result_of(simulation.machine, (), 0.0)["nodes"]["web"]["utilization"] < 1.0


def test_a_worker_too_many_is_found() -> None:
    simulation = Simulation(
        plan([client(rate=50.0), station("web", 1.0, workers=2)], [link("users", "web")])
    )
    simulation.advance(5.0)
    pool = simulation.machine.nodes["web"].node.pools[0]
    pool.busy += 1
    pool.busy_sum += 5.0
    pool.site.busy += 1.0
    with pytest.raises(InvariantError, match="web: busy workers of an instance"):
        check(simulation.machine)


def test_workers_that_were_too_many_for_a_while_are_found() -> None:
    simulation = Simulation(
        plan([client(rate=50.0), station("web", 1.0, workers=2)], [link("users", "web")])
    )
    simulation.advance(5.0)
    simulation.machine.nodes["web"].node.busy_area += 10.0
    with pytest.raises(InvariantError, match="web: busy workers over time"):
        check(simulation.machine)


def test_a_store_serves_at_its_pace() -> None:
    kept = replace(cache("web", None, 1.0), store=store(None))
    slow = on_web(0.5, 1.0, "slow", factor=10.0)
    assert one_job(kept, slow) == pytest.approx(1.9, abs=1e-9)
