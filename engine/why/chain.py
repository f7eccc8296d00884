"""The chain of causes for a run, a moment of it, or one of its parts."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.records import dataclass
from engine.why.case import Case
from engine.why.inquiry import MUCH_SLOWER, Inquiry
from engine.why.limits import Limits
from engine.why.signs import Signs
from engine.why.standing import Standing
from engine.why.stretch import AFTER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.why.fact import Fact
    from engine.why.record import Record
    from engine.why.stretch import Stretch

_LONG: Final = 1.5
"""Seconds that something is wrong at least."""
_NEAR: Final = 2.0
"""Seconds around a moment that count as that moment."""
_WELL: Final = 10.0
"""Seconds for which all has to be well between two troubles that have nothing to do with each other."""
_LATEST: Final = 0.8
"""Part of its time from which on a queue is longest that still grows."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Something that a client, or a node that is asked about, suffers from."""

    item: str
    stretch: Stretch
    harm: float
    """How bad it is: requests that fail or are never answered, or seconds that all wait together in excess."""
    fails: bool
    logged_out: bool = False
    """Whether its users are logged out, while nothing fails."""
    behind: str | None = None
    """The node that never catches up with what comes, from the beginning on, while nothing fails."""
    worse: bool = False
    """Whether less was wrong just before, which has reasons of its own."""
    unseen: bool = False
    """Whether no client feels it: messages that were taken are not worked on."""


def explain(
    record: Record,
    names: Mapping[str, str],
    moment: float | None = None,
    item: str | None = None,
) -> tuple[Fact, ...]:
    """Why something went wrong, first cause first; nothing where nothing did.

    Args:
        record: what the run recorded.
        names: what people call the items of the design.
        moment: which moment (s) is asked about; None for the worst trouble of all.
        item: which node is asked about; None for the clients.
    """
    signs = Signs(record)
    troubles = every = list(_troubles(record, signs, item))
    if moment is not None:
        troubles = [
            each for each in troubles if each.stretch.reaches(moment - _NEAR, moment + _NEAR)
        ]
    for trouble in sorted(troubles, key=lambda each: (not each.fails, each.unseen, -each.harm)):
        facts = _chain(record, names, trouble, _well_since(every, trouble))
        if trouble.fails or any(_counts(record, trouble, fact) for fact in facts):
            return facts
    return ()


def _well_since(troubles: Iterable[_Trouble], trouble: _Trouble) -> float:
    """From when on (s) all was well before a trouble: what was over by then is not behind it."""
    begun = trouble.stretch.start - _WELL
    ends = (each.stretch.end for each in troubles if each.item == trouble.item)
    return max((end for end in ends if end < begun), default=-math.inf)


def _counts(record: Record, trouble: _Trouble, fact: Fact) -> bool:
    """Whether a fact makes a trouble worth telling: a cause from outside.

    A queue is there to take a burst of its clients, unless it grows to the end.
    """
    if not fact.first or not trouble.unseen:
        return fact.first
    clients = [each.id for each in record.plan.nodes if each.traffic]
    stretch = trouble.stretch
    longest = max(stretch.points, key=lambda each: each.value).end
    grows = stretch.end >= record.samples[-1].start and longest > _LATEST * stretch.end
    return grows or fact.node not in clients


def _chain(
    record: Record, names: Mapping[str, str], trouble: _Trouble, since: float
) -> tuple[Fact, ...]:
    """All that is behind one trouble, of what was so from a time (s) on.

    Where an event is, it is asked again from then on: what was so before, such as the line of a busy node, it did not
    cause, and a stretch that chance began before counts from the event on.
    """
    facts = _asked(record, names, trouble, since)
    begun = min((fact.time for fact in facts if fact.first and not fact.inferred), default=None)
    left = None if begun is None else trouble.stretch.since(begun)
    if begun is None or left is None:
        return facts
    again = _asked(record, names, replace(trouble, stretch=left), max(begun, since))
    start = record.samples[0].start
    before = [each for each in facts if each.first and each.time <= start < begun]
    small = {each.item for each in before}
    rest = (each for each in again if not (each.first and each.inferred and each.item in small))
    return (*before, *rest)


