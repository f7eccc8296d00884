"""Starts, warm-ups, deaths for want of memory, and pauses."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import (
    INFINITE,
    HealthPlan,
    LawPlan,
    MemoryPlan,
    NodePlan,
    PausePlan,
    Plan,
    StartPlan,
)
from engine.sim.invariants import check
from engine.sim.report import result_of
from engine.sim.samples import Observer
from tests.helpers.plans import (
    client,
    closed,
    constant,
    event,
    link,
    plan,
    queue,
    router,
    simulate,
    station,
)

START = StartPlan(time=constant(30.0))


def web(instances: int = 1, work: LawPlan | float = 0.01, **changes: Any) -> NodePlan:
    return station(
        "web", work, **({"instances": instances, "workers": 4, "start": START} | changes)
    )


def called(*nodes: NodePlan, rate: float = 50.0, **changes: Any) -> Plan:
    return plan([client(rate=rate), *nodes], [link("users", "web")], **changes)


def states(simulation: Simulation, node: str = "web") -> list[str]:
    gauge = Observer(simulation.machine).gauges()[node]
    return [instance.state for instance in gauge.instances]


def memory(**changes: float) -> MemoryPlan:
    fields: Any = {"base": 0.0, "per_request": 0.0, "per_peer": 0.0, "leak": 0.0, "limit": 100.0}
    return MemoryPlan(**(fields | changes))


class TestStartUp:
    def test_those_that_are_there_from_the_beginning_are_ready(self) -> None:
        result = simulate(called(web(2), duration=20.0))
        assert result["clients"]["users"]["failed"] == {}

    def test_an_instance_that_is_added_is_called_only_when_it_is_ready(self) -> None:
        simulation = Simulation(called(web(1)))
        simulation.advance(10.0)
        simulation.follow(called(web(3)))
        assert states(simulation) == ["ready", "starting", "starting"]
        simulation.advance(39.9)
        pools = simulation.machine.nodes["web"].node.pools
        assert [bool(pool.inside.count or pool.coming) for pool in pools[1:]] == [False, False]
        assert sum(simulation.machine.nodes["web"].node.failed) == 0
        simulation.advance(40.5)
        assert states(simulation) == ["ready"] * 3
        check(simulation.machine)

    @pytest.mark.parametrize("health", [None, HealthPlan(interval=2.0, failures=3, successes=2)])
    def test_a_balancer_sends_nothing_to_who_is_starting(self, health: HealthPlan | None) -> None:
        def behind(instances: int) -> Plan:
            nodes = [client(rate=100.0), router("balancer", health=health), web(instances)]
            return plan(nodes, [link("users", "balancer"), link("balancer", "web")])

        simulation = Simulation(behind(1))
        simulation.advance(5.0)
        simulation.follow(behind(2))
        simulation.advance(34.9)
        second = simulation.machine.nodes["web"].node.pools[1]
        assert (second.starting, second.coming, second.inside.count) == (True, 0, 0)
        assert sum(simulation.machine.nodes["users"].node.failed) == 0
        simulation.advance(35.2)
        endpoints = simulation.machine.nodes["balancer"].endpoints
        assert [endpoint.healthy for endpoint in endpoints] == [True, True]

    def test_who_is_revived_starts_again_and_meanwhile_nobody_is_there(self) -> None:
        kill = event(10.0, 5.0, "kill", nodes=("web",))
        times = (9.0, 12.0, 20.0, 44.9, 45.1)
        nodes = [client(process="trace", times=times), web()]
        made = plan(nodes, [link("users", "web")], events=(kill,), duration=60.0)
        simulation = Simulation(made)
        for time, state in ((9.5, "ready"), (14.9, "down"), (15.1, "starting"), (45.05, "ready")):
            simulation.advance(time)
            assert states(simulation) == [state]
        simulation.advance(60.0)
        users = result_of(simulation.machine, (), 0.0)["clients"]["users"]
        assert (users["succeeded"], users["failed"]) == (2, {"unavailable": 3})

    def test_a_kill_during_the_start_begins_it_anew(self) -> None:
        kills = (event(10.0, 5.0, "kill", nodes=("web",)), event(30.0, 5.0, "kill", nodes=("web",)))
        simulation = Simulation(called(web(), events=kills))
        seen = []
        for time in (29.0, 34.0, 46.0, 64.9, 65.1):
            simulation.advance(time)
            seen += states(simulation)
        assert seen == ["starting", "down", "starting", "starting", "ready"]

    def test_another_sort_of_instance_does_not_start_again(self) -> None:
        simulation = Simulation(called(web(2)))
        simulation.advance(10.0)
        simulation.follow(called(web(2, discipline="ps")))
        assert states(simulation)[:2] == ["ready", "ready"]
        simulation.follow(called(web(3, discipline="ps")))
        simulation.follow(called(web(3)))
        assert states(simulation)[:3] == ["ready", "ready", "starting"]
        simulation.advance(41.0)
        assert states(simulation)[:3] == ["ready"] * 3
        check(simulation.machine)

    def test_without_a_start_up_time_who_starts_is_ready(self) -> None:
        simulation = Simulation(called(web(1)))
        simulation.advance(10.0)
        simulation.follow(called(web(2)))
        simulation.advance(11.0)
        simulation.follow(called(web(2, start=None)))
        assert states(simulation) == ["ready", "ready"]
        simulation.advance(50.0)
        assert simulation.machine.nodes["web"].node.pools[1].listed

    def test_consumers_pull_when_they_are_ready(self) -> None:
        def fed(instances: int) -> Plan:
            worker = web(instances, 1.0, workers=1, pulls=True)
            nodes = [client(rate=5.0), queue("queue"), worker]
            return plan(nodes, [link("users", "queue"), link("queue", "web")])

        simulation = Simulation(fed(1))
        simulation.advance(10.0)
        simulation.follow(fed(2))
        simulation.advance(39.5)
        backlog: Any = simulation.machine.nodes["queue"].node.flow
        assert (backlog.in_flight, backlog.redelivered) == (1, 0)
        simulation.advance(40.5)
        assert backlog.in_flight == 2
        check(simulation.machine)


class TestWarmUp:
    def test_the_speed_rises_in_a_straight_line(self) -> None:
        """With speed .2 + .08 t, work of 1 s begun when it is ready takes 3.090 s; at 10 s all is warm."""
        start = StartPlan(time=constant(5.0), warm_up=10.0, cold=0.2)
        kill = event(1.0, 1.0, "kill", nodes=("web",))
        users = client(process="trace", times=(7.0 + 1e-9, 20.0))
        made = plan([users, web(1, 1.0, start=start)], [link("users", "web")], events=(kill,))
        simulation = Simulation(made)
        simulation.advance(12.0)
        first = result_of(simulation.machine, (), 0.0)["clients"]["users"]["latency"]["max"]
        assert first == pytest.approx((-0.2 + (0.04 + 2 * 0.08) ** 0.5) / 0.08, abs=1e-6)
        simulation.advance(30.0)
        latency = result_of(simulation.machine, (), 0.0)["clients"]["users"]["latency"]
        assert 2 * latency["mean"] - first == pytest.approx(1.0, abs=1e-6)


class TestMemory:
    def test_a_leak_kills_again_and_again_with_longer_waits(self) -> None:
        """Full after a second each time: waits of 10, 20, 40 … 300 s, as the kubelet has them."""
        made = called(web(start=None, memory=memory(leak=100.0)), rate=2.0, duration=2000.0)
        simulation = Simulation(made)
        simulation.advance(2000.0)
        died = [n.at for n in simulation.notices if "out of memory" in n.text]
        back = [n.at for n in simulation.notices if "ready again" in n.text]
        waits = [up - down for down, up in zip(died, back, strict=False)]
        assert waits == pytest.approx([10, 20, 40, 80, 160, 300, 300, 300, 300, 300], abs=1e-9)
        lived = [down - up for up, down in zip([0.0, *back], died, strict=False)]
        assert lived == pytest.approx([1.0] * len(died), abs=1e-9)
        extra = result_of(simulation.machine, (), 0.0)["nodes"]["web"]["extra"]
        assert extra["restarts"] == len(back)

    @pytest.mark.parametrize(("life", "again"), [(599.0, 20.0), (600.0, 10.0)])
    def test_ten_quiet_minutes_reset_the_waits(self, life: float, again: float) -> None:
        made = called(web(start=None, memory=memory(leak=100.0 / life)), rate=1.0)
        simulation = Simulation(made)
        simulation.advance(2 * life + 50.0)
        died = [n.at for n in simulation.notices if "out of memory" in n.text]
        back = [n.at for n in simulation.notices if "ready again" in n.text]
        assert died == pytest.approx([life, 2 * life + 10.0])
        assert back == pytest.approx([life + 10.0, 2 * life + 10.0 + again])

    def test_requests_inside_kill_with_all_of_them(self) -> None:
        """Room for five; the sixth brings the instance down, and its callers are told at once."""
        web_plan = web(1, 10.0, start=None, memory=memory(base=50.0, per_request=10.0))
        times = tuple(1.0 + 0.1 * place for place in range(6))
        nodes = [client(process="trace", times=times), web_plan]
        simulation = Simulation(plan(nodes, [link("users", "web")]))
        simulation.advance(1.45)
        assert sum(simulation.machine.nodes["web"].node.failed) == 0
        simulation.advance(2.0)
        result = result_of(simulation.machine, (), 0.0)
        assert result["clients"]["users"]["failed"] == {"crashed": 6}
        assert states(simulation) == ["down"]
        simulation.advance(11.6)
        assert states(simulation) == ["ready"]

    def test_or_requests_that_find_no_room_fail(self) -> None:
        small = MemoryPlan(
            base=50.0, per_request=10.0, per_peer=0.0, leak=0.0, limit=100.0, refuses=True
        )
        times = tuple(1.0 + 0.1 * place for place in range(6))
        nodes = [client(process="trace", times=times), web(1, 10.0, start=None, memory=small)]
        users = simulate(plan(nodes, [link("users", "web")], duration=30.0))["clients"]["users"]
        assert (users["succeeded"], users["failed"]) == (5, {"error": 1})

    def test_more_peers_may_kill_them_all(self) -> None:
        """Kinesis 2020: each new server costs every other one some."""

        def fleet(instances: int) -> Plan:
            each = memory(base=50.0, per_peer=10.0, limit=95.0)
            return called(web(instances, start=None, memory=each))

        simulation = Simulation(fleet(5))
        simulation.advance(20.0)
        assert states(simulation) == ["ready"] * 5
        simulation.follow(fleet(6))
        simulation.advance(20.5)
        assert states(simulation) == ["down"] * 6
        simulation.follow(fleet(5))
        simulation.advance(31.0)
        assert states(simulation)[:5] == ["ready"] * 5
        check(simulation.machine)

    def test_who_is_down_is_called_by_nobody(self) -> None:
        made = called(web(2, start=None, memory=memory(per_request=1.0, leak=1.0)), rate=100.0)
        simulation = Simulation(made)
        simulation.advance(90.0)
        second = simulation.machine.nodes["web"].node.pools[1].memory
        assert second is not None
        second.begin(90.0)  # the other one leaks on
        second.watch(90.0)
        simulation.advance(105.0)
        assert states(simulation) == ["down", "ready"]
        assert set(result_of(simulation.machine, (), 0.0)["nodes"]["web"]["failed"]) <= {"crashed"}

    def test_memory_without_a_limit_is_only_measured(self) -> None:
        free = memory(base=10.0, per_request=1.0, per_peer=2.0, leak=0.5, limit=INFINITE)
        simulation = Simulation(called(web(3, 1000.0, start=None, memory=free), rate=1.0))
        simulation.advance(100.0)
        extra = result_of(simulation.machine, (), 0.0)["nodes"]["web"]["extra"]
        fullest = max(pool.inside.count for pool in simulation.machine.nodes["web"].node.pools)
        assert extra["memory"] == pytest.approx(10.0 + 4.0 + 50.0 + fullest)

    def test_a_leak_that_begins_later_counts_from_then(self) -> None:
        def leaking(rate: float) -> Plan:
            return called(web(start=None, memory=memory(leak=rate)))

        simulation = Simulation(leaking(0.0))
        simulation.advance(200.0)
        simulation.follow(leaking(10.0))
        simulation.advance(209.9)
        assert states(simulation) == ["ready"]
        simulation.advance(210.1)
        assert states(simulation) == ["down"]


class TestPauses:
    def test_the_share_of_time_is_that_of_the_laws(self) -> None:
        gc = PausePlan(
            every=LawPlan(law="exponential", mean=1.0), length=LawPlan(law="exponential", mean=0.25)
        )
        result = simulate(called(web(2, start=None, pauses=gc), rate=1.0, duration=4000.0))
        assert result["nodes"]["web"]["extra"]["paused"] == pytest.approx(0.2, rel=0.06)

    def test_what_is_paused_does_no_work(self) -> None:
        gc = PausePlan(every=constant(0.8), length=constant(0.2))
        nodes = [closed("users", 4, 0.0), web(1, 0.04, start=None, pauses=gc)]
        result = simulate(plan(nodes, [link("users", "web")], duration=100.0))
        assert result["clients"]["users"]["goodput"] == pytest.approx(0.8 * 4 / 0.04, rel=0.01)

    @pytest.mark.parametrize("discipline", ["fifo", "ps"])
    def test_work_and_answers_wait_until_the_pause_is_over(self, discipline: str) -> None:
        """The pause is from 1.0 to 1.5 s: work of 50 ms begun at .98 is done at 1.53, or shared later."""
        gc = PausePlan(every=constant(1.0), length=constant(0.5))
        nodes = [
            client(process="trace", times=(0.98, 1.2)),
            web(1, 0.05, start=None, pauses=gc, discipline=discipline),
        ]
        users = simulate(plan(nodes, [link("users", "web")], duration=2.0))["clients"]["users"]
        assert users["latency"]["max"] == pytest.approx(0.55, abs=1e-9)
        assert 2 * users["latency"]["mean"] == pytest.approx(0.55 + 0.35, abs=1e-9)

    def test_an_answer_that_comes_during_a_pause_is_read_after_it(self) -> None:
        gc = PausePlan(every=constant(1.0), length=constant(0.5))
        nodes = [
            client(process="trace", times=(0.95,)),
            web(1, 0.01, start=None, pauses=gc),
            station("db", 0.1),
        ]
        result = simulate(plan(nodes, [link("users", "web"), link("web", "db")], duration=5.0))
        assert result["links"]["web-db"]["latency"]["max"] == pytest.approx(0.1)
        assert result["clients"]["users"]["latency"]["max"] == pytest.approx(0.55, abs=1e-9)

    def test_pauses_end_when_they_are_taken_away(self) -> None:
        gc = PausePlan(every=constant(1.0), length=constant(1000.0))
        simulation = Simulation(called(web(1, 0.05, start=None, pauses=gc), rate=5.0))
        simulation.advance(3.0)
        simulation.follow(called(web(1, 0.05, start=None), rate=5.0))
        simulation.advance(6.0)
        web_part = simulation.machine.nodes["web"].node
        assert web_part.completed > 15
        check(simulation.machine)
