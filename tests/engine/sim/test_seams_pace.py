"""Where paces and batches meet everything else: disciplines, holding, faults, edits under way."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import (
    BatchPlan,
    CpuPlan,
    MemoryPlan,
    NodePlan,
    PausePlan,
    Plan,
    ScalingPlan,
    StartPlan,
)
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    client,
    constant,
    event,
    exponential,
    link,
    plan,
    queue,
    request_class,
    simulate,
    station,
)

FREE = CpuPlan(quota=1e3)
"""A quota that nobody ever uses up."""
NEVER = PausePlan(every=constant(1e6), length=constant(1.0))


def traced(web: NodePlan, *times: float, **changes: Any) -> Plan:
    nodes = [client(process="trace", times=times), web]
    return plan(nodes, [link("users", "web")], **changes)


def latencies(simulation: Simulation) -> tuple[float, float]:
    """Mean and maximum."""
    latency = result_of(simulation.machine, (), 0.0)["clients"]["users"]["latency"]
    return latency["mean"], latency["max"]


@pytest.mark.parametrize("discipline", ["fifo", "lifo", "priority", "ps"])
@pytest.mark.parametrize("hold", [True, False])
@pytest.mark.parametrize("limit", [{"cpu": FREE}, {"pauses": NEVER}])
def test_at_full_pace_all_is_as_without_limits(
    discipline: str, limit: dict[str, Any], *, hold: bool
) -> None:
    """Also under kills, slowness and another number of workers, to the last request."""

    def run(**changes: Any) -> Result:
        def web(workers: int) -> NodePlan:
            laws = [exponential(0.02), exponential(0.05)]
            return station(
                "web",
                laws,
                workers=workers,
                instances=2,
                queue_limit=20,
                discipline=discipline,
                hold=hold,
                **changes,
            )

        nodes = [client(rate=100.0, mix=(0.5, 0.5)), web(3), station("db", [0.005] * 2, workers=4)]
        every = (True, True)
        links = [link("users", "web", classes=every), link("web", "db", classes=every)]
        events = (
            event(5.0, 5.0, "slow", nodes=("web",), factor=2.0),
            event(12.0, 3.0, "kill", nodes=("web",), instances=1),
            event(17.0, 5.0, "set", replacement=web(2), nodes=("web",)),
        )
        classes = (request_class("a"), request_class("b", priority=1))
        return simulate(plan(nodes, links, events=events, classes=classes, duration=30.0))

    plain, paced = run(), run(**limit)
    for part in ("clients", "nodes"):
        for name, before in plain[part].items():
            after = paced[part][name]
            for figure in ("succeeded", "completed", "failed", "arrivals"):
                assert after.get(figure) == before.get(figure), (name, figure)
            for figure in ("latency", "wait", "residence"):
                if figure in before:
                    assert after[figure]["mean"] == pytest.approx(before[figure]["mean"], rel=1e-9)


def test_a_quota_that_changes_counts_from_then() -> None:
    """Of 1 s of work, .3 s are done under .1 s a period at one second's 10th; the rest without a limit."""
    simulation = Simulation(traced(station("web", 1.0, cpu=CpuPlan(quota=0.03)), 0.0))
    simulation.advance(1.0)
    simulation.follow(traced(station("web", 1.0, cpu=FREE), 0.0))
    simulation.advance(5.0)
    assert latencies(simulation)[1] == pytest.approx(1.7, abs=1e-9)
    check(simulation.machine)


def test_what_is_left_of_a_quota_is_there_after_idle_time() -> None:
    """Of .05 s, .02 s are used at .001 s. Who comes at .06 s, when a worker at work all the time would
    have used up all, still finds .03 s."""
    simulation = Simulation(traced(station("web", 0.02, cpu=CpuPlan(quota=0.05)), 0.001, 0.06))
    simulation.advance(5.0)
    assert latencies(simulation) == pytest.approx((0.02, 0.02), abs=1e-9)


def test_an_event_may_switch_pauses_on() -> None:
    """From 10 s to 20 s, .1 s of work and .1 s of pause take turns; then all is as before."""
    pauses = PausePlan(every=constant(0.1), length=constant(0.1))
    web = station("web", 0.5)
    paused = event(
        10.0, 10.0, "set", nodes=("web",), replacement=station("web", 0.5, pauses=pauses)
    )
    simulation = Simulation(traced(web, 10.0, 30.0, events=(paused,)))
    simulation.advance(12.0)
    assert latencies(simulation)[1] == pytest.approx(0.9, abs=1e-6)
    simulation.advance(40.0)
    assert latencies(simulation)[0] == pytest.approx(0.7, abs=1e-6)
    check(simulation.machine)


