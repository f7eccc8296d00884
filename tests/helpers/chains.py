"""Chains of causes of whole runs, as the window sees them: looked at in short intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.run.session import Session
from engine.why.chain import explain
from engine.why.record import Record

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.why.fact import Fact


def chain_of(made: Design, step: float = 0.5, **asked: Any) -> tuple[Fact, ...]:
    """What explains a run that is looked at every ``step`` seconds."""
    session = Session(made)
    record = Record(session.plan)
    record.add(session.snapshot())
    while session.now < made.scenario.duration:
        session.advance(session.now + step)
        record.add(session.snapshot())
    return explain(record, {each.id: each.name or each.id for each in made.nodes}, **asked)
