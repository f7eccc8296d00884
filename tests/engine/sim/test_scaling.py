"""A node is scaled while it runs: the same as becoming a plan with as many instances, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from engine.control.simulation import Simulation
from engine.plan.primitives import ConnectionPlan, NodePlan, PausePlan, Plan, StartPlan
from engine.sim.assembly import Assembler
from engine.sim.invariants import check
from engine.sim.lane.draws import generator
from engine.sim.machine import Machine
from engine.sim.report import result_of
from engine.sim.samples import Observer
from engine.sim.scaling import with_instances
from tests.helpers.plans import client, constant, event, exponential, link, plan, router, station
from tests.helpers.random_plans import whole_plans

RELAXED = settings(max_examples=60, deadline=None, derandomize=True)
Steps = list[tuple[float, str, int]]


def steps_of(design: Plan) -> Steps:
    """When which node gets how many instances: up, down and up again."""
    names = [node.id for node in design.nodes if node.traffic is None and node.backlog is None]
    draws = generator(design.seed, "scaling", "steps")
    times = sorted(float(time) for time in draws.uniform(0.1, 7.0, 6))
    if not names:
        return []
    return [
        (time, names[int(draws.integers(len(names)))], int(draws.integers(1, 5))) for time in times
    ]


def with_counts(design: Plan, counts: dict[str, int]) -> Plan:
    """The plan of a design that was edited to have so many instances; so are its ``set`` events."""

    def counted(node: NodePlan) -> NodePlan:
        return with_instances(node, counts.get(node.id, node.station.instances))

    events = [
        replace(each, replacement=counted(each.replacement))
        if isinstance(each.replacement, NodePlan)
        else each
        for each in design.events
    ]
    return replace(design, nodes=tuple(map(counted, design.nodes)), events=tuple(events))


def scaled(design: Plan) -> tuple[Any, list[Any]]:
    """Result and notices of a run whose nodes are scaled."""
    simulation = Simulation(design)
    for time, name, count in steps_of(design):
        simulation.advance(time)
        simulation.machine.scale(name, count)
        assert simulation.machine.plan.nodes == tuple(
            part.plan for part in simulation.machine.nodes.values()
        )
        check(simulation.machine)
    return ended(simulation)


def edited(design: Plan) -> tuple[Any, list[Any]]:
    """Result and notices of a run that follows plans with as many instances."""
    simulation, counts = Simulation(design), {}
    for time, name, count in steps_of(design):
        simulation.advance(time)
        counts[name] = count
        simulation.follow(with_counts(design, counts))
        check(simulation.machine)
    return ended(simulation)


def ended(simulation: Simulation) -> tuple[Any, list[Any]]:
    simulation.advance(8.0)
    check(simulation.machine)
    notices = sorted(simulation.notices, key=lambda each: (each.at, each.text))
    return result_of(simulation.machine, (), 0.0)["hash"], notices


@RELAXED
@given(whole_plans)
def test_scaling_is_as_good_as_an_edit(design: Plan) -> None:
    assert scaled(design) == edited(design)


def row(index: int) -> tuple[list[NodePlan], list[Any]]:
    """A client, a balancer and two stations."""
    users, balancer, web, db = (f"{sort}{index}" for sort in ("users", "lb", "web", "db"))
    nodes = [client(users), router(balancer), station(web), station(db)]
    return nodes, [link(users, balancer), link(balancer, web), link(web, db)]


def rows(count: int) -> Plan:
    made = [row(index) for index in range(count)]
    nodes = [node for nodes, _ in made for node in nodes]
    return plan(nodes, [each for _, links in made for each in links])


class Spy:
    """Counts what is tuned."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.tuned: list[str] = []
        for name in ("tune_node", "tune_link"):
            patch.setattr(Assembler, name, self._spied(getattr(Assembler, name)))

    def _spied(self, tune: Any) -> Any:
        def spied(assembler: Assembler, part: Any, *plans: Any) -> None:
            self.tuned.append(part.plan.id)
            tune(assembler, part, *plans)

        return spied


def wiring(machine: Machine, *but: str) -> dict[str, list[int]]:
    """Which objects connect the parts, but for those of some."""
    found = {
        name: [id(part.link.endpoints), id(part.link.pickers), *map(id, part.link.pickers)]
        for name, part in machine.links.items()
    }
    found |= {
        name: [
            id(part.node.pools),
            id(part.entering),
            *map(id, part.choosing.pickers if part.choosing else ()),
        ]
        for name, part in machine.nodes.items()
    }
    return {name: ids for name, ids in found.items() if name not in but}


