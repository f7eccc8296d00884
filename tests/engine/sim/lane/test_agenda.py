"""The agenda fires everything in order of time, and of scheduling where times are equal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sim.lane.agenda import Agenda, Task, Timer


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