def test_contention_that_changes_counts_from_then() -> None:
    """Two at σ 1 take twice as long: 1 s of work is half done at 1 s, and the rest takes .5 s."""

    def web(contention: float) -> NodePlan:
        return station("web", 1.0, workers=2, scaling=ScalingPlan(contention=contention))

    simulation = Simulation(traced(web(1.0), 0.0, 0.0))
    simulation.advance(1.0)
    simulation.follow(traced(web(0.0), 0.0, 0.0))
    simulation.advance(5.0)
    assert latencies(simulation) == pytest.approx((1.5, 1.5), abs=1e-9)


def test_a_limit_that_is_switched_on_counts_for_work_under_way() -> None:
    """Of 1 s of work, .2 s are done without a limit, and the rest takes 16 periods of .05 s in .1 s; the
    second follows when they are over, for 20 periods."""
    plain, limited = (station("web", 1.0, cpu=cpu) for cpu in (None, CpuPlan(quota=0.05)))
    simulation = Simulation(traced(plain, 0.0, 0.5))
    simulation.advance(0.2)
    simulation.follow(traced(limited, 0.0, 0.5))
    simulation.advance(0.4)
    check(simulation.machine)
    simulation.advance(10.0)
    mean, longest = latencies(simulation)
    assert 2 * mean - longest == pytest.approx(1.75, abs=1e-9)
    assert longest == pytest.approx(3.25, abs=1e-9)
    assert simulation.machine.nodes["web"].node.in_system == 0


def test_slowness_counts_from_its_beginning() -> None:
    slow = event(0.5, 10.0, "slow", nodes=("web",), factor=3.0)
    simulation = Simulation(
        traced(station("web", 1.0, workers=2, cpu=FREE), 0.0, 0.6, events=(slow,))
    )
    simulation.advance(10.0)
    assert latencies(simulation) == pytest.approx((2.5, 3.0), abs=1e-9)


class TestBatches:
    SIZE_2 = BatchPlan(size=2, linger=1.0, fixed=0.1, per_item=0.05)

    def test_a_batch_is_worked_on_when_it_is_full_or_has_waited_long_enough(self) -> None:
        simulation = Simulation(traced(station("web", batch=self.SIZE_2), 0.0, 0.4, 2.0))
        simulation.advance(2.9)
        assert latencies(simulation) == pytest.approx((0.4, 0.6), abs=1e-9)
        simulation.advance(4.0)
        assert latencies(simulation)[1] == pytest.approx(1.15, abs=1e-9)

    def test_a_held_worker_is_free_with_the_last_of_its_batch(self) -> None:
        web = station("web", batch=self.SIZE_2, hold=True)
        nodes = [client(process="trace", times=(0.0,) * 4), web, station("db", 1.0)]
        simulation = Simulation(plan(nodes, [link("users", "web"), link("web", "db")]))
        simulation.advance(2.0)
        node = simulation.machine.nodes["web"].node
        assert (node.busy, node.waiting) == (1, 2), (
            "the first of the batch is answered, not the second"
        )
        simulation.advance(2.3)
        assert (node.busy, node.waiting) == (1, 0)
        check(simulation.machine)
        simulation.advance(10.0)
        assert node.completed == 4

    def test_a_queue_limit_does_not_keep_a_batch_from_getting_full(self) -> None:
        web = station("web", batch=BatchPlan(size=3, linger=1.0, fixed=1.0), queue_limit=0)
        result = simulate(traced(web, 0.0, 0.1, 0.2, 0.3, duration=5.0))
        assert result["nodes"]["web"]["failed"] == {"queue_full": 1}
        assert result["nodes"]["web"]["completed"] == 3

    def test_a_worker_pulls_as_many_messages_as_it_takes_at_once(self) -> None:
        worker = station("worker", batch=BatchPlan(size=4, linger=0.005, fixed=1.0), pulls=True)
        nodes = [client(process="trace", times=(0.0,) * 9), queue("queue"), worker]
        links = [link("users", "queue"), link("queue", "worker", delay=0.01)]
        simulation = Simulation(plan(nodes, links))
        simulation.advance(0.5)
        backlog: Any = simulation.machine.nodes["queue"].node.flow
        assert backlog.in_flight == 4
        simulation.advance(10.0)
        check(simulation.machine)
        assert backlog.consumed == 9
        extra = result_of(simulation.machine, (), 0.0)["nodes"]["worker"]["extra"]
        assert extra["batch_size"] == 3.0  # four, four, and the last

    def test_a_kill_ends_batches_that_wait_and_that_are_worked_on(self) -> None:
        web = station("web", batch=BatchPlan(size=2, linger=1.0, fixed=1.0))
        kill = event(0.5, 0.1, "kill", nodes=("web",))
        simulation = Simulation(traced(web, 0.0, 0.1, 0.2, 0.7, 0.8, events=(kill,)))
        simulation.advance(5.0)
        check(simulation.machine)
        users = result_of(simulation.machine, (), 0.0)["clients"]["users"]
        assert (users["succeeded"], users["failed"]) == (2, {"crashed": 3})

    def test_another_size_takes_over_who_waits(self) -> None:
        def web(size: int) -> NodePlan:
            return station("web", batch=BatchPlan(size=size, linger=10.0, fixed=0.1, per_item=0.0))

        simulation = Simulation(traced(web(5), 0.0, 0.1, 0.2))
        simulation.advance(1.0)
        simulation.follow(traced(web(3), 0.0, 0.1, 0.2))
        simulation.advance(2.0)
        assert latencies(simulation)[1] == pytest.approx(1.1, abs=1e-9)

    def test_batches_warm_up_and_pause_like_all_work(self) -> None:
        gc = PausePlan(every=constant(1.0), length=constant(0.5))
        web = station("web", batch=self.SIZE_2, pauses=gc, start=StartPlan(time=constant(1.0)))
        simulation = Simulation(traced(web, 0.85, 0.9))
        simulation.advance(5.0)
        assert latencies(simulation)[1] == pytest.approx(0.05 + 0.2 + 0.5, abs=1e-9)


