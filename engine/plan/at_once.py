"""Which calls of a flow may be made at once: before anything that takes time has been waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.primitives import (
    AsyncPart,
    CallPart,
    ChoicePart,
    FlowPlan,
    LoopPart,
    ParallelPart,
    WorkPart,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.plan.primitives import Part


def made_at_once(flow: FlowPlan, takes_time: Callable[[str], bool]) -> frozenset[str]:
    """The links of such calls.

    Args:
        flow: what a request does.
        takes_time: whether a call over a link surely does.
    """
    way = _AtOnce(takes_time)
    way.through(flow)
    return frozenset(way.made)


class _AtOnce:
    """A request on its way, up to where it first has to wait for something that takes time."""

    def __init__(self, takes_time: Callable[[str], bool]) -> None:
        self._takes_time = takes_time
        self.made: set[str] = set()

    def through(self, flow: FlowPlan) -> bool:
        """Whether all parts may be over at once."""
        return all(self._part(part) for part in flow)

    def _part(self, part: Part) -> bool:
        """Whether a part may."""
        match part:
            case WorkPart():
                return not all(law.mean > 0.0 for law in part.laws)
            case CallPart():
                self.made.add(part.link)
                return not self._takes_time(part.link)
            case AsyncPart():
                self.through(part.do)
            case LoopPart():
                return self.through(part.do)
            case ParallelPart():
                return sum([self.through(way) for way in part.ways]) >= part.need
            case ChoicePart():
                for way in part.ways:
                    self.through(way.do)
            case _:
                pass
        return True
