"""What a caller does in place of a call that has failed for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.codes import NEVER, OK
from engine.sim.lane.seams import RESCUE, SETTLE, Rule

if TYPE_CHECKING:
    from engine.sim.lane.call import Call
    from engine.sim.lane.link import Link

# Kinds.
STATIC: Final = 0
STALE: Final = 1
OTHER_LINK: Final = 2

CLASSES: Final = 1 << 20
"""More than there ever are."""


@final
class Fallback(Rule):
    """Lets the request go on: with an answer that is always there, with an old one, or by another call."""

    def __init__(self, link: Link) -> None:
        self.moments = SETTLE + RESCUE
        self.link = link
        self.kind: i64 = STATIC
        self.other: Link | None = None
        self.max_age = NEVER
        """Seconds."""
        self.writes: list[bool] = []
        """Whether requests of each class are writes, to which no old answer is one."""
        self.used: i64 = 0
        """How often it helped."""
        self.stale: i64 = 0
        self.ages = 0.0
        """Seconds, of all old answers."""
        self._good: dict[int, float] = {}
        """When the last good answer came, by key and class."""

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """Remember a good answer."""
        if reason == OK and self.kind == STALE and not call.fill:
            self._good[self._name(call)] = now

    def rescue(self, call: Call, reason: i64, now: float) -> bool:
        """Go on in place of a call, if that can be done: for what somebody does in a transaction nothing stands in."""
        context = call.context
        if context is not None and context.part is not None:
            return False
        if self.kind == STALE:
            return self._give_old(call, now)
        other = self.other
        if self.kind == STATIC:
            self.used += 1
            self.link.make_do(call, now)
            return True
        job = call.parent
        if other is None or job is None:
            return False
        self.used += 1
        instead = other.new(job)
        instead.repeat = call.repeat
        other.attempt(instead, now)
        return True

    def _give_old(self, call: Call, now: float) -> bool:
        """Go on with the last good answer, if it is there and not too old."""
        at = self._good.get(self._name(call))
        if at is None or now - at > self.max_age or self.writes[call.kind]:
            return False
        self.used += 1
        self.stale += 1
        self.ages += now - at
        self.link.make_do(call, now)
        return True

    def _name(self, call: Call) -> int:
        """What a good answer is remembered by."""
        return int((call.key + 1) * CLASSES + i64(call.kind))