@pytest.mark.parametrize(("hold", "longest"), [(True, 3.3), (False, 2.1)])
def test_a_thread_a_request_or_an_event_loop(*, hold: bool, longest: float) -> None:
    """One worker, .1 s of work, then a call of 1 s: three come at 0, and the second is held up or not."""
    web = station("web", 0.1, hold=hold)
    nodes = [client(process="trace", times=(0.0,) * 3), web, station("db", 1.0, workers=2)]
    simulation = Simulation(plan(nodes, [link("users", "web"), link("web", "db")]))
    simulation.advance(1.05)
    busy = simulation.machine.nodes["web"].node.busy
    assert busy == (1 if hold else 0)
    simulation.advance(10.0)
    assert latencies(simulation)[1] == pytest.approx(longest, abs=1e-9)


@pytest.mark.parametrize("discipline", ["fifo", "ps"])
@pytest.mark.parametrize("work", [0.0, 100.0])
def test_the_share_paused_is_of_the_instances_that_there_are(work: float, discipline: str) -> None:
    """Three stand still from 2 s to 6 s, two of which are taken away at 4 s, whatever they have in hand."""

    def web(instances: int) -> NodePlan:
        return station("web", work, instances=instances, discipline=discipline, workers=1)

    frozen = event(2.0, 4.0, "freeze", nodes=("web",))
    simulation = Simulation(traced(web(3), 1.0, 1.0, 1.0, 3.0, events=(frozen,), warmup=1.0))
    simulation.advance(4.0)
    simulation.follow(traced(web(1), 1.0, 1.0, 1.0, 3.0, events=(frozen,), warmup=1.0))
    check(simulation.machine)
    simulation.advance(5.0)
    extra = result_of(simulation.machine, (), 0.0)["nodes"]["web"]["extra"]
    assert extra["paused"] == pytest.approx((3 * 2 + 1) / (3 * 3 + 1))
    simulation.advance(10.0)
    extra = result_of(simulation.machine, (), 0.0)["nodes"]["web"]["extra"]
    assert extra["paused"] == pytest.approx((3 * 2 + 2) / (3 * 3 + 6))
    check(simulation.machine)


def test_the_share_throttled_is_of_the_instances_that_there_are() -> None:
    """Three use up a tenth of each period; two of them are on their way out from 1 s on."""

    def web(instances: int) -> NodePlan:
        return station("web", 100.0, instances=instances, workers=1, cpu=CpuPlan(quota=0.01))

    simulation = Simulation(traced(web(3), 0.0, 0.0, 0.0))
    simulation.advance(1.0)
    simulation.follow(traced(web(1), 0.0, 0.0, 0.0))
    simulation.advance(10.0)
    extra = result_of(simulation.machine, (), 0.0)["nodes"]["web"]["extra"]
    assert extra["throttled"] == pytest.approx(0.9, abs=0.01)
    check(simulation.machine)


def test_the_memory_of_instances_that_do_no_work_has_an_end_as_well() -> None:
    """Requests that only wait for a call fill it: the third is one too many."""
    memory = MemoryPlan(base=0.0, per_request=1.0, per_peer=0.0, leak=0.0, limit=2.0)
    web = station("web", 0.0, workers=None, memory=memory)
    nodes = [client(process="trace", times=(1.0, 2.0, 3.0)), web, station("db", 50.0, workers=9)]
    links = [link("users", "web"), link("web", "db")]
    result = simulate(plan(nodes, links, duration=10.0))
    assert result["clients"]["users"]["failed"] == {"crashed": 3}
    assert result["nodes"]["web"]["extra"]["restarts"] == 0
