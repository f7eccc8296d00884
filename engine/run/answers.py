"""Answers the window's questions about a run: why something went wrong, and single requests of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from engine.run.protocol import Explained, FoundIncidents, Traced
from engine.traces.choice import around, failed, nearest, quantile, succeeded
from engine.why.chain import explain
from engine.why.incidents import incidents
from engine.why.missed import chain_of, missed

if TYPE_CHECKING:
    from engine.run.protocol import Explain, TakeTraces
    from engine.run.session import Session
    from engine.traces.collect import Head, Recording
    from engine.traces.span import Trace
    from engine.why.record import Record

_MOST: Final = 50
"""Traces of each list."""
_SPANS: Final = 20_000
"""Spans of each list, about: what crosses a pipe without a pause."""
_P99: Final = 0.99


def explained(record: Record, session: Session, question: Explain) -> Explained:
    """Why something goes wrong at a moment; without one, now, or where all is well by now, when it was worst.

    Args:
        record: what was recorded of the run lately.
        session: the run.
        question: what is asked.
    """
    begun = time.perf_counter()
    record.follow(session.plan, session.now)
    names = {each.id: each.name or each.id for each in session.design.nodes}
    moment = session.now if question.moment is None else question.moment
    facts = explain(record, names, moment, question.item)
    if not facts and question.moment is None:
        facts = explain(record, names, None, question.item)
        if not facts and question.item is None and session.is_over:
            judged = session.result()["objectives"]
            facts = chain_of(missed(record, session.design, judged))
    return Explained(question, facts, time.perf_counter() - begun)


def incidents_found(record: Record, session: Session) -> FoundIncidents:
    """When users failed.

    Args:
        record: what was recorded of the run lately.
        session: the run.
    """
    begun = time.perf_counter()
    record.follow(session.plan, session.now)
    names = {each.id: each.name or each.id for each in session.design.nodes}
    found = incidents(record, names, session.design.objectives)
    since = record.samples[0].start if record.samples else 0.0
    return FoundIncidents(found, time.perf_counter() - begun, since)


def traced(recording: Recording, question: TakeTraces, span: float) -> Traced:
    """What there is about a moment and a node.

    Args:
        recording: what the run has recorded.
        question: what is asked.
        span: seconds of the whole run.
    """
    found = around(recording.at_node(question.item), question.moment, span)
    good, bad = succeeded(found), failed(found)
    told = recording.sampling()
    chosen = _chosen(question, good, bad, everything=told.dropped == 0)
    made: dict[str, Trace] = {}
    lists: list[tuple[Trace, ...]] = []
    for heads in (good, bad):
        shown = _fitting(heads)
        if chosen in heads and chosen not in shown:
            shown.append(chosen)
        made |= {head.id: recording.trace(head) for head in shown}
        lists.append(tuple(made[head.id] for head in shown))
    return Traced(
        question=question,
        slowest=lists[0],
        failed=lists[1],
        chosen=None if chosen is None else made[chosen.id].id,
        edges=recording.edges(),
        map_nodes=recording.map_nodes(),
        sampling=told,
    )


def _chosen(
    question: TakeTraces, good: list[Head], bad: list[Head], *, everything: bool
) -> Head | None:
    """The one to begin with; the failed where nothing else is there. ``everything``: nothing was dropped."""
    if question.wanted == "failed":
        return next(iter(bad), None)
    if question.wanted == "p99":
        limit = quantile([each for each in good if everything or "sampled" in each.kept], _P99)
        if limit is not None:
            return nearest(good, limit)
    return next(iter(good), next(iter(bad), None))


def _fitting(heads: list[Head]) -> list[Head]:
    """The first of them, as far as there is room."""
    shown: list[Head] = []
    spans = 0
    for head in heads[:_MOST]:
        spans += int(head.record.count)
        if shown and spans > _SPANS:
            break
        shown.append(head)
    return shown
