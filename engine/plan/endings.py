"""How a request may end on its way through a flow: in success, in failure, both, or never.

All outcomes are followed at once, as a set: whether it goes on or looks for a step that says what to do
after a failure, and whether it has missed something in a store. Chances count only where they are 0 or 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.plan.flow import plain
from engine.plan.primitives import (
    AsyncPart,
    CallPart,
    ChoicePart,
    FlowPlan,
    LoopPart,
    ParallelPart,
    TransactionPart,
    WorkPart,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.plan.primitives import Part, Way

NEVER: Final = 0
SUCCEEDS: Final = 1
FAILS: Final = 2
_ROUNDING: Final = 1e-9

State = tuple[bool, bool]
"""Whether a request goes on, and whether it has missed something in a store."""
States = frozenset[State]


class Endings:
    """A request of one class on its way through a flow, by the outcomes that are possible."""

    def __init__(
        self, kind: int, ends: Callable[[str], int], misses: Callable[[str], bool]
    ) -> None:
        """Begin.

        Args:
            kind: index of the class.
            ends: how a call over a link may end, bits of ``SUCCEEDS`` and ``FAILS``; asked where one is made.
            misses: whether what is asked for over a link is not there.
        """
        self._kind = kind
        self._ends = ends
        self._misses = misses

    def of(self, flow: FlowPlan) -> int:
        """How a request may end that does all of a flow, what nobody waits for included."""
        states = self._through(flow, missed=False, makes_up=False)
        return either(SUCCEEDS if goes_on else FAILS for goes_on, _ in states)

    def _through(self, flow: FlowPlan, *, missed: bool, makes_up: bool) -> States:
        """The states in which some parts may leave a request."""
        states: States = frozenset([(True, missed)])
        for part in flow:
            after = [self._step(part, state, makes_up=makes_up) for state in states]
            states = frozenset().union(*after)
        return states

    def _step(self, part: Part, state: State, *, makes_up: bool) -> States:
        """What becomes of a state: after a failure only ways that say so are taken."""
        goes_on, missed = state
        if goes_on:
            return self._part(part, missed=missed, makes_up=makes_up)
        if isinstance(part, ChoicePart):
            rescues = (way for way in part.ways if way.after_failure)
            return self._choice(rescues, state, makes_up=makes_up)
        return frozenset([state])

    def _part(self, part: Part, *, missed: bool, makes_up: bool) -> States:
        """What a part may leave a request in."""
        match part:
            case CallPart():
                return self._call(part.link, missed=missed, makes_up=makes_up)
            case LoopPart():
                return self._loop(part, missed=missed, makes_up=makes_up)
            case ParallelPart():
                return self._parallel(part, missed=missed, makes_up=makes_up)
            case TransactionPart():
                return self._transaction(part, missed=missed, makes_up=makes_up)
            case ChoicePart():
                met = "miss" if missed else "hit"
                usual = (way for way in part.ways if _is_usual(way, met))
                return self._choice(usual, (True, missed), makes_up=makes_up)
            case _:
                return frozenset(
                    [(True, missed)] if self._begun(part, missed=missed, makes_up=makes_up) else []
                )

    def _begun(self, part: Part, *, missed: bool, makes_up: bool) -> bool:
        """Whether all ends that a part begins and nobody waits for."""
        if not isinstance(part, AsyncPart):
            return True
        return bool(self._through(part.do, missed=missed, makes_up=makes_up))

    def _call(self, link: str, *, missed: bool, makes_up: bool) -> States:
        """A call: it may miss, and one that is made after a miss makes up for it."""
        ends = self._ends(link)
        states = []
        if ends & SUCCEEDS:
            states.append((True, self._misses(link) or (missed and not makes_up)))
        if ends & FAILS:
            states.append((False, missed))
        return frozenset(states)

    def _transaction(self, part: TransactionPart, *, missed: bool, makes_up: bool) -> States:
        """A transaction; of a saga whose step fails, what was done is undone, which nobody waits for."""
        if part.mode != "saga":
            return self._through(part.as_calls(), missed=missed, makes_up=makes_up)
        going: States = frozenset([(True, missed)])
        failed: States = frozenset()
        for place, link in enumerate(part.links):
            after = [self._call(link, missed=met, makes_up=makes_up) for _, met in going]
            states = frozenset().union(*after)
            going = frozenset(state for state in states if state[0])
            if going != states and self._undone(part, place):
                failed |= states - going
        return going | failed

    def _undone(self, part: TransactionPart, place: int) -> bool:
        """Whether all calls end that undo a saga whose step failed: that one first, since it may have been done."""
        undoing = (link for link in reversed(part.undo[: place + 1]) if link is not None)
        return NEVER not in [self._ends(link) for link in undoing]

    def _loop(self, part: LoopPart, *, missed: bool, makes_up: bool) -> States:
        """Rounds until one fails."""
        states: States = frozenset([(True, missed)])
        failed: States = frozenset()
        for _ in range(part.rounds):
            each = [self._through(part.do, missed=met, makes_up=makes_up) for _, met in states]
            after = frozenset().union(*each)
            failed |= {state for state in after if not state[0]}
            going = after - failed
            if going == states:
                break
            states = going
        return states | failed

    def _choice(self, ways: Iterable[Way], state: State, *, makes_up: bool) -> States:
        """What ways that may be taken leave a request in, or none where none need be taken."""
        taken, none_taken = self._taken(ways)
        found: States = frozenset([state] if none_taken else [])
        for way in taken:
            inner = makes_up or way.when in ("miss", "miss_or_failed")
            found |= self._through(way.do, missed=state[1], makes_up=inner)
        return found

    def _taken(self, ways: Iterable[Way]) -> tuple[list[Way], bool]:
        """The ways that may be taken, and whether none need be."""
        found = []
        left = 1.0
        for way in ways:
            if way.classes is not None and not way.classes[self._kind]:
                continue
            share = 1.0 if way.share is None else way.share
            if share > 0.0:
                found.append(way)
            left = 0.0 if way.share is None else left - share
            if left <= _ROUNDING:
                return found, False
        return found, True

    def _parallel(self, part: ParallelPart, *, missed: bool, makes_up: bool) -> States:
        """Ways side by side: whatever is not needed any more is stopped, and what it has begun goes on."""
        ends = [self._through(way, missed=missed, makes_up=makes_up) for way in part.ways]
        if not all(states or self._stops(way) for way, states in zip(part.ways, ends, strict=True)):
            return frozenset()
        succeed = [states for states in ends if any(goes_on for goes_on, _ in states)]
        fail = [states for states in ends if not all(goes_on for goes_on, _ in states)]
        found = set()
        if len(succeed) >= part.need:
            every = [{met for goes_on, met in states if goes_on} for states in succeed]
            if any((not missed) in met for met in every):
                found.add((True, not missed))
            if all(missed in met for met in every) or len(succeed) > part.need:
                found.add((True, missed))
        if len(fail) > len(part.ways) - part.need:
            found.add((False, missed))
        return frozenset(found)

    def _stops(self, flow: FlowPlan) -> bool:
        """Whether parts that never end may be stopped where they first wait, and all that they have begun ends."""
        for part in plain(flow):
            match part:
                case AsyncPart() if not self._through(part.do, missed=False, makes_up=False):
                    return False
                case ChoicePart():
                    taken, none_taken = self._taken(
                        way for way in part.ways if way.when != "failed"
                    )
                    stops = any(self._stops(way.do) for way in taken)
                    if stops or not none_taken:
                        return stops
                case CallPart():
                    return self._ends(part.link) != NEVER
                case LoopPart():
                    return self._stops(part.do)
                case ParallelPart():
                    return all(self._stops(way) for way in part.ways)
                case WorkPart():
                    break
                case _:
                    pass
        return True


def _is_usual(way: Way, met: str) -> bool:
    """Whether a way is for requests none of whose calls has just failed, and that have met a miss or a hit."""
    return way.when in ("always", met) or (way.when == "miss_or_failed" and met == "miss")


def either(ends: Iterable[int]) -> int:
    """How something may end that ends in one of some ways."""
    found = NEVER
    for each in ends:
        found |= each
    return found
