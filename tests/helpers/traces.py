"""Traces of plans by hand."""

from __future__ import annotations

from engine.control.simulation import Simulation
from engine.model.trace_settings import TraceSettings
from engine.plan.primitives import Plan
from engine.traces.collect import collect
from engine.traces.span import Part, Span, Trace

EVERYTHING = TraceSettings(share=1.0, spans=3_000_000)
"""Keeps whatever the tests' small runs have."""


def traced(plan: Plan, settings: TraceSettings = EVERYTHING) -> Simulation:
    """A whole run that was recorded."""
    simulation = Simulation(plan, settings)
    simulation.advance(plan.duration)
    return simulation


def traces(plan: Plan, settings: TraceSettings = EVERYTHING) -> tuple[Trace, ...]:
    """What was recorded of a whole run."""
    return collect(traced(plan, settings).machine)


def of_link(trace: Trace, link: str) -> list[Span]:
    """The attempts over a link."""
    return [span for span in trace.spans if span.link == link]


def parts(span: Span) -> list[tuple[Part, float, float]]:
    """What a span spent its time on, rounded to microseconds, from when it began."""
    return [
        (each.part, round(each.start - span.since, 6), round(each.end - span.since, 6))
        for each in span.segments
    ]
