"""The agenda fires everything in order of time, and of scheduling where times are equal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sim.lane.agenda import Agenda
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.heaps import Heap, NumberHeap, TupleHeap
from engine.sim.lane.station.handover import AtWork


class Recorder(Task):
    """Writes down when it was called, and schedules what it is told to."""

    def __init__(self, agenda: Agenda, log: list[tuple[float, str]], name: str) -> None:
        self.agenda = agenda
        self.log = log
        self.name = name
        self.then: list[tuple[float, Recorder]] = []
        self.stops = False

    def due(self, timer: Timer, now: float) -> None:
        self.log.append((now, self.name))
        for delay, task in self.then:
            self.agenda.schedule(delay, Timer(task))
        if self.stops:
            self.agenda.stop = True


@pytest.fixture
def agenda() -> Agenda:
    return Agenda()


@pytest.fixture
def log() -> list[tuple[float, str]]:
    return []


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 7.25]), max_size=60))
def test_order_of_time_then_of_scheduling(delays: list[float]) -> None:
    agenda, log = Agenda(), []
    for place, delay in enumerate(delays):
        agenda.schedule(delay, Timer(Recorder(agenda, log, str(place))))
    agenda.drain(100.0)
    expected = sorted((delay, place) for place, delay in enumerate(delays))
    assert log == [(delay, str(place)) for delay, place in expected]
    assert agenda.pending == 0


class Relay(Task):
    """Schedules the next of a list of delays each time, by heap, by belt or as what follows, as the list says."""

    def __init__(self, agenda: Agenda, plan: list[tuple[float, str]]) -> None:
        self.agenda = agenda
        self.plan = plan
        self.fired: list[tuple[float, int]] = []

    def send(self, place: int) -> None:
        delay, way = self.plan[place]
        timer = Timer(Arrival(self, place))
        if way == "belt":
            self.agenda.convey(delay, timer)
        elif way == "next" and delay > 0.0:
            self.agenda.follow_up(self.agenda.now + delay, timer)
        else:
            self.agenda.schedule(delay, timer)


class Arrival(Task):
    """One entry of a relay; it sends the one twenty places on."""

    def __init__(self, relay: Relay, place: int) -> None:
        self.relay = relay
        self.place = place

    def due(self, timer: Timer, now: float) -> None:
        self.relay.fired.append((now, self.place))
        if self.place + 20 < len(self.relay.plan):
            self.relay.send(self.place + 20)


DELAYS = st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.5, 1.0, 1.5, 3.0])


WAYS = st.sampled_from(["heap", "belt", "next"])


@given(st.lists(st.tuples(DELAYS, WAYS), max_size=120))
def test_belts_do_not_change_the_order(plan: list[tuple[float, str]]) -> None:
    fired = []
    for belts in (True, False):
        relay = Relay(Agenda(), [(delay, way if belts else "heap") for delay, way in plan])
        for place in range(min(20, len(plan))):
            relay.send(place)
        until = 0.0
        while relay.agenda.pending:
            until += 0.3
            relay.agenda.drain(until)
        fired.append(relay.fired)
    assert fired[0] == fired[1]
    assert len(fired[0]) == len(plan)


def test_what_is_due_at_the_end_waits(agenda: Agenda, log: list[tuple[float, str]]) -> None:
    agenda.schedule(1.0, Timer(Recorder(agenda, log, "end")))
    agenda.drain(1.0)
    assert log == []
    assert agenda.pending == 1
    agenda.drain(1.0001)
    assert log == [(1.0, "end")]


def test_no_delay_comes_after_what_was_scheduled_before_for_the_same_time(
    agenda: Agenda, log: list[tuple[float, str]]
) -> None:
    first, second = Recorder(agenda, log, "first"), Recorder(agenda, log, "second")
    late = Recorder(agenda, log, "late")
    first.then.append((0.0, late))
    agenda.schedule(1.0, Timer(first))
    agenda.schedule(1.0, Timer(second))
    agenda.drain(2.0)
    assert [name for _, name in log] == ["first", "second", "late"]


def test_a_stop_ends_the_drain_after_the_entry(
    agenda: Agenda, log: list[tuple[float, str]]
) -> None:
    first = Recorder(agenda, log, "first")
    first.stops = True
    first.then.append((0.0, Recorder(agenda, log, "follows")))
    agenda.schedule(1.0, Timer(first))
    agenda.schedule(1.0, Timer(Recorder(agenda, log, "second")))
    agenda.drain(5.0)
    assert [name for _, name in log] == ["first"]
    agenda.drain(1.0)
    assert len(log) == 1, "what is due now is not due before now"
    agenda.drain(5.0)
    assert [name for _, name in log] == ["first", "second", "follows"]


def test_a_time_that_has_passed_is_now(agenda: Agenda, log: list[tuple[float, str]]) -> None:
    first = Recorder(agenda, log, "first")
    agenda.schedule_at(2.0, Timer(first))
    agenda.drain(3.0)
    agenda.schedule_at(1.0, Timer(Recorder(agenda, log, "late")))
    agenda.drain(4.0)
    assert log == [(2.0, "first"), (2.0, "late")]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_large_heaps(size: int) -> None:
    agenda, log = Agenda(), []
    for place in range(size):
        delay = ((place * 7919) % size) / size + 1.0
        agenda.schedule(delay, Timer(Recorder(agenda, log, str(place))))
    agenda.drain(10.0)
    times = [time for time, _ in log]
    assert times == sorted(times)
    assert len(times) == size == agenda.fired


HEAPS = st.sampled_from([NumberHeap, TupleHeap])


@given(HEAPS, st.lists(st.integers(-1, 9), max_size=200))
def test_heap_gives_the_first_of_any_number(kind: type[Heap], moves: list[int]) -> None:
    heap, inside = kind(), []
    for seq, move in enumerate([*moves, *([3] * 70), *([-1] * 300)]):
        if move >= 0:
            entry = Timer(Task())
            entry.time, entry.seq = float(move), seq
            heap.push(entry)
            inside.append((float(move), seq))
        elif inside:
            assert heap.first is not None
            assert (heap.first.time, heap.first.seq) == min(inside)
            inside.remove(min(inside))
            heap.pop()
        assert heap.count() == len(inside)
    assert heap.first is None


@given(HEAPS, st.lists(st.integers(0, 9), max_size=200))
def test_what_a_sieve_leaves_stays_in_order(kind: type[Heap], times: list[int]) -> None:
    heap = kind()
    for seq, time in enumerate(times):
        entry = Timer(Task())
        entry.time, entry.seq = float(time), seq
        heap.push(entry)
    assert heap.sift(AtWork({})) == []
    left = []
    while heap.first is not None:
        left.append((heap.first.time, heap.first.seq))
        heap.pop()
    assert left == sorted((float(time), seq) for seq, time in enumerate(times))
