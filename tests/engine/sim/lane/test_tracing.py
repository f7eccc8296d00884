"""Which traces are kept, and that recording changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from engine.control.simulation import Simulation
from engine.model.trace_settings import TraceSettings
from engine.plan.primitives import Plan
from engine.sim.lane.call_tracer import CallTracer
from engine.sim.lane.codes import ABANDONED, OK, TIMEOUT
from engine.sim.lane.tracing.keeping import Idle, Slowest, Spare, Thinned
from engine.sim.lane.tracing.records import DROPPED, KEPT, LEFT, OPEN, SpanRecord, TraceRecord
from engine.sim.lane.tracing.tracer import Tracer, forget, settle
from engine.sim.report import result_of
from engine.traces.collect import collect, sampling
from tests.helpers.plans import client, event, exponential, link, plan, queue, retry, station, topic
from tests.helpers.random_plans import random_plan
from tests.helpers.traces import traced


def record(duration: float, spans: int = 1) -> TraceRecord:
    made = TraceRecord("users", Idle(Spare(1000)))
    made.duration, made.state = duration, KEPT
    made.count = made.over = spans
    return made


def test_the_slowest_stay_whatever_the_order_in_which_they_come() -> None:
    draws = np.random.default_rng(7)
    durations = [float(each) for each in draws.exponential(size=2000)]
    kept = Slowest(50, 10_000, Idle(Spare(1000)))
    for each in durations:
        kept.offer(record(each))
    assert sorted(each.duration for each in kept.traces) == sorted(durations)[-50:]


def test_the_slowest_keep_to_their_room_of_spans() -> None:
    kept = Slowest(1000, 100, Idle(Spare(1000)))
    for place in range(100):
        kept.offer(record(float(place), spans=10))
    assert sorted(each.duration for each in kept.traces) == [float(each) for each in range(90, 100)]


def test_who_is_let_go_is_used_again_unless_somebody_may_write_to_it() -> None:
    idle = Idle(Spare(1000))
    kept = Slowest(1, 100, idle)
    first, second, third = record(1.0), record(2.0), record(3.0)
    second.over = 0
    assert kept.offer(first)
    assert kept.offer(second)
    assert kept.traces == [second]
    assert (first.state, idle.first) == (OPEN, first)
    assert not kept.offer(record(0.5))
    assert kept.offer(third)
    assert (second.state, third.state, idle.first) == (LEFT, KEPT, first)


def test_a_trace_is_used_again_when_what_was_given_up_is_over() -> None:
    """Nothing that is begun in it meanwhile is recorded."""
    spare = Spare(1000)
    tracer, calls = Tracer("users", spare, 0.0, 0, 0), CallTracer(spare, 0)
    tracer.slowest.offer(record(99.0))
    root = tracer.request(0, 0.0)
    assert root is not None
    first, second = (calls.attempt(root, 0.0) for _ in range(2))
    assert first is not None
    assert second is not None
    for each in (first, second):
        assert not settle(each, TIMEOUT, ABANDONED, 1.0)
    tracer.close(root, OK, 1.0)
    assert (spare.made, spare.left, root.trace.state) == (0, 3, LEFT)
    assert calls.attempt(first, 1.5) is None
    assert forget(first)
    assert root.trace.state == LEFT
    assert forget(second)
    assert (spare.made, spare.left, root.trace.state) == (3, 0, OPEN)
    assert tracer.request(0, 2.0) is root


def test_no_more_is_left_for_late_ends_than_there_is_room_for() -> None:
    spare = Spare(4)
    tracer, calls = Tracer("users", spare, 0.0, 0, 0), CallTracer(spare, 0)
    tracer.slowest.offer(record(99.0))
    states = []
    for _ in range(3):
        root = tracer.request(0, 0.0)
        assert root is not None
        late = calls.attempt(root, 0.0)
        assert late is not None
        settle(late, TIMEOUT, ABANDONED, 1.0)
        tracer.close(root, OK, 1.0)
        states.append(root.trace.state)
    assert states == [LEFT, LEFT, DROPPED]
    assert (spare.left, spare.made) == (4, 0)


@pytest.mark.parametrize("count", [5, 10, 11, 100, 1000, 4097])
def test_thinned_traces_are_evenly_spread(count: int) -> None:
    kept = Thinned(10, 1_000_000, Idle(Spare(1000)))
    for place in range(count):
        kept.offer(record(float(place)))
    places = [int(each.duration) for each in kept.traces]
    stride = int(kept.stride)
    assert places == list(range(0, count, stride))
    assert len(places) <= 10
    assert len(places) > 4


def test_spans_are_used_again_when_nobody_can_write_to_them_any_more() -> None:
    spare = Spare(1000)
    tracer = Tracer("users", spare, 0.0, 1, 1)
    slow = tracer.request(0, 0.0)
    assert slow is not None
    tracer.close(slow, -1, 9.0)
    for _ in range(3):
        span = tracer.request(0, 1.0)
        assert span is not None
        tracer.close(span, -1, 2.0)
    again = tracer.request(0, 3.0)
    assert again is span
    assert again.trace.state == OPEN
    assert slow is not span
    assert slow.trace.state == KEPT
    assert spare.made == 1


def test_a_trace_is_used_again_with_all_its_spans() -> None:
    spare = Spare(1000)
    tracer, calls = Tracer("users", spare, 0.0, 0, 0), CallTracer(spare, 0)
    tracer.slowest.offer(record(99.0))

    def request(count: int, now: float) -> list[SpanRecord]:
        root = tracer.request(0, now)
        assert root is not None
        found = [root]
        for _ in range(count):
            made = calls.attempt(found[-1], now)
            assert made is not None
            found.append(made)
        root.trace.over += count
        tracer.close(root, OK, now + 1.0)
        return found

    first, second, third = request(3, 0.0), request(1, 1.0), request(4, 2.0)
    assert second == first[:2]
    assert third[:4] == first
    assert [int(each.place) for each in third] == [0, 1, 2, 3, 4]
    assert [each.caller() for each in third] == [None, *third[:-1]]
    assert {each.sent for each in third} == {2.0}
    assert spare.made == 5


def test_no_more_spans_are_kept_for_later_than_there_is_room_for() -> None:
    spare = Spare(3)
    tracer, calls = Tracer("users", spare, 0.0, 0, 0), CallTracer(spare, 0)
    tracer.slowest.offer(record(99.0))
    for _ in range(5):
        root = tracer.request(0, 0.0)
        assert root is not None
        for _ in range(3):
            assert calls.attempt(root, 0.0) is not None
        assert spare.made == 4
        root.trace.over = 3
        tracer.close(root, OK, 1.0)
        assert spare.made == 0
        assert root.trace.state == DROPPED


def test_where_too_much_is_under_way_requests_are_not_recorded_and_counted() -> None:
    tracer = Tracer("users", Spare(2), 0.0, 10, 10)
    assert tracer.request(0, 0.0) is not None
    assert tracer.request(0, 0.0) is not None
    assert tracer.request(0, 0.0) is None
    assert (tracer.begun, tracer.unrecorded) == (3, 1)


def outcome(made: Plan, settings: TraceSettings | None) -> str:
    simulation = Simulation(made, settings)
    simulation.advance(made.duration)
    return str(result_of(simulation.machine, (), 0.0, simulation.meters)["hash"])


@pytest.mark.parametrize("seed", range(40))
def test_recording_changes_nothing(seed: int) -> None:
    made = random_plan(seed)
    plain = outcome(made, None)
    assert outcome(made, TraceSettings(share=1.0, spans=1_000_000)) == plain
    assert outcome(made, TraceSettings(share=0.1, spans=300)) == plain


def busy(**changes: object) -> Plan:
    """Five thousand requests; one in twenty fails."""
    nodes = [client(rate=100.0), station("web", exponential(0.01), workers=2), station("db", 0.002)]
    errors = event(0.0, 1e9, "error", nodes=("db",), probability=0.05)
    links = [link("users", "web", delay=0.001), link("web", "db", **changes)]
    return plan(nodes, links, events=(errors,), duration=50.0)


def test_every_failed_request_and_the_slowest_are_kept() -> None:
    few = traced(busy(), TraceSettings(share=0.01, spans=6000))
    every = traced(busy())
    told = sampling(few.machine)
    assert told.begun == sampling(every.machine).begun > 4000
    assert told.failed > 200
    assert told.kept_failed == told.failed
    assert 0 < told.kept < told.over / 2
    assert told.dropped == told.over - told.kept
    everything = {trace.id: trace for trace in collect(every.machine)}
    kept = {trace.id: trace for trace in collect(few.machine)}
    assert set(kept) < set(everything)
    successes = sorted(
        (each for each in everything.values() if each.reason is None),
        key=lambda each: each.duration,
    )
    slowest = successes[-len(successes) // 100 :]
    assert {each.id for each in slowest} <= set(kept)
    assert all(kept[name].spans == everything[name].spans for name in kept)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_written_over_is_as_what_is_new(seed: int) -> None:
    """Where few are kept all others are used again; where all are, none."""
    made = random_plan(seed)
    every = {each.id: each for each in collect(traced(made).machine)}
    for each in collect(traced(made, TraceSettings(share=0.0, spans=300)).machine):
        new = every[each.id]
        assert (each.spans, each.cause, each.missing) == (new.spans, new.cause, new.missing)


def test_a_late_reader_of_a_topic_knows_what_published_its_records() -> None:
    """What is recorded of the publisher is used for other requests by then."""
    nodes = [client(rate=100.0), topic("log"), station("web", exponential(0.008), pulls=True)]
    made = plan(nodes, [link("users", "log"), link("log", "web")], duration=20.0)
    every = {each.id: each for each in collect(traced(made).machine)}
    found = collect(traced(made, TraceSettings(share=0.0, spans=300)).machine)
    messages = [each for each in found if each.cause is not None]
    assert len(messages) > 20
    for each in messages:
        assert each.cause == every[each.id].cause
        publisher = every[each.cause[0]] if each.cause is not None else each
        assert publisher.root.kind == "request"
        assert publisher.start <= each.start


def test_the_share_that_is_sampled() -> None:
    simulation = traced(busy(), TraceSettings(share=0.1, spans=1_000_000))
    found = [each for each in collect(simulation.machine) if "sampled" in each.kept]
    assert len(found) == pytest.approx(0.1 * sampling(simulation.machine).begun, abs=2)


def test_more_failures_than_there_is_room_for_are_thinned_evenly_and_counted() -> None:
    nodes = [client(rate=100.0), station("web", 0.001)]
    errors = event(0.0, 1e9, "error", nodes=("web",), probability=1.0)
    made = plan(nodes, [link("users", "web")], events=(errors,), duration=50.0)
    told = traced(made, TraceSettings(share=0.0, spans=600)).machine
    found = collect(told)
    assert 25 < len(found) <= 100
    assert sampling(told).dropped == sampling(told).over - len(found)
    gaps = np.diff([each.start for each in found])
    assert gaps.max() < 5.0


def test_memory_stays_bounded_when_everything_fails() -> None:
    """A thousand times as many requests as there is room for leave no more than that behind."""
    nodes = [client(rate=500.0), queue("orders", max_receive=1), station("web", 0.001, pulls=True)]
    errors = event(0.0, 1e9, "error", nodes=("web",), probability=0.5)
    links = [link("users", "orders", retry=retry(2)), link("orders", "web")]
    simulation = traced(
        plan(nodes, links, events=(errors,), duration=20.0), TraceSettings(share=0.5, spans=600)
    )
    tracing = simulation.machine.tracing
    assert tracing is not None
    for tracer in tracing.tracers:
        for store in (tracer.failed.traces, tracer.slowest.traces, tracer.sampled.traces):
            assert sum(int(each.count) for each in store) <= 110
            assert all(each.state == KEPT for each in store)


def test_what_goes_on_in_kept_traces_takes_no_room_from_others_for_ever() -> None:
    """Whoever nobody waits for may still make calls when its request is over."""
    spare = Spare(100_000)
    tracer, calls = Tracer("users", spare, 0.0, 1000, 50), CallTracer(spare, 0)
    for place in range(200):
        root = tracer.request(0, 0.0)
        assert root is not None
        late = calls.attempt(root, 0.0)
        assert late is not None
        late.awaited = False
        tracer.close(root, OK, float(place))
        for _ in range(3):
            assert calls.attempt(late, float(place)) is not None
    assert len(tracer.slowest.traces) == 25