@pytest.mark.parametrize("way", ["scale", "edit"])
def test_nothing_else_is_touched(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 200 nodes one is tuned, and the link to it and its balancer get to know its new instance."""
    simulation = Simulation(rows(50))
    machine = simulation.machine
    simulation.advance(1.0)
    spy, near = Spy(monkeypatch), ("web7", "lb7", "lb7-web7", "web7-db7")
    before = wiring(machine, *near)
    if way == "scale":
        machine.scale("web7", 3)
    else:
        simulation.follow(with_counts(rows(50), {"web7": 3}))
    assert spy.tuned == ["web7"]
    assert wiring(machine, *near) == before
    assert [len(machine.links[name].link.endpoints) for name in ("lb7-web7", "lb8-web8")] == [3, 1]
    assert len(machine.nodes["lb7"].endpoints) == 3


def shop(instances: int, **changes: Any) -> Plan:
    return plan([client(), station("web", instances=instances, **changes)], [link("users", "web")])


class TestWithEdits:
    """A later plan leaves a scaled node alone unless it changes the number of instances itself."""

    def simulation(self) -> Simulation:
        simulation = Simulation(shop(2))
        simulation.advance(1.0)
        simulation.machine.scale("web", 5)
        return simulation

    def count(self, simulation: Simulation) -> int:
        machine = simulation.machine
        part = machine.nodes["web"]
        planned = {node.id: node.station.instances for node in machine.plan.nodes}
        assert planned["web"] == part.plan.station.instances == len(part.node.pools)
        return planned["web"]

    def test_an_edit_of_something_else_leaves_it(self) -> None:
        simulation = self.simulation()
        simulation.follow(shop(2, workers=3))
        assert self.count(simulation) == 5
        assert [int(pool.workers) for pool in simulation.machine.nodes["web"].node.pools] == [3] * 5

    def test_an_edit_of_the_instances_wins(self) -> None:
        simulation = self.simulation()
        simulation.follow(shop(3))
        assert self.count(simulation) == 3
        simulation.follow(shop(3, workers=2))
        assert self.count(simulation) == 3, "the scaling is forgotten"

    def test_another_topology_leaves_it(self) -> None:
        simulation = self.simulation()
        more = shop(2)
        nodes = (station("new"), *more.nodes)
        simulation.follow(replace(more, nodes=nodes))
        assert self.count(simulation) == 5
        simulation.machine.scale("web", 4)
        assert self.count(simulation) == 4

    def test_a_node_that_was_removed_comes_back_as_planned(self) -> None:
        simulation = self.simulation()
        simulation.follow(plan([client()], []))
        simulation.follow(shop(2))
        assert self.count(simulation) == 2

    def test_events_leave_it_unless_they_set_the_instances(self) -> None:
        web = station("web", instances=2)
        events = (
            event(2.0, 2.0, "set", replacement=station("web", instances=2, workers=7)),
            event(
                6.0, 2.0, "set", replacement=replace(web, station=with_instances(web, 3).station)
            ),
        )
        simulation = Simulation(plan([client(), web], [link("users", "web")], events=events))
        simulation.advance(1.0)
        simulation.machine.scale("web", 5)
        counts = []
        for time in (3.0, 5.0, 7.0, 9.0):
            simulation.advance(time)
            counts.append(self.count(simulation))
        assert counts == [5, 5, 3, 2]


def test_what_cannot_be_scaled_is_refused() -> None:
    machine = Machine(shop(1))
    with pytest.raises(ValueError, match="users has no instances"):
        machine.scale("users", 2)
    with pytest.raises(ValueError, match="at least one instance, not 0"):
        machine.scale("web", 0)
    with pytest.raises(KeyError):
        machine.scale("nowhere", 1)


def test_active_events_act_on_a_new_instance() -> None:
    events = (
        event(1.0, 9.0, "slow", nodes=("web",), factor=4.0),
        event(1.0, 9.0, "kill", nodes=("web",), instances=2),
    )
    simulation = Simulation(replace(shop(1), events=events))
    simulation.advance(2.0)
    simulation.machine.scale("web", 3)
    pools = simulation.machine.nodes["web"].node.pools
    assert [(pool.slow, pool.down) for pool in pools] == [(4.0, True), (4.0, True), (4.0, False)]
    simulation.advance(11.0)
    assert [(pool.slow, pool.down) for pool in pools] == [(1.0, False)] * 3


def test_a_new_instance_starts_and_pauses_as_others_do() -> None:
    start = StartPlan(time=constant(3.0))
    pauses = PausePlan(every=constant(4.0), length=constant(1.0))
    simulation = Simulation(shop(1, start=start, pauses=pauses))
    simulation.advance(1.0)
    simulation.machine.scale("web", 2)
    endpoints = simulation.machine.links["users-web"].link.endpoints
    assert [endpoint.healthy for endpoint in endpoints] == [True, False]
    simulation.advance(4.5)
    assert [endpoint.healthy for endpoint in endpoints] == [True, True]
    simulation.advance(5.5)
    gauge = Observer(simulation.machine).gauges()["web"]
    assert gauge.instance_count == 2
    assert [pool.halted for pool in simulation.machine.nodes["web"].node.pools] == [False, True]


def test_scaling_to_and_fro_leaves_nothing_behind() -> None:
    """Instances that are gone take their connections with them."""
    nodes = [client(rate=30.0), station("web", exponential(0.02), instances=1), station("db")]
    connected = {"connection": ConnectionPlan()}
    links = [link("users", "web", **connected), link("web", "db", **connected)]
    simulation = Simulation(plan(nodes, links))
    for turn in range(40):
        simulation.advance(turn + 0.5)
        simulation.machine.scale("web", 4 if turn % 2 == 0 else 2)
        check(simulation.machine)
    machine = simulation.machine
    simulation.advance(41.0)
    machine.scale("web", 1)
    simulation.advance(60.0)
    machine.scale("web", 2)
    kept = [body.thing.groups for part in machine.links.values() for body in part.bodies[1:]]
    assert [len(pools) for pools in kept] == [1, 1]
    assert not machine.nodes["web"].retired
    choosing = machine.links["users-web"].choosing
    assert choosing is not None
    assert len(choosing.pickers) == 1
