"""F: what a station does with a request, as a tree of seven combinators, explicit or told by its links.

A tuple of steps is a sequence. `flow_of` gives the tree of any station, so that whoever asks what
calls are made, how often and in which order, reads one thing only.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.model.policies.fallback import Fallback
from engine.plan.primitives import (
    AsyncPart,
    CallPart,
    ChoicePart,
    FlowPlan,
    LoopPart,
    ParallelPart,
    TransactionPart,
    Way,
    WorkPart,
)
from engine.plan.sessions import session_link

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.plan.primitives import ClassPlan, LinkPlan, NodePlan, Part


def flow_of(node: NodePlan, leaving: Sequence[LinkPlan], classes: Sequence[ClassPlan]) -> FlowPlan:
    """What a station does with a request: its own flow, or its work and then its links in their order.

    Args:
        node: a node that neither routes nor queues; a client has no work.
        leaving: the links that leave it.
        classes: the request classes, since a look-aside is for reads only.
    """
    return plain(whole_flow_of(node, leaving, classes))


def whole_flow_of(
    node: NodePlan, leaving: Sequence[LinkPlan], classes: Sequence[ClassPlan]
) -> FlowPlan:
    """The same with its transactions, which make other calls where something fails."""
    asked = session_link(node, leaving)
    if asked is not None:
        others = [link for link in leaving if link.id != asked]
        return _with_session(node.flow or _told(node, others, classes), asked)
    return node.flow or _told(node, leaving, classes)


def plain(flow: FlowPlan | None) -> FlowPlan:
    """A flow in which transactions are the calls that they make where nothing fails; nothing where there is none."""
    if flow is None or not has_transactions(flow):
        return flow or ()
    made: list[Part] = []
    for part in flow:
        match part:
            case TransactionPart():
                made += part.as_calls()
            case AsyncPart():
                made.append(AsyncPart(plain(part.do)))
            case LoopPart():
                made.append(LoopPart(part.rounds, plain(part.do)))
            case ParallelPart():
                made.append(ParallelPart(tuple(plain(way) for way in part.ways), part.need))
            case ChoicePart():
                made.append(ChoicePart(tuple(replace(way, do=plain(way.do)) for way in part.ways)))
            case _:
                made.append(part)
    return tuple(made)


def has_transactions(flow: FlowPlan) -> bool:
    """Whether a flow has transactions."""
    return any(True for _ in transactions_in(flow))


def transactions_in(flow: FlowPlan) -> Iterator[TransactionPart]:
    """Every transaction of a flow."""
    for part in flow:
        match part:
            case TransactionPart():
                yield part
            case AsyncPart() | LoopPart():
                yield from transactions_in(part.do)
            case ParallelPart():
                for way in part.ways:
                    yield from transactions_in(way)
            case ChoicePart():
                for choice in part.ways:
                    yield from transactions_in(choice.do)
            case _:
                pass


def _with_session(flow: FlowPlan, link: str) -> FlowPlan:
    """A flow that asks for a session after its first work, and writes it back in the end without waiting."""
    first = flow[:1] if flow and isinstance(flow[0], WorkPart) else ()
    call = CallPart(link)
    return (*first, call, *flow[len(first) :], AsyncPart((call,)))


def _told(node: NodePlan, leaving: Sequence[LinkPlan], classes: Sequence[ClassPlan]) -> FlowPlan:
    """The flow that the links of a node tell."""
    groups: dict[int, list[LinkPlan]] = defaultdict(list)
    spares = spares_of(leaving)
    for link in leaving:
        if link.id not in spares and not link.checks:
            groups[link.order].append(link)
    work: FlowPlan = (WorkPart(node.station.work),) if node.traffic is None else ()
    parts = [_group(groups[order], classes) for order in sorted(groups)]
    return (*work, *(part for part in parts if part != ChoicePart(())))


def spares_of(leaving: Sequence[LinkPlan]) -> frozenset[str]:
    """The links of a node that are called only in place of others that failed."""
    fallbacks = [link.policy(Fallback) for link in leaving if link.policies]
    return frozenset(
        [each.spare for each in fallbacks if each is not None and each.spare is not None]
    )


def _group(links: Sequence[LinkPlan], classes: Sequence[ClassPlan]) -> Part:
    """The links of one order: what they do for requests that go on, and for those whose call failed."""
    usual = _side_by_side([_usual(link, classes) for link in links if not _only_saves(link)])
    rescues = [link for link in links if link.on_failure]
    if not rescues:
        return usual
    ways = tuple(way for kind in range(len(classes)) for way in _rescue(rescues, kind, classes))
    if isinstance(usual, ChoicePart):
        return ChoicePart((*ways, *usual.ways))
    return ChoicePart((*ways, Way((usual,))))


def _only_saves(link: LinkPlan) -> bool:
    """Whether a link is for requests whose call failed alone."""
    return link.on_failure and not link.on_miss


def _side_by_side(parts: Sequence[Part]) -> Part:
    """Parts at once; none of them is a choice without ways."""
    if len(parts) == 1:
        return parts[0]
    return ParallelPart(tuple((part,) for part in parts), len(parts)) if parts else ChoicePart(())


def _rescue(links: Sequence[LinkPlan], kind: int, classes: Sequence[ClassPlan]) -> list[Way]:
    """What some links do for requests of a class whose call failed; at most one way."""
    used = [link for link in links if link.classes[kind]]
    mask = tuple(place == kind for place in range(len(classes)))
    if len(used) == 1:
        return [Way((_part(used[0]),), _share(used[0]), mask, "failed")]
    calls = [
        _part(link) if _share(link) is None else ChoicePart((Way((_part(link),), _share(link)),))
        for link in used
    ]
    return [Way((_side_by_side(calls),), None, mask, "failed")] if used else []


def _part(link: LinkPlan) -> Part:
    """The calls of a link: how often, and whether anybody waits."""
    part: Part = CallPart(link.id)
    if link.times > 1:
        part = LoopPart(link.times, (part,))
    return part if link.waits else AsyncPart((part,))


def _share(link: LinkPlan) -> float | None:
    """Share of the requests that make the calls of a link; None is all."""
    return link.probability if link.probability < 1.0 else None


def _usual(link: LinkPlan, classes: Sequence[ClassPlan]) -> Part:
    """What a link says of its call for requests none of whose calls has just failed."""
    part, share = _part(link), _share(link)
    if link.on_miss:
        reads = tuple(
            used and not kind.write for used, kind in zip(link.classes, classes, strict=True)
        )
        writes = tuple(
            used and kind.write for used, kind in zip(link.classes, classes, strict=True)
        )
        ways = (Way((part,), share, reads, "miss"), Way((part,), share, writes))
        return ChoicePart(tuple(way for way in ways if way.classes and any(way.classes)))
    if share is None and all(link.classes):
        return part
    return ChoicePart((Way((part,), share, None if all(link.classes) else link.classes),))


def calls_in(flow: FlowPlan) -> Iterator[tuple[str, bool]]:
    """Every call of a flow: its link, and whether it is waited for."""
    for part in flow:
        match part:
            case CallPart():
                yield part.link, True
            case TransactionPart():
                yield from calls_in(part.as_calls())
                yield from ((link, True) for link in part.undo if link is not None)
            case AsyncPart():
                yield from ((link, False) for link, _ in calls_in(part.do))
            case LoopPart():
                yield from calls_in(part.do)
            case ParallelPart():
                for way in part.ways:
                    yield from calls_in(way)
            case ChoicePart():
                for choice in part.ways:
                    yield from calls_in(choice.do)


def goes_side_by_side(flow: FlowPlan) -> bool:
    """Whether some of its parts go on at once, or unwaited for."""
    for part in flow:
        match part:
            case AsyncPart() | TransactionPart():
                return True
            case ParallelPart():
                if len(part.ways) > 1 or any(goes_side_by_side(way) for way in part.ways):
                    return True
            case LoopPart():
                if goes_side_by_side(part.do):
                    return True
            case ChoicePart():
                if any(goes_side_by_side(way.do) for way in part.ways):
                    return True
            case _:
                pass
    return False


def waits_side_by_side(flow: FlowPlan) -> bool:
    """Whether some of its parts that are waited for go on at once."""
    for part in flow:
        match part:
            case TransactionPart():
                return True
            case ParallelPart():
                if len(part.ways) > 1 or any(waits_side_by_side(way) for way in part.ways):
                    return True
            case LoopPart():
                if waits_side_by_side(part.do):
                    return True
            case ChoicePart():
                if any(waits_side_by_side(way.do) for way in part.ways):
                    return True
            case _:
                pass
    return False


def ways_in(flow: FlowPlan) -> Iterator[Way]:
    """Every way of every choice of a flow."""
    for part in flow:
        match part:
            case AsyncPart() | LoopPart():
                yield from ways_in(part.do)
            case ParallelPart():
                for way in part.ways:
                    yield from ways_in(way)
            case ChoicePart():
                for choice in part.ways:
                    yield choice
                    yield from ways_in(choice.do)
            case _:
                pass


def works_in(flow: FlowPlan) -> Iterator[WorkPart]:
    """Every work of a flow."""
    for part in flow:
        match part:
            case WorkPart():
                yield part
            case AsyncPart() | LoopPart():
                yield from works_in(part.do)
            case ParallelPart():
                for way in part.ways:
                    yield from works_in(way)
            case ChoicePart():
                for choice in part.ways:
                    yield from works_in(choice.do)
