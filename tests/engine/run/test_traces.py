"""The simulating process shows single requests of the run on screen."""

from __future__ import annotations

import pickle

import pytest

from engine.model.trace_settings import TraceSettings
from engine.run.protocol import Run, SetSpeed, StartOver, TakeTraces, Traced
from tests.engine.run.test_explaining import HURT
from tests.engine.run.test_worker import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def answer(bench: Bench, question: TakeTraces) -> Traced:
    bench.tell(question)
    found = [each for each in bench.said if isinstance(each, Traced)]
    assert found
    return found[-1]


def run(bench: Bench, until: float) -> None:
    bench.tell(StartOver(HURT, traces=TraceSettings()), SetSpeed(10.0), Run())
    bench.shown(lambda: bench.now >= until)


def test_the_slowest_and_the_failed(bench: Bench) -> None:
    run(bench, 18.0)
    said = answer(bench, TakeTraces())
    assert said.sampling is not None
    assert said.sampling.failed > 0
    assert 0 < len(said.slowest) <= 50
    assert 0 < len(said.failed) <= 50
    assert [each.reason for each in said.slowest] == [None] * len(said.slowest)
    assert all(each.reason for each in said.failed)
    durations = [each.duration for each in said.slowest]
    assert durations == sorted(durations, reverse=True)
    assert said.chosen == said.slowest[0].id
    assert said.edges
    assert pickle.loads(pickle.dumps(said)) == said


def test_one_at_the_99th_percentile(bench: Bench) -> None:
    run(bench, 8.0)
    everything = answer(bench, TakeTraces())
    assert everything.sampling is not None
    assert everything.sampling.dropped == 0
    said = answer(bench, TakeTraces(wanted="p99"))
    chosen = next(each for each in said.slowest if each.id == said.chosen)
    longer = sum(each.duration > chosen.duration for each in said.slowest)
    assert longer == everything.sampling.over // 100


def test_a_failed_one_about_a_moment_through_a_node(bench: Bench) -> None:
    run(bench, 18.0)
    first = min(answer(bench, TakeTraces()).failed, key=lambda each: each.start)
    question = TakeTraces(first.start, "db", "failed")
    said = answer(bench, question)
    assert said.question == question
    chosen = next(each for each in said.failed if each.id == said.chosen)
    assert "db" in {span.node for span in chosen.spans}
    assert abs(chosen.start - first.start) < 2.0


def test_where_nothing_is_recorded_the_answer_says_so(bench: Bench) -> None:
    assert answer(bench, TakeTraces()).sampling is None
    bench.tell(StartOver(HURT), SetSpeed(10.0), Run())
    bench.shown(lambda: bench.now >= 5.0)
    said = answer(bench, TakeTraces())
    assert (said.sampling, said.slowest, said.chosen) == (None, (), None)
