"""Measurement, looking, bursts: what a simulation does around its machine."""

from __future__ import annotations

import gc
import math
import statistics
from typing import TYPE_CHECKING

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import Plan
from engine.sim.lane.agenda import StandstillError
from engine.sim.report import result_of
from tests.helpers.plans import client, closed, exponential, link, plan, queue, router, station

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy.events import Event


def design(rate: float = 100.0, **changes: object) -> Plan:
    nodes = [client(rate=rate), station("web", exponential(0.005))]
    return plan(nodes, [link("users", "web")], **changes)


def test_the_warm_up_is_not_measured() -> None:
    schedule = ((0.0, 100.0), (10.0, 100.0), (10.001, 20.0))
    nodes = [client(schedule=schedule), station("web", exponential(0.005))]
    simulation = Simulation(plan(nodes, [link("users", "web")], warmup=20.0))
    simulation.advance(100.0)
    result = result_of(simulation.machine, (), 0.0)
    assert result["warmup"] == 20.0
    assert result["clients"]["users"]["offered"] == pytest.approx(1600, rel=0.1)
    assert result["clients"]["users"]["goodput"] == pytest.approx(20.0, rel=0.1)
    assert result["nodes"]["web"]["utilization"] == pytest.approx(0.1, rel=0.1)
    assert result["requests"] == pytest.approx(2600, rel=0.1)


def test_how_far_it_advances_at_a_time_does_not_matter() -> None:
    whole, pieces = Simulation(design(warmup=7.0)), Simulation(design(warmup=7.0))
    whole.advance(30.0)
    while pieces.now < 30.0:
        pieces.advance(min(30.0, pieces.now + 0.0137))
    first, second = (result_of(each.machine, (), 0.0) for each in (whole, pieces))
    assert first == second


def test_intervals_close_by_themselves_while_somebody_watches() -> None:
    simulation = Simulation(design())
    simulation.advance(5.0)
    assert simulation.samples == [], "nobody has looked yet"
    simulation.look()
    simulation.advance(9.5)
    assert [(sample.start, sample.end) for sample in simulation.samples] == [
        (5.0, 6.0),
        (6.0, 7.0),
        (7.0, 8.0),
        (8.0, 9.0),
    ]
    simulation.look()
    assert simulation.samples[-1].end == 9.5
    simulation.advance(9.6)
    simulation.look()
    assert simulation.samples[-1].end == 9.5, "a tenth of a second says little"


def test_intervals_grow_with_the_speed_as_far_as_the_run_is_long() -> None:
    simulation = Simulation(design(duration=6000.0))
    for until in (0.0, 100.0, 300.0):
        simulation.advance(until)
        simulation.look()
    assert len(simulation.samples) == 100 + 10
    assert simulation.samples[-1].end - simulation.samples[-1].start == 20.0


def test_samples_add_up_to_the_run() -> None:
    simulation = Simulation(design())
    simulation.look()
    simulation.advance(50.0)
    simulation.look()
    web = [sample.nodes["web"] for sample in simulation.samples]
    edge = [sample.links["users-web"] for sample in simulation.samples]
    result = result_of(simulation.machine, (), 0.0)
    assert sum(sample.arrivals for sample in web) == result["nodes"]["web"]["arrivals"]
    assert sum(sample.completed for sample in web) == result["nodes"]["web"]["completed"]
    assert sum(sample.attempts for sample in edge) == result["links"]["users-web"]["attempts"]
    assert sum(sample.latency.count for sample in edge) == result["links"]["users-web"]["succeeded"]
    means = statistics.fmean(sample.utilization for sample in web)
    assert means == pytest.approx(result["nodes"]["web"]["utilization"])


def test_an_interval_without_requests_has_no_latency() -> None:
    simulation = Simulation(design(rate=0.0))
    simulation.look()
    simulation.advance(2.0)
    users = simulation.samples[-1].nodes["users"]
    assert users.latency.count == 0
    assert math.isnan(users.latency.p99)


def test_gauges_show_how_things_stand() -> None:
    nodes = [client(process="trace", times=(1.0,) * 7), station("web", 5.0, workers=2)]
    simulation = Simulation(plan(nodes, [link("users", "web")]))
    simulation.advance(2.0)
    gauge = simulation.look().gauges()["web"]
    assert (gauge.in_system, gauge.waiting, gauge.instance_count) == (7, 5, 1)
    (instance,) = gauge.instances
    assert (instance.busy, instance.workers, instance.waiting) == (2, 2, 5)
    assert instance.state == "ready"
    assert simulation.look().in_flight() == {"users-web": 7}


def test_a_gauge_lists_at_most_64_instances() -> None:
    nodes = [client(), station("web", 0.0, instances=100)]
    gauge = Simulation(plan(nodes, [link("users", "web")])).look().gauges()["web"]
    assert (len(gauge.instances), gauge.instance_count) == (64, 100)


def test_draining_and_dead_instances_show() -> None:
    nodes = [client(rate=100.0), station("web", 1.0, instances=2)]
    fewer = [client(rate=100.0), station("web", 1.0, instances=1)]
    simulation = Simulation(plan(nodes, [link("users", "web")]))
    simulation.advance(1.0)
    simulation.follow(plan(fewer, [link("users", "web")]))
    instances = simulation.look().gauges()["web"].instances
    assert [instance.state for instance in instances] == ["ready", "draining"]


