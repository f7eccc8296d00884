"""F: what a station does with a request, as a tree of seven combinators, explicit or told by its links.

A tuple of steps is a sequence. `flow_of` gives the tree of any station, so that whoever asks what
calls are made, how often and in which order, reads one thing only.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.plan.primitives import (
    AsyncPart,
    CallPart,
    ChoicePart,
    FlowPlan,
    LoopPart,
    ParallelPart,
    Way,
    WorkPart,
)

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
    if node.flow is not None:
        return node.flow
    groups: dict[int, list[LinkPlan]] = defaultdict(list)
    for link in leaving:
        groups[link.order].append(link)
    work: FlowPlan = (WorkPart(node.station.work),) if node.traffic is None else ()
    return (*work, *(_group(groups[order], classes) for order in sorted(groups)))


def _group(links: Sequence[LinkPlan], classes: Sequence[ClassPlan]) -> Part:
    """The links of one order, side by side."""
    ways = tuple(_call(link, classes) for link in links)
    return ways[0] if len(ways) == 1 else ParallelPart(tuple((way,) for way in ways), len(ways))


def _call(link: LinkPlan, classes: Sequence[ClassPlan]) -> Part:
    """What a link says of its call: how often, for whom, and whether anybody waits."""
    part: Part = CallPart(link.id)
    if link.times > 1:
        part = LoopPart(link.times, (part,))
    if not link.waits:
        part = AsyncPart((part,))
    share = link.probability if link.probability < 1.0 else None
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
            case AsyncPart():
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
