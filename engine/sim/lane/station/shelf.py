"""Calls that were given up and wait on: they are worked on all the same, so their turn comes, but not soon.

Under overload these are most of those who wait. What is left of them is small, and lies side by side in the
order in which it is needed, so that a long line is neither spread over memory nor fills the caches.
"""

from __future__ import annotations

from typing import final

from engine.sim.lane.call import Call
from engine.sim.lane.codes import ABANDONED, OUTBOUND
from engine.sim.lane.jobs import Stub


@final
class Likeness:
    """What calls on a shelf have in common: mostly all of them are of a kind."""

    def __init__(self, call: Call) -> None:
        self.pool = call.pool
        self.path = call.path
        self.origin = call.origin
        self.user = call.user
        self.kind = call.kind
        self.task = call.task
        self.toll = call.toll
        self.fill = call.fill

    def fits(self, call: Call) -> bool:
        """Whether another call has all this as well."""
        return (
            call.pool is self.pool
            and call.path is self.path
            and call.origin is self.origin
            and call.user is self.user
            and call.kind == self.kind
            and call.task == self.task
            and call.toll == self.toll
            and call.fill == self.fill
        )


@final
class Shelved(Stub):
    """What is left of a call that was given up, until its turn comes."""

    following: Shelved | None = None
    """Next on the shelf."""
    whole: Call | None = None
    """The call, where somebody wanted to see it before its turn."""

    def __init__(self, call: Call, likeness: Likeness) -> None:
        self.arrived = call.arrived
        self.seq = call.seq
        self.key = call.key
        self.likeness = likeness

    def call(self) -> Call:
        """The call as it was, in its place among those inside."""
        found = self.whole
        if found is None:
            common = self.likeness
            pool = common.pool
            found = Call(pool.site, pool, None, common.kind, self.key)
            found.arrived = self.arrived
            found.seq = self.seq
            found.path = common.path
            found.origin = common.origin
            found.user = common.user
            found.task = common.task
            found.toll = common.toll
            found.fill = common.fill
            found.settled = True
            found.given_up = ABANDONED
            pool.inside.unstub(found, self)
            self.whole = found
        return found


@final
class Shelf:
    """Calls that were given up, in the order in which their turns come."""

    def __init__(self) -> None:
        self._first: Shelved | None = None
        self._last: Shelved | None = None
        self._likeness: Likeness | None = None
        """Of whoever came last."""

    def put(self, call: Call) -> None:
        """Take a call in; nobody else may have use for it as it is."""
        likeness = self._likeness
        if likeness is None or not likeness.fits(call):
            likeness = Likeness(call)
            self._likeness = likeness
        shelved = Shelved(call, likeness)
        call.pool.inside.stub(call, shelved)
        last = self._last
        if last is None:
            self._first = shelved
        else:
            last.following = shelved
        self._last = shelved

    def take(self) -> Call | None:
        """Give the first back as it was."""
        first = self._first
        if first is None:
            return None
        self._first = first.following
        if self._first is None:
            self._last = None
        return first.call()

    def oldest(self, otherwise: float) -> float:
        """When the first came."""
        first = self._first
        return otherwise if first is None else first.arrived


def can_be_shelved(call: Call) -> bool:
    """Whether a call that waits is wanted by nobody, and nobody will ask for it before its turn.

    Those with a deadline may be called off, gates hear of those that they let in, and of an interrupted
    work something is left.
    """
    pool = call.pool
    return (
        call.given_up == ABANDONED
        and call.settled
        and call.parent is None
        and call.context is None
        and call.stage == OUTBOUND
        and not call.entered
        and pool.rule is None
        and pool.inside.has(call)
    )
