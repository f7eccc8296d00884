"""The critical path of anything that can happen: its own times add up to the duration of the root."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from engine.model.trace_settings import TraceSettings
from engine.traces.collect import collect, sampling
from engine.traces.critical import critical_path, self_times
from engine.traces.span import Trace
from tests.helpers.random_plans import random_plan
from tests.helpers.traces import traced

MICROSECOND = 1e-6
SEEDS = range(60)


def check(trace: Trace) -> None:
    """The path has neither gaps nor overlaps; spans lie in their parents' time, and their parts in theirs."""
    path = critical_path(trace)
    assert sum(step.seconds for step in path) == pytest.approx(trace.duration, abs=MICROSECOND)
    assert sum(self_times(trace).values()) == pytest.approx(trace.duration, abs=MICROSECOND)
    if path:
        assert path[0].start == trace.root.sent
        assert path[-1].end == trace.root.end
    for before, after in pairwise(path):
        assert before.end == after.start
    spans = {span.id: span for span in trace.spans}
    assert len(spans) == len(trace.spans)
    for span in trace.spans:
        last = span.since
        for segment in span.segments:
            assert last <= segment.start < segment.end
            last = segment.end
        assert span.since <= span.sent <= span.end
        if span.parent is not None:
            assert spans[span.parent].sent <= span.since


@pytest.mark.parametrize("seed", SEEDS)
def test_own_times_add_up_to_the_duration(seed: int) -> None:
    plan = random_plan(seed)
    simulation = traced(plan)
    found = collect(simulation.machine)
    assert found
    for trace in found:
        check(trace)


def test_every_attempt_is_a_span() -> None:
    """Where every request is over and kept, the links have made no other calls, but to keep leases."""
    compared = 0
    for seed in SEEDS:
        plan = random_plan(seed)
        machine = traced(plan).machine
        told = sampling(machine)
        found = collect(machine)
        if told.begun != told.kept or any(trace.missing for trace in found):
            continue
        recorded = Counter(span.link for trace in found for span in trace.spans)
        coordinators = {each.id for each in plan.nodes if each.quorum is not None}
        asked = {each.id for each in plan.links if each.target in coordinators}
        attempts = {
            name: int(part.link.attempts)
            for name, part in machine.links.items()
            if name not in asked
        }
        assert {name: recorded[name] for name in attempts} == attempts, seed
        compared += 1
    assert compared > 5


def test_few_are_kept_where_there_is_little_room() -> None:
    plan = random_plan(25)
    simulation = traced(plan, TraceSettings(share=0.1, spans=300))
    for trace in collect(simulation.machine):
        check(trace)
