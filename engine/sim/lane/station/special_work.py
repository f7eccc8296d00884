"""Work that is not what the class of a call brings: left of an interrupted one, done until it fails, or a query's."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.call import Call
from engine.sim.lane.codes import OUTBOUND
from engine.sim.lane.draws import chance
from engine.sim.lane.instance import WorkRule

if TYPE_CHECKING:
    from engine.sim.lane.call import Pool
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.entry import Entry


@final
class Failure:
    """A share of the requests that fails after a time, in place of being worked on."""

    def __init__(self, share: float, seconds: float) -> None:
        self.share = share
        self.seconds = seconds


class QueryCost:
    """Says how much work each query brings, by what it has to look at."""

    def seconds(self, call: Call) -> float:
        """How much work (s) a query that begins brings; negative where it is what its class brings."""
        raise NotImplementedError


@final
class SpecialWork(WorkRule):
    """Calls that wait again after a part of their work, requests that are about to fail, and queries."""

    cost: QueryCost | None = None
    """What says how long queries take, where something does."""

    def __init__(self) -> None:
        self._failures: list[Failure] = []
        self._draws: Draws | None = None
        self._left: dict[Call, float] = {}

    def fail(self, failures: list[Failure], draws: Draws) -> None:
        """Have requests fail from now on; each failure hits a share of those that the ones before spared."""
        self._failures = failures
        self._draws = draws

    def put(self, call: Call, left: float) -> None:
        """Remember how much work (s) of a call is left."""
        self._left[call] = left

    def scale(self, factor: float) -> None:
        """Have all that is left take another time."""
        for call in self._left:
            self._left[call] *= factor

    def clear(self) -> None:
        """Forget all calls."""
        self._left.clear()

    def work_of(self, call: Entry) -> float:
        """What is left, or what a request that fails takes; negative where neither is the case.

        Only a request as a whole fails, with the first work that is done for it: not a part of its flow.
        """
        if not isinstance(call, Call):
            return -1.0
        if len(self._left) > 0:
            left = self._left.pop(call, -1.0)
            if left >= 0.0:
                return left
        draws = self._draws
        if draws is not None and call.path is not None and call.task >= 0:
            for failure in self._failures:
                if chance(draws, failure.share):
                    call.doomed = True
                    return failure.seconds
        cost = self.cost
        if cost is not None and call.path is not None and call.task >= 0:
            seconds = cost.seconds(call)
            if seconds >= 0.0:
                return seconds + call.size
        return -1.0


def interrupt(pool: Pool, call: Call, left: float) -> None:
    """Have a call wait again, with so much work (s) left."""
    special_work(pool).put(call, left)
    call.stage = OUTBOUND
    if call.span is not None:
        call.span.queue(pool.site.agenda.now)
    call.seq = pool.site.agenda.seq


def special_work(pool: Pool) -> SpecialWork:
    """What an instance knows of special work, from now on."""
    rule = pool.rule
    if not isinstance(rule, SpecialWork):
        rule = SpecialWork()
        pool.rule = rule
    return rule
