"""Incidents of a run: what caused them, who saw them when, who was paged, what was done, and when all was well again.

An incident is a time in which users fail: more than 1 % of a client's requests, or more than an objective allows.
A fault that no user feels is none. When users fail is read from the intervals of the record, so that the beginning
and the end are known to an interval; the other marks are notices, which have the time of what they tell of.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.model.alerts import budget_of
from engine.why.chain import explain
from engine.why.incident import Incident, Mark
from engine.why.signs import Signs
from engine.why.stretch import Point, Stretch, stretches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from engine.model.design import Objective
    from engine.sim.snapshot import Notice, Role
    from engine.why.record import Record

ALLOWED: Final = 0.01
"""Share of a client's requests that may fail where no objective says otherwise."""
_FEW: Final = 5
"""Bad requests of which one says nothing."""
_CHANCE: Final = 3.0
"""Standard deviations of Poisson counts that are chance."""
_NEAR: Final = 10.0
"""Seconds for which users may be well within one incident."""
_BEFORE: Final = 120.0
"""Seconds by which a cause may be over before users fail: queues and caches take so long."""
_WELL: Final = 3.0
"""Seconds for which users have to be well until an incident is over."""
_BY_HAND: Final = "edit"
"""The kind of a notice of what a person has changed."""
_FEWER: Final = 0.8
"""Share of those that failed before: so many fewer, and it helped."""
_SLIVER: Final = 1e-6
"""Seconds between the end of an interval and that of the same one, by rounding."""
_SLACK: Final = 2.0
"""Seconds by which an interval may begin before what it tells of."""


def incidents(
    record: Record, names: Mapping[str, str], objectives: Iterable[Objective] = ()
) -> tuple[Incident, ...]:
    """All incidents of a record, in order of time; none of a healthy run.

    Args:
        record: what the run recorded.
        names: what people call the items of the design.
        objectives: bounds that say from when on users are not served as they should be.
    """
    found: list[list[tuple[Stretch, float, float]]] = []
    for stretch, bad, whole in sorted(
        _suffering(record, objectives), key=lambda each: each[0].start
    ):
        if found and stretch.start <= max(each.end for each, _, _ in found[-1]) + _NEAR:
            found[-1].append((stretch, bad, whole))
        else:
            found.append([(stretch, bad, whole)])
    made: list[Incident] = []
    over = -math.inf
    for parts in found:
        made.append(_incident(record, names, parts, over))
        over = max(each.end for each, _, _ in parts)
    return tuple(made)


def _suffering(
    record: Record, objectives: Iterable[Objective]
) -> Iterator[tuple[Stretch, float, float]]:
    """When users fail or are not answered, with how many bad requests of how many."""
    signs = Signs(record)
    for node in record.plan.nodes:
        if node.traffic is not None:
            counts = [
                (sample.start, sample.end, float(sum(part.failed.values())), float(part.completed))
                for sample, part in record.node(node.id)
            ]
            yield from _bad(
                [(begin, end, bad, bad + done) for begin, end, bad, done in counts], ALLOWED
            )
            for stretch in signs.stuck(node.id):
                yield stretch, stretch.peak, stretch.peak
    for each in objectives:
        budget = budget_of(each.metric, each.above, each.below)
        if budget is not None:
            begin = record.plan.warmup if each.from_ is None else each.from_
            end = math.inf if each.to is None else each.to
            yield from _bad(
                [
                    (sample.start, sample.end, spent.bad, spent.whole)
                    for sample in record.samples
                    if (spent := sample.spending.get(each.metric)) is not None
                    and sample.end > begin
                    and sample.start < end
                ],
                budget,
            )


def _bad(
    counts: Sequence[tuple[float, float, float, float]], allowed: float
) -> Iterator[tuple[Stretch, float, float]]:
    """The stretches in which more is bad than is allowed, and than chance makes of what is allowed.

    Args:
        counts: begin, end, bad ones and all, an interval each.
        allowed: the share that may be bad.
    """
    points = [
        Point(begin, end, bad / whole if whole > 0.0 else math.nan)
        for begin, end, bad, whole in counts
    ]
    for stretch in stretches(points, allowed):
        inside = [each for each in counts if stretch.start <= each[0] and each[1] <= stretch.end]
        bad, whole = math.fsum(each[2] for each in inside), math.fsum(each[3] for each in inside)
        usual = allowed * whole
        if bad > usual + _CHANCE * math.sqrt(usual) + _FEW:
            yield stretch, bad, whole