def test_crossings_are_few_and_real() -> None:
    nodes = [client(rate=100.0), station("web", 0.001, queue_limit=0)]
    simulation = Simulation(plan(nodes, [link("users", "web", delay=0.01)]))
    observer = simulation.look()
    assert observer.crossings() == ()
    for second in range(1, 30):
        simulation.advance(float(second))
        crossings = observer.crossings()
        assert len(crossings) == 2
        assert all(second - 1.0 <= crossing.at < second for crossing in crossings)
        assert {crossing.link for crossing in crossings} == {"users-web"}
        assert all(crossing.delay == 0.01 for crossing in crossings)
        assert {crossing.kind for crossing in crossings} <= {"request", "answer", "failure"}


def test_the_collector_is_on_again_afterwards() -> None:
    assert gc.isenabled()
    Simulation(design()).advance(1.0)
    assert gc.isenabled()


def test_stepping_stops_at_the_answer() -> None:
    simulation = Simulation(design(rate=1.0))
    agenda = simulation.machine.agenda
    agenda.stop_at_answer = True
    times = []
    for answered in range(1, 6):
        assert not simulation.advance(1000.0)
        assert simulation.machine.nodes["users"].node.completed == answered
        times.append(simulation.now)
    assert times == sorted(set(times))


def test_bursts_multiply_the_rate_for_their_share_of_the_time() -> None:
    bursty = client(rate=10.0, process="mmpp", burst_factor=6.0, burst_mean=5.0, calm_mean=20.0)
    simulation = Simulation(plan([bursty], []))
    simulation.advance(20_000.0)
    mean = simulation.machine.requests / 20_000.0
    assert mean == pytest.approx(10.0 * (20.0 + 6.0 * 5.0) / 25.0, rel=0.05)


def test_bursts_end_with_their_process() -> None:
    bursty = client(rate=10.0, process="mmpp", burst_factor=50.0, burst_mean=1e6, calm_mean=0.1)
    simulation = Simulation(plan([bursty], []))
    simulation.advance(10.0)
    assert simulation.machine.nodes["users"].burst == 50.0
    simulation.follow(plan([client(rate=10.0)], []))
    before = simulation.machine.requests
    simulation.advance(30.0)
    assert simulation.machine.requests - before == pytest.approx(200, rel=0.3)
    simulation.follow(plan([bursty], []))
    simulation.advance(40.0)
    assert simulation.machine.nodes["users"].burst == 50.0, "and begin again with it"


def test_a_loop_that_takes_no_time_is_an_error_and_no_hang() -> None:
    simulation = Simulation(plan([closed("users", 1, 0.0)], []))
    simulation.machine.agenda.patience = 20_000
    with pytest.raises(StandstillError, match="stands still at 0 s"):
        simulation.advance(1.0)


@pytest.mark.parametrize("leaves", [False, True])
@pytest.mark.parametrize("interval", [5e-324, 1e-310, 1e-20, 1e-14, 1e-11])
def test_a_process_that_takes_no_time_is_an_error_and_no_hang(
    interval: float, *, leaves: bool
) -> None:
    """Also one that leaves something behind in every round, as a check leaves its time limit."""
    simulation = Simulation(plan([client(rate=10.0)], []))
    clock = simulation.machine.clock

    def hurry() -> Generator[Event, None, None]:
        while True:
            yield clock.timeout(interval)
            if leaves:
                clock.timeout(10.0)

    def begin() -> Generator[Event, None, None]:
        yield clock.timeout(0.5)
        clock.process(hurry())

    clock.process(begin())
    with pytest.raises(StandstillError, match=r"stands still at 0.5\d* s: .* a longer interval"):
        simulation.advance(1.0)


def test_very_many_processes_may_begin_at_one_instant() -> None:
    """More than go round are many, and each does a few things at once."""
    simulation = Simulation(plan([client(rate=10.0)], []))
    clock = simulation.machine.clock
    ended: list[float] = []

    def short() -> Generator[Event, None, None]:
        for _ in range(3):
            yield clock.timeout(0.0)
        yield clock.timeout(0.5)
        ended.append(clock.now)

    def begin() -> Generator[Event, None, None]:
        yield clock.timeout(0.25)
        for _ in range(100_000):
            clock.process(short())

    clock.process(begin())
    simulation.advance(1.0)
    assert ended == [0.75] * 100_000


def test_removed_and_added_parts_may_be_watched() -> None:
    lean = design()
    nodes = [client(rate=100.0), router("lb"), queue("queue"), station("web", 0.0)]
    rich = plan(nodes, [link("users", "lb"), link("lb", "web"), link("lb", "queue")])
    simulation = Simulation(lean)
    simulation.look()
    for stage in (rich, lean, rich):
        simulation.advance(simulation.now + 2.0)
        simulation.follow(stage)
        observer = simulation.look()
        assert set(observer.gauges()) == {node.id for node in stage.nodes}
    simulation.advance(20.0)
    assert set(simulation.samples[-1].nodes) == {"users", "lb", "queue", "web"}