def _asked(
    record: Record, names: Mapping[str, str], trouble: _Trouble, since: float
) -> tuple[Fact, ...]:
    """What is found behind one trouble, of what was so from a time (s) on."""
    then = record.as_of(trouble.stretch.seen)
    if {trouble.item, trouble.behind or trouble.item} <= {each.id for each in then.plan.nodes}:
        record = then  # else it has been taken out and put in again, which people do when they undo
    inquiry = Inquiry(record, names, since)
    is_client = any(each.id == trouble.item and each.traffic for each in record.plan.nodes)
    if is_client and trouble.stretch in inquiry.signs.stuck(trouble.item):
        inquiry.client_is_stuck(trouble.item, trouble.stretch)
    elif trouble.behind is not None:
        inquiry.never_catches_up(trouble.item, trouble.behind, trouble.stretch)
    elif is_client and trouble.fails:
        inquiry.client_suffers(trouble.item, trouble.stretch)
    elif is_client:
        common = inquiry.signs.usual_time(trouble.item, trouble.stretch.start)
        inquiry.client_waits(trouble.item, trouble.stretch, common)
    elif trouble.logged_out:
        inquiry.users_logged_out(trouble.item, trouble.stretch)
    else:
        inquiry.node_suffers(trouble.item, trouble.stretch)
    if not (trouble.worse and any(not each.inferred for each in inquiry.outside)):
        inquiry.look_at_beginning(trouble.item, trouble.stretch, fails=trouble.fails)
    late = trouble.stretch.seen + 2.0 * AFTER
    found = [pair for pair in enumerate(inquiry.facts.values()) if pair[1].time <= late]
    # What was found later is nearer to the beginning.
    found.sort(key=lambda pair: (pair[1].time, not pair[1].first, -pair[0]))
    told: dict[tuple[object, ...], Fact] = {}
    for _, fact in found:
        # An event that hits several items is one cause, told of what is nearest to it.
        key = (fact.time, fact.what) if fact.first else (fact.time, fact.what, fact.item)
        told.setdefault(key, fact)
    return tuple(told.values())


def _troubles(record: Record, signs: Signs, item: str | None) -> Iterable[_Trouble]:
    """What is wrong at the clients, or at one node."""
    yield from _logouts(record, signs, item)
    yield from _messages(record, signs, item)
    yield from _overloads(record, item)
    wanted = [each.id for each in record.plan.nodes if each.traffic is not None]
    for name in wanted if item is None else [item]:
        ended, level = -math.inf, 0.0
        for stretch in signs.failing(name):
            worse = stretch.start <= ended and stretch.mean > level
            ended, level = stretch.end, stretch.mean
            if stretch.end - stretch.start >= _LONG or stretch.mean > 0.5:
                harm = float(signs.ended(name, stretch)[0])
                yield _Trouble(name, stretch, harm, fails=True, worse=worse)
        for stretch in signs.stuck(name):
            yield _Trouble(name, stretch, stretch.peak, fails=True)
        for stretch in signs.much_slower(name, MUCH_SLOWER):
            yield _Trouble(name, stretch, signs.excess(name, stretch), fails=False)
        if item is not None:
            for stretch in signs.full(name):
                yield _Trouble(name, stretch, math.inf, fails=False)


def _logouts(record: Record, signs: Signs, item: str | None) -> Iterable[_Trouble]:
    """When users of nodes are logged out, many at a time."""
    for node in record.plan.nodes:
        if not node.gates or item not in (None, node.id):
            continue
        for what in ("logged_out", "logins"):
            for stretch in signs.logged_out(node.id, what):
                yield _Trouble(node.id, stretch, 0.0, fails=False, logged_out=True)


def _messages(record: Record, signs: Signs, item: str | None) -> Iterable[_Trouble]:
    """When messages that were taken are not worked on, or are given up."""
    for node in record.plan.nodes:
        if not node.keeps_messages or item not in (None, node.id):
            continue
        unseen = item is None
        for stretch in signs.piling(node.id):
            if stretch.end - stretch.start >= _LONG:
                yield _Trouble(node.id, stretch, stretch.peak, fails=False, unseen=unseen)
        for stretch in signs.lost_letters(node.id):
            yield _Trouble(node.id, stretch, stretch.total, fails=False, unseen=unseen)


def _overloads(record: Record, item: str | None) -> Iterable[_Trouble]:
    """When nodes never catch up with what comes, from the beginning to the end: nothing is usual, so nothing stands out."""
    case = Case(record, {})
    standing = Standing(case, Limits(case), math.inf)
    if not standing.tells:
        return
    never = {each.id: standing.never_catches_up(each.id) for each in record.plan.nodes}
    for node in record.plan.nodes:
        if node.traffic is not None:
            if item in (None, node.id):
                for name in standing.waited_for(node.id):
                    stretch = never[name]
                    if stretch is not None:
                        waited = stretch.mean * (stretch.end - stretch.start)
                        yield _Trouble(node.id, stretch, waited, fails=False, behind=name)
        elif node.keeps_messages and item in (None, node.id):
            stretch = standing.piles_up(node.id)
            if stretch is not None:
                yield _Trouble(node.id, stretch, stretch.peak, fails=False, unseen=item is None)