def _incident(
    record: Record,
    names: Mapping[str, str],
    parts: Sequence[tuple[Stretch, float, float]],
    over: float,
) -> Incident:
    """One of them, with its marks; the one before was over at a time (s)."""
    begun = min(each.start for each, _, _ in parts)
    end = _over(record, max(each.end for each, _, _ in parts))
    _, bad, whole = max(parts, key=lambda each: each[1])
    last = record.samples[-1].end
    cause = _cause(record, names, parts[0][0], over)
    if cause is not None and begun < cause.at <= parts[0][0].points[0].end:
        begun = cause.at  # nobody fails of what has not happened, within an interval
    start = begun if cause is None else min(cause.at, begun)

    meanwhile = [
        each for each in record.notices if start <= each.at <= end and not _is_cause(each, cause)
    ]

    def first(role: Role) -> Mark | None:
        """The first notice with a role from the cause on, while users fail."""
        return _mark(next((each for each in meanwhile if role in each.roles), None))

    recover = Mark(end, "users are served as they should be again")
    return Incident(
        begun=begun,
        bad=round(bad),
        share=bad / whole,
        cause=cause,
        detect=first("seen"),
        page=first("page"),
        mitigate=_mark(_helpful(meanwhile, [each for each, _, _ in parts], last)),
        recover=recover if last >= end + _WELL else None,
    )


def _over(record: Record, end: float) -> float:
    """When users are well again, where they are seen to fail until a time (s).

    A fault that ends within the interval after that has lasted until then: nobody is well before, since that interval
    has answers of both.
    """
    until = next((each.end for each in record.samples if each.end > end + _SLIVER), end)
    ends = (
        each.at
        for each in record.notices
        if end < each.at <= until and "act" in each.roles and each.kind != _BY_HAND
    )
    return max(ends, default=end)


def _mark(notice: Notice | None) -> Mark | None:
    """A notice as a moment of an incident."""
    return None if notice is None else Mark(notice.at, notice.text, notice.target)


def _helpful(meanwhile: Sequence[Notice], parts: Sequence[Stretch], last: float) -> Notice | None:
    """What was done about an incident first; of what a person changed, only what helped.

    People try this and that, and build on. After what helps fewer fail until they try the next thing; where that is true
    of nothing, it was the last thing before all was well again.

    Args:
        meanwhile: notices from the cause to the end of it.
        parts: when users failed, with shares.
        last: until when anything is known (s).
    """
    acts = [each for each in meanwhile if "act" in each.roles]
    over = max(each.end for each in parts)
    for act in acts:
        if act.kind != _BY_HAND:
            return act
        later = min((each.at for each in acts if each.at > act.at), default=math.inf)
        until = min(act.at + _NEAR, later, last)
        before = _share(parts, act.at - _NEAR, act.at)
        if until > act.at and _share(parts, act.at, until) < _FEWER * before:
            return act
    return acts[-1] if acts and last >= over + _WELL else None


def _share(parts: Sequence[Stretch], begin: float, end: float) -> float:
    """What share failed between two times (s), on average; before users failed at all nothing counts."""
    begin = max(begin, min(each.start for each in parts))
    if not end > begin:
        return 0.0
    return math.fsum(
        max(0.0, min(point.end, end) - max(point.start, begin)) * point.value
        for each in parts
        for point in each.points
        if not math.isnan(point.value)
    ) / (end - begin)


def _cause(record: Record, names: Mapping[str, str], stretch: Stretch, over: float) -> Mark | None:
    """What is behind it: what *Why?* finds, else the last thing that went wrong before.

    What was there already when users were well again after the incident before counts only where nothing else is
    found.
    """
    middle = (stretch.start + min(stretch.end, stretch.start + _NEAR)) / 2.0
    outside = [fact for fact in explain(record, names, middle) if fact.first]
    early, late = stretch.start - _BEFORE, stretch.start + _SLACK
    marks = [Mark(each.time, each.what, each.item, each.inferred) for each in outside]
    recorded = [
        Mark(each.at, each.text, each.target)
        for each in record.notices
        if "cause" in each.roles and early <= each.at <= late
    ]
    fresh = [each for each in marks if each.at > over - _SLACK]
    if fresh or (marks and not recorded):
        return min(fresh or marks, key=lambda each: each.at)
    return recorded[-1] if recorded else None


def _is_cause(notice: Notice, cause: Mark | None) -> bool:
    """Whether a notice tells of the cause itself, which does not detect itself unless somebody saw it happen."""
    return cause is not None and "seen" not in notice.roles and notice.text == cause.what
