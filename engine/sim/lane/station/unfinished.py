"""Work that calls bring beside what their class brings: what is left of work that was interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.call import Call
from engine.sim.lane.codes import OUTBOUND
from engine.sim.lane.instance import WorkRule

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Entry
    from engine.sim.lane.call import Pool


@final
class Unfinished(WorkRule):
    """Calls that wait again after a part of their work, and how much of it is left."""

    def __init__(self) -> None:
        self._left: dict[Call, float] = {}

    def put(self, call: Call, left: float) -> None:
        """Remember how much work (s) of a call is left."""
        self._left[call] = left

    def scale(self, factor: float) -> None:
        """Have all that is left take another time."""
        for call in self._left:
            self._left[call] *= factor

    def clear(self) -> None:
        """Forget everybody."""
        self._left.clear()

    def work_of(self, call: Entry) -> float:
        """What is left of a call that was interrupted."""
        if len(self._left) == 0 or not isinstance(call, Call):
            return -1.0
        return self._left.pop(call, -1.0)


def interrupt(pool: Pool, call: Call, left: float) -> None:
    """Have a call wait again, with so much work (s) left."""
    rule = pool.rule
    if not isinstance(rule, Unfinished):
        rule = Unfinished()
        pool.rule = rule
    rule.put(call, left)
    call.stage = OUTBOUND
    call.seq = pool.site.agenda.seq
