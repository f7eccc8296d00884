"""Calls that were given up and wait on: they are worked on all the same, so their turn comes, but not soon.

Under overload these are most of those who wait. What is left of each is four numbers, which lie side by side
in the order in which they are needed, so that a long line is neither spread over memory nor fills the caches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast, final

from librt.vecs import vec
from mypy_extensions import i64

from engine.sim.lane.call import Call
from engine.sim.lane.codes import ABANDONED, OUTBOUND
from engine.sim.lane.context import outlasts
from engine.sim.lane.jobs import Keeper
from engine.sim.lane.tracing.records import SpanRecord

if TYPE_CHECKING:
    from engine.sim.lane.call import Pool

ROOM: Final = 128
"""Calls in a box: four kilobytes."""


@final
class Likeness:
    """What calls on a shelf have in common: mostly all of them are of a kind."""

    def __init__(self, call: Call) -> None:
        self.path = call.path
        self.origin = call.origin
        self.user = call.user
        self.kind = call.kind
        self.task = call.task
        self.size = call.size
        self.fill = call.fill

    def fits(self, call: Call) -> bool:
        """Whether another call has all this as well."""
        return (
            call.path is self.path
            and call.origin is self.origin
            and call.user is self.user
            and call.kind == self.kind
            and call.task == self.task
            and call.size == self.size
            and call.fill == self.fill
        )


@final
class Box:
    """What is left of some calls that came one after the other."""

    following: Box | None = None
    """Next on the shelf."""

    def __init__(self, likeness: Likeness) -> None:
        self.likeness = likeness
        """Of the one at the first place."""
        self.arrived = vec[float]([0.0] * ROOM)
        self.numbers = vec[i64]([0] * (2 * ROOM))
        """The place in the order and the key of each."""
        self.others: list[object] | None = None
        """Likenesses of those who are not like the first, where there are any."""
        self.spans: list[object] | None = None
        """What is recorded of them, where something is."""

    def keep_likeness(self, place: i64, likeness: Likeness) -> None:
        """Keep what a call has in common with others than the first."""
        others = self.others
        if others is None:
            others = [None] * ROOM
            self.others = others
        others[place] = likeness

    def give_likeness(self, place: i64) -> Likeness:
        """Give back what a call has in common with others."""
        others = self.others
        if others is None:
            return self.likeness
        found = others[place]
        others[place] = None
        return found if isinstance(found, Likeness) else self.likeness

    def keep_span(self, place: i64, span: SpanRecord) -> None:
        """Keep what is recorded of a call."""
        spans = self.spans
        if spans is None:
            spans = [None] * ROOM
            self.spans = spans
        spans[place] = span

    def give_span(self, place: i64) -> SpanRecord | None:
        """Give back what is recorded of a call."""
        spans = self.spans
        if spans is None:
            return None
        span = spans[place]
        spans[place] = None
        return span if isinstance(span, SpanRecord) else None


@final
class Shelf(Keeper):
    """Calls to one instance that were given up, in the order in which their turns come."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._whole: Call | None = None
        """The first of those that somebody wanted to see as they were; their turns come before the others'."""
        self._count: i64 = 0
        """Calls in boxes."""
        self._first: Box | None = None
        self._begin: i64 = 0
        """Place in the first box of whoever is next."""
        self._last: Box | None = None
        self._end: i64 = 0
        """Place in the last box where the next one goes."""
        self._likeness: Likeness | None = None
        """Of whoever came last."""
        self._other: Likeness | None = None
        """Of the last who was not like those."""

    def put(self, call: Call) -> None:
        """Take a call in; nobody else may have use for it as it is."""
        likeness = self._likeness_of(call)
        place = self._end
        box = self._last
        if box is None or place == ROOM:
            box = self._add_box(likeness)
            place = 0
        box.arrived[place] = call.arrived
        box.numbers[2 * place] = call.seq
        box.numbers[2 * place + 1] = call.key
        if likeness is not box.likeness:
            if place == 0:
                box.likeness = likeness
            else:
                box.keep_likeness(place, likeness)
        if call.span is not None:
            box.keep_span(place, call.span)
        self._end = place + 1
        inside = self._pool.inside
        inside.lend(call)
        if self._count == 0:
            inside.keepers.append(self)
        self._count += 1

    def _add_box(self, likeness: Likeness) -> Box:
        """Have an empty box at the end."""
        box = Box(likeness)
        last = self._last
        if last is None:
            self._first = box
        else:
            last.following = box
        self._last = box
        return box

    def _likeness_of(self, call: Call) -> Likeness:
        """What a call has in common with one of those before, or with those to come."""
        likeness = self._likeness
        if likeness is not None and likeness.fits(call):
            return likeness
        other = self._other
        if other is None or not other.fits(call):
            other = Likeness(call)
        self._likeness, self._other = other, likeness
        return other

    def take(self) -> Call | None:
        """Give the first back as it was."""
        whole = self._whole
        if whole is not None:
            self._whole = cast("Call | None", whole.after)
            whole.after = None
            return whole
        box = self._first
        return None if box is None or self._count == 0 else self._unpack(box)

    def _unpack(self, box: Box) -> Call:
        """Have the first of those in boxes inside again, as it was."""
        place = self._begin
        common = box.give_likeness(place)
        pool = self._pool
        call = Call(pool.site, pool, None, common.kind, box.numbers[2 * place + 1])
        call.arrived = box.arrived[place]
        call.seq = box.numbers[2 * place]
        call.path = common.path
        call.origin = common.origin
        call.user = common.user
        call.task = common.task
        call.size = common.size
        call.fill = common.fill
        call.settled = True
        call.given_up = ABANDONED
        call.span = box.give_span(place)
        pool.inside.take_back(call)
        self._count -= 1
        self._step(box, place + 1)
        return call

    def _step(self, box: Box, place: i64) -> None:
        """Go on to the next in a box, or to the next box; the only one is used again where nobody is left."""
        if self._count == 0:
            self._pool.inside.keepers.remove(self)
            self._begin = self._end = 0
        elif place == ROOM and box.following is not None:
            self._first = box.following
            self._begin = 0
        else:
            self._begin = place

    def give_back(self) -> None:
        """Have all of them as they were; their turns come as before."""
        last = self._whole
        while last is not None and last.after is not None:
            last = cast("Call", last.after)
        while (box := self._first) is not None and self._count > 0:
            call = self._unpack(box)
            if last is None:
                self._whole = call
            else:
                last.after = call
            last = call

    def oldest(self, otherwise: float) -> float:
        """When the first came."""
        whole = self._whole
        if whole is not None:
            return whole.arrived
        box = self._first
        return otherwise if box is None or self._count == 0 else box.arrived[self._begin]


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
        and (call.context is None or not outlasts(call.context))
        and call.stage == OUTBOUND
        and not call.entered
        and pool.rule is None
        and pool.inside.has(call)
    )
